"""Who sits in which cohort: follows the members of channels, lets people join and leave, and tells them."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.core.cohorts import seat_words as words
from bot.core.cohorts.cohort import Cohort, Seat, SeatState
from bot.core.cohorts.roster import (
    JOINED,
    Reply,
    came_in,
    closed,
    followed,
    invited_to,
    join,
    promoted,
    went_out,
)
from bot.core.events import Event
from bot.core.messages import Note, Offer
from bot.core.turn import PrepareProject, Turn
from bot.errors import ChatError, DocentError
from bot.ports import Channels, Chat, Cohorts, Store, Where
from bot.staffroom.cohorts.invitations import Invitations

log = structlog.get_logger(__name__)

#: in one channel people are greeted no more often: a class may come all at once, and Slack takes one message a second
GREET_EVERY_S = 3.0


class Rosters:
    """The seats of all cohorts. What decides is `bot.core.cohorts.roster`; it is done here, one after the other."""

    def __init__(
        self,
        cohorts: Cohorts,
        store: Store,
        channels: Channels,
        chat: Chat,
        invitations: Invitations,
        clock: Callable[[], datetime],
    ) -> None:
        self._cohorts = cohorts
        self._store = store
        self._channels = channels
        self._chat = chat
        self._invitations = invitations
        self._clock = clock
        self._hands = asyncio.Lock()  #: held while seats are read and written, never while Slack is asked
        self._greeted: dict[str, datetime] = {}
        self._background: set[asyncio.Task[None]] = set()

    # the channel

    async def follow(self, cohort: Cohort) -> None:
        """Bring the roster in line with the channel's members as they are now. Raises `ChatError`."""
        asked_at = self._clock()
        members = await self._channels.members(cohort.channel)
        if not members:  # a channel without people, or one that tells nothing: nobody is sent away for that
            return
        async with self._hands:
            seats = await self._cohorts.seats(cohort.id)
            changed = followed(cohort, seats, members, asked_at, self._clock())
            if not changed:
                return
            await self._cohorts.seat_each(changed)
        log.info("roster_followed", cohort=cohort.id, changed=len(changed))
        self._invitations.mark(cohort.id)
        had = {seat.user for seat in seats if seat.state in JOINED}
        gone = [seat.user for seat in changed if seat.state is SeatState.LEFT and seat.user in had]
        self._spawn(self._tell_gone(cohort, gone))

    async def came(self, cohort: Cohort, user: str) -> None:
        """Invite who came into the channel."""
        async with self._hands:
            seat = came_in(cohort, await self._seat(cohort, user), user, self._clock())
            if seat is None:
                return
            await self._cohorts.seat(seat)
        self._invitations.mark(cohort.id)
        if self._may_greet(cohort.channel):
            await self._whisper(cohort, user)

    async def went(self, cohort: Cohort, user: str) -> None:
        """Take the seat of who left the channel."""
        async with self._hands:
            before = await self._seat(cohort, user)
            seat = went_out(before, self._clock())
            if seat is None or before is None:
                return
            await self._cohorts.seat(seat)
        self._invitations.mark(cohort.id)
        if before.state in JOINED:
            await self._tell_gone(cohort, [user])

    # learners

    async def join(self, cohort: Cohort, user: str, channel: str = "") -> str:
        """Let somebody join; returns what they are told where they asked. Whoever is in is written to.

        That may be '' in a channel where many join at once.
        """
        seat = await self._seat(cohort, user)
        member = seat is not None and seat.state is not SeatState.LEFT
        if not member:  # who left may have come back while nobody looked
            member = user in await self._channels.members(cohort.channel)
        async with self._hands:
            cohort = await self._cohorts.cohort(cohort.id) or cohort
            taken = await self._cohorts.of(user)
            joined = join(cohort, await self._seat(cohort, user), user, member=member, taken=taken, now=self._clock())
            if joined.seat is not None:
                await self._cohorts.seat(joined.seat)
        if joined.seat is not None:
            self._invitations.mark(cohort.id)
        told = words.answered(joined.reply, cohort, taken)
        if joined.reply is Reply.WELCOME:
            self._spawn(self._welcome(user, words.seated(cohort)))
        if channel != cohort.channel or joined.reply not in (Reply.WELCOME, Reply.LATER):
            return told
        if joined.reply is Reply.LATER:
            self._spawn(self._write(user, Note(told)))
        return told if self._may_greet(channel) else ""

    async def leave(self, cohort: Cohort, user: str) -> str:
        """Let somebody leave a course; returns what they are told. What waits becomes theirs."""
        async with self._hands:
            seat = await self._seat(cohort, user)
            gone = went_out(seat, self._clock()) if seat is not None and seat.state in JOINED else None
            if gone is None:
                return words.NO_COURSE
            await self._cohorts.seat(gone)
        self._invitations.mark(cohort.id)
        await self._promote([user])
        return words.left(cohort)

    def follows(self, event: Event, turn: Turn) -> None:
        """Seat whoever begins by themselves, when it is clear in which course; returns at once."""
        begins = any(isinstance(action, PrepareProject) for action in turn.actions) and turn.learner.at is not None
        if begins and turn.learner.course is None:
            self._spawn(self._began(turn.learner.id))

    async def _began(self, user: str) -> None:
        now = self._clock()
        async with self._hands:
            cohorts = {each.id: each for each in await self._cohorts.open()}
            could = invited_to(await self._cohorts.seats_of(user), cohorts, now)
            if len(could) == 1:
                await self._cohorts.seat(Seat(could[0].id, user, SeatState.TAKEN, now))
        if len(could) == 1:
            self._invitations.mark(could[0].id)
        if could:
            text = words.seated_alone(could[0]) if len(could) == 1 else words.choose(could)
            await self._write(user, Note(text))

    # the end, and what begins then

    async def close(self, cohort: Cohort) -> Cohort | None:
        """End a cohort; everybody keeps what they did. None when it had ended."""
        async with self._hands:
            now = self._clock()
            before = await self._cohorts.cohort(cohort.id)
            if before is None or before.ended_at is not None:
                return None
            await self._cohorts.seat_each(closed(await self._cohorts.seats(cohort.id), now))
            ended = await self._cohorts.amend(cohort.id, _ending(now))
        self._invitations.mark(cohort.id)
        return ended

    async def promote(self) -> None:
        """Give everybody the seat that they have waited for, where the waiting is over, and tell them."""
        waiting: set[str] = set()
        for cohort in await self._cohorts.open():
            waiting |= {seat.user for seat in await self._cohorts.seats(cohort.id) if seat.state is SeatState.WAITING}
        await self._promote(sorted(waiting))

    async def _promote(self, users: Sequence[str]) -> None:
        if not users:
            return
        async with self._hands:
            cohorts = {each.id: each for each in await self._cohorts.open()}
            of: defaultdict[str, list[Seat]] = defaultdict(list)
            if len(users) == 1:
                of[users[0]] += await self._cohorts.seats_of(users[0])
            else:
                for number in cohorts:
                    for seat in await self._cohorts.seats(number):
                        of[seat.user].append(seat)
            now = self._clock()
            found = [new for user in users if (new := promoted(of[user], cohorts, now)) is not None]
            kept = await self._cohorts.seat_each(found) if found else ()
        for seat in kept:
            self._invitations.mark(seat.cohort)
            self._spawn(self._welcome(seat.user, words.turned(cohorts[seat.cohort])))

    # words

    async def _welcome(self, user: str, text: str) -> None:
        learner = await self._store.learner(user)
        way_on = Offer.START if learner.at is None else Offer.CONTINUE
        # whoever was never greeted is when they open our messages, with a button to start
        await self._write(user, Note(text, (way_on,) if learner.met_at else (), learner.at))

    async def _tell_gone(self, cohort: Cohort, users: Sequence[str]) -> None:
        for user in users:
            await self._write(user, Note(words.left_channel(cohort)))
        await self._promote(users)

    async def _write(self, user: str, note: Note) -> None:
        """Write to somebody, posting to their id: a class that joins at once would wait for its rooms to be opened."""
        try:
            await self._chat.show(Where(user, user), note)
        except ChatError as error:
            log.warning("not_told", user=user, error=str(error))

    async def _whisper(self, cohort: Cohort, user: str) -> None:
        try:
            await self._chat.whisper(Where(cohort.channel, user), words.newcomer(cohort))
        except ChatError as error:
            log.info("not_greeted", user=user, error=str(error))

    def _may_greet(self, channel: str) -> bool:
        """Tell whether somebody can be greeted there without holding up the others."""
        now, last = self._clock(), self._greeted.get(channel)
        if last is not None and (now - last).total_seconds() < GREET_EVERY_S:
            return False
        self._greeted[channel] = now
        return True

    async def _seat(self, cohort: Cohort, user: str) -> Seat | None:
        seats = await self._cohorts.seats_of(user)
        return next((seat for seat in seats if seat.cohort == cohort.id), None)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_guarded(work))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _ending(now: datetime) -> Callable[[Cohort], Cohort]:
    return lambda cohort: replace(cohort, ended_at=now)


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except DocentError as error:
        log.warning("not_done", error=str(error))
    except Exception:
        log.exception("bug")
