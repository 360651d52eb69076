"""Put texts of others into Markdown so that they stay texts."""

from __future__ import annotations

import re

#: HTML, links and link definitions: nothing of a learner's becomes one
_ACTIVE = re.compile(r"<[A-Za-z/!?]|\]\s*[(:\[]")
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|<>~&-])")


def plain(text: str) -> str:
    """Return text that Markdown shows literally, in one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def code(text: str) -> str:
    """Return text as code in a line, whatever backticks it has."""
    text = " ".join(text.split())
    ticks = "`" * (_longest(text, "`") + 1)
    pad = " " if text[:1] in ("`", "") or text[-1:] == "`" else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fenced(text: str, language: str = "") -> str:
    """Return text as a block of code that nothing in it can end."""
    ticks = "`" * max(3, _longest(text, "`") + 1)
    return f"{ticks}{language}\n{_lines(text)}\n{ticks}"


def quoted(markdown: str, *, foreign: bool = False) -> str:
    """Return Markdown as a quotation, which ends whatever it leaves open.

    What may hold `foreign` words, as an answer that repeats the question does, is shown literally where it could do
    more than be read.
    """
    text = _lines(markdown.strip())
    if foreign and _ACTIVE.search(text):
        text = fenced(text)
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _lines(text: str) -> str:
    """Return the text with one kind of line end: others would end a line where we see none."""
    return re.sub(r"\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text)


def _longest(text: str, mark: str) -> int:
    return max((len(run) for run in re.findall(f"{re.escape(mark)}+", text)), default=0)
