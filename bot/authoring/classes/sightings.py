"""Everything that appeared on anybody's screen during a class, with when it did: what findings are made of."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that appeared on somebody's screen."""

    who: str  #: user id
    at_s: float  #: by a clock of ours that only goes forward
    minute: float  #: of the class
    kind: str  #: message | modal | home | status
    channel: str
    ts: str
    thread: str  #: ts of the message under which it stands, '' outside of threads
    text: str
    edited: bool


@dataclass(slots=True)
class Sightings:
    """All of them, in order; `news` brings those of whoever is followed."""

    follows: str = ""  #: user id
    seen: list[Sighting] = field(default_factory=list)
    news: asyncio.Queue[Sighting] = field(default_factory=asyncio.Queue)

    def add(self, sighting: Sighting) -> None:
        """Take one."""
        self.seen.append(sighting)
        if sighting.who == self.follows:
            self.news.put_nowait(sighting)

    def having(self, words: str, *, who: str = "", channel: str = "", edited: bool | None = None) -> Iterator[Sighting]:
        """Yield those with these words in them, oldest first."""
        for each in self.seen:
            fits = who in ("", each.who) and channel in ("", each.channel) and edited in (None, each.edited)
            if fits and words in each.text:
                yield each
