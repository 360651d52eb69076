from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.cohorts.cohort import Cohort, Seat, SeatState
from bot.core.cohorts.roster import (
    Reply,
    came_in,
    closed,
    counted,
    followed,
    invited_to,
    join,
    led_on,
    outlived,
    promoted,
    went_out,
)

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
BEFORE, LATER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
MARCH = Cohort(1, "March", "C1", "docker-workshop", frozenset({"UINA"}))
APRIL = replace(MARCH, id=2, name="April", channel="C2", starts=date(2026, 4, 1))
SECOND = replace(MARCH, id=3, name="Second", channel="C3")
OPEN = {each.id: each for each in (MARCH, APRIL, SECOND)}
INVITED, TAKEN, WAITING, LEFT, OVER = SeatState


def seat(state: SeatState, cohort: int = 1, user: str = "U1", since: datetime = BEFORE) -> Seat:
    return Seat(cohort, user, state, since)


@pytest.mark.parametrize(
    ("cohort", "before", "member", "taken", "reply", "after"),
    [
        (MARCH, INVITED, True, None, Reply.WELCOME, TAKEN),
        (MARCH, None, True, None, Reply.WELCOME, TAKEN),
        (MARCH, LEFT, True, None, Reply.WELCOME, TAKEN),
        (MARCH, LEFT, False, None, Reply.STRANGER, None),
        (MARCH, None, False, None, Reply.STRANGER, None),
        (MARCH, TAKEN, True, MARCH, Reply.ALREADY, None),
        (MARCH, INVITED, True, SECOND, Reply.WAITS, WAITING),
        (MARCH, WAITING, True, SECOND, Reply.WAITS, None),
        (MARCH, WAITING, True, None, Reply.WELCOME, TAKEN),
        (APRIL, INVITED, True, None, Reply.LATER, WAITING),
        (APRIL, INVITED, True, MARCH, Reply.LATER, WAITING),
        (replace(MARCH, ended_at=BEFORE), INVITED, True, None, Reply.OVER, None),
        (replace(MARCH, ended_at=BEFORE), None, False, None, Reply.OVER, None),
    ],
)
def test_a_press_on_join_takes_a_place_waits_for_it_or_says_why_not(
    cohort: Cohort, before: SeatState | None, member: bool, taken: Cohort | None, reply: Reply, after: SeatState | None
) -> None:
    held = None if before is None else seat(before, cohort.id)
    joined = join(cohort, held, "U1", member=member, taken=taken, now=NOW)
    assert (joined.reply, joined.seat and joined.seat.state) == (reply, after)


def test_members_are_invited_and_who_is_gone_has_left() -> None:
    seats = [seat(TAKEN, user="U1"), seat(INVITED, user="U2"), seat(LEFT, user="U3"), seat(OVER, user="U4")]
    changed = followed(MARCH, seats, ["U2", "U3", "U5", "UINA"], NOW, LATER)
    assert {(each.user, each.state) for each in changed} == {("U1", LEFT), ("U5", INVITED)}


def test_what_happened_while_the_members_were_asked_for_is_newer_than_the_list() -> None:
    assert not followed(MARCH, [seat(TAKEN, since=NOW)], ["U9", "UINA"], NOW, LATER)[1:]
    assert [each.user for each in followed(MARCH, [seat(TAKEN, since=NOW)], ["U9"], NOW, LATER)] == ["U9"]


def test_who_left_the_course_is_not_brought_back_by_being_in_the_channel_but_by_coming_in() -> None:
    assert not followed(MARCH, [seat(LEFT)], ["U1"], NOW, LATER)
    back = came_in(MARCH, seat(LEFT), "U1", NOW)
    assert back is not None
    assert back.state is INVITED
    assert came_in(MARCH, seat(TAKEN), "U1", NOW) is None


