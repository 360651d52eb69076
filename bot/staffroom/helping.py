"""A learner asks, instructors answer: a thread on each side, and what is written in one is read in the other."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.core.cards import filled
from bot.core.cohorts import help_panels as say
from bot.core.cohorts.cohort import Cohort, SeatState
from bot.core.cohorts.help import NEW, HelpLine, HelpThread, is_private
from bot.core.cohorts.help_panels import ASK, CLAIM, CLOSE, HAND
from bot.core.learner import Learner
from bot.core.map import place, settled
from bot.core.panels import Answer, Field, Kind, Mistakes, Sheet, Whispered, called
from bot.core.workshop import Workshop
from bot.errors import ChatError, DocentError
from bot.handin.secrets import hidden
from bot.ports import Asked, ChannelChanged, Cohorts, Duty, Fact, HelpThreads, Store, Where, Wrote
from bot.staffroom.authority import NOT_YOURS, Authority
from bot.staffroom.reach import Reach
from bot.staffroom.relay import Relay

log = structlog.get_logger(__name__)

TEND_EVERY_S = 30.0
GIVE_UP = timedelta(hours=1)  #: what could not be passed on for so long is given back to whoever wrote it
ANYBODY = "anybody"
NAMELESS = "A learner"


class Helping:
    """The duty of help threads. `keep` tends them while the bot runs."""

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        threads: HelpThreads,
        cohorts: Cohorts,
        authority: Authority,
        relay: Relay,
        reach: Reach,
        clock: Callable[[], datetime],
    ) -> None:
        self._workshop = workshop
        self._store = store
        self._threads = threads
        self._cohorts = cohorts
        self._authority = authority
        self._relay = relay
        self._reach = reach
        self._clock = clock
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)  #: by learner
        self._told: set[tuple[str, int]] = set()  #: who heard that theirs is not passed on

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="help",
            words={"ask": self._asked},
            presses={ASK: self._form, CLAIM: self._claim, HAND: self._whom, CLOSE: self._close},
            sheets={ASK: self._sent, HAND: self._hand},
            heard=self.heard,
            holds=self.holds,
        )

    async def holds(self, where: Where) -> bool:
        """Tell whether this thread is a help thread."""
        return await self._threads.at(f"{where.channel}/{where.thread}") is not None

    async def heard(self, fact: Fact) -> None:
        """Pass on what is written in help threads; move those whose channel was archived."""
        if isinstance(fact, ChannelChanged) and fact.archived:
            for each in await self._threads.open():
                if any(at.startswith(f"{fact.channel}/") for at in each.places):
                    await self._tended_in_turn(each, archived=True)
        if not isinstance(fact, Wrote) or not fact.where.thread:
            return
        hung = f"{fact.where.channel}/{fact.where.thread}"
        thread = await self._threads.at(hung)
        if thread is None:
            return
        async with self._locks[thread.learner]:
            thread = await self._threads.thread(thread.id)
            cohort = await self._cohorts.cohort(thread.cohort) if thread else None
            if thread is None or cohort is None:
                return
            if hung == thread.root:
                await self._learner_wrote(thread, cohort, fact)
            else:
                await self._instructor_wrote(thread, cohort, fact, hung)

    # -- asking --------------------------------------------------------------------------------------------------

    async def _asked(self, asked: Asked) -> Answer:
        if not asked.about:
            return await self._form(asked)
        once = f"{asked.where.channel}/{asked.where.said}" if asked.where.said else asked.where.delivery
        return await self._open(asked, asked.about, once)

    async def _form(self, asked: Asked) -> Answer:
        if await self._cohorts.of(asked.where.user) is None:
            return Whispered(say.ALONE)
        what = Field("question", "Your question", Kind.TEXT, asked.about, hint="What did you try, and what came of it?")
        return Sheet(ASK, "Ask an instructor", fields=(what,), submit="Send")

    async def _sent(self, asked: Asked) -> Answer:
        if not asked.filled.get("question", "").strip():
            return Mistakes({"question": say.NO_QUESTION})
        return await self._open(asked, asked.filled["question"], "")

    async def _open(self, asked: Asked, question: str, once: str) -> Answer:
        """Open a thread with this question; where one is open, the question is said there."""
        user, now = asked.where.user, self._clock()
        cohort = await self._cohorts.of(user)
        if cohort is None:
            return Whispered(say.ALONE)
        async with self._locks[user]:
            thread = await self._threads.open_of(user)
            if thread is not None and thread.cohort == cohort.id:
                line = self._line(thread, once or f"form/{user}/{now.timestamp()}", asked, question)
                await self._to_instructors(line, thread.asked_on(now), cohort)
                return Whispered(say.ADDED)
            if thread is not None:
                await self._end(thread, "the learner takes another course")
            learner = await self._store.learner(user, asked.name)
            name = NAMELESS if cohort.nameless else asked.name
            step, tried = self._standing(learner)
            thread = HelpThread(NEW, cohort.id, user, name, hidden(question.strip()), step, tried, now, now)
            kept = await self._threads.ask(thread, once)
            if kept is None:
                return None
            kept = await self._relay.settle(kept, cohort)
        here = asked.where.channel in ("", kept.root.partition("/")[0])
        return None if here else Whispered(say.ASKED)

    def _standing(self, learner: Learner) -> tuple[str, str]:
        """Return where a learner is and what came of it, in words."""
        learner = settled(self._workshop, learner)
        ref = learner.at
        if ref is None:
            return "has not started yet", ""
        tries = learner.tries.get(ref, 0)
        tried = f"{tries} {'try' if tries == 1 else 'tries'}" if tries else "no try yet"
        name, code = learner.failing.get(ref, ("", ""))
        step = self._workshop.step(ref)
        title = next((c.title for c in (step.conditions if step else ()) if c.id == name), "")
        title = filled(title, self._workshop.seen_by(learner.namespace))
        return place(self._workshop, ref), f"{tried}, last: {title} ({code})" if title else tried

    # -- words from one side to the other ------------------------------------------------------------------------

    async def _learner_wrote(self, thread: HelpThread, cohort: Cohort, fact: Wrote) -> None:
        now, user = self._clock(), fact.where.user
        course = await self._cohorts.of(user)
        other = await self._threads.open_of(user)
        if course is None or course.id != cohort.id:
            await self._relay.say(thread.root, "You have left this course, so its instructors do not read this.")
            return
        if other is not None and other.id != thread.id:
            await self._relay.say(thread.root, "You have a newer question open. Please write in its thread.")
            return
        reopened = thread.reopened(now)
        if reopened is None:
            await self._relay.say(thread.root, say.TOO_LATE)
            return
        line = self._line(thread, f"{fact.where.channel}/{fact.where.said}", fact, fact.text)
        await self._to_instructors(line, reopened.asked_on(now), cohort, fact)

    async def _to_instructors(
        self, line: HelpLine, thread: HelpThread, cohort: Cohort, fact: Wrote | None = None
    ) -> None:
        """Pass on what a learner wrote; whoever has the thread and is an instructor no more, has it no more."""
        if not await self._threads.line(line):
            return
        if thread.holder and not await self._authority.leads(thread.holder, cohort):
            thread = thread.released()
        await self._threads.keep(thread)
        files = fact.files if fact else ()
        outcome = await self._relay.pass_on(line, thread, await self._staff_places(thread, cohort), files)
        if outcome.gone:
            thread = await self._moved(thread, cohort)
            await self._relay.pass_on(line, thread, await self._staff_places(thread, cohort), files)
        self._relay.refresh(thread, cohort)

    async def _instructor_wrote(self, thread: HelpThread, cohort: Cohort, fact: Wrote, hung: str) -> None:
        now, user = self._clock(), fact.where.user
        if not await self._authority.leads(user, cohort):
            if (user, thread.id) not in self._told:
                self._told.add((user, thread.id))
                await self._reach.chat.whisper(fact.where, say.NOT_AN_INSTRUCTOR)
            return
        others = [at for at in await self._staff_places(thread, cohort) if at != hung]
        line = self._line(thread, f"{fact.where.channel}/{fact.where.said}", fact, fact.text)
        if is_private(fact.text):
            if await self._threads.line(replace(line, private=True)):
                await self._relay.pass_on(replace(line, private=True), thread, others, fact.files)
                if not thread.told_private:
                    await self._threads.keep(replace(thread, told_private=True))
                    await self._relay.say(hung, say.KEPT_PRIVATE)
            return
        other = await self._threads.open_of(thread.learner)
        reopened = thread.reopened(now) if other is None or other.id == thread.id else None
        course = await self._cohorts.of(thread.learner)
        if reopened is None or course is None or course.id != cohort.id:
            await self._relay.say(hung, "This thread is closed for good, so that was not passed on.")
            return
        if await self._threads.line(line):
            if reopened.holder and not await self._authority.leads(reopened.holder, cohort):
                reopened = reopened.released()
            answered = reopened.answered(user, fact.name, now)
            await self._threads.keep(answered)
            await self._relay.pass_on(line, answered, [answered.root, *others], fact.files)
            self._relay.refresh(answered, cohort)

    def _line(self, thread: HelpThread, source: str, by: Asked | Wrote, text: str) -> HelpLine:
        files = len(by.files) + by.lost if isinstance(by, Wrote) else 0
        name = thread.name if by.where.user == thread.learner else by.name
        return HelpLine(thread.id, source, by.where.user, name, hidden(text), files, self._clock())

    async def _staff_places(self, thread: HelpThread, cohort: Cohort) -> Sequence[str]:
        """Return where instructors read this thread: of their direct messages, those of whoever has it."""
        if not thread.holder or len(thread.places) < 2:
            return thread.places
        try:
            room = await self._reach.room(thread.holder)
        except ChatError:
            return thread.places
        return [at for at in thread.places if at.startswith(f"{room}/")] or thread.places

    # -- claim, hand over, close ---------------------------------------------------------------------------------

    async def _claim(self, asked: Asked) -> Answer:
        thread, cohort = await self._pressed(asked)
        if thread is None or cohort is None:
            return NOT_YOURS
        async with self._locks[thread.learner]:
            thread = await self._threads.thread(thread.id) or thread
            if not thread.open:
                return Whispered(say.ENDED)
            user = asked.where.user
            if thread.holder not in ("", user) and await self._authority.leads(thread.holder, cohort):
                return Whispered(f"{called(thread.holder_name)} has it. They can hand it over.")
            await self._give(thread.claimed(user, asked.name), cohort)
        return None

    async def _whom(self, asked: Asked) -> Answer:
        thread, cohort = await self._pressed(asked)
        if thread is None or cohort is None:
            return NOT_YOURS
        others = [user for user in sorted(cohort.instructors) if user != thread.holder][:99]
        choices = [(user, called(await self._reach.name(user))) for user in others]
        to = Field("to", "To whom?", Kind.ONE, choices=((ANYBODY, "Whoever has time"), *choices))
        return Sheet(HAND, "Hand over", fields=(to,), submit="Hand over", about=str(thread.id))

    async def _hand(self, asked: Asked) -> Answer:
        thread, cohort = await self._pressed(asked)
        if thread is None or cohort is None:
            return NOT_YOURS
        to = asked.filled.get("to", "")
        if to != ANYBODY and to not in cohort.instructors:
            return Mistakes({"to": "They are no instructor of this course (any more). Choose somebody else."})
        async with self._locks[thread.learner]:
            thread = await self._threads.thread(thread.id) or thread
            if not thread.open:
                return Whispered(say.ENDED)
            if to == ANYBODY:
                await self._give(thread.released(), cohort)
                return None
            name = await self._reach.name(to)
            given = await self._give(thread.claimed(to, name), cohort)
            for at in await self._staff_places(given, cohort):
                await self._relay.say(at, f"**{called(asked.name)}** hands this to **{called(name)}**.")
        await self._tell(to, f"**{called(asked.name)}** hands you the question of **{called(thread.name)}**.")
        return None

    async def _give(self, thread: HelpThread, cohort: Cohort) -> HelpThread:
        """Keep and show who has a thread; an instructor who has no copy of it gets one."""
        if thread.holder and not cohort.staff_channel:
            room = await self._reach.room(thread.holder)
            if not any(at.startswith(f"{room}/") for at in thread.places):
                alone = replace(cohort, instructors=frozenset({thread.holder}))
                more = await self._relay.settle(replace(thread, places=()), alone)
                thread = replace(thread, places=(*thread.places, *more.places))
        await self._threads.keep(thread)
        self._relay.refresh(thread, cohort)
        return thread

    async def _close(self, asked: Asked) -> Answer:
        number = int(asked.about) if asked.about.isdecimal() else NEW
        thread = await self._threads.thread(number)
        if thread is None:
            return Whispered(say.GONE)
        own = thread.learner == asked.where.user
        cohort = await self._cohorts.cohort(thread.cohort)
        if not own and (cohort is None or not await self._authority.leads(asked.where.user, cohort)):
            return NOT_YOURS
        async with self._locks[thread.learner]:
            thread = await self._threads.thread(number) or thread
            if not thread.open:
                return Whispered(say.ENDED)
            await self._end(thread, f"by {called(thread.name if own else asked.name)}")
        return None

    async def _end(self, thread: HelpThread, how: str) -> None:
        """Close a thread and say so on both sides."""
        closed = thread.closed(how, self._clock())
        await self._threads.keep(closed)
        cohort = await self._cohorts.cohort(closed.cohort)
        for at in (closed.root, *closed.places):
            if at:
                await self._relay.say(at, f"This question was closed ({how}). {say.ENDED}")
        if cohort is not None:
            self._relay.refresh(closed, cohort)

    async def _pressed(self, asked: Asked) -> tuple[HelpThread | None, Cohort | None]:
        """Return the thread that an instructor pressed on; nothing when they are none of its course."""
        thread = await self._threads.thread(int(asked.about)) if asked.about.isdecimal() else None
        cohort = await self._cohorts.cohort(thread.cohort) if thread else None
        if thread is None or cohort is None or not await self._authority.leads(asked.where.user, cohort):
            return None, None
        return thread, cohort

    async def _tell(self, user: str, text: str) -> None:
        try:
            await self._reach.chat.show(Where(await self._reach.room(user), user), say.note(text))
        except ChatError as error:
            log.info("not_told", user=user, error=str(error))

    # -- what goes on by itself ----------------------------------------------------------------------------------

    async def keep(self) -> None:
        """Tend the threads for ever."""
        try:
            while True:
                try:
                    await self.tend()
                except DocentError as error:
                    log.warning("not_tended", error=str(error))
                await asyncio.sleep(TEND_EVERY_S)
        finally:
            await self._relay.stop()

    async def tend(self) -> None:
        """Make good what a restart, an archived channel, a dismissal or a leaving left behind."""
        threads = await self._threads.open()
        seated: dict[int, set[str]] = {}
        for number in {each.cohort for each in threads}:
            seats = await self._cohorts.seats(number)
            seated[number] = {seat.user for seat in seats if seat.state is SeatState.TAKEN}
        for each in threads:
            await self._tended_in_turn(each, here=each.learner in seated[each.cohort])
        for line in await self._threads.unpassed():
            await self._pass_again(line)

    async def _tended_in_turn(self, thread: HelpThread, *, here: bool = True, archived: bool = False) -> None:
        cohort = await self._cohorts.cohort(thread.cohort)
        async with self._locks[thread.learner]:
            now = await self._threads.thread(thread.id)
            if cohort is None or now is None or not now.open:
                return
            try:
                await self._tended(now, cohort, here=here, archived=archived)
            except ChatError as error:  # the next thread may do better
                log.warning("not_tended", thread=now.id, error=str(error))

    async def _tended(self, now: HelpThread, cohort: Cohort, *, here: bool, archived: bool) -> None:
        if not here:
            await self._end(now, "the learner is not in this course any more")
            return
        if archived:
            now = await self._moved(now, cohort)
        if not (now.root and now.places):
            now = await self._relay.settle(now, cohort)
            self._relay.refresh(now, cohort)
        if now.holder and not await self._authority.leads(now.holder, cohort):
            await self._give(now.released(), cohort)

    async def _moved(self, thread: HelpThread, cohort: Cohort) -> HelpThread:
        """Return the thread with new messages where instructors can read: where it was, they cannot."""
        moved = await self._relay.settle(replace(thread, places=()), cohort)
        self._relay.refresh(moved, cohort)
        return moved

    async def _pass_again(self, line: HelpLine) -> None:
        thread = await self._threads.thread(line.thread)
        cohort = await self._cohorts.cohort(thread.cohort) if thread else None
        if thread is None or cohort is None:
            return
        async with self._locks[thread.learner]:  # it may have arrived while we waited
            fresh = next((each for each in await self._threads.unpassed() if each.source == line.source), None)
            if fresh is None:
                return
            line = fresh
            by_learner = line.by == thread.learner
            others = [at for at in await self._staff_places(thread, cohort) if at.split("/")[0] not in line.source]
            targets = others if by_learner or line.private else [thread.root, *others]
            outcome = await self._relay.pass_on(line, thread, targets)
            if outcome.over or self._clock() - line.at < GIVE_UP:
                return
            await self._threads.passed(line, over=True)
        await self._tell(line.by, f"{say.NOT_PASSED}\n{line.text[:1000]}")
