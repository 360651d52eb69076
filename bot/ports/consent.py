"""What learners said about their work being looked at."""

from __future__ import annotations

from typing import Protocol

from bot.core.cohorts.consent import Grant


class Consents(Protocol):
    """The newest word of each learner in each cohort. Every call is one transaction."""

    async def grant(self, cohort: int, learner: str) -> Grant | None:
        """Return what they said, None when they were never asked."""
        ...

    async def keep(self, grant: Grant) -> None:
        """Keep it in place of what they said before."""
        ...


class MayLook(Protocol):
    """Tells whether work may be looked at."""

    async def may_look(self, learner: str, cohort: int, user: str = "") -> bool:
        """Tell whether this instructor ('': any of the course) may look at the learner's work now."""
        ...
