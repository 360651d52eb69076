"""What boards are made of and where they stand."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from bot.core.cohorts.board.tally import Roll
from bot.core.panels import Panel


class Rolls(Protocol):
    """Who takes which course, in one look at what is kept."""

    async def roll(self, cohort: int) -> Roll:
        """Return who takes the course; of `bot.core.cohorts.board.tally.ALONE` those who have started without one."""
        ...


class Nobody:
    """It is true of nobody: what a board says as long as no radar looks and nobody takes questions."""

    async def stuck(self, cohort: int) -> Collection[str]:
        """Return nobody (`bot.ports.StuckLearners`)."""
        return ()

    async def waiting(self, cohort: int) -> Collection[str]:
        """Return nobody (`bot.ports.Waiting`)."""
        return ()


class Stand(Protocol):
    """Where boards stand. Raises `ChatError`."""

    async def board(self, channel: str, ts: str, message: Panel) -> str:
        """Edit the board, or post it where there is none (any more); return its ts."""
        ...
