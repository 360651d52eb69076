"""Take checks in: open an attempt, make its card, put it on the desk; or say kindly why not now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import structlog

from bot.core import words
from bot.core.cards import check_card
from bot.core.fairness.pauses import NOT_PAUSED
from bot.core.fairness.waits import Full
from bot.core.fairness.words import NEWER_COUNTS, STILL_WAITS, busy
from bot.core.learner import Learner
from bot.core.messages import CheckState, Note, Offer
from bot.core.workshop import StepRef, Workshop
from bot.errors import ChatError, HostError
from bot.fairness.allowances import Allowances
from bot.fairness.queue import Place, Queue
from bot.ports import Attempt, Chat, Store, Where

log = structlog.get_logger(__name__)


class Intake:
    """Of one learner one check at a time, of all no more than the queue holds. `opened` is called after each."""

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        chat: Chat,
        queue: Queue,
        opened: Callable[[], None] = lambda: None,
        allowances: Allowances | None = None,
    ) -> None:
        self._workshop = workshop
        self._store = store
        self._chat = chat
        self._queue = queue
        self._opened = opened
        self._allowances = allowances

    async def begin(self, ref: StepRef, learner: Learner, where: Where) -> None:
        """Take a check in; where the queue is full, say when to try again: that costs no attempt."""
        if self._allowances and (say := await self._allowances.refusal(learner.id, None)):
            await self._chat.show(where.without_press(), Note(say, (), ref))
            return
        async with self._queue.entry() as place:
            if isinstance(place, Full):
                await self._chat.show(where.without_press(), Note(busy(place.minutes), (Offer.CHECK,), ref))
                return
            await self._take_in(ref, learner, where, place)

    async def _take_in(self, ref: StepRef, learner: Learner, where: Where, place: Place) -> None:
        """Open the attempt, turn the pressed card into its live card, and put it on the desk."""
        attempt = await self._store.open_attempt(learner, ref, where)
        if attempt is None:
            await self._chat.show(where.without_press(), Note(words.ALREADY_CHECKING, ref=ref))
            return
        workshop = self._workshop.seen_by(learner.namespace)
        card = check_card(workshop, ref, attempt.id, CheckState.QUEUED, ahead=place.ahead, learner=learner.name)
        card = replace(card, eta_s=place.wait_s if place.ahead else 0.0)
        if where.card:
            await self._chat.replace(where, card)
        else:
            ts = await self._chat.show(where, card)
            await self._store.place_card(attempt.id, where.channel, ts)
        # only now: an edit of the worker's must not come before the card it edits
        try:
            await self._queue.submit(attempt.id, learner.id)
        except HostError as error:  # the desk's sweep takes it up
            log.warning("submitted_later", attempt=attempt.id, error=str(error))
        self._opened()

    async def again(self, ref: StepRef, number: int, learner: Learner, where: Where) -> None:
        """Let the newest press win over open attempt `number`: of two that race for one step there is one verdict."""
        old = await self._store.attempt(number)
        if old is not None and old.closed_at is None:
            if number in await self._queue.places():
                await self._chat.show(where.without_press(), Note(STILL_WAITS))
                return
            if old.ref != ref:
                await self._chat.show(where.without_press(), Note(words.ALREADY_CHECKING))
                return
            if not await self.withdraw(number):
                return  # its verdict came first
            await self._give_way(old)
        await self.begin(ref, learner, where)

    async def withdraw(self, number: int) -> bool:
        """Withdraw an open attempt; False when it has a verdict already (idempotent)."""
        await self._queue.cancel(number)
        return await self._store.close_attempt(number, None, None)

    async def let_go_on(self, learner: str, where: Where) -> None:
        """End somebody's pause, if whoever asked is an instructor, and say what came of it to them."""
        said = await self._allowances.let_go_on(learner, by=where.user) if self._allowances else NOT_PAUSED
        await self._chat.show(where.without_press(), Note(said))

    async def _give_way(self, old: Attempt) -> None:
        try:
            await self._chat.update(old.channel, old.card, Note(NEWER_COUNTS), owner=old.learner, final=True)
        except ChatError as error:
            log.info("card_not_told", attempt=old.id, error=str(error))
