"""What other systems are to be told, as it is kept until they have taken it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to tell. `body` is JSON, sent as it stands here."""

    id: int
    event: str
    learner: str
    body: str
    tries: int


class Letters(Protocol):
    """Letters to one address. Every call is one transaction."""

    async def collect(self, now: datetime) -> int:
        """Write letters of what happened since the last time, each once whatever crashes; return how many.

        The first time, of what happens from then on; never of what is older than a day.
        """
        ...

    async def due(self, now: datetime, busy: Collection[str], most: int) -> Sequence[Letter]:
        """Return the letters to be sent now, oldest first: of each learner the oldest alone, of the `busy` none."""
        ...

    async def taken(self, letter: int) -> None:
        """Forget a letter that was taken (idempotent)."""
        ...

    async def put_off(self, letter: int, until: datetime) -> None:
        """Count a try that failed, and keep the letter until then."""
        ...

    async def give_up(self, before: datetime) -> int:
        """Forget letters that were written before; return how many."""
        ...
