"""What is kept of broadcasts and nudges, and when people may be disturbed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.cohorts.broadcast import Broadcast, Fate
from bot.core.cohorts.nudges import Nudged


class Broadcasts(Protocol):
    """What instructors write to many. Every call is one transaction."""

    async def draft(self, broadcast: Broadcast) -> Broadcast:
        """Keep a draft, in place of the one with its id; `NEW` gets one. Returns it as it is kept."""
        ...

    async def broadcast(self, number: int) -> Broadcast | None:
        """Return it."""
        ...

    async def begin(self, number: int, people: Sequence[str]) -> bool:
        """Let it be sent to these; False, and nothing is kept, when it is no draft (any more)."""
        ...

    async def place(self, number: int, place: str) -> None:
        """Remember where its author reads how far it is."""
        ...

    async def sending(self) -> Sequence[Broadcast]:
        """Return those on their way, oldest first."""
        ...

    async def take(self, number: int, most: int) -> Sequence[str]:
        """Return some of those who wait for it, who are `TRYING` from now on; none when all have had their turn."""
        ...

    async def fate(self, number: int, fates: Mapping[str, Fate]) -> None:
        """Keep what came of it for these."""
        ...

    async def fates(self, number: int) -> Mapping[Fate, int]:
        """Return how many had which fate."""
        ...

    async def doubt(self) -> None:
        """Make `UNSURE` of whoever was `TRYING` when we were stopped; once, at the start."""
        ...

    async def end(self, number: int) -> None:
        """Keep that all had their turn."""
        ...


class Nudges(Protocol):
    """Who was reminded. Every call is one transaction."""

    async def nudged(self) -> Mapping[str, Nudged]:
        """Return what is kept of everybody, by user."""
        ...

    async def keep(self, nudged: Nudged) -> None:
        """Keep it in place of what it was."""
        ...


class Hours(Protocol):
    """When people may be disturbed, as Slack says."""

    async def offset_s(self, user: str) -> int | None:
        """Return how far their clock is before UTC, None when that is not known."""
        ...

    async def quiet(self, user: str, now: datetime) -> bool:
        """Tell whether they do not want to be disturbed now; also where that is not known."""
        ...
