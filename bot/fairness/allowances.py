"""Keep each learner's use of the host within what one person has: pause kindly, tell instructors, let go on.

A pause outlives a restart (a note in the store); what is left in a purse does not, so a restart is generous by one
purse. Nothing here is told by the wall clock while the bot runs, so that a clock that jumps pauses nobody and frees
nobody.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

import structlog

from bot.core.fairness.budget import Budget, Hits, Purse, full, goes_on_in_s, hit, spent
from bot.core.fairness.pauses import (
    FOR_INSTRUCTORS,
    GO_ON,
    LET_GO_ON,
    LIMITS_S,
    NOT_PAUSED,
    Pause,
    Why,
    let_go,
    paused,
    stopped,
    stops,
    told_staff,
)
from bot.core.messages import Note, Offer
from bot.errors import ChatError, DocentError, HostError
from bot.handin.plan import ListContainers, Listing, Plan, StopContainers
from bot.ports import Chat, Meter, Roles, Sandbox, Staff, Store, Where

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 10.0
DISK_EVERY_S = 300.0
DISK_AGAIN_S = 5.0  #: how soon the disk is looked at again for somebody who may have made room

Room = Callable[[str], Awaitable[str]]  #: a person's direct message; raises `ChatError`


class Allowances:
    """What everybody may use, and who is paused."""

    def __init__(
        self,
        store: Store,
        chat: Chat,
        staff: Staff,
        roles: Roles,
        sandbox: Sandbox,
        meter: Meter,
        room: Room,
        budget: Budget,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._store, self._chat, self._staff, self._roles = store, chat, staff, roles
        self._sandbox, self._meter, self._room = sandbox, meter, room
        self._budget = budget
        self._clock, self._wall = clock, wall
        self._purses: dict[str, Purse] = {}
        self._hits: dict[str, Hits] = {}
        self._pauses: dict[str, Pause] = {}
        self._held: dict[str, float] = {}
        self._held_at = -DISK_EVERY_S
        self._places: dict[str, str] = {}  #: where instructors were told of it
        self._taken_up = False

    async def keep(self) -> None:
        """Look again and again until cancelled."""
        while True:
            began = self._clock()
            try:
                await self.look()
            except DocentError as error:
                log.warning("use_unknown", error=str(error))
            # looking costs the host something, too: never more than a fifth of the time
            await asyncio.sleep(max(LOOK_EVERY_S, 4 * (self._clock() - began)))

    async def look(self) -> None:
        """See what everybody used since the last look, and pause or free whom that concerns."""
        await self._take_up()
        learners = [each.id for each in await self._store.holders()]
        used = await self._meter.used(learners)
        for learner, seconds in used.items():
            purse = self._spend(learner, seconds)
            if purse.empty and learner not in self._pauses:
                await self._pause(learner, Pause(Why.CPU, self._clock() + goes_on_in_s(purse, self._budget)))
        for learner, pause in list(self._pauses.items()):
            if pause.why is not Why.DISK and self._clock() >= pause.until:
                await self._free(learner, GO_ON)
            elif not await self._store.note(note_of(learner)):  # somebody let them go on from outside
                await self._free(learner, LET_GO_ON)
        if self._clock() - self._held_at >= DISK_EVERY_S:
            await self._look_at_disk(learners)

    async def refusal(self, learner: str, plan: Plan | None) -> str:
        """Return why this learner may not do this now (None: have a check), '' when they may."""
        await self._take_up()
        pause = self._pauses.get(learner)
        if pause is None or not stops(pause.why, plan):
            return ""
        if pause.why is Why.DISK and self._clock() - self._held_at >= DISK_AGAIN_S:
            try:
                await self._look_at_disk([learner])
            except HostError as error:
                log.warning("use_unknown", error=str(error))
            if learner not in self._pauses:
                return ""
        return paused(pause.why, self._budget, pause.until - self._clock(), self._held.get(learner, 0.0))

    async def was_limited(self, learner: str) -> None:
        """Remember that something of theirs was stopped at a limit; often is a reason to pause."""
        self._hits[learner], enough = hit(self._hits.get(learner, Hits()), self._clock())
        if enough and learner not in self._pauses:
            await self._pause(learner, Pause(Why.LIMITS, self._clock() + LIMITS_S))

    async def let_go_on(self, learner: str, *, by: str) -> str:
        """Let somebody go on with a full purse, if `by` is an instructor; return what to say to whoever asked."""
        if not await self._roles.is_instructor(by):
            log.warning("not_an_instructor", asked=by, learner=learner)
            return FOR_INSTRUCTORS
        await self._take_up()
        if learner not in self._pauses:
            return NOT_PAUSED
        await self._free(learner, LET_GO_ON)
        return let_go((await self._store.learner(learner)).called or learner)

    def forget(self, learner: str) -> None:
        """Forget a pause of theirs without a word; what they have used of the host stays used."""
        for known in (self._pauses, self._places, self._held, self._hits):
            known.pop(learner, None)

    def _spend(self, learner: str, seconds: float) -> Purse:
        now = self._clock()
        purse = self._purses.get(learner) or full(self._budget, now)
        self._purses[learner] = spent(purse, self._budget, seconds, now)
        return self._purses[learner]

    async def _look_at_disk(self, learners: list[str]) -> None:
        self._held_at = self._clock()
        self._held |= await self._meter.held(learners)
        for learner in learners:
            too_much = self._held.get(learner, 0.0) > self._budget.disk_mb
            pause = self._pauses.get(learner)
            if too_much and pause is None:
                await self._pause(learner, Pause(Why.DISK))
            elif not too_much and pause is not None and pause.why is Why.DISK:
                await self._free(learner, "")

    async def _pause(self, learner: str, pause: Pause) -> None:
        self._pauses[learner] = pause
        wait_s, held = max(pause.until - self._clock(), 0.0), self._held.get(learner, 0.0)
        await self._store.remember(note_of(learner), json.dumps({"why": pause.why, "until": self._wall() + wait_s}))
        known = await self._store.learner(learner)
        await self._store.record(known, "Paused", f"why={pause.why} for_s={wait_s:.0f}")
        log.warning("paused", learner=learner, why=pause.why, for_s=round(wait_s), held_mb=round(held))
        names = () if pause.why is Why.DISK else await self._stop(learner)
        await self._tell(learner, f"{paused(pause.why, self._budget, wait_s, held)} {stopped(names)}".strip())
        offers = () if pause.why is Why.DISK or known.nameless else (Offer.LET_GO_ON,)  # it says whose
        text = told_staff(known.called or learner, pause.why, self._budget, wait_s, held)
        self._places[learner] = await self._tell_staff(Note(text, offers, scope=learner if offers else ""))

    async def _tell_staff(self, note: Note, place: str = "") -> str:
        try:
            return await self._staff.tell(note, place)
        except ChatError as error:
            log.warning("staff_not_told", error=str(error))
            return ""

    async def _stop(self, learner: str) -> tuple[str, ...]:
        """Stop what runs of theirs, and return the names."""
        try:
            listed = await self._sandbox.run(learner, ListContainers(shown=Listing("{{.Names}}")), {}, _quiet)
            names = tuple(listed.text.split())
            if names and not listed.exit_code:
                await self._sandbox.run(learner, StopContainers(names), {}, _quiet)
        except HostError as error:
            log.warning("not_stopped", learner=learner, error=str(error))
            return ()
        return names

    async def _free(self, learner: str, say: str) -> None:
        pause = self._pauses.pop(learner)
        await self._store.remember(note_of(learner), "")
        if say == LET_GO_ON or pause.why is not Why.CPU:
            self._purses[learner] = full(self._budget, self._clock())
        await self._store.record(await self._store.learner(learner), "Unpaused", f"why={pause.why}")
        log.info("unpaused", learner=learner, why=pause.why)
        if place := self._places.pop(learner, ""):
            known = await self._store.learner(learner)
            await self._tell_staff(Note(let_go(known.called or learner)), place)
        if say:
            await self._tell(learner, say)

    async def _tell(self, learner: str, text: str) -> None:
        try:
            await self._chat.show(Where(await self._room(learner), learner), Note(text))
        except ChatError as error:
            log.warning("not_told", learner=learner, error=str(error))

    async def _take_up(self) -> None:
        """Continue the pauses that a restart found."""
        if self._taken_up:
            return
        for learner in await self._store.holders():
            kept = await self._store.note(note_of(learner.id))
            if kept:
                told = json.loads(kept)
                # a wall clock that was set back meanwhile must not make it longer than it ever was
                left_s = min(float(told["until"]) - self._wall(), _longest_s(Why(told["why"]), self._budget))
                self._pauses[learner.id] = Pause(Why(told["why"]), self._clock() + left_s)
        self._taken_up = True


def _longest_s(why: Why, budget: Budget) -> float:
    worst = spent(full(budget, 0.0), budget, 2 * budget.cpu_s, 0.0)
    return goes_on_in_s(worst, budget) if why is Why.CPU else LIMITS_S


def note_of(learner: str) -> str:
    """Return under which name of the store a learner's pause is kept; '' there lets them go on."""
    return f"paused.{learner}"


def _quiet(_: str) -> None:
    """Say nothing on the way."""
