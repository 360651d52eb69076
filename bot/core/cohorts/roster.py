"""What becomes of seats: who comes, goes, joins, leaves, begins, and what ends. Pure.

Of all seats of one person at most one is `TAKEN`: the one of a course that is going on. Who joins a second course, or
one that has not begun, waits; `promoted` says when the waiting is over, and is asked after everything that may end it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.core.cohorts.cohort import Cohort, Seat, SeatState

IN_CHANNEL = (SeatState.INVITED, SeatState.TAKEN, SeatState.WAITING)
JOINED = (SeatState.TAKEN, SeatState.WAITING)
#: the last place on Earth where it is still the day before
LAST_ZONE = timedelta(hours=12)


class Reply(StrEnum):
    """What somebody who presses Join is told."""

    WELCOME = "welcome"
    ALREADY = "already"
    LATER = "later"  #: the course has not begun
    WAITS = "waits"  #: they take another one
    STRANGER = "stranger"  #: they are not in its channel
    OVER = "over"  #: it has ended


@dataclass(frozen=True, slots=True)
class Joined:
    """What a press on Join comes to; `seat` is to be kept, None when nothing changes."""

    reply: Reply
    seat: Seat | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many are in a cohort: `joined` of `people`."""

    joined: int = 0
    people: int = 0


def begun(cohort: Cohort, today: date) -> bool:
    """Tell whether its first day has come."""
    return cohort.starts is None or cohort.starts <= today


def outlived(cohort: Cohort, now: datetime) -> bool:
    """Tell whether its last day is over, wherever its people are."""
    return cohort.ended_at is None and cohort.ends is not None and cohort.ends < (now - LAST_ZONE).date()


def counted(seats: Iterable[Seat]) -> Count:
    """Return how many are in, and how many of them joined; who left is not counted."""
    states = [seat.state for seat in seats]
    there = sum(state in IN_CHANNEL or state is SeatState.OVER for state in states)
    return Count(sum(state in JOINED or state is SeatState.OVER for state in states), there)


def came_in(cohort: Cohort, seat: Seat | None, user: str, now: datetime) -> Seat | None:
    """Return the seat of who came into the channel, None when nothing changes; instructors are no learners."""
    if user in cohort.instructors or (seat is not None and seat.state is not SeatState.LEFT):
        return None
    return Seat(cohort.id, user, SeatState.INVITED, now)


def went_out(seat: Seat | None, now: datetime) -> Seat | None:
    """Return the seat of who left the channel or the course, None when nothing changes."""
    if seat is None or seat.state not in IN_CHANNEL:
        return None
    return replace(seat, state=SeatState.LEFT, since=now)


def followed(
    cohort: Cohort, seats: Sequence[Seat], members: Collection[str], asked_at: datetime, now: datetime
) -> Sequence[Seat]:
    """Return the seats that change because these are the members, as they were asked for at `asked_at`.

    What happened since then is newer than the list. Who left the course while in the channel does not come back by
    this, and an instructor keeps a seat that they joined for.
    """
    known = {seat.user: seat for seat in seats}
    there = frozenset(members)
    new = [came_in(cohort, None, user, now) for user in sorted(there - known.keys())]
    gone = [went_out(seat, now) for seat in seats if seat.user not in there and seat.since < asked_at]
    # whoever became an instructor and had not joined is invited no more
    staff = [
        went_out(seat, now)
        for seat in seats
        if seat.user in there and seat.user in cohort.instructors and seat.state is SeatState.INVITED
    ]
    return [seat for seat in (*new, *gone, *staff) if seat is not None]


def join(cohort: Cohort, seat: Seat | None, user: str, *, member: bool, taken: Cohort | None, now: datetime) -> Joined:
    """Return what a press on Join comes to; `taken` is the course that they take now."""
    if cohort.ended_at is not None or (seat is not None and seat.state is SeatState.OVER):
        return Joined(Reply.OVER)
    if not member:
        return Joined(Reply.STRANGER)
    if seat is not None and seat.state is SeatState.TAKEN:
        return Joined(Reply.ALREADY)
    waiting = Seat(cohort.id, user, SeatState.WAITING, now)
    if seat is not None and seat.state is SeatState.WAITING:
        waiting = seat  # whoever asks again has waited since they asked first
    kept = None if waiting is seat else waiting
    if not cohort.runs(now.date()):
        return Joined(Reply.LATER, kept)
    if taken is not None and taken.id != cohort.id:
        return Joined(Reply.WAITS, kept)
    return Joined(Reply.WELCOME, replace(waiting, state=SeatState.TAKEN, since=now))


def promoted(seats: Sequence[Seat], cohorts: Mapping[int, Cohort], now: datetime) -> Seat | None:
    """Return the seat that one person takes now because their waiting is over, None when it is not.

    `seats` are all of theirs, `cohorts` those that have not ended.
    """
    if any(seat.state is SeatState.TAKEN and seat.cohort in cohorts for seat in seats):
        return None
    waiting = [
        seat
        for seat in seats
        if seat.state is SeatState.WAITING and seat.cohort in cohorts and cohorts[seat.cohort].runs(now.date())
    ]
    first = min(waiting, key=lambda seat: (seat.since, seat.cohort), default=None)
    return None if first is None else replace(first, state=SeatState.TAKEN, since=now)


def invited_to(seats: Sequence[Seat], cohorts: Mapping[int, Cohort], now: datetime) -> Sequence[Cohort]:
    """Return the running courses that somebody could join; none for who takes one already."""
    if any(seat.state is SeatState.TAKEN and seat.cohort in cohorts for seat in seats):
        return ()
    return [
        cohorts[seat.cohort]
        for seat in seats
        if seat.state is SeatState.INVITED and seat.cohort in cohorts and cohorts[seat.cohort].runs(now.date())
    ]


def closed(seats: Sequence[Seat], now: datetime) -> Sequence[Seat]:
    """Return the seats that change because the cohort ended: who took it has done so, who waited does no more."""
    over = [replace(seat, state=SeatState.OVER, since=now) for seat in seats if seat.state is SeatState.TAKEN]
    return over + [replace(seat, state=SeatState.LEFT, since=now) for seat in seats if seat.state is SeatState.WAITING]


def led_on(cohort: Cohort, gone: Collection[str], instructors: Collection[str]) -> frozenset[str]:
    """Return who leads the cohort when these people are gone: the others, else the `instructors` of all."""
    return (cohort.instructors - frozenset(gone)) or (frozenset(instructors) - frozenset(gone))
