"""Lanes: each kind of call has slots of its own, so that slow builds cannot starve a check."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.errors import EngineTimeout


class NoTurn(EngineTimeout):
    """No slot of the lane was free in time; the engine was not asked."""


class Lane(enum.Enum):
    """What a call is for; each lane has its own slots."""

    #: long, heavy on the disk
    BUILD = "build"
    #: learners' commands that may wait for a container
    RUN = "run"
    #: probes of checks
    PROBE = "probe"
    #: everything short
    CONTROL = "control"


SLOTS = {Lane.BUILD: 8, Lane.RUN: 16, Lane.PROBE: 8, Lane.CONTROL: 6}


@dataclass(frozen=True, slots=True)
class Load:
    """What a lane does now."""

    slots: int
    busy: int
    waiting: int


class Lanes:
    """The slots of all lanes, and who holds or wants one."""

    def __init__(self) -> None:
        self._free = {lane: asyncio.Semaphore(n) for lane, n in SLOTS.items()}
        self._busy, self._waiting = dict.fromkeys(Lane, 0), dict.fromkeys(Lane, 0)

    @property
    def load(self) -> Mapping[Lane, Load]:
        """Return what each lane does now."""
        return {lane: Load(n, self._busy[lane], self._waiting[lane]) for lane, n in SLOTS.items()}

    def __str__(self) -> str:
        return ", ".join(f"{lane.value} {x.busy}/{x.slots} (+{x.waiting})" for lane, x in self.load.items())

    @asynccontextmanager
    async def slot(self, lane: Lane, op: str, deadline_s: float) -> AsyncIterator[None]:
        """Hold one of the lane's slots during the block. Raises `NoTurn` when none is free in time."""
        self._waiting[lane] += 1
        try:
            async with asyncio.timeout(deadline_s):
                await self._free[lane].acquire()
        except TimeoutError:
            say = f"The Docker engine is too busy: {op} did not get its turn in {deadline_s:g} s."
            raise NoTurn(say) from None
        finally:
            self._waiting[lane] -= 1
        self._busy[lane] += 1
        try:
            yield
        finally:
            self._busy[lane] -= 1
            self._free[lane].release()
