"""What is written in one thread of a question is read in the others."""

from __future__ import annotations

from dataclasses import replace

from bot.core.cohorts import help_panels as say
from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.help import HelpThread, is_private
from bot.core.talk import is_content
from bot.ports import Duty, Fact, Where, Wrote
from bot.staffroom.authority import Authority
from bot.staffroom.help.desk import HelpDesk


class Talking:
    """The duty of passing words on, both ways, with files."""

    def __init__(self, desk: HelpDesk, authority: Authority) -> None:
        self._desk = desk
        self._authority = authority
        self._told: set[tuple[str, int]] = set()  #: who heard that theirs is not passed on, by thread

    def duty(self) -> Duty:
        """Return what it hears."""
        return Duty(name="help threads", heard=self._heard, holds=self._holds)

    async def _holds(self, where: Where) -> bool:
        return await self._desk.threads.at(f"{where.channel}/{where.thread}") is not None

    async def _heard(self, fact: Fact) -> None:
        if not isinstance(fact, Wrote) or not fact.where.thread:
            return
        hung = f"{fact.where.channel}/{fact.where.thread}"
        thread = await self._desk.threads.at(hung)
        if thread is None:
            return
        async with self._desk.turn(thread.learner):
            known = await self._desk.with_course(thread.id)
            if known is None:
                return
            if hung == known[0].root:
                await self._learner_wrote(*known, fact)
            else:
                await self._instructor_wrote(*known, fact, hung)

    async def _learner_wrote(self, thread: HelpThread, cohort: Cohort, fact: Wrote) -> None:
        desk, user = self._desk, fact.where.user
        course = await desk.cohorts.of(user)
        other = await desk.threads.open_of(user)
        if course is None or course.id != cohort.id:
            await desk.relay.say(thread.root, "You have left this course, so its instructors do not read this.")
            return
        if other is not None and other.id != thread.id:
            await desk.relay.say(thread.root, "You have a newer question open. Please write in its thread.")
            return
        reopened = thread.reopened(desk.clock())
        if reopened is None:
            await desk.relay.say(thread.root, say.TOO_LATE)
            return
        line = desk.line(thread, f"{fact.where.channel}/{fact.where.said}", fact, fact.text)
        # who only thanks waits for nothing, and opens nothing again
        after = thread if is_content(fact.text) else reopened.asked_on(desk.clock())
        await desk.tell_instructors(line, after, cohort, fact.files)

    async def _instructor_wrote(self, thread: HelpThread, cohort: Cohort, fact: Wrote, hung: str) -> None:
        desk, user = self._desk, fact.where.user
        if not await self._authority.leads(user, cohort):
            if (user, thread.id) not in self._told:
                self._told.add((user, thread.id))
                await desk.reach.chat.whisper(fact.where, say.NOT_AN_INSTRUCTOR)
            return
        others = [at for at in await desk.staff_places(thread, cohort) if at != hung]
        line = desk.line(thread, f"{fact.where.channel}/{fact.where.said}", fact, fact.text)
        if is_private(fact.text):
            line = replace(line, private=True)
            if await desk.threads.line(line):
                await desk.relay.pass_on(line, thread, others, fact.files)
                if not thread.told_private:
                    await desk.threads.keep(replace(thread, told_private=True))
                    await desk.relay.say(hung, say.KEPT_PRIVATE)
            return
        reopened = await self._reopened(thread, cohort)
        if reopened is None:
            await desk.relay.say(hung, "This thread is closed for good, so that was not passed on.")
            return
        if await desk.threads.line(line):
            reopened = await desk.held_by_ours(reopened, cohort)
            answered = reopened.answered(user, fact.name, desk.clock())
            await desk.threads.keep(answered)
            await desk.relay.pass_on(line, answered, [answered.root, *others], fact.files)
            desk.relay.refresh(answered, cohort)

    async def _reopened(self, thread: HelpThread, cohort: Cohort) -> HelpThread | None:
        """Return the thread as an answer leaves it; None when it is closed for good, or the learner is not here."""
        other = await self._desk.threads.open_of(thread.learner)
        course = await self._desk.cohorts.of(thread.learner)
        if course is None or course.id != cohort.id or (other is not None and other.id != thread.id):
            return None
        return thread.reopened(self._desk.clock())
