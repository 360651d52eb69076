"""What is done to a help thread: given to somebody, moved, ended; what a learner wrote in it, told to instructors."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.core.cohorts import help_panels as say
from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.help import HelpLine, HelpThread
from bot.errors import ChatError
from bot.handin.secrets import hidden
from bot.ports import Asked, Cohorts, HelpThreads, Keepsake, Where, Wrote
from bot.staffroom.authority import Authority
from bot.staffroom.help.relay import Relay
from bot.staffroom.reach import Reach

log = structlog.get_logger(__name__)


class HelpDesk:
    """Help threads. Whoever changes one has its learner's `turn`, and reads it again once they have."""

    def __init__(
        self,
        threads: HelpThreads,
        cohorts: Cohorts,
        authority: Authority,
        relay: Relay,
        reach: Reach,
        clock: Callable[[], datetime],
    ) -> None:
        self.threads = threads
        self.cohorts = cohorts
        self.relay = relay
        self.reach = reach
        self.clock = clock
        self._authority = authority
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def turn(self, learner: str) -> asyncio.Lock:
        """Return what is held while something of this learner's is changed."""
        return self._turns[learner]

    async def with_course(self, number: int) -> tuple[HelpThread, Cohort] | None:
        """Return a thread as it is now, and its course; None when either is gone."""
        thread = await self.threads.thread(number)
        cohort = await self.cohorts.cohort(thread.cohort) if thread else None
        return (thread, cohort) if thread and cohort else None

    def line(self, thread: HelpThread, source: str, by: Asked | Wrote, text: str) -> HelpLine:
        """Return what somebody wrote, to be kept and passed on; `source` is one of a kind."""
        files = len(by.files) + by.lost if isinstance(by, Wrote) else 0
        name = thread.name if by.where.user == thread.learner else by.name
        return HelpLine(thread.id, source, by.where.user, name, hidden(text), files, self.clock())

    async def tell_instructors(
        self, line: HelpLine, thread: HelpThread, cohort: Cohort, files: Sequence[Keepsake] = ()
    ) -> None:
        """Pass on what a learner wrote; whoever has the thread and is an instructor no more, has it no more."""
        if not await self.threads.line(line):
            return
        thread = await self.held_by_ours(thread, cohort)
        await self.threads.keep(thread)
        outcome = await self.relay.pass_on(line, thread, await self.staff_places(thread, cohort), files)
        if outcome.gone:
            thread = await self.moved(thread, cohort)
            await self.relay.pass_on(line, thread, await self.staff_places(thread, cohort), files)
        self.relay.refresh(thread, cohort)

    async def held_by_ours(self, thread: HelpThread, cohort: Cohort) -> HelpThread:
        """Return the thread without its holder when they are no instructor of the course any more."""
        stranger = thread.holder and not await self._authority.leads(thread.holder, cohort)
        return thread.released() if stranger else thread

    async def staff_places(self, thread: HelpThread, cohort: Cohort) -> Sequence[str]:
        """Return where instructors read this thread: of their direct messages, those of whoever has it."""
        if not thread.holder or len(thread.places) < 2:
            return thread.places
        try:
            room = await self.reach.room(thread.holder)
        except ChatError:
            return thread.places
        return [at for at in thread.places if at.startswith(f"{room}/")] or thread.places

    async def give(self, thread: HelpThread, cohort: Cohort) -> HelpThread:
        """Keep and show who has a thread; an instructor who has no copy of it gets one."""
        if thread.holder and not cohort.staff_channel:
            room = await self.reach.room(thread.holder)
            if not any(at.startswith(f"{room}/") for at in thread.places):
                alone = replace(cohort, instructors=frozenset({thread.holder}))
                more = await self.relay.settle(replace(thread, places=()), alone)
                thread = replace(thread, places=(*thread.places, *more.places))
        await self.threads.keep(thread)
        self.relay.refresh(thread, cohort)
        return thread

    async def moved(self, thread: HelpThread, cohort: Cohort) -> HelpThread:
        """Return the thread with new messages where instructors can read: where it was, they cannot."""
        moved = await self.relay.settle(replace(thread, places=()), cohort)
        self.relay.refresh(moved, cohort)
        return moved

    async def end(self, thread: HelpThread, how: str) -> None:
        """Close a thread and say so on both sides."""
        closed = thread.closed(how, self.clock())
        await self.threads.keep(closed)
        cohort = await self.cohorts.cohort(closed.cohort)
        for at in (closed.root, *closed.places):
            if at:
                await self.relay.say(at, f"This question was closed ({how}). {say.ENDED}")
        if cohort is not None:
            self.relay.refresh(closed, cohort)

    async def tell(self, user: str, text: str) -> None:
        """Tell somebody in their direct message; quiet where that cannot be done."""
        try:
            await self.reach.chat.show(Where(await self.reach.room(user), user), say.note(text))
        except ChatError as error:
            log.info("not_told", user=user, error=str(error))
