"""`$NAME` and `${NAME:-default}` in a Dockerfile, filled in as Docker does, with bounded work.

Source: moby `builder/dockerfile/shell/lex.go` (engine 20.10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST = 4_096
_DEEPEST = 8
_NAME_START = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_NAME = _NAME_START | frozenset("0123456789")


@dataclass(frozen=True, slots=True)
class Expanded:
    """The text with variables filled in and quotes removed; `unknown` are those that had no value (read as '')."""

    text: str
    unknown: frozenset[str] = frozenset()


def expand(text: str, values: Mapping[str, str], escape: str = "\\") -> Expanded:
    """Return the expanded text. Raises `ValueError` with Docker's words where it cannot be read."""
    walk = _Walk(text, values, escape)
    return Expanded(walk.until(""), frozenset(walk.unknown))


class _Walk:
    def __init__(self, text: str, values: Mapping[str, str], escape: str) -> None:
        self.text = text
        self.values = values
        self.escape = escape
        self.at = 0
        self.depth = 0
        self.size = 0
        self.unknown: set[str] = set()

    def until(self, end: str) -> str:
        """Return the text up to an unquoted `end` sign, which is used up."""
        out: list[str] = []
        while self.at < len(self.text):
            sign = self.text[self.at]
            self.at += 1
            if sign == end:
                return "".join(out)
            if sign == "'":
                out.append(self._grown(self._single()))
            elif sign == '"':
                out.append(self._double())
            elif sign == "$":
                out.append(self._dollar())
            elif sign == self.escape:
                out.append(self._grown(self.text[self.at : self.at + 1]))
                self.at += 1
            else:
                out.append(self._grown(sign))
        if end:
            raise ValueError("syntax error: missing '}'")
        return "".join(out)

    def _grown(self, text: str) -> str:
        self.size += len(text)
        if self.size > LONGEST:
            raise ValueError(f"it grows beyond {LONGEST} characters")
        return text

    def _single(self) -> str:
        end = self.text.find("'", self.at)
        if end < 0:
            raise ValueError("unexpected end of statement while looking for matching single-quote")
        quoted, self.at = self.text[self.at : end], end + 1
        return quoted

    def _double(self) -> str:
        out: list[str] = []
        while self.at < len(self.text):
            sign = self.text[self.at]
            self.at += 1
            if sign == '"':
                return "".join(out)
            if sign == "$":
                out.append(self._dollar())
            elif sign == self.escape and self.text[self.at : self.at + 1] in {'"', "$", self.escape}:
                out.append(self._grown(self.text[self.at]))
                self.at += 1
            else:
                out.append(self._grown(sign))
        raise ValueError("unexpected end of statement while looking for matching double-quote")

    def _dollar(self) -> str:
        following = self.text[self.at : self.at + 1]
        if following == "{":
            self.at += 1
            return self._braces()
        if following in _NAME_START:
            return self._value(self._name())
        if following and following in "0123456789@*#?-!":
            self.at += 1
            return self._value(following)
        return self._grown("$")

    def _name(self) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in _NAME:
            self.at += 1
        return self.text[start : self.at]

    def _value(self, name: str) -> str:
        if name not in self.values:
            self.unknown.add(name)
        return self._grown(self.values.get(name, ""))

    def _braces(self) -> str:
        name = self._name()
        sign = self.text[self.at : self.at + 1]
        self.at += 1
        if name and sign == "}":
            return self._value(name)
        how = self.text[self.at : self.at + 1]
        self.at += 1
        if not name or sign != ":" or how not in {"-", "+", "?"}:
            raise ValueError("missing ':' in substitution" if name else "syntax error: bad substitution")
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ValueError("too many substitutions inside one another")
        other = self.until("}")
        self.depth -= 1
        if name not in self.values:
            self.unknown.add(name)  # with a default too: what stands before the colon decides, and it is not known
        value = self.values.get(name, "")
        if how == "?" and not value:
            raise ValueError(f"{name}: {other[:100]}")
        if how == "+":
            return other if value else ""
        return self._grown(value) if value else other
