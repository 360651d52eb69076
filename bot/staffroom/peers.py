"""Learners who help each other: asked whether they would, shown to who is stuck, introduced if that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from bot.core.cohorts import peers as rules
from bot.core.cohorts.cohort import Cohort
from bot.core.learner import Learner
from bot.core.panels import Answer, Panel, Whispered
from bot.core.workshop import StepRef, Workshop
from bot.errors import ChatError
from bot.ports import Asked, Chat, Cohorts, Duty, Peers, Store, StuckLearners, Where
from bot.rounds import every, rounds
from bot.staffroom.telling import Room

log = structlog.get_logger(__name__)

EVERY_S = 10.0


class PeerHelp:
    """The duty of peers (`bot.ports.Duty`); `keep` looks who could help whom."""

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        cohorts: Cohorts,
        peers: Peers,
        stuck: StuckLearners,
        chat: Chat,
        room: Room,
        clock: Callable[[], datetime],
    ) -> None:
        self._workshop = workshop
        self._store = store
        self._cohorts = cohorts
        self._peers = peers
        self._stuck = stuck
        self._chat = chat
        self._room = room
        self._clock = clock

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="peers",
            words={"peers": self._asked},
            presses={rules.YES: self._yes, rules.NO: self._no, rules.ASK: self._ask},
        )

    async def keep(self) -> None:
        """Look who could help whom, until cancelled."""
        await rounds("peers", self._look_at_all, every(EVERY_S))

    async def _look_at_all(self) -> None:
        for cohort in await self._cohorts.open():
            if cohort.peers and cohort.runs(self._clock().date()):
                await self.look(cohort)

    async def look(self, cohort: Cohort) -> None:
        """Ask who has come far enough, once, and show those who would help to those who are stuck."""
        classmates, answers = await self._store.classmates(cohort.id), await self._peers.answers()
        for each in classmates:
            if each.id not in answers and rules.to_be_asked(each) and await self._show(each.id, rules.question()):
                await self._peers.answer(each.id, willing=None)
        needy = await self._stuck.stuck(cohort.id)
        stuck = {each.id: each.at for each in classmates if each.id in needy and each.at}
        willing = {user for user, yes in answers.items() if yes}
        names = {each.id: each.name for each in classmates}
        offers = await self._peers.offers() if stuck and willing else ()
        for offer in rules.pairs(stuck, classmates, willing, offers, self._clock()):
            if await self._peers.offer(offer):  # kept first: rather nobody is shown than somebody twice
                panel = rules.shown(offer, names[offer.helper], self._title(offer.ref))
                await self._show(offer.learner, panel)

    async def _show(self, user: str, panel: Panel) -> bool:
        try:
            await self._chat.show(Where(await self._room(user), user), panel)
        except ChatError as error:
            log.warning("not_told", user=user, error=str(error))
            return False
        return True

    def _title(self, ref: StepRef) -> str:
        step = self._workshop.step(ref)
        return step.title if step else str(ref)

    async def _asked(self, asked: Asked) -> Answer:
        cohort = await self._cohorts.of(asked.where.user)
        return rules.question() if cohort and cohort.peers else Whispered(rules.NOBODY)

    async def _yes(self, asked: Asked) -> Answer:
        await self._peers.answer(asked.where.user, willing=True)
        return Panel(rules.THANKS, foot=rules.THANKS)

    async def _no(self, asked: Asked) -> Answer:
        await self._peers.answer(asked.where.user, willing=False)
        return Panel(rules.NOT_YOU, foot=rules.NOT_YOU)

    async def _ask(self, asked: Asked) -> Answer:
        """Introduce two who were paired; anybody may write into a button, so the pair is looked up."""
        user, (helper, _, place) = asked.where.user, asked.about.partition("/")
        paired = [each for each in await self._peers.offers() if each.learner == user and each.helper == helper]
        offer = next((each for each in paired if str(each.ref) == place), None)
        if offer is None or not (await self._peers.answers()).get(helper):
            return Whispered("They are not to be asked any more. Say **I need help**, and an instructor comes.")
        title = self._title(offer.ref)
        learner: Learner = await self._store.learner(user)
        told = f"{learner.name} is at **{title}**, which you just passed, and will write to you. Thank you for helping!"
        if not await self._show(helper, rules.introduced(user, told)):
            return Whispered("I could not reach them. Say **I need help**, and an instructor comes.")
        return rules.introduced(helper, "They know that you will write. Press the name, then **Message**:")