def test_an_instructor_is_no_learner_unless_they_joined() -> None:
    assert came_in(MARCH, None, "UINA", NOW) is None
    promoted_since = replace(MARCH, instructors=frozenset({"U1", "U2"}))
    seats = [seat(INVITED, user="U1"), seat(TAKEN, user="U2")]
    assert [(s.user, s.state) for s in followed(promoted_since, seats, ["U1", "U2"], NOW, LATER)] == [("U1", LEFT)]
    assert join(MARCH, None, "UINA", member=True, taken=None, now=NOW).reply is Reply.WELCOME


@pytest.mark.parametrize(
    ("states", "takes"),
    [
        ({1: WAITING}, 1),
        ({1: TAKEN, 3: WAITING}, None),
        ({1: OVER, 3: WAITING}, 3),
        ({1: LEFT, 3: WAITING}, 3),
        ({2: WAITING}, None),  # has not begun
        ({1: INVITED}, None),  # nobody is put into a course that they did not join
        ({9: TAKEN, 1: WAITING}, 1),  # the other one has ended
    ],
)
def test_the_waiting_is_over_when_nothing_else_is_taken_and_the_course_runs(
    states: dict[int, SeatState], takes: int | None
) -> None:
    found = promoted([seat(state, number) for number, state in states.items()], OPEN, NOW)
    assert (found and found.cohort) == takes
    assert found is None or found.state is TAKEN


def test_of_two_that_wait_the_first_comes_first() -> None:
    found = promoted([seat(WAITING, 1, since=NOW), seat(WAITING, 3, since=BEFORE)], OPEN, LATER)
    assert found is not None
    assert found.cohort == 3


@pytest.mark.parametrize(
    ("states", "could"),
    [
        ({1: INVITED}, [1]),
        ({1: INVITED, 3: INVITED}, [1, 3]),
        ({1: INVITED, 2: INVITED}, [1]),
        ({1: INVITED, 3: TAKEN}, []),
        ({1: LEFT}, []),
        ({}, []),
    ],
)
def test_whoever_begins_alone_is_seated_where_they_are_invited(states: dict[int, SeatState], could: list[int]) -> None:
    found = invited_to([seat(state, number) for number, state in states.items()], OPEN, NOW)
    assert [each.id for each in found] == could


@pytest.mark.parametrize(
    ("ends", "now", "over"),
    [
        (date(2026, 3, 4), datetime(2026, 3, 4, 23, tzinfo=UTC), False),
        (date(2026, 3, 4), datetime(2026, 3, 5, 11, 59, tzinfo=UTC), False),  # still the 4th in the far west
        (date(2026, 3, 4), datetime(2026, 3, 5, 12, tzinfo=UTC), True),
        (None, NOW, False),
    ],
)
def test_a_last_day_is_over_when_it_is_over_everywhere(ends: date | None, now: datetime, over: bool) -> None:
    assert outlived(replace(MARCH, ends=ends), now) is over
    assert not outlived(replace(MARCH, ends=ends, ended_at=BEFORE), now)


def test_when_a_cohort_ends_who_took_it_has_done_so_and_who_waited_does_no_more() -> None:
    seats = [seat(state, user=f"U{n}") for n, state in enumerate(SeatState)]
    assert {(s.user, s.state) for s in closed(seats, NOW)} == {("U1", OVER), ("U2", LEFT)}


@pytest.mark.parametrize(
    ("gone", "leads"),
    [({"U1"}, {"U2"}), ({"U1", "U2"}, {"UBO"}), ({"U1", "U2", "UBO"}, set()), (set(), {"U1", "U2"})],
)
def test_a_cohort_is_led_by_those_who_are_left_else_by_the_instructors_of_all(gone: set[str], leads: set[str]) -> None:
    cohort = replace(MARCH, instructors=frozenset({"U1", "U2"}))
    assert led_on(cohort, gone, ["UBO"]) == leads


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["came", "went", "join", "leave", "follow", "begin", "end", "day"]),
        st.sampled_from([1, 2, 3]),
        st.sampled_from(["U1", "U2", "UINA"]),
        st.sets(st.sampled_from(["U1", "U2", "U3", "UINA"])),
    ),
    max_size=40,
)


