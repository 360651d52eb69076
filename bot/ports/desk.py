"""Checks that outlive the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from bot.core.verdict import Verdict


class Desk(Protocol):
    """Durable checks: what was submitted is performed once the host can, over crashes and restarts."""

    async def submit(self, attempt: int, learner: str) -> None:
        """Put an attempt on the desk; twice is once."""
        ...

    async def waiting(self) -> Sequence[int]:
        """Return the attempts that wait for a slot, the next first."""
        ...

    async def cancel(self, attempt: int) -> None:
        """Withdraw it (idempotent)."""
        ...

    async def forget(self, attempts: Sequence[int]) -> None:
        """Delete what is kept of these attempts' jobs, done or not; withdraw them before (idempotent)."""
        ...


#: What the desk performs: verify the attempt (its own time limit, cleans up, raises `HostError` to be retried).
Verify = Callable[[int], Awaitable[Verdict]]
#: …and then makes known: close the attempt, edit its card. At least once; the store makes it once.
Publish = Callable[[int, Verdict], Awaitable[None]]
