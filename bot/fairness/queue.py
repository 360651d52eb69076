"""The queue of checks as people see it: whether there is room, who waits behind how many, and for about how long."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.core.fairness.waits import Full, Pace, admitted, begins_in_s, paced
from bot.ports import Desk

USUAL_S = 5.0  #: what a check takes, until we know better


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the queue: how many are before it, and in about how many seconds it begins."""

    ahead: int
    wait_s: float


class Queue:
    """The desk's queue, of at most `most` checks that wait."""

    def __init__(self, desk: Desk, *, slots: int, most: int) -> None:
        self._desk = desk
        self._slots = slots
        self._most = most
        self._pace = Pace(USUAL_S)
        self._coming = 0

    @asynccontextmanager
    async def entry(self) -> AsyncIterator[Full | Place]:
        """Give the place that a new check would have, or that the queue is full; `submit` it within the block."""
        before = self._coming
        self._coming += 1
        try:
            waiting = len(await self._desk.waiting()) + before
            yield admitted(waiting, self._most, self._pace, self._slots) or self._place(waiting)
        finally:
            self._coming -= 1

    async def submit(self, attempt: int, learner: str) -> None:
        """Put an attempt on the desk; twice is once."""
        await self._desk.submit(attempt, learner)

    async def cancel(self, attempt: int) -> None:
        """Withdraw it (idempotent)."""
        await self._desk.cancel(attempt)

    async def places(self) -> Mapping[int, Place]:
        """Return the places of all checks that wait: attempt → place."""
        return {attempt: self._place(ahead) for ahead, attempt in enumerate(await self._desk.waiting())}

    def learn(self, took_s: float) -> None:
        """Remember what a check took."""
        self._pace = paced(self._pace, took_s)

    def _place(self, ahead: int) -> Place:
        return Place(ahead, begins_in_s(self._pace, ahead, self._slots))
