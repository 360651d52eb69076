"""Instructors look at a learner's work when the learner says they may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.consent import (
    ANSWER,
    LOOK,
    READ,
    Consent,
    Grant,
    answered,
    asks,
    listing,
    looks,
    question,
    reading,
    standing,
    told,
)
from bot.core.panels import Answer, Panel, Whispered, called
from bot.errors import ChatError
from bot.ports import Asked, Cohorts, Consents, Duty, Notebooks, Store, Where
from bot.staffroom.authority import NOT_YOURS, Authority
from bot.staffroom.reach import Reach

NAMELESS = Whispered("This course is run without names, so nobody looks at anybody's work here.")
ALONE = Whispered("You learn on your own here, so there is no instructor who could look at your work.")
NOT_ASKED = Whispered("There is nothing to answer here (any more).")


class Looking:
    """The duty of looking at work, with the learner's consent."""

    def __init__(
        self,
        store: Store,
        notebooks: Notebooks,
        consents: Consents,
        cohorts: Cohorts,
        authority: Authority,
        reach: Reach,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._notebooks = notebooks
        self._consents = consents
        self._cohorts = cohorts
        self._authority = authority
        self._reach = reach
        self._clock = clock

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="looks",
            words={"consent": self._standing},
            presses={LOOK: self._look, READ: self._read, ANSWER: self._answer},
        )

    async def may_look(self, learner: str, cohort: int, user: str = "") -> bool:
        """Tell whether this instructor ('': any of the course) may look at the learner's work now."""
        return looks(await self._consents.grant(cohort, learner), user, self._clock())

    async def _look(self, asked: Asked) -> Answer:
        cohort, learner, rest = await self._whose(asked)
        if cohort is None:
            return NOT_YOURS
        if cohort.nameless:
            return NAMELESS
        name = (await self._store.learner(learner)).name
        if not await self.may_look(learner, cohort.id, asked.where.user):
            return await self._ask(asked, cohort, learner, name)
        first = int(rest) if rest.isdecimal() else 0
        pages = await self._notebooks.pages(learner)
        return listing(name, f"{cohort.id}|{learner}", await self._store.files(learner), pages, first)

    async def _ask(self, asked: Asked, cohort: Cohort, learner: str, name: str) -> Answer:
        """Ask the learner, unless they were asked lately or said no."""
        grant, now = await self._consents.grant(cohort.id, learner), self._clock()
        if not asks(grant, now):
            said_no = grant is not None and grant.consent is Consent.NO
            text = "would rather not show their work." if said_no else "was asked and has not answered yet."
            return Whispered(f"{called(name)} {text}")
        await self._consents.keep(Grant(cohort.id, learner, Consent.ASKED, asked.where.user, now))
        room = await self._reach.room(learner)
        await self._reach.chat.show(Where(room, learner), question(asked.name, cohort.id))
        return Whispered(f"I asked {called(name)}. When they answer, I tell you in our direct message.")

    async def _read(self, asked: Asked) -> Answer:
        cohort, learner, rest = await self._whose(asked)
        if cohort is None:
            return NOT_YOURS
        if cohort.nameless or not await self.may_look(learner, cohort.id, asked.where.user):
            return Whispered("They do not let you look (any more).")
        number, _, path = rest.partition("|")
        content = (await self._store.files(learner)).get(path)
        return reading(f"{cohort.id}|{learner}", path, content, int(number) if number.isdecimal() else 0)

    async def _whose(self, asked: Asked) -> tuple[Cohort | None, str, str]:
        """Return the cohort and the learner that a button is about, if its presser leads the one and the other sits
        in it; and the rest."""
        number, _, rest = asked.about.partition("|")
        learner, _, rest = rest.partition("|")
        course = await self._cohorts.of(learner)
        if course is None or str(course.id) != number or not await self._authority.leads(asked.where.user, course):
            return None, "", ""
        return course, learner, rest

    async def _answer(self, asked: Asked) -> Answer:
        """Keep what a learner says of their own work: whoever presses speaks for nobody else."""
        number, _, said = asked.about.partition("|")
        learner, now = asked.where.user, self._clock()
        course = await self._cohorts.of(learner)
        if course is None or str(course.id) != number or said not in ("once", "course", "no"):
            return NOT_ASKED
        before = await self._consents.grant(course.id, learner)
        consent = Consent(said)
        by = before.by if before and before.consent is Consent.ASKED else ""
        if consent is Consent.ONCE and not by:
            return NOT_ASKED
        await self._consents.keep(Grant(course.id, learner, consent, by, now))
        if by:
            await self._tell(by, told(asked.name, f"{course.id}|{learner}", yes=consent is not Consent.NO))
        return answered(consent, await self._reach.name(by) if by else "")

    async def _standing(self, asked: Asked) -> Answer:
        course = await self._cohorts.of(asked.where.user)
        if course is None:
            return ALONE
        grant = await self._consents.grant(course.id, asked.where.user)
        return standing(grant, course.name, course.id, self._clock())

    async def _tell(self, user: str, panel: Panel) -> None:
        try:
            await self._reach.chat.show(Where(await self._reach.room(user), user), panel)
        except ChatError:
            return  # they see it when they press again
