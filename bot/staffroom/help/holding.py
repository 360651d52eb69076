"""Whose a question is: an instructor claims it, hands it over, closes it; its learner may close it too."""

from __future__ import annotations

from bot.core.cohorts import help_panels as say
from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.help import NEW, HelpThread
from bot.core.cohorts.help_panels import CLAIM, CLOSE, HAND
from bot.core.panels import Answer, Field, Kind, Mistakes, Sheet, Whispered, called
from bot.ports import Asked, Duty
from bot.staffroom.authority import NOT_YOURS, Authority
from bot.staffroom.help.desk import HelpDesk

ANYBODY = "anybody"


class Holding:
    """The duty of the buttons under a question."""

    def __init__(self, desk: HelpDesk, authority: Authority) -> None:
        self._desk = desk
        self._authority = authority

    def duty(self) -> Duty:
        """Return what it answers to."""
        presses = {CLAIM: self._claim, HAND: self._whom, CLOSE: self._close}
        return Duty(name="holding", presses=presses, sheets={HAND: self._hand})

    async def _claim(self, asked: Asked) -> Answer:
        pressed = await self._pressed(asked)
        if pressed is None:
            return NOT_YOURS
        thread, cohort = pressed
        async with self._desk.turn(thread.learner):
            thread = await self._desk.threads.thread(thread.id) or thread
            if not thread.open:
                return Whispered(say.ENDED)
            user = asked.where.user
            if thread.holder not in ("", user) and await self._authority.leads(thread.holder, cohort):
                return Whispered(f"{called(thread.holder_name)} has it. They can hand it over.")
            await self._desk.give(thread.claimed(user, asked.name), cohort)
        return None

    async def _whom(self, asked: Asked) -> Answer:
        pressed = await self._pressed(asked)
        if pressed is None:
            return NOT_YOURS
        thread, cohort = pressed
        others = [user for user in sorted(cohort.instructors) if user != thread.holder][:99]
        choices = [(user, called(await self._desk.reach.name(user))) for user in others]
        to = Field("to", "To whom?", Kind.ONE, choices=((ANYBODY, "Whoever has time"), *choices))
        return Sheet(HAND, "Hand over", fields=(to,), submit="Hand over", about=str(thread.id))

    async def _hand(self, asked: Asked) -> Answer:
        pressed = await self._pressed(asked)
        if pressed is None:
            return NOT_YOURS
        thread, cohort = pressed
        to = asked.filled.get("to", "")
        if to != ANYBODY and to not in cohort.instructors:
            return Mistakes({"to": "They are no instructor of this course (any more). Choose somebody else."})
        desk = self._desk
        async with desk.turn(thread.learner):
            thread = await desk.threads.thread(thread.id) or thread
            if not thread.open:
                return Whispered(say.ENDED)
            if to == ANYBODY:
                await desk.give(thread.released(), cohort)
                return None
            name = await desk.reach.name(to)
            given = await desk.give(thread.claimed(to, name), cohort)
            for at in await desk.staff_places(given, cohort):
                await desk.relay.say(at, f"**{called(asked.name)}** hands this to **{called(name)}**.")
        await desk.tell(to, f"**{called(asked.name)}** hands you the question of **{called(thread.name)}**.")
        return None

    async def _close(self, asked: Asked) -> Answer:
        number = int(asked.about) if asked.about.isdecimal() else NEW
        thread = await self._desk.threads.thread(number)
        if thread is None:
            return Whispered(say.GONE)
        own = thread.learner == asked.where.user
        cohort = await self._desk.cohorts.cohort(thread.cohort)
        if not own and (cohort is None or not await self._authority.leads(asked.where.user, cohort)):
            return NOT_YOURS
        async with self._desk.turn(thread.learner):
            thread = await self._desk.threads.thread(number) or thread
            if not thread.open:
                return Whispered(say.ENDED)
            await self._desk.end(thread, f"by {called(thread.name if own else asked.name)}")
        return None

    async def _pressed(self, asked: Asked) -> tuple[HelpThread, Cohort] | None:
        """Return the thread that an instructor pressed on; None when they are none of its course."""
        known = await self._desk.with_course(int(asked.about)) if asked.about.isdecimal() else None
        return known if known and await self._authority.leads(asked.where.user, known[1]) else None
