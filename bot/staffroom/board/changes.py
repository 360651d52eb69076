"""What changed since the boards were looked at last; nothing changed means nothing is read."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.cohorts.board.tally import ALONE, Spot, ground, spot
from bot.core.events import CheckEnded, Event
from bot.core.turn import Turn
from bot.core.workshop import Workshop

REMEMBERED = timedelta(hours=1)  #: how long a fault of ours is told
MANY = 10_000


@dataclass(frozen=True, slots=True)
class Changed:
    """What happened since the last look: who is where now, by cohort, and which cohorts are to be read anew."""

    spots: dict[int, dict[str, Spot]] = field(default_factory=dict)
    cohorts: set[int] = field(default_factory=set)


class Changes:
    """Takes in what happens, from anywhere in the loop; all but `some` return at once."""

    def __init__(self, workshop: Workshop, clock: Callable[[], datetime]) -> None:
        self.ground = ground(workshop)
        self._clock = clock
        self._rung = asyncio.Event()
        self._changed = Changed()
        self._faults: deque[datetime] = deque(maxlen=MANY)

    def follow(self, event: Event, turn: Turn) -> None:
        """Take in a turn that was recorded (`bot.classroom.Follower`)."""
        learner = turn.learner
        if isinstance(event, CheckEnded) and event.verdict.ours:
            self._faults.append(self._clock())
        cohort = learner.course.cohort if learner.course else ALONE
        self._changed.spots.setdefault(cohort, {})[learner.id] = spot(self.ground, learner)
        self._rung.set()

    def cohort(self, cohort: int) -> None:
        """Take in that a cohort, or who sits in it, changed."""
        self._changed.cohorts.update((cohort, ALONE))  # whoever takes a seat is not alone any more
        self._rung.set()

    def ring(self) -> None:
        """Take in that our own side may have changed."""
        self._rung.set()

    def faults(self) -> int:
        """Return how many checks of the last hour failed through us."""
        while self._faults and self._clock() - self._faults[0] > REMEMBERED:
            self._faults.popleft()
        return len(self._faults)

    async def some(self, within_s: float) -> Changed:
        """Return what changed since the last call, once something did, or after so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._rung.wait()
        self._rung.clear()
        changed, self._changed = self._changed, Changed()
        return changed
