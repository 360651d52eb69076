"""Instructors write to a whole course, or to some of it: shown first, sent once, and told how far it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Sequence

import structlog

from bot.core.cohorts import broadcast as say
from bot.core.cohorts.broadcast import (
    NEW,
    SEND,
    WRITE,
    Broadcast,
    Fate,
    Stage,
    audiences,
    on_its_way,
    preview,
    progress,
    recipients,
    words,
    writing,
)
from bot.core.cohorts.cohort import Cohort, SeatState
from bot.core.panels import Answer, Mistakes, Panel, Press, Row, Whispered
from bot.core.workshop import Workshop
from bot.errors import CardGone, ChatError, DocentError
from bot.handin.secrets import hidden
from bot.ports import Asked, Broadcasts, Cohorts, Duty, Store, Where
from bot.staffroom.authority import NO_INSTRUCTOR, NOT_YOURS, Authority
from bot.staffroom.reach import Reach

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 60.0
AT_ONCE = 4  #: so that learners' own answers pass between
TAKEN = 20  #: people at a time, and then it is looked who is still there
TELL_EVERY_S = 5.0


class Broadcasting:
    """The duty of broadcasts. `keep` sends them while the bot runs."""

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        broadcasts: Broadcasts,
        cohorts: Cohorts,
        authority: Authority,
        reach: Reach,
    ) -> None:
        self._workshop = workshop
        self._store = store
        self._broadcasts = broadcasts
        self._cohorts = cohorts
        self._authority = authority
        self._reach = reach
        self._wake = asyncio.Event()
        self._told_at = float("-inf")

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="broadcasts",
            words={"broadcast": self._write},
            presses={WRITE: self._write, SEND: self._send},
            sheets={WRITE: self._written},
            home=self.home,
        )

    async def home(self, user: str) -> Sequence[Panel]:
        """Show instructors the way to write to their learners."""
        if not await self._authority.led_by(user):
            return ()
        press = Press(WRITE, "Write to learners", spoken="Write to the learners of a course")
        return (
            Panel(
                "Write to learners", rows=(Row("A message to everybody in a course, or to some.", presses=(press,)),)
            ),
        )

    async def _write(self, asked: Asked) -> Answer:
        led = await self._authority.led_by(asked.where.user)
        if not led:
            return NO_INSTRUCTOR
        draft = await self._draft(asked)
        return writing(self._workshop, led, draft)

    async def _written(self, asked: Asked) -> Answer:
        led = await self._authority.led_by(asked.where.user)
        course = asked.filled.get("course") or (str(led[0].id) if len(led) == 1 else "")
        cohort = next((each for each in led if str(each.id) == course), None)
        if cohort is None:
            return (
                Mistakes({"course": say.NO_COURSE}) if "course" in asked.filled else Mistakes({"text": say.NO_COURSE})
            )
        text, audience = hidden(asked.filled.get("text", "").strip()), asked.filled.get("to", "")
        if not text or len(text) > say.MOST:
            return Mistakes({"text": say.TOO_LONG if text else say.NOTHING})
        if audience not in dict(audiences(self._workshop)):
            return Mistakes({"to": say.UNKNOWN})
        draft = Broadcast(NEW, cohort.id, asked.where.user, asked.name, text, audience)
        kept = await self._broadcasts.draft(draft)
        seated = await self._seated(cohort)
        return preview(kept, cohort.name, len(await self._people(kept, seated)), len(seated))

    async def _draft(self, asked: Asked) -> Broadcast | None:
        """Return the draft that a button is about, if its presser wrote it."""
        kept = await self._broadcasts.broadcast(int(asked.about)) if asked.about.isdecimal() else None
        return kept if kept and kept.by == asked.where.user and kept.stage is Stage.DRAFT else None

    async def _send(self, asked: Asked) -> Answer:
        kept = await self._broadcasts.broadcast(int(asked.about)) if asked.about.isdecimal() else None
        cohort = await self._cohorts.cohort(kept.cohort) if kept else None
        user = asked.where.user
        if kept is None or cohort is None or kept.by != user or not await self._authority.leads(user, cohort):
            return NOT_YOURS
        people = await self._people(kept, await self._seated(cohort))
        if not await self._broadcasts.begin(kept.id, people):
            return Whispered(say.SENT_BEFORE)
        self._wake.set()
        return on_its_way()

    async def _people(self, broadcast: Broadcast, seated: frozenset[str]) -> Sequence[str]:
        learners = {each.id: each for each in await self._store.classmates(broadcast.cohort)}
        return recipients(self._workshop, broadcast.audience, seated, learners)

    async def _seated(self, cohort: Cohort) -> frozenset[str]:
        return frozenset(seat.user for seat in await self._cohorts.seats(cohort.id) if seat.state is SeatState.TAKEN)

    # -- sending -------------------------------------------------------------------------------------------------

    async def keep(self) -> None:
        """Send what is to be sent, for ever; whoever was being written to when we were stopped is not written to
        again."""
        await self._quietly(self._broadcasts.doubt())
        while True:
            self._wake.clear()
            await self._quietly(self.send())
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._wake.wait()

    async def _quietly(self, work: Awaitable[None]) -> None:
        try:
            await work
        except DocentError as error:
            log.warning("not_broadcast", error=str(error))

    async def send(self) -> None:
        """Send all that is on its way, and return once everybody had their turn."""
        for broadcast in await self._broadcasts.sending():
            cohort = await self._cohorts.cohort(broadcast.cohort)
            if cohort is None:
                continue
            broadcast = await self._tell(broadcast, cohort, now=True)
            while users := await self._broadcasts.take(broadcast.id, TAKEN):
                seated = await self._seated(cohort)
                slots = asyncio.Semaphore(AT_ONCE)
                fates = await asyncio.gather(*(self._reached(user, broadcast, cohort, seated, slots) for user in users))
                await self._broadcasts.fate(broadcast.id, dict(zip(users, fates, strict=True)))
                broadcast = await self._tell(broadcast, cohort)
            await self._broadcasts.end(broadcast.id)
            await self._tell(broadcast, cohort, now=True)

    async def _reached(
        self, user: str, broadcast: Broadcast, cohort: Cohort, seated: frozenset[str], slots: asyncio.Semaphore
    ) -> Fate:
        if user not in seated:
            return Fate.LEFT
        async with slots:
            try:
                # a person's id stands for our direct message with them: opening each would take ten minutes for 500.
                # Source: docs.slack.dev, chat.postMessage, channel
                await self._reach.chat.show(Where(user, user), words(broadcast, cohort.name))
            except ChatError as error:
                log.info("not_reached", user=user, broadcast=broadcast.id, error=str(error))
                return Fate.FAILED
            return Fate.SENT

    async def _tell(self, broadcast: Broadcast, cohort: Cohort, *, now: bool = False) -> Broadcast:
        """Tell its author how far it is, not more often than every few seconds."""
        time = asyncio.get_running_loop().time()
        if not now and time - self._told_at < TELL_EVERY_S:
            return broadcast
        self._told_at = time
        panel = progress(cohort.name, await self._broadcasts.fates(broadcast.id))
        try:
            if broadcast.place:
                channel, _, ts = broadcast.place.partition("/")
                await self._reach.chat.update(channel, ts, panel, owner="", final=now)
                return broadcast
            room = await self._reach.room(broadcast.by)
            place = f"{room}/{await self._reach.chat.show(Where(room, broadcast.by), panel)}"
        except CardGone:
            return broadcast
        except ChatError as error:
            log.info("not_told", user=broadcast.by, error=str(error))
            return broadcast
        await self._broadcasts.place(broadcast.id, place)
        return await self._broadcasts.broadcast(broadcast.id) or broadcast
