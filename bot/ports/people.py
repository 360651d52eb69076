"""Who may do what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Roles(Protocol):
    """Who may do more than learners, by user id: names and channels are for anybody to choose.

    Every call is one transaction.
    """

    async def is_instructor(self, user: str) -> bool:
        """Tell whether this person is an instructor now; ask each time it matters."""
        ...

    async def instructors(self) -> Sequence[str]:
        """Return the ids of all instructors, in order."""
        ...

    async def dismissed(self) -> Sequence[str]:
        """Return the ids of those who were made instructors no more, in order."""
        ...

    async def appoint(self, user: str) -> bool:
        """Make somebody an instructor; False when they were one."""
        ...

    async def dismiss(self, user: str) -> bool:
        """Make somebody an instructor no more, also when settings name them; False when they were none."""
        ...
