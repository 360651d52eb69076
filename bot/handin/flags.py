"""Options as Docker's client reads them: `-dp 80:80`, `--name=web`, `--name web`, `--`.

Source: github.com/spf13/pflag `parseLongArg` and `parseSingleShortArg`; the words were compared with
Docker's client 28.2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from bot.handin.spelling import nearest


class Kind(Enum):
    """What an option takes."""

    SWITCH = "bool"  #: nothing, or `=true`/`=false`
    TEXT = "string"  #: one value, the last one counts
    LIST = "list"  #: one value each time
    WHOLE = "int"  #: a whole number


@dataclass(frozen=True, slots=True)
class Lesson:
    """Why an option is not available here. `{option}` in `say` is filled with what was typed."""

    code: str
    say: str


@dataclass(frozen=True, slots=True)
class Flag:
    """One option. With a `lesson` it is known and refused; `quiet` ones are accepted and change nothing here."""

    long: str
    short: str = ""
    kind: Kind = Kind.TEXT
    lesson: Lesson | None = None
    quiet: bool = False

    @property
    def title(self) -> str:
        """Return the option as Docker's messages write it: `-t, --tag`."""
        return f"-{self.short}, --{self.long}" if self.short else f"--{self.long}"


@dataclass(frozen=True, slots=True)
class Given:
    """One option as it was used."""

    flag: Flag
    spelt: str  #: `-p` or `--publish`
    value: str

    def words(self) -> tuple[str, ...]:
        """Return it as words of a command line."""
        if self.flag.kind is Kind.SWITCH:
            return (self.spelt if self.value == "true" else f"{self.spelt}={self.value}",)
        if self.value == "" or self.value.startswith("-"):
            return (f"--{self.flag.long}={self.value}",)
        return (self.spelt, self.value)


@dataclass(frozen=True, slots=True)
class FlagFault:
    """What Docker would say about the options, and the word to write instead (or '')."""

    code: str
    words: str
    seen: str
    instead: str = ""


def flags(spec: str, kind: Kind = Kind.TEXT, lesson: Lesson | None = None, *, quiet: bool = False) -> list[Flag]:
    """Return one flag per word: `name` or `name/n` with its short form."""
    return [Flag(long, short, kind, lesson, quiet) for long, _, short in (word.partition("/") for word in spec.split())]


class Table:
    """The options of one command."""

    def __init__(self, *flags: Flag) -> None:
        self.long = {flag.long: flag for flag in flags}
        self.short = {flag.short: flag for flag in flags if flag.short}


@dataclass(frozen=True, slots=True)
class Parsed:
    """The options in the order given, and the words that are none."""

    given: tuple[Given, ...]
    rest: tuple[str, ...]
    help: bool = False

    def every(self, long: str) -> tuple[str, ...]:
        """Return all values of an option."""
        return tuple(g.value for g in self.given if g.flag.long == long)

    def last(self, long: str, default: str = "") -> str:
        """Return the value that counts."""
        values = self.every(long)
        return values[-1] if values else default

    def on(self, long: str) -> bool:
        """Tell whether a switch is on."""
        return self.last(long) == "true"

    def words_without(self, *longs: str) -> tuple[str, ...]:
        """Return the options and words again, without these options."""
        kept = [word for g in self.given if g.flag.long not in longs for word in g.words()]
        return (*kept, *self.rest)


