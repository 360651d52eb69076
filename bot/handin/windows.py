"""A long file is edited through a window of lines: which lines fit, and how they come back into the file.

Lines are counted from 1. A form holds no line ends but `\\n`; the file's own come back with the lines. A window carries
a mark of what was in it, so that what somebody changed meanwhile is never written over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from bot.handin.plan import Refusal

#: characters of a form; a window leaves room to write some more
FORM_LIMIT = 3_000
ROOM = 2_400
PAGE_LINES = 60
#: lines before and behind the text that was looked for: it is in sight when the form opens
BEFORE, BEHIND = 3, 20
NO_FILE = "new"  #: the mark of a file that is not there


@dataclass(frozen=True, slots=True)
class Spot:
    """The place in a file that somebody asks for: lines, or lines around a text; nothing: the file as a whole."""

    first: int = 0
    last: int = 0
    near: str = ""


WHOLE = Spot()


@dataclass(frozen=True, slots=True)
class Window:
    """Lines of a file as they were when a form was opened."""

    first: int
    last: int
    text: str
    mark: str


def mark(text: str | None) -> str:
    """Return what tells one text from another; None is a file that is not there."""
    return NO_FILE if text is None else sha256(text.replace("\r\n", "\n").encode()).hexdigest()[:16]


def whole(text: str) -> Window:
    """Return all lines."""
    lines = _lines(text)
    return Window(1, max(1, len(lines)), text.replace("\r\n", "\n"), mark(text))


def windows(text: str) -> tuple[Window, ...]:
    """Return windows that cover the text in order, cut at empty lines where that is possible."""
    lines, found, first = _lines(text), [], 1
    while first <= len(lines):
        last = _fitting(lines, first, min(len(lines), first + PAGE_LINES - 1))
        if last < len(lines):
            calm = (at for at in range(last, first + (last - first) // 2, -1) if not lines[at - 1].strip())
            last = next(calm, last)
        found.append(_window(lines, first, last))
        first = last + 1
    return tuple(found)


def open_window(text: str, spot: Spot, path: str) -> Window | Refusal:
    """Return the window for a place; fewer lines when they would not fit into a form."""
    lines = _lines(text)
    first, last = spot.first, spot.last
    if spot.near:
        at = find(text, spot.near)
        if at is None:
            say = f"“{spot.near[:80]}” is not in `{path}`. `show {path}` goes through it page by page."
            return Refusal("NOT_FOUND", say, spot.near[:200])
        first, last = max(1, at - BEFORE), min(len(lines), at + BEHIND)
        while first < at and _fitting(lines, first, last) < min(last, at + 2):
            first += 1  # the text that was looked for is in the window, whatever stands before it
    if first > last:
        first, last = last, first
    if not 1 <= first <= len(lines):
        say = f"`{path}` has {len(lines)} {'line' if len(lines) == 1 else 'lines'}, so there is no line {first}."
        return Refusal("NO_SUCH_LINE", say, str(first), f"edit {path}")
    if len(lines[first - 1]) > FORM_LIMIT - 200:
        size = f"Line {first} of `{path}` alone has {len(lines[first - 1]):,} characters; a form holds {FORM_LIMIT:,}."
        return Refusal("LONG_LINE", f"{size} Say replace `OLD` with `NEW` in {path}, or upload the file.", str(first))
    return _window(lines, first, _fitting(lines, first, min(last, len(lines)), FORM_LIMIT - 200))


def find(text: str, wanted: str) -> int | None:
    """Return the first line with this text in it; capitals and blanks count only where that decides."""
    lines = _lines(text)
    for plain in (str, _plainly):
        sought = plain(wanted)
        if sought and (at := next((n for n, line in enumerate(lines, 1) if sought in plain(line)), 0)):
            return at
    return None


def _plainly(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(_QUOTES)).strip().lower()


_QUOTES = str.maketrans({**dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‘’‚", "'"), "\u00a0": " "})


def put_back(text: str, window: Window, new: str) -> str | None:
    """Return the text with the window's lines replaced, wherever they are now; None when they have changed.

    `window.text` is not needed: the mark tells. Lines that only moved (something was written above) are found again,
    if they are found once.
    """
    ends = re.findall(r"\r\n|\n", text)
    end = "\r\n" if ends.count("\r\n") * 2 > len(ends) else "\n"
    lines = text.splitlines(keepends=True) if _splits_alike(text) else re.findall(r"[^\n]*\n|[^\n]+", text)
    count = window.last - window.first + 1
    plain = _lines(text)

    def here(first: int) -> bool:
        return mark("\n".join(plain[first : first + count])) == window.mark

    at = window.first - 1
    if not (at + count <= len(plain) and here(at)):
        places = [first for first in range(len(plain) - count + 1) if here(first)]
        if len(places) != 1:
            return None
        (at,) = places
    added = new.replace("\r\n", "\n")
    if mark(added.removesuffix("\n")) == window.mark or mark(added) == window.mark:
        return text
    added = added if added.endswith("\n") or not added else f"{added}\n"
    rest = lines[at + count :]
    if not rest and lines and not lines[-1].endswith("\n"):
        added = added.removesuffix("\n")  # a file without a last line end keeps none
    return "".join(lines[:at]) + added.replace("\n", end) + "".join(rest)


def _splits_alike(text: str) -> bool:
    """Tell whether Python's idea of a line is an editor's here: form feeds and the like are no line ends."""
    return text.splitlines() == _lines(text)


def _lines(text: str) -> list[str]:
    """Return the lines without their ends."""
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines and not lines[-1] else lines


def _fitting(lines: Sequence[str], first: int, last: int, room: int = ROOM) -> int:
    """Return the last line that fits into a form with those from the first; at least the first."""
    size, at = 0, first - 1
    while at < last and (size := size + len(lines[at]) + 1) <= room:
        at += 1
    return max(at, first)


def _window(lines: Sequence[str], first: int, last: int) -> Window:
    text = "\n".join(lines[first - 1 : last])
    return Window(first, last, text, mark(text))


_FILE = r"(?:the\s+)?(?:file\s+)?[`'\"“]?(?P<path>(?:[A-Za-z]:)?[\w.@+/\\-]*[\w@+-])[`'\"”]?"
_RANGE = r"(?:lines?\s+)?(?P<first>\d{1,5})(?:\s*(?:-|–|—|to|until|\.\.+)\s*(?P<last>\d{1,5}))?"
_NEAR = r"(?:near|at|around|with|where)\s+(?P<near>\S.{0,200}?)"
_VERB = r"(?:edit|write|open|change)"
_ASKS = tuple(
    re.compile(rf"{form}\s*", re.IGNORECASE)
    for form in (
        rf"{_VERB}\s+{_FILE}",
        rf"{_VERB}\s+{_FILE}(?:\s+|\s*:\s*){_RANGE}",
        rf"{_VERB}\s+{_RANGE}\s+(?:of|in)\s+{_FILE}",
        rf"{_VERB}\s+{_FILE}\s+{_NEAR}",
    )
)
_SHOWS = tuple(
    re.compile(rf"{form}\s*", re.IGNORECASE)
    for form in (
        rf"(?:show|view|display|page)(?:\s+me)?\s+{_FILE}",
        rf"(?:show|view|display|page)(?:\s+me)?\s+{_FILE}(?:\s+|\s*:\s*){_RANGE}",
        rf"(?:show|view|display|page)(?:\s+me)?\s+{_FILE}\s+{_NEAR}",
    )
)
_MARKS = "`'\"“”„‘’«»"


def read_edit(text: str) -> tuple[str, Spot] | None:
    """Return the file and the place that a message asks to edit, None for other messages."""
    return _asked(_ASKS, text)


def read_show(text: str) -> tuple[str, Spot] | None:
    """Return the file and the place that a message asks to see; a word without a dot or a slash is no file."""
    asked = _asked(_SHOWS, text)
    named = asked and ("." in asked[0] or "/" in asked[0] or asked[0].lower() == "dockerfile")
    return asked if named else None


def _asked(forms: Sequence[re.Pattern[str]], text: str) -> tuple[str, Spot] | None:
    for form in forms:
        if found := form.fullmatch(text.strip()):
            parts = found.groupdict()
            first = int(parts.get("first") or 0)
            near = (parts.get("near") or "").strip().strip(_MARKS).strip()
            return parts["path"], Spot(first, int(parts.get("last") or 0) or (first and first + BEHIND), near)
    return None
