"""Whoever has been away from their course is reminded, kindly and seldom, until they say stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.core.cohorts.cohort import Cohort, Seat
from bot.core.cohorts.nudges import RESUMED, STOPPED, Nudged, away_since, fits, nudge, wanted
from bot.core.learner import Learner
from bot.core.panels import Answer, Panel, Press, Row
from bot.core.workshop import Workshop
from bot.errors import ChatError
from bot.ports import Asked, Cohorts, Duty, Hours, Nudges, Store, Where
from bot.rounds import every, rounds
from bot.staffroom.reach import Reach

log = structlog.get_logger(__name__)

EVERY_S = 600.0
ASKED_AT_ONCE = 20  #: people about whom Slack is asked in one round
STOP, RESUME = "nudge.stop", "nudge.resume"
LET_BE = timedelta(hours=1)  #: who does not want to be disturbed is not asked about again for so long


class Nudging:
    """The duty of nudges. `keep` sends them while the bot runs."""

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        nudges: Nudges,
        cohorts: Cohorts,
        hours: Hours,
        reach: Reach,
        after: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._workshop = workshop
        self._store = store
        self._nudges = nudges
        self._cohorts = cohorts
        self._hours = hours
        self._reach = reach
        self._after = after
        self._clock = clock
        self._let_be: dict[str, datetime] = {}

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(name="nudges", words={"nudges": self._asked}, presses={STOP: self._stop, RESUME: self._resume})

    async def _asked(self, asked: Asked) -> Answer:
        match asked.about.strip().lower():
            case "off" | "stop" | "no":
                return await self._stop(asked)
            case "on" | "start" | "yes":
                return await self._resume(asked)
        nudged = (await self._nudges.nudged()).get(asked.where.user)
        return told(stopped=bool(nudged and nudged.stopped))

    async def _stop(self, asked: Asked) -> Answer:
        await self._set(asked.where.user, stopped=True)
        return told(stopped=True)

    async def _resume(self, asked: Asked) -> Answer:
        await self._set(asked.where.user, stopped=False)
        return told(stopped=False)

    async def _set(self, user: str, *, stopped: bool) -> None:
        nudged = (await self._nudges.nudged()).get(user, Nudged(user))
        await self._nudges.keep(replace(nudged, stopped=stopped))

    async def keep(self) -> None:
        """Remind whoever is to be reminded, for ever."""
        if self._after > timedelta(0):
            await rounds("nudges", self.go_round, every(EVERY_S))

    async def go_round(self) -> None:
        """Remind everybody for whom it is right now; about a few of them Slack is asked."""
        now, left = self._clock(), ASKED_AT_ONCE
        nudged = await self._nudges.nudged()
        self._let_be = {user: until for user, until in self._let_be.items() if until > now}
        for cohort in await self._cohorts.open():
            learners = {each.id: each for each in await self._store.classmates(cohort.id)}
            for seat in await self._cohorts.seats(cohort.id):
                known, learner = nudged.get(seat.user, Nudged(seat.user)), learners.get(seat.user)
                right = wanted(self._workshop, seat, learner, known, now, self._after)
                if not right or seat.user in self._let_be or left <= 0:
                    continue
                left -= 1
                await self._maybe(cohort, seat, learner, known, now)

    async def _maybe(self, cohort: Cohort, seat: Seat, learner: Learner | None, known: Nudged, now: datetime) -> None:
        user = seat.user
        if not fits(cohort, now, await self._hours.offset_s(user)) or await self._hours.quiet(user, now):
            self._let_be[user] = now + LET_BE
            return
        # kept first: a crash in between costs a reminder, and never sends two
        await self._nudges.keep(known.again(away_since(seat, learner), now))
        try:
            note = nudge(self._workshop, learner, cohort.name)
            await self._reach.chat.show(Where(await self._reach.room(user), user), note)
        except ChatError as error:
            log.info("not_nudged", user=user, error=str(error))


def told(*, stopped: bool) -> Panel:
    """Return what is said about reminders, with the button that changes it."""
    press = Press(RESUME, "Remind me again") if stopped else Press(STOP, "No more of these")
    text = STOPPED if stopped else RESUMED
    return Panel(text.replace("`", ""), rows=(Row(text),), presses=(press,))