_TRUE = frozenset({"1", "t", "T", "TRUE", "true", "True"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_FALSE = frozenset({"0", "f", "F", "FALSE", "false", "False"})


def go_quoted(text: str) -> str:
    """Return the text as Go's `%q` prints it (printable characters stay as they are)."""
    return json.dumps(text, ensure_ascii=False)


def _value(flag: Flag, value: str) -> str | FlagFault:
    if flag.kind is Kind.SWITCH:
        if value in _TRUE:
            return "true"
        if value in _FALSE:
            return "false"
        kind = "ParseBool"
    elif flag.kind is Kind.WHOLE and not _INTEGER.fullmatch(value):
        kind = "ParseInt"
    else:
        return value
    quoted = go_quoted(value)
    words = (
        f"invalid argument {quoted} for {go_quoted(flag.title)} flag: strconv.{kind}: parsing {quoted}: invalid syntax"
    )
    return FlagFault("BAD_OPTION_VALUE", words, value)


class _Reader:
    def __init__(self, table: Table, words: Sequence[str], mixed: bool) -> None:
        self.table = table
        self.words = words
        self.mixed = mixed
        self.at = 0
        self.given: list[Given] = []
        self.rest: list[str] = []
        self.help = False

    def read(self) -> Parsed | FlagFault:
        while self.at < len(self.words):
            word = self.words[self.at]
            self.at += 1
            if word == "--":
                self.rest.extend(self.words[self.at :])
                break
            if len(word) < 2 or word[0] != "-":
                self.rest.append(word)
                if not self.mixed:
                    self.rest.extend(self.words[self.at :])
                    break
                continue
            fault = self._long(word) if word.startswith("--") else self._cluster(word)
            if fault:
                return fault
        return Parsed(tuple(self.given), tuple(self.rest), self.help)

    def _take(self, flag: Flag, spelt: str, value: str) -> FlagFault | None:
        read = _value(flag, value)
        if isinstance(read, FlagFault):
            return read
        self.given.append(Given(flag, spelt, read))
        return None

    def _next(self) -> str | None:
        if self.at >= len(self.words):
            return None
        self.at += 1
        return self.words[self.at - 1]

    def _long(self, word: str) -> FlagFault | None:
        name, equals, value = word[2:].partition("=")
        if not name or name[0] == "-":
            return FlagFault("UNKNOWN_OPTION", f"bad flag syntax: {word}", word)
        flag = self.table.long.get(name)
        if flag is None:
            if name == "help":
                self.help = True
                return None
            return FlagFault("UNKNOWN_OPTION", f"unknown flag: --{name}", f"--{name}", self._meant(name))
        if equals:
            return self._take(flag, f"--{name}", value)
        if flag.kind is Kind.SWITCH:
            return self._take(flag, f"--{name}", "true")
        following = self._next()
        if following is None:
            return FlagFault("OPTION_NEEDS_VALUE", f"flag needs an argument: --{name}", word)
        return self._take(flag, f"--{name}", following)

    def _meant(self, name: str) -> str:
        if len(name) == 1:
            return f"-{name}" if name in self.table.short else ""
        near = nearest(name, self.table.long)
        return f"--{near}" if near else ""

    def _cluster(self, word: str) -> FlagFault | None:
        letters = word[1:]
        while letters:
            letter, rest = letters[0], letters[1:]
            flag = self.table.short.get(letter)
            if flag is None:
                if letter == "h":
                    self.help = True
                    return None
                quoted = f"'{letter}'"
                return FlagFault(
                    "UNKNOWN_OPTION", f"unknown shorthand flag: {quoted} in -{letters}", word, self._spelt_long(word)
                )
            spelt = f"-{letter}"
            if len(rest) > 1 and rest[0] == "=":
                return self._take(flag, spelt, rest[1:])
            if flag.kind is Kind.SWITCH:
                if fault := self._take(flag, spelt, "true"):
                    return fault
                letters = rest
                continue
            value = rest or self._next()
            if value is None:
                return FlagFault("OPTION_NEEDS_VALUE", f"flag needs an argument: '{letter}' in -{letters}", word)
            return self._take(flag, spelt, value)
        return None

    def _spelt_long(self, word: str) -> str:
        """Return `--name` for `-name`: one dash short is the commonest slip."""
        name = word[1:].partition("=")[0]
        return "-" + word if name in self.table.long else ""


def parse_flags(table: Table, words: Sequence[str], *, mixed: bool = True) -> Parsed | FlagFault:
    """Return the options and the other words; `mixed` False stops at the first word that is no option."""
    return _Reader(table, words, mixed).read()
