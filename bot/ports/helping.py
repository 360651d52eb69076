"""What is kept of help threads."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.core.cohorts.help import HelpLine, HelpThread


class Waiting(Protocol):
    """Who waits for help."""

    async def waiting(self, cohort: int) -> Collection[str]:
        """Return the learners of this cohort whose last word in an open help thread nobody has answered."""
        ...


class HelpThreads(Waiting, Protocol):
    """The questions of learners, and what was said about them. Every call is one transaction."""

    async def ask(self, thread: HelpThread, once: str = "") -> HelpThread | None:
        """Keep a new question and return it with its id; None when the learner has one open, or when something of the
        name `once` was kept before."""
        ...

    async def keep(self, thread: HelpThread) -> None:
        """Keep it in place of what it was; places that it had stay known (`at`)."""
        ...

    async def thread(self, number: int) -> HelpThread | None:
        """Return the thread."""
        ...

    async def at(self, place: str) -> HelpThread | None:
        """Return the thread that hangs on this message, or once did."""
        ...

    async def open_of(self, learner: str) -> HelpThread | None:
        """Return the question that this learner has open."""
        ...

    async def open(self, cohort: int | None = None) -> Sequence[HelpThread]:
        """Return the open threads, of one cohort or of all, oldest first."""
        ...

    async def waits_s(self, cohort: int, since: datetime) -> Sequence[float]:
        """Return how many seconds each question asked since then waited for its first answer."""
        ...

    async def line(self, line: HelpLine) -> bool:
        """Keep a message that is to be passed on; False when it was kept before."""
        ...

    async def passed(self, line: HelpLine, *, over: bool) -> None:
        """Keep how far it has been passed on; when that is `over`, its words are forgotten."""
        ...

    async def unpassed(self) -> Sequence[HelpLine]:
        """Return what has not been passed on to everybody, oldest first."""
        ...
