"""Who may do what with a cohort. Asked each time, of what is kept: names, channels and buttons prove nothing."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.cohorts.cohort import Cohort
from bot.core.panels import Whispered
from bot.ports import Cohorts, Roles

NOT_YOURS = Whispered("Only the instructors of this course can do that. Nothing was changed.")
NO_INSTRUCTOR = Whispered(
    "That is for instructors. Whoever runs Docent can make you one; `help` shows what you can do."
)


class Authority:
    """Answers from the roles and the cohorts."""

    def __init__(self, roles: Roles, cohorts: Cohorts) -> None:
        self._roles = roles
        self._cohorts = cohorts

    async def leads(self, user: str, cohort: Cohort) -> bool:
        """Tell whether this person may act in the cohort: one of its instructors, or an instructor of all.

        Whoever was dismissed may not, also where the cohort still names them.
        """
        if await self._roles.is_instructor(user):
            return True
        return user in cohort.instructors and user not in await self._roles.dismissed()

    async def led_by(self, user: str) -> Sequence[Cohort]:
        """Return the open cohorts in which this person may act, oldest first."""
        cohorts = await self._cohorts.open()
        if await self._roles.is_instructor(user):
            return cohorts
        named = [each for each in cohorts if user in each.instructors]
        return named if named and user not in await self._roles.dismissed() else []
