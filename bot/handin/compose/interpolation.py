"""`${VAR}` in a compose file, filled from the project's `.env` and from nowhere else.

Everything that is known is handed in: this module cannot see the environment of the process. Nesting, the length of a
value and the length of all values together are bounded.

Source: github.com/compose-spec/compose-go `template/template.go`, `dotenv/parser.go`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.handin.compose.fault import Broken, broken

LONGEST_ENV = 4 * 1024
DEEPEST_DEFAULT = 8
LONGEST_VALUE = 16 * 1024
LONGEST_ALL = 256 * 1024

_NAME = re.compile(r"[_a-zA-Z][_a-zA-Z0-9]*")
_OPERATOR = re.compile(r":?[-?+]")
_KEY = re.compile(r"(?:export[ \t]+)?([\w.]+)[ \t]*([=:]|$)")
_PLAIN_END = re.compile(r"(?:^|[ \t]+)#")


class Unfilled(Exception):
    """Says in Compose's words why a text cannot be filled; never leaves this room."""


class Filler:
    """Fills texts from given values; remembers which names were asked for and not there."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.unset: list[str] = []
        self.left = LONGEST_ALL

    def fill(self, text: str) -> str:
        """Return the text with its variables filled in. Raises `Unfilled`."""
        if "$" not in text:
            return text
        filled, _ = self._until(text, 0, 0)
        self.left -= len(filled)
        if len(filled) > LONGEST_VALUE or self.left < 0:
            raise Unfilled("")
        return filled

    def _until(self, text: str, at: int, depth: int) -> tuple[str, int]:
        """Return what stands before the closing bracket (or the end, at depth 0), filled, and the place behind it."""
        if depth > DEEPEST_DEFAULT:
            raise Unfilled("")
        out: list[str] = []
        size = 0
        while at < len(text):
            if depth and text[at] == "}":
                return "".join(out), at + 1
            if text[at] == "$":
                piece, at = self._variable(text, at, depth)
            else:
                piece, at = text[at], at + 1
            out.append(piece)
            size += len(piece)
            if size > LONGEST_VALUE:
                raise Unfilled("")
        if depth:
            raise Unfilled(f"invalid template: {text[:200]}")
        return "".join(out), at

    def _variable(self, text: str, at: int, depth: int) -> tuple[str, int]:
        if text.startswith("$$", at):
            return "$", at + 2
        if named := _NAME.match(text, at + 1):
            return self._value(named[0]), named.end()
        named = _NAME.match(text, at + 2) if text.startswith("{", at + 1) else None
        if named is None:
            raise Unfilled(f"invalid template: {text[:200]}")
        end = named.end()
        if text.startswith("}", end):
            return self._value(named[0]), end + 1
        operator = _OPERATOR.match(text, end)
        if operator is None:
            raise Unfilled(f"invalid template: {text[:200]}")
        noted = len(self.unset)
        other, behind = self._until(text, operator.end(), depth + 1)
        value = self.values.get(named[0])
        there = bool(value) if operator[0].startswith(":") else value is not None
        if operator[0].endswith("+"):
            return (other if there else ""), behind
        if there:
            del self.unset[noted:]
            return value or "", behind
        if operator[0].endswith("?"):
            reason = f"required variable {named[0]} is missing a value"
            raise Unfilled(f"{reason}: {other[:200]}" if other else reason)
        return other, behind

    def _value(self, name: str) -> str:
        if name not in self.values:
            self.unset.append(name)
            return ""
        return self.values[name]


def read_env(content: bytes | None) -> dict[str, str]:
    """Return the values of a `.env` file. Raises `Broken`."""
    values: dict[str, str] = {}
    if content is None:
        return values
    if len(content) > LONGEST_ENV:
        say = f"`.env` has {len(content):,} bytes; up to {LONGEST_ENV:,} are fine."
        raise broken(0, "ENV_FILE", say)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise broken(0, "ENV_FILE", "`.env` is not UTF-8. Please save it as UTF-8 and send it again.") from None
    filler = Filler(values)
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        bare = line.strip()
        if bare and not bare.startswith("#"):
            _env_line(number, bare, values, filler)
    return values


def _env_line(number: int, line: str, values: dict[str, str], filler: Filler) -> None:
    key = _KEY.match(line)
    if key is None:
        raise _env_fault(number, line, "unexpected character in variable name")
    if not key[2]:
        return  # a bare name asks for the caller's own value: there is none
    value = line[key.end() :].strip()
    quote = value[:1]
    if quote in {"'", '"'}:
        end = value.find(quote, 1)
        while end > 0 and value[end - 1] == "\\":
            end = value.find(quote, end + 1)
        if end < 0:
            raise _env_fault(number, line, f"unterminated quoted value {value[:80]}")
        value = value[1:end]
        if quote == "'":
            values[key[1]] = value
            return
        value = value.replace("\\n", "\n").replace("\\r", "\r").replace('\\"', '"')
    else:
        value = _PLAIN_END.split(value, maxsplit=1)[0]
    try:
        values[key[1]] = filler.fill(value)
    except Unfilled:
        raise _env_fault(number, line, f"invalid template: {value[:80]}") from None


def _env_fault(number: int, line: str, words: str) -> Broken:
    say = f"Line {number} of `.env`, `{line[:60]}`, cannot be read. Each line is `NAME=value`."
    return broken(0, "ENV_FILE", say, f"failed to read .env: line {number}: {words}", line)
