"""The time of a rehearsed class: minutes that pass faster than ours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Hour:
    """`clock` is the bot's own and runs `pace` times as fast as ours; `began` is by it, and set when all is there."""

    clock: Callable[[], datetime]
    pace: float
    began: datetime

    def minute(self) -> float:
        """Return how many minutes of the class have passed."""
        return (self.clock() - self.began).total_seconds() / 60

    def real_s(self, minutes: float) -> float:
        """Return how many seconds of ours these minutes of the class take."""
        return minutes * 60 / self.pace

    async def wait(self, minutes: float) -> None:
        """Let so many minutes of the class pass."""
        await asyncio.sleep(max(0.0, self.real_s(minutes)))

    async def until(self, minute: float) -> None:
        """Let the class go on to this minute."""
        await self.wait(minute - self.minute())
