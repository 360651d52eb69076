"""Where alerts go: to the instructors of a cohort, or to everybody's channel for who is in none; and who may act."""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.core.cohorts.cohort import NEW, Cohort
from bot.core.panels import Panel
from bot.errors import ChatError
from bot.ports import Cohorts, Roles, Staff
from bot.staffroom.authority import Authority
from bot.staffroom.telling import Telling

log = structlog.get_logger(__name__)


class Postbox:
    """Posts and edits by the number of a cohort; 0 is who is in none."""

    def __init__(self, cohorts: Cohorts, roles: Roles, telling: Telling, staff: Staff) -> None:
        self.cohorts = cohorts
        self._roles = roles
        self._authority = Authority(roles, cohorts)
        self._telling = telling
        self._staff = staff

    async def post(self, cohort: Cohort | None, panel: Panel) -> Sequence[str]:
        """Return the places of what was posted; () where nobody could be reached."""
        if cohort is not None:
            return await self._telling.post(cohort, panel)
        try:
            place = await self._staff.tell(panel)
        except ChatError as error:
            log.warning("instructors_not_told", error=str(error))
            return ()
        return (place,) if place else ()

    async def edit(self, places: Sequence[str], panel: Panel) -> None:
        """Show it in place of what was posted."""
        await self._telling.edit(places, panel)

    async def leader(self, user: str, cohort: int) -> bool:
        """Tell whether this person may act for the learners of this cohort, now."""
        if cohort == NEW:
            return await self._roles.is_instructor(user)
        found = await self.cohorts.cohort(cohort)
        return found is not None and await self._authority.leads(user, found)

    async def leaders(self, cohort: Cohort | None) -> frozenset[str]:
        """Return everybody who may act there."""
        return frozenset(await self._roles.instructors()) | (cohort.instructors if cohort else frozenset())

    async def nameless(self, cohort: int) -> bool:
        """Tell whether instructors see figures only there."""
        found = await self.cohorts.cohort(cohort) if cohort != NEW else None
        return found is not None and found.nameless
