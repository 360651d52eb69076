"""Put sandboxes away that nobody uses, after their learners were warned. Progress and files are never put away.

What is to be said or removed is written into the record first. A restart therefore says nothing twice; what could not
be said is written back and said by the next round, and a removal that was cut off is made good.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.classroom import Classroom
from bot.core.expiry import Leave, Patience, PutAway, Warn, due
from bot.core.learner import Learner, SandboxState
from bot.core.messages import Note, Offer
from bot.core.standing import root_note
from bot.core.words import warning
from bot.errors import ChatError, HostError
from bot.ports import Chat, Sandbox, Store, Where
from bot.rounds import every, rounds

log = structlog.get_logger(__name__)

EVERY_S = 60.0
Room = Callable[[str], Awaitable[str]]  #: a person's direct message; raises `ChatError`


class Expiry:
    """Looks after the sandboxes of all learners."""

    def __init__(
        self,
        store: Store,
        chat: Chat,
        sandbox: Sandbox,
        classroom: Classroom,
        room: Room,
        clock: Callable[[], datetime],
        patience: Patience,
    ) -> None:
        self._store = store
        self._chat = chat
        self._sandbox = sandbox
        self._classroom = classroom
        self._room = room
        self._clock = clock
        self._patience = patience

    async def keep(self, every_s: float = EVERY_S) -> None:
        """Look again and again until cancelled."""
        await rounds("idle sandboxes", self.look, every(every_s))

    async def look(self) -> None:
        """Do for every learner what is due now."""
        for learner in await self._store.holders():
            if not isinstance(due(learner, self._clock(), self._patience), Leave):
                # once more with no turn of theirs in between: they may just have come back
                await self._classroom.change(learner.id, self._act)

    async def _act(self, learner: Learner) -> None:
        now = self._clock()
        match due(learner, now, self._patience):
            case Leave():
                return
            case Warn(number, left):
                await self._warn(learner, number, left, now)
            case PutAway():
                await self._put_away(learner)
            case never:
                assert_never(never)

    async def _warn(self, learner: Learner, number: int, left: timedelta, now: datetime) -> None:
        told = replace(learner, warned=number, warned_at=now)
        await self._store.record(told, "SandboxWarned", f"number={number} left_s={left.total_seconds():.0f}")
        try:
            where = Where(await self._room(learner.id), learner.id)
            await self._chat.show(where, Note(warning(left.total_seconds()), (Offer.KEEP,), learner.at))
        except ChatError as error:
            log.warning("not_warned", learner=learner.id, error=str(error))
            await self._store.record(learner, "SandboxNotWarned", str(error)[:200])

    async def _put_away(self, learner: Learner) -> None:
        leaving = replace(learner, sandbox=SandboxState.LEAVING)
        if learner.sandbox is not SandboxState.LEAVING:
            await self._store.record(leaving, "SandboxLeaving")
        try:
            await self._store.remember(root_note(learner.id), "")
            async with self._classroom.hands(learner.id):
                await self._sandbox.clean(learner.id, shared=False)  # it may have come from a machine of theirs
        except HostError as error:
            log.warning("not_put_away", learner=learner.id, error=str(error))
            return
        await self._store.record(replace(leaving, sandbox=SandboxState.AWAY), "SandboxPutAway")
