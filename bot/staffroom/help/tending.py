"""What a restart, an archived channel, a dismissal or a leaving left behind at help threads is made good."""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.core.cohorts import help_panels as say
from bot.core.cohorts.cohort import Cohort, SeatState
from bot.core.cohorts.help import HelpLine, HelpThread
from bot.errors import ChatError
from bot.ports import ChannelChanged, Duty, Fact
from bot.rounds import every, rounds
from bot.staffroom.help.desk import HelpDesk

log = structlog.get_logger(__name__)

EVERY_S = 30.0
GIVE_UP = timedelta(hours=1)  #: what could not be passed on for so long is given back to whoever wrote it


class Tending:
    """The duty of tending the threads. `keep` does it while the bot runs."""

    def __init__(self, desk: HelpDesk) -> None:
        self._desk = desk

    def duty(self) -> Duty:
        """Return what it hears."""
        return Duty(name="tending", heard=self._heard)

    async def keep(self) -> None:
        """Tend the threads for ever."""
        try:
            await rounds("help threads", self.tend, every(EVERY_S))
        finally:
            await self._desk.relay.stop()

    async def tend(self) -> None:
        """Look at every open thread, and at every line that did not come across."""
        threads = await self._desk.threads.open()
        seated: dict[int, set[str]] = {}
        for number in {each.cohort for each in threads}:
            seats = await self._desk.cohorts.seats(number)
            seated[number] = {seat.user for seat in seats if seat.state is SeatState.TAKEN}
        for each in threads:
            await self._look(each, here=each.learner in seated[each.cohort])
        for line in await self._desk.threads.unpassed():
            await self._pass_again(line)

    async def _heard(self, fact: Fact) -> None:
        """Move the threads of a channel that was archived."""
        if isinstance(fact, ChannelChanged) and fact.archived:
            for each in await self._desk.threads.open():
                if any(at.startswith(f"{fact.channel}/") for at in each.places):
                    await self._look(each, archived=True)

    async def _look(self, thread: HelpThread, *, here: bool = True, archived: bool = False) -> None:
        async with self._desk.turn(thread.learner):
            known = await self._desk.with_course(thread.id)
            if known is None or not known[0].open:
                return
            try:
                await self._made_good(*known, here=here, archived=archived)
            except ChatError as error:  # the next thread may do better
                log.warning("not_tended", thread=thread.id, error=str(error))

    async def _made_good(self, thread: HelpThread, cohort: Cohort, *, here: bool, archived: bool) -> None:
        desk = self._desk
        if not here:
            await desk.end(thread, "the learner is not in this course any more")
            return
        if archived:
            thread = await desk.moved(thread, cohort)
        if not (thread.root and thread.places):
            thread = await desk.relay.settle(thread, cohort)
            desk.relay.refresh(thread, cohort)
        released = await desk.held_by_ours(thread, cohort)
        if released != thread:
            await desk.give(released, cohort)

    async def _pass_again(self, line: HelpLine) -> None:
        desk = self._desk
        known = await desk.with_course(line.thread)
        if known is None:
            return
        thread, cohort = known
        async with desk.turn(thread.learner):  # it may have arrived while we waited
            fresh = next((each for each in await desk.threads.unpassed() if each.source == line.source), None)
            if fresh is None:
                return
            places = await desk.staff_places(thread, cohort)
            others = [at for at in places if at.split("/")[0] not in fresh.source]
            targets = others if fresh.by == thread.learner or fresh.private else [thread.root, *others]
            outcome = await desk.relay.pass_on(fresh, thread, targets)
            if outcome.over or desk.clock() - fresh.at < GIVE_UP:
                return
            await desk.threads.passed(fresh, over=True)
        await desk.tell(fresh.by, f"{say.NOT_PASSED}\n{fresh.text[:1000]}")
