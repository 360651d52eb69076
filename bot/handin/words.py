"""One typed line as a shell would split it, and what only a shell could do refused with a lesson."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.handin.plan import Refusal

#: a name in angle brackets that a lesson wrote for the reader to replace
_PLACEHOLDER = re.compile(r"<[A-Za-z][\w .:/-]{0,60}>")
#: the ways three shells spell "the folder I am in"; there is only one folder here
_HERE = re.compile(r"\$\((?:pwd|PWD)\)|`pwd`|\$\{(?:pwd|PWD)\}|\$(?:pwd|PWD)\b|%(?:cd|CD)%")
_VARIABLE = re.compile(r"\$(?:\{[^}\n]{0,80}\}?|[A-Za-z_]\w{0,80})")
_SAFE = re.compile(r"[\w@%+=:,./-]+")

_SHELL = {
    "|": "`|` hands one command's output to another; that is a shell's work, and there is no shell here.",
    "||": "`||` is for a shell, and there is no shell here.",
    "&": "`&` puts a program into the background of a shell; Docker's own way is `docker run -d`.",
    ">": "`>` writes into a file with a shell, and there is no shell here. To write a file, say `edit NAME`.",
    "<": "`<` reads a file into a command with a shell, and there is no shell here.",
    "<<": "`<<` types a file with a shell. Here you can say `edit NAME`, or send me the text in a code block.",
    "$(": "`$( )` runs one command inside another, as a shell does. Run the inner one first, then copy its answer.",
    "`": "Backticks run one command inside another, as a shell does. Run the inner one first, then copy its answer.",
    "(": "Brackets group commands in a shell, and there is no shell here.",
}


@dataclass(slots=True)
class Line:
    """One simple command: `text` as typed, its words, and why it cannot be run as typed (or None)."""

    text: str
    words: list[str] = field(default_factory=list)
    trouble: Refusal | None = None
    unclosed: str = ""  #: the quote that was opened and never closed


def join(words: tuple[str, ...] | list[str]) -> str:
    """Return the words as one line that splits into the same words again."""
    return " ".join(word if _SAFE.fullmatch(word) else _quoted(word) for word in words)


def _quoted(word: str) -> str:
    if "'" not in word:
        return f"'{word}'"
    return '"' + re.sub(r'(["\\$`])', r"\\\1", word) + '"'


def split(text: str, *, windows: bool = False) -> list[Line]:
    """Return the simple commands of one line, parted at `;` and `&&`; `windows` leaves backslashes alone."""
    return _Splitter(text, windows).lines()


def shell_refusal(sign: str, before: str) -> Refusal:
    """Return the lesson about a sign that only a shell understands."""
    return Refusal("SHELL", _SHELL[sign] + " Send me one command per line.", seen=sign, nearest=before)


class _Splitter:
    """Walks over the text once; every step moves on by at least one character."""

    def __init__(self, text: str, windows: bool) -> None:
        self.text = text
        self.windows = windows
        self.at = 0
        self.start = 0
        self.word: list[str] | None = None
        self.found: list[Line] = []
        self.line = Line("")

    def lines(self) -> list[Line]:
        while self.at < len(self.text):
            self._step(self.text[self.at])
        self._end_line()
        return self.found

    def _step(self, sign: str) -> None:
        if sign.isspace():
            self._end_word()
            self.at += 1
        elif sign == "'" or sign == '"':
            self._quote(sign)
        elif sign == "\\" and not self.windows:
            self._add(self.text[self.at + 1 : self.at + 2], 2)
        elif sign == "#" and self.word is None:
            self.at = len(self.text)
        elif sign in "$%`":
            self._expand(sign)
        elif sign in "|&;<>()":
            self._operator(sign)
        else:
            self._add(sign, 1)

    def _add(self, text: str, width: int) -> None:
        if self.word is None:
            self.word = []
        self.word.append(text)
        self.at += width

    def _end_word(self) -> None:
        if self.word is not None:
            self.line.words.append("".join(self.word))
            self.word = None

    def _end_line(self, width: int = 0) -> None:
        self._end_word()
        self.line.text = self.text[self.start : self.at].strip()
        if self.line.words or self.line.trouble:
            self.found.append(self.line)
        self.at += width
        self.start = self.at
        self.line = Line("")

    def _refuse(self, trouble: Refusal) -> None:
        if self.line.trouble is None:
            self.line.trouble = trouble

    def _quote(self, sign: str) -> None:
        self._add("", 1)
        while self.at < len(self.text):
            here = self.text[self.at]
            if here == sign:
                self.at += 1
                return
            if sign == '"' and here in "$%`":
                self._expand(here)
            elif (
                sign == '"'
                and here == "\\"
                and not self.windows
                and self.text[self.at + 1 : self.at + 2] in set('"\\$`')
            ):
                self._add(self.text[self.at + 1], 2)
            else:
                self._add(here, 1)
        self.line.unclosed = sign
        self._refuse(
            Refusal(
                "UNCLOSED_QUOTE",
                f"There is an opening {sign} without a closing one; add it where the text ends.",
                seen=sign,
            )
        )

    def _expand(self, sign: str) -> None:
        if here := _HERE.match(self.text, self.at):
            self._add(".", len(here[0]))
            return
        if sign == "`" or self.text.startswith("$(", self.at):
            self._shell("`" if sign == "`" else "$(")
            return
        variable = _VARIABLE.match(self.text, self.at)
        if variable is None:
            self._add(sign, 1)
            return
        self._refuse(
            Refusal(
                "SHELL",
                f"`{variable[0]}` is filled in by a shell, and there is no shell here: write the value itself. "
                "For a shell inside a container, put single quotes around the text.",
                seen=variable[0],
            )
        )
        self._add(variable[0], len(variable[0]))

    def _operator(self, sign: str) -> None:
        pair = self.text[self.at : self.at + 2]
        if sign == ";" or pair == "&&":
            self._end_line(1 if sign == ";" else 2)
        elif sign == "<" and (placeholder := _PLACEHOLDER.match(self.text, self.at)):
            self._refuse(placeholder_refusal(placeholder[0]))
            self._add(placeholder[0], len(placeholder[0]))
        else:
            self._shell(pair if pair in _SHELL else {")": "("}.get(sign, sign))

    def _shell(self, sign: str) -> None:
        before = self.text[self.start : self.at].strip() if self.line.words else ""
        self._refuse(shell_refusal(sign, before if sign in {"|", "||", "&"} else ""))
        self._add(sign, len(sign))


def placeholder_refusal(seen: str) -> Refusal:
    """Return the lesson about a name that was meant to be replaced."""
    return Refusal(
        "PLACEHOLDER",
        f"`{seen}` stands for a name of your own: replace all of it, brackets too. `docker ps` shows your containers.",
        seen=seen,
        nearest="docker ps",
    )
