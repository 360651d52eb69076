"""`replace OLD with NEW in FILE`: what the words mean, and what they do to a file's text.

A form holds 3,000 characters; files that are longer are changed by naming the text to change.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from bot.handin.plan import Refusal

#: how a text may be marked: what opens it → what closes it
MARKS = {"```": "```", "`": "`", '"': '"', "'": "'", "“": "”", "„": "“", "«": "»", "‘": "’"}
HOW = "replace `OLD` with `NEW` in FILE"
SHOWN = 5  #: lines that are named when a text is there several times

_START = re.compile(r"\s*(?:please\s+)?(?:replace|substitute|swap)(?:\s+the\s+text)?\s+(?=\S)", re.IGNORECASE)
_WITH = re.compile(r"\s+(?:with|by)\s+", re.IGNORECASE)
_IN = re.compile(r"\s+in(?:\s+(?:the\s+)?file)?\s+", re.IGNORECASE)
_FILE = re.compile(r"[`'\"]?(?:\./)?([\w.@/-]+?)[`'\"]?[.!]?\s*", re.IGNORECASE)
#: signs that phones put in place of plain ones
_PLAIN = str.maketrans({**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’‚", "'"), "\u00a0": " "})


@dataclass(frozen=True, slots=True)
class Replacement:
    """What was asked for."""

    path: str
    old: str
    new: str


def asks_to_replace(text: str) -> bool:
    """Tell whether a message begins like a replacement and has a `with` or a mark in it."""
    start = _START.match(text)
    return bool(start) and bool(_WITH.search(text) or _opening(text[start.end() :]))  # type: ignore[union-attr]


def read_replacement(text: str) -> Replacement | Refusal | None:
    """Return what a message asks to replace; a refusal when it cannot be told apart; None for other messages."""
    start = _START.match(text)
    if start is None or not asks_to_replace(text):
        return None
    return _marked(text[start.end() :]) or _plain(text[start.end() :]) or _unclear(text)


def _opening(text: str) -> str:
    return next((mark for mark in MARKS if text.startswith(mark)), "")


def _marked(text: str) -> Replacement | None:
    """Read a replacement whose old text is between marks; what the marks hold is taken as it is."""
    mark = _opening(text)
    if not mark:
        return None
    # the first closing mark that `with` follows: the text itself may have the mark in it
    closing = re.compile(re.escape(MARKS[mark]) + _WITH.pattern, re.IGNORECASE)
    end = closing.search(text, len(mark))
    if end is None:
        return None
    old, rest = text[len(mark) : end.start()], text[end.end() :]
    inner = _opening(rest)
    close = MARKS[inner] if inner else ""
    for middle in reversed(list(re.finditer(re.escape(close) + _IN.pattern, rest, re.IGNORECASE))):
        file = _FILE.fullmatch(rest, middle.end())
        if file and middle.start() >= len(inner):
            new = rest[len(inner) : middle.start()]
            return _read(file[1], old, new, fenced=mark == "```")
    return None


def _plain(text: str) -> Replacement | None:
    """Read a replacement without marks; only when there is one `with` and the last `in` has a file behind it."""
    halves = _WITH.split(text)
    if len(halves) != 2 or _opening(text):
        return None
    middles = list(_IN.finditer(halves[1]))
    file = _FILE.fullmatch(halves[1], middles[-1].end()) if middles else None
    return _read(file[1], halves[0], halves[1][: middles[-1].start()]) if file else None


def _read(path: str, old: str, new: str, *, fenced: bool = False) -> Replacement | None:
    if fenced:  # a code block has line ends of its own around the text
        old, new = old.strip("\n"), new.strip("\n")
    return Replacement(path, old, new) if old else None


def _unclear(text: str) -> Refusal:
    if not _IN.search(text):
        say = f"In which file? Say it like this: {HOW}. Nothing has changed."
    else:
        say = (
            "I cannot tell where the old text ends and the new one begins. Put both in backticks: "
            f"{HOW}. Nothing has changed."
        )
    return Refusal("UNCLEAR", say)


def replaced(text: str, old: str, new: str, path: str) -> str | Refusal:
    """Return the text with its one `old` replaced; a refusal that says where else to look when there is not one."""
    found = _places(text, old)
    if not found:
        found, old = _as_typed_on_a_phone(text, old)
    if len(found) == 1:
        return text[: found[0]] + new + text[found[0] + len(old) :]
    if not found:
        return Refusal("NOT_FOUND", _missing(text, old, new, path), old)
    lines = [text.count("\n", 0, at) + 1 for at in found]
    named = ", ".join(map(str, lines[:SHOWN])) + (" and more" if len(lines) > SHOWN else "")
    say = (
        f"That text is in `{path}` {len(found)} times, in lines {named}. Give me a bit more of the line you mean, "
        "so that only one fits. Nothing has changed."
    )
    return Refusal("SEVERAL", say, old)


def _places(text: str, old: str) -> list[int]:
    return [match.start() for match in re.finditer(re.escape(old), text)]


def _as_typed_on_a_phone(text: str, old: str) -> tuple[list[int], str]:
    """Return where the text is when quotes and blanks count as their plain forms, and how it is written there."""
    found = _places(text.translate(_PLAIN), old.translate(_PLAIN))  # one sign for one: the places stay the same
    return found, text[found[0] : found[0] + len(old)] if found else old


def _missing(text: str, old: str, new: str, path: str) -> str:
    if new and new in text:
        line = text.count("\n", 0, text.index(new)) + 1
        return (
            f"The old text is not in `{path}`, and the new one is there already, in line {line}. Nothing has changed."
        )
    lines = text.splitlines()
    first = old.strip().splitlines()[0] if old.strip() else old

    def likeness(at: int) -> float:
        return SequenceMatcher(None, first.lower(), lines[at].strip().lower()).ratio()

    nearest = max(range(len(lines)), key=likeness, default=None)
    if nearest is None or likeness(nearest) < 0.5:
        return f"That text is not in `{path}`. `cat {path}` shows what is. Nothing has changed."
    shown = lines[nearest].strip()[:120].replace("`", "'")
    return f"That text is not in `{path}`. The nearest is line {nearest + 1}: `{shown}`. Nothing has changed."
