"""Everything that is kept of a person, wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of one person."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]]  #: table → rows, as JSON has them; of bytes the name in `files`
    files: Mapping[str, bytes] = field(default_factory=dict)  #: path → content

    @property
    def count(self) -> int:
        """Return how many rows there are."""
        return sum(len(rows) for rows in self.rows.values())


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted of a person, as far as it stands elsewhere too."""

    rows: int
    places: tuple[str, ...] = ()  #: `channel/ts` of messages of ours about them


class Persons(Protocol):
    """What is kept of people, over all tables. Every call is one transaction."""

    async def kept(self, user: str) -> Kept:
        """Return everything that is kept of this person; what of others' rows they had a hand in, in short."""
        ...

    async def attempts(self, user: str) -> Sequence[int]:
        """Return the numbers of all checks of theirs, also of closed ones."""
        ...

    async def forget(self, user: str) -> Forgotten:
        """Delete everything of this person (idempotent); rows of others name them no more."""
        ...

    async def forget_everybody(self) -> int:
        """Delete every row of every table and return how many there were; the tables stay."""
        ...

    async def intend(self, user: str) -> None:
        """Remember that this person is to be forgotten; `forget` ends it."""
        ...

    async def intended(self) -> Sequence[str]:
        """Return who is to be forgotten and is not yet."""
        ...

    async def everybody(self) -> Sequence[str]:
        """Return the ids of all people of whom something is kept as learners or seats, in order."""
        ...

    async def unseen_since(self, before: datetime) -> Mapping[str, datetime]:
        """Return who was last seen before then, and when; of who never came, when they were invited."""
        ...

    async def forget_ended(self, before: datetime) -> int:
        """Delete all that is kept of cohorts that ended before then, but not their people; return how many."""
        ...
