"""What a program said since it was last given a line, as it reads on a terminal. Pure."""

from __future__ import annotations

import re

from bot.sandbox.screen import shown
from bot.sandbox.stream import Frames, HeadTail

KEPT = 12 * 1024  #: bytes kept at each end
LONGEST = 16 * 1024  #: bytes of one answer
WIDE = 60  #: an echo longer than this may be drawn in pieces

#: what a line ends with that waits for somebody to type
PROMPT = re.compile(r"[$#>%?:»\]]$")
SECRET = re.compile(r"(?:password|passphrase|passwort|passcode)[^\n]{0,80}:$", re.IGNORECASE)


class Transcript:
    """One program's words; with a `tty` it also repeats what is typed, which is taken out again."""

    def __init__(self, *, tty: bool) -> None:
        self._tty = tty
        self._frames = None if tty else Frames()
        self._kept = HeadTail(KEPT, KEPT)
        self._echo: str | None = None
        self.size = 0  #: bytes since the last line

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes from the line."""
        self.size += len(chunk)
        for piece in [chunk] if self._frames is None else [piece for _, piece in self._frames.feed(chunk)]:
            self._kept.add(piece)

    def typed(self, echo: str | None) -> None:
        """Begin anew after a line was typed; `echo` is what the terminal will repeat, None where it is a key."""
        self._kept = HeadTail(KEPT, KEPT)
        self._echo = echo
        self.size = 0

    def text(self) -> str:
        """Return what was said, clean, at most 16 KiB, cut visibly."""
        text = shown(self._kept.text(), LONGEST)
        if self._tty and self._echo is not None:
            text = _without(self._echo, text)
        body, newline, last = text.rpartition("\n")
        return f"{body}{newline}{last.rstrip()}"

    @property
    def waits(self) -> bool:
        """Tell whether the last line looks like one that waits for input."""
        return bool(PROMPT.search(self.text().rpartition("\n")[2][-120:]))

    @property
    def secret(self) -> bool:
        """Tell whether what is typed next will not be shown."""
        return bool(SECRET.search(self.text().rpartition("\n")[2][-200:]))


def _without(echo: str, text: str) -> str:
    """Return the text without its first line where that only repeats what was typed."""
    first, newline, rest = text.partition("\n")
    if first.strip() == echo.strip() or (newline and (not first.strip() or len(echo) > WIDE)):
        return rest
    return text
