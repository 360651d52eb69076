"""`join` and `leave`: what learners do with their seats."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from bot.core.cohorts import seat_words as words
from bot.core.cohorts.cohort import Cohort, SeatState, numbered
from bot.core.cohorts.invitation import JOIN, LEAVE, course_panel
from bot.core.cohorts.roster import JOINED
from bot.core.panels import Answer, Panel, Whispered
from bot.ports import Asked, Cohorts, Duty
from bot.staffroom.cohorts.rosters import Rosters

#: Publishes somebody's Home anew.
Refresh = Callable[[str], Awaitable[None]]


class SeatDuty:
    """Lets learners join courses and leave them."""

    def __init__(self, cohorts: Cohorts, rosters: Rosters, refresh: Refresh) -> None:
        self._cohorts = cohorts
        self._rosters = rosters
        self._refresh = refresh

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="seats",
            words={"join": self._join_by_word, "leave": self._leave},
            presses={JOIN: self._join, LEAVE: self._leave},
            home=self.home,
        )

    async def home(self, user: str) -> Sequence[Panel]:
        """Show learners the course they take, and those that wait."""
        joined = await self._joined_by(user)
        if not joined:
            return []
        taken = await self._cohorts.of(user)
        return [course_panel(taken, [each for each in joined if taken is None or each.id != taken.id])]

    async def _join(self, asked: Asked) -> Answer:
        cohort = await self._cohorts.cohort(numbered(asked.about))
        if cohort is None:
            return Whispered(words.NOTHING_TO_JOIN)
        return await self._joined(cohort, asked)

    async def _joined(self, cohort: Cohort, asked: Asked) -> Answer:
        told = await self._rosters.join(cohort, asked.where.user, asked.where.channel)
        return Whispered(told) if told else None

    async def _join_by_word(self, asked: Asked) -> Answer:
        """Join the course of this channel, the one of that name, or the only one to which somebody is invited."""
        user, wanted = asked.where.user, " ".join(asked.about.split()).casefold()
        open_ = {each.id: each for each in await self._cohorts.open()}
        here = [each for each in open_.values() if each.channel == asked.where.channel]
        seats = await self._cohorts.seats_of(user)
        mine = [open_[seat.cohort] for seat in seats if seat.cohort in open_ and seat.state is not SeatState.OVER]
        could = here or mine
        if wanted:
            could = [each for each in (*here, *mine) if each.name.casefold() == wanted][:1]
        if len(could) > 1:  # what they have a place in already needs no choice
            new = [each for each in could if any(s.cohort == each.id and s.state is SeatState.INVITED for s in seats)]
            could = new or could
        if not could:
            return Whispered(words.NOTHING_TO_JOIN)
        if len(could) > 1:
            return Whispered(words.choose(could))
        return await self._joined(could[0], asked)

    async def _leave(self, asked: Asked) -> Answer:
        """Leave the course that somebody takes, else the place that waits for them; or the one of that name."""
        user = asked.where.user
        cohort = chosen(await self._joined_by(user), asked.about)
        if cohort is None:
            return Whispered(words.NO_COURSE)
        told = await self._rosters.leave(cohort, user)
        await self._refresh(user)
        return Whispered(told)

    async def _joined_by(self, user: str) -> Sequence[Cohort]:
        """Return the running cohorts in which somebody has a place, the one that they take first."""
        seats = [seat for seat in await self._cohorts.seats_of(user) if seat.state in JOINED]
        open_ = {each.id: each for each in await self._cohorts.open()}
        first = sorted(seats, key=lambda seat: seat.state is not SeatState.TAKEN)
        return [open_[seat.cohort] for seat in first if seat.cohort in open_]


def chosen(joined: Sequence[Cohort], said: str) -> Cohort | None:
    """Return which of these somebody means by a name, by the number of a button, or by nothing: the first."""
    wanted = " ".join(said.split()).casefold()
    if not wanted:
        return next(iter(joined), None)
    return next((each for each in joined if wanted in (str(each.id), each.name.casefold())), None)
