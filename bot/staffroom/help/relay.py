"""The two sides of help threads: what is shown on each, kept as it is now, and the words passed on between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.help import IN_SIGHT, LATELY, HelpLine, HelpThread, before, usual_min
from bot.core.cohorts.help_panels import learners_panel, note, passed_on, staff_panel
from bot.core.panels import Panel
from bot.errors import CardGone, ChatError, DocentError
from bot.ports import Chat, HelpThreads, Keepsake, Where
from bot.staffroom.telling import Room, Telling

log = structlog.get_logger(__name__)

SOON = "soon"  #: a place that is being made
MESSAGES = 2_000  #: of which is remembered what they show


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a line came."""

    over: bool  #: everybody has it
    gone: bool = False  #: a place cannot be written in any more


class Relay:
    """The two sides of help threads."""

    def __init__(
        self, threads: HelpThreads, telling: Telling, chat: Chat, room: Room, clock: Callable[[], datetime]
    ) -> None:
        self._threads = threads
        self._telling = telling
        self._chat = chat
        self._room = room
        self._clock = clock
        self._due: dict[int, dict[int, Cohort]] = {}  #: cohort → what of it is not shown as it is
        self._refreshing: dict[int, asyncio.Task[None]] = {}
        self._shown: dict[str, Panel] = {}  #: place → what stands there, as far as we know

    async def settle(self, thread: HelpThread, cohort: Cohort) -> HelpThread:
        """Return the thread with a message on each side, posting what is missing; raises nothing that Slack refuses."""
        if not thread.root:  # first: a channel takes one message a second, and they need not wait for it
            panel = await self._learners(replace(thread, places=thread.places or (SOON,)), cohort)
            try:
                room = await self._room(thread.learner)
                root = f"{room}/{await self._chat.show(Where(room, thread.learner), panel)}"
            except ChatError as error:  # tried again later; instructors are told in any case
                log.warning("learner_not_told", thread=thread.id, error=str(error))
            else:
                thread = replace(thread, root=root)
                await self._threads.keep(thread)
                self._shown[root] = panel
        if not thread.places:
            panel = staff_panel(thread, work=not cohort.nameless)
            places = await self._telling.post(cohort, panel)
            if not places and cohort.staff_channel:  # archived, or we were removed: each of them is told
                places = await self._telling.post(replace(cohort, staff_channel=""), panel)
            thread = replace(thread, places=tuple(places))
            await self._threads.keep(thread)
            self._shown |= dict.fromkeys(places, panel)
            if not places:
                self.refresh(thread, cohort)
        return thread

    def refresh(self, thread: HelpThread, cohort: Cohort) -> None:
        """Have a thread shown as it is then, on both sides, and their place to those who wait; returns at once.

        Edits keep Slack's pace, and nobody's words wait for them; what changes meanwhile is one edit.
        """
        self._due.setdefault(cohort.id, {})[thread.id] = cohort
        task = self._refreshing.get(cohort.id)
        if task is None or task.done():
            self._refreshing[cohort.id] = asyncio.create_task(self._refresh_due(cohort.id), name="help-threads")

    async def stop(self) -> None:
        """End what is being shown."""
        tasks = list(self._refreshing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _refresh_due(self, cohort: int) -> None:
        while due := self._due.pop(cohort, None):
            for number, at in due.items():
                try:
                    thread = await self._threads.thread(number)
                    if thread is not None:
                        await self._refresh(thread, at)
                except DocentError as error:
                    log.warning("not_refreshed", thread=number, error=str(error))

    async def _refresh(self, thread: HelpThread, cohort: Cohort) -> None:
        panel = staff_panel(thread, work=not cohort.nameless)
        for place in thread.places:
            await self._edit(place, panel, final=not thread.open)
        waiting = [each for each in await self._threads.open(cohort.id) if each.waits_since and each.id != thread.id]
        waits_s = await self._threads.waits_s(cohort.id, self._clock() - LATELY)
        for each in (thread, *sorted(waiting, key=lambda one: one.waits_since or one.asked_at)[: IN_SIGHT + 1]):
            if each.root:
                panel = await self._learners(each, cohort, [thread, *waiting], waits_s)
                await self._edit(each.root, panel, final=not each.open)

    async def pass_on(
        self, line: HelpLine, thread: HelpThread, targets: Sequence[str], files: Sequence[Keepsake] = ()
    ) -> Outcome:
        """Show a line in these threads, each once whatever happens."""
        gone = False
        missing = [place for place in targets if place not in line.passed]
        for place in missing:
            try:
                ts = await self._carry(line, thread, place, files)
            except ChatError as error:
                gone = gone or isinstance(error, CardGone)
                log.warning("not_passed_on", thread=thread.id, place=place, error=str(error))
                continue
            line = replace(line, passed={**line.passed, place: ts})
            await self._threads.passed(line, over=False)
        over = all(place in line.passed for place in targets)
        if over:
            await self._threads.passed(line, over=True)
        return Outcome(over, gone)

    async def say(self, place: str, text: str) -> None:
        """Say a sentence of ours in a thread; quiet where that cannot be done."""
        try:
            await self._chat.show(in_thread(place), note(text))
        except ChatError as error:
            log.info("not_said", place=place, error=str(error))

    async def _carry(self, line: HelpLine, thread: HelpThread, place: str, files: Sequence[Keepsake]) -> str:
        ts = ""
        where = in_thread(place, thread.learner if place == thread.root else "")
        for panel in passed_on(line.name, line.text, line.files):
            posted = await self._chat.show(where, panel)
            ts = ts or posted
        for file in files:
            await self._chat.send_file(where, file)
        lost = line.files - len(files)
        if lost:
            which = "A file" if lost == 1 else f"{lost} files"
            await self._chat.show(where, note(f"{which} with it could not be passed on (gone, or too large)."))
        return ts

    async def _learners(
        self,
        thread: HelpThread,
        cohort: Cohort,
        waiting: Sequence[HelpThread] | None = None,
        waits_s: Sequence[float] | None = None,
    ) -> Panel:
        if waiting is None:
            waiting = await self._threads.open(cohort.id)
        if waits_s is None:
            waits_s = await self._threads.waits_s(cohort.id, self._clock() - LATELY)
        return learners_panel(thread, cohort.name, ahead=before(thread, waiting), usual=usual_min(waits_s))

    async def _edit(self, place: str, panel: Panel, *, final: bool) -> None:
        """Show it there; verdicts of checks go first, they share Slack's limit."""
        if self._shown.get(place) == panel:
            return
        channel, _, ts = place.partition("/")
        try:
            await self._chat.update(channel, ts, panel, owner="", final=final)
        except CardGone:
            log.info("message_gone", place=place)
        except ChatError as error:
            log.warning("not_edited", place=place, error=str(error))
            return
        self._shown.pop(place, None)
        self._shown[place] = panel
        while len(self._shown) > MESSAGES:
            del self._shown[next(iter(self._shown))]


def in_thread(place: str, user: str = "") -> Where:
    """Return the thread that hangs on the message at a place."""
    channel, _, ts = place.partition("/")
    return Where(channel, user, ts)
