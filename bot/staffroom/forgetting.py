"""Somebody is forgotten: what runs of theirs ends, what is on the host goes, then every row, then what stands in Slack.

That they are to be forgotten is written down first: what a crash or a host that is down cuts off is done later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import structlog

from bot.core.events import OpenedHome
from bot.core.learner import Learner
from bot.core.panels import Panel, Row
from bot.core.privacy import GONE
from bot.core.turn import ShowHome
from bot.core.tutor import decide
from bot.core.workshop import Workshop
from bot.errors import ChatError, DocentError, HostError
from bot.ports import Chat, Desk, Forgotten, Persons, Sandbox, Store
from bot.staffroom.telling import Room, Telling

log = structlog.get_logger(__name__)

AGAIN_S = 30.0
#: Nothing of a person goes on while the block runs.
Alone = Callable[[str], AbstractAsyncContextManager[None]]


class Forgetting:
    """Forgets people. `demolish` removes everything of ours from the host."""

    def __init__(
        self,
        workshop: Workshop,
        persons: Persons,
        store: Store,
        desk: Desk,
        sandbox: Sandbox,
        alone: Alone,
        demolish: Callable[[], Awaitable[None]],
        telling: Telling,
        chat: Chat,
        room: Room,
        clock: Callable[[], datetime],
    ) -> None:
        self._workshop = workshop
        self._persons = persons
        self._store = store
        self._desk = desk
        self._sandbox = sandbox
        self._alone = alone
        self._demolish = demolish
        self._telling = telling
        self._chat = chat
        self._room = room
        self._clock = clock

    async def forget(self, user: str) -> bool:
        """Forget this person; False when the host does not answer, then it is done later (idempotent)."""
        await self._persons.intend(user)
        numbers = await self._persons.attempts(user)
        async with self._alone(user):
            await self._stop_checks(user)
            try:
                await self._store.learner(user)  # whose registry is cleared is looked up by their row
                await self._sandbox.clean(user)
            except HostError as error:
                log.warning("forgotten_later", error=str(error))
                return False
            gone = await self._persons.forget(user)
        log.info("forgotten", rows=gone.rows)  # not who: the log is kept
        await self._tidy_up(user, numbers, gone)
        return True

    async def everybody(self) -> int:
        """Forget everybody and everything, whenever the host answers; return how many rows there were."""
        for attempt in await self._store.open_attempts():
            await self._desk.cancel(attempt.id)
        people = await self._persons.everybody()
        numbers = [number for user in people for number in await self._persons.attempts(user)]
        while True:
            try:
                await self._demolish()
                break
            except HostError as error:
                log.warning("host_not_cleaned", error=str(error))
            for user in await self._persons.everybody():  # what is on the host waits for it; their records do not
                await self._persons.forget(user)
            await asyncio.sleep(AGAIN_S)
        await self._forget_jobs(numbers)
        return await self._persons.forget_everybody()

    async def _stop_checks(self, user: str) -> None:
        for attempt in await self._store.open_attempts():
            if attempt.learner == user:
                await self._desk.cancel(attempt.id)

    async def _tidy_up(self, user: str, numbers: Sequence[int], gone: Forgotten) -> None:
        """Take away what stands elsewhere; where that fails, it stays."""
        await self._forget_jobs(numbers)
        try:
            own = f"{await self._room(user)}/"
            places = [place for place in gone.places if not place.startswith(own)]
            await self._telling.edit(places, Panel(GONE, rows=(Row(GONE),)))
            turn = decide(self._workshop, Learner(user, ""), OpenedHome(), self._clock())
            for action in turn.actions:
                if isinstance(action, ShowHome):
                    await self._chat.publish_home(user, action.home)
        except ChatError as error:
            log.warning("not_tidied_up", error=str(error))

    async def _forget_jobs(self, numbers: Sequence[int]) -> None:
        try:
            await self._desk.forget(numbers)
        except DocentError as error:  # the desk forgets them itself after a day
            log.warning("jobs_not_forgotten", error=str(error))
