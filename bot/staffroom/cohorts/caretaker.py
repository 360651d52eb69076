"""Looks after cohorts: their channels come and go, their last day comes, their instructors leave."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

import structlog

from bot.core.cohorts import care_words as words
from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.invitation import INVITE
from bot.core.cohorts.roster import led_on, outlived
from bot.core.messages import Note
from bot.core.panels import Panel, Press, Row
from bot.errors import ChatError, DocentError
from bot.ports import Channels, Chat, Cohorts, Roles, Where
from bot.rounds import rounds
from bot.staffroom.cohorts.rosters import Rosters
from bot.staffroom.telling import Telling

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 600.0

#: Returns those of these people who are (still) people of the workspace.
Present = Callable[[Collection[str]], Awaitable[Collection[str]]]


class Caretaker:
    """Does by itself what nobody asks for, and tells the instructors."""

    def __init__(
        self,
        cohorts: Cohorts,
        rosters: Rosters,
        channels: Channels,
        chat: Chat,
        telling: Telling,
        roles: Roles,
        present: Present,
        clock: Callable[[], datetime],
        every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._cohorts = cohorts
        self._rosters = rosters
        self._channels = channels
        self._chat = chat
        self._telling = telling
        self._roles = roles
        self._present = present
        self._clock = clock
        self._every_s = every_s
        self._rung = asyncio.Event()

    def mark(self) -> None:
        """Ask for a look soon."""
        self._rung.set()

    async def keep(self) -> None:
        """Look after all cohorts until cancelled: at once, then now and then, and when something was marked."""
        await rounds("cohorts", self._look_anew, self._until_rung)

    async def _look_anew(self) -> None:
        self._rung.clear()
        await self.look()

    async def _until_rung(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._every_s):
                await self._rung.wait()

    async def look(self) -> None:
        """Bring every cohort in line with its channel, its dates and its instructors."""
        for cohort in await self._cohorts.open():
            try:
                await self._look_at(cohort)
            except DocentError as error:  # one channel's trouble is not the next one's
                log.warning("cohort_not_looked_after", cohort=cohort.id, error=str(error))
        await self._rosters.promote()

    async def _look_at(self, cohort: Cohort) -> None:
        if outlived(cohort, self._clock()):
            await self.end(cohort, words.ran_out(cohort))
            return
        cohort = await self._lead_on(cohort)
        seen = await self._channels.seen(cohort.channel)
        if seen is None or seen.archived or not seen.ours:
            await self.pause(cohort, words.archived(cohort) if seen and seen.archived else words.gone(cohort))
            return
        await self.resume(cohort)
        await self._rosters.follow(cohort)

    async def pause(self, cohort: Cohort, text: str) -> None:
        """Note that nobody can be told anything in the channel of the class; instructors are told once."""
        if not cohort.archived and await self._archived(cohort, archived=True):
            await self.tell(cohort, "A cohort is paused", text)

    async def resume(self, cohort: Cohort) -> None:
        """Note that the channel is there again."""
        if cohort.archived and (back := await self._archived(cohort, archived=False)):
            await self.tell(back, "A cohort goes on", words.back(cohort), Press(INVITE, "Invite again", str(cohort.id)))

    async def tell(self, cohort: Cohort, title: str, text: str, *presses: Press) -> None:
        """Tell the instructors."""
        await self._telling.post(cohort, Panel(text, title, (Row(text),), presses))

    async def _archived(self, cohort: Cohort, *, archived: bool) -> Cohort | None:
        return await self._cohorts.amend(cohort.id, lambda before: replace(before, archived=archived))

    async def end(self, cohort: Cohort, text: str) -> bool:
        """End the cohort and tell its class and its instructors; False when it had ended."""
        ended = await self._rosters.close(cohort)
        if ended is None:
            return False
        if not ended.archived:
            try:
                await self._chat.show(Where(ended.channel, ""), Note(words.farewell(ended)))
            except ChatError as error:
                log.warning("no_farewell", cohort=ended.id, error=str(error))
        await self.tell(ended, "A cohort has ended", text)
        self.mark()
        return True

    async def _lead_on(self, cohort: Cohort) -> Cohort:
        """Let nobody lead who was dismissed or left the workspace; the cohort falls to the others."""
        there = frozenset(await self._present(cohort.instructors))
        gone = (cohort.instructors - there) | (cohort.instructors & frozenset(await self._roles.dismissed()))
        if not gone and cohort.instructors:
            return cohort
        heirs = led_on(cohort, gone, await self._roles.instructors())
        fallen = not cohort.instructors - gone
        amended = await self._cohorts.amend(cohort.id, lambda before: replace(before, instructors=heirs))
        log.info("instructors_gone", cohort=cohort.id, gone=sorted(gone), led_by=sorted(heirs))
        if amended is None or not heirs:
            return cohort if amended is None else amended
        if gone or fallen:
            text = words.fell_to_you(amended) if fallen else words.one_less(amended, len(gone))
            await self.tell(amended, "Who leads a cohort", text)
        return amended