class Class:
    """Cohorts, their channels and seats, moved by the decisions as the staff room moves them."""

    def __init__(self) -> None:
        self.cohorts = dict(OPEN)
        self.members: dict[int, set[str]] = {number: set() for number in OPEN}
        self.seats: dict[tuple[int, str], Seat] = {}
        self.now = NOW

    def of(self, user: str) -> list[Seat]:
        return [each for each in self.seats.values() if each.user == user]

    def open(self) -> dict[int, Cohort]:
        return {number: each for number, each in self.cohorts.items() if each.ended_at is None}

    def taken(self, user: str) -> Cohort | None:
        return next((self.cohorts[each.cohort] for each in self.of(user) if each.state is TAKEN), None)

    def keep(self, *seats: Seat | None) -> None:
        self.seats |= {(each.cohort, each.user): each for each in seats if each is not None}

    def perform(self, act: str, number: int, user: str, members: set[str]) -> None:
        self.now += timedelta(minutes=1)
        cohort, held = self.cohorts[number], self.seats.get((number, user))
        ended = cohort.ended_at is not None
        if act == "came" and not ended:
            self.members[number].add(user)
            self.keep(came_in(cohort, held, user, self.now))
        if act == "went" and not ended:
            self.members[number].discard(user)
            self.keep(went_out(held, self.now))
        if act == "follow" and members and not ended:
            self.members[number] = set(members)
            seats = [each for each in self.seats.values() if each.cohort == number]
            self.keep(*followed(cohort, seats, members, self.now, self.now))
        if act == "join":
            member = user in self.members[number]
            self.keep(join(cohort, held, user, member=member, taken=self.taken(user), now=self.now).seat)
        if act == "leave" and held is not None and held.state in (TAKEN, WAITING):
            self.keep(went_out(held, self.now))
        if act == "begin":
            could: Sequence[Cohort] = invited_to(self.of(user), self.open(), self.now)
            if len(could) == 1:
                self.keep(Seat(could[0].id, user, TAKEN, self.now))
        if act == "end" and not ended:
            self.keep(*closed([each for each in self.seats.values() if each.cohort == number], self.now))
            self.cohorts[number] = replace(cohort, ended_at=self.now)
        if act == "day":
            self.now += timedelta(days=10)
        for somebody in ("U1", "U2", "U3", "UINA"):
            self.keep(promoted(self.of(somebody), self.open(), self.now))


@given(ACTS)
def test_nobody_ever_takes_two_courses_and_nobody_who_waits_is_forgotten(
    acts: list[tuple[str, int, str, set[str]]],
) -> None:
    here = Class()
    for act in acts:
        here.perform(*act)
        for user in ("U1", "U2", "U3", "UINA"):
            taken = [each for each in here.of(user) if each.state is TAKEN]
            assert len(taken) <= 1
            assert all(here.cohorts[each.cohort].runs(here.now.date()) for each in taken)
            waits = [each for each in here.of(user) if each.state is WAITING and each.cohort in here.open()]
            free = [each for each in waits if here.cohorts[each.cohort].runs(here.now.date())]
            assert taken or not free, "they wait for nothing"


@given(ACTS)
def test_nobody_in_a_channel_is_lost_and_nobody_outside_holds_a_place(
    acts: list[tuple[str, int, str, set[str]]],
) -> None:
    here = Class()
    for act in acts:
        here.perform(*act)
        for number, cohort in here.open().items():
            for user in here.members[number] - cohort.instructors:
                assert (number, user) in here.seats
            holding = {u for (n, u), s in here.seats.items() if n == number and s.state in (INVITED, TAKEN, WAITING)}
            assert holding <= here.members[number]


def test_who_is_in_and_who_joined_is_counted() -> None:
    count = counted([seat(state, user=f"U{n}") for n, state in enumerate((INVITED, TAKEN, WAITING, LEFT, INVITED))])
    assert (count.joined, count.people) == (2, 4)
