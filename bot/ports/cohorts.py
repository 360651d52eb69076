"""What is kept of cohorts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from bot.core.cohorts.cohort import ClassHint, Cohort, Course, Gate, Seat


class Cohorts(Protocol):
    """The cohorts and who sits in them. Every call is one transaction."""

    async def keep(self, cohort: Cohort) -> Cohort:
        """Keep it in place of the one with its id; `NEW` gets an id. Returns it as it is kept.

        Where its board stands is not changed by this: see `amend`.
        """
        ...

    async def amend(self, cohort: int, change: Callable[[Cohort], Cohort]) -> Cohort | None:
        """Keep what `change` makes of the cohort as it is now, nobody else writing in between; returns it."""
        ...

    async def cohort(self, cohort: int) -> Cohort | None:
        """Return the cohort."""
        ...

    async def open(self) -> Sequence[Cohort]:
        """Return the cohorts that have not ended, oldest first."""
        ...

    async def of_channel(self, channel: str) -> Sequence[Cohort]:
        """Return the open cohorts that have this channel, or whose instructors read there, oldest first."""
        ...

    async def of(self, user: str) -> Cohort | None:
        """Return the course that this person takes."""
        ...

    async def seats(self, cohort: int) -> Sequence[Seat]:
        """Return everybody who is or was in it, in order of user ids."""
        ...

    async def seats_of(self, user: str) -> Sequence[Seat]:
        """Return where this person sits or sat, oldest cohort first."""
        ...

    async def seat(self, seat: Seat) -> bool:
        """Keep a seat in place of what it was; False, and nothing is kept, when it would be their second `TAKEN`."""
        ...

    async def seat_each(self, seats: Sequence[Seat]) -> Sequence[Seat]:
        """Keep many seats in one transaction; returns those that were kept (`seat` says which are not)."""
        ...

    async def gates(self, cohort: int) -> Sequence[Gate]:
        """Return its gates, open ones too, in order of sections."""
        ...

    async def gate(self, cohort: int, gate: Gate) -> None:
        """Keep a gate in place of the one of its section."""
        ...

    async def remove_gate(self, cohort: int, section: str) -> None:
        """Take a gate away (idempotent)."""
        ...

    async def hint(self, cohort: int, hint: ClassHint) -> None:
        """Keep a class hint, in place of one for the same condition and code; an empty text takes it away."""
        ...

    async def hints(self, cohort: int) -> Sequence[ClassHint]:
        """Return its class hints, oldest first."""
        ...

    async def course(self, user: str) -> Course | None:
        """Return what this person's record takes from the course they take."""
        ...
