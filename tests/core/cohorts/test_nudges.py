from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from bot.authoring.load import load_workshop
from bot.core.cohorts.cohort import Cohort, Seat, SeatState
from bot.core.cohorts.nudges import EVERY, MOST, Nudged, away_since, fits, nudge, wanted
from bot.core.learner import Learner
from bot.core.messages import Offer

WORKSHOP = load_workshop(Path(__file__).parents[3] / "lessons" / "docker-workshop")
MARCH = Cohort(1, "March", "C1", WORKSHOP.id, frozenset(), starts=date(2026, 3, 2), ends=date(2026, 3, 20))
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SEAT = Seat(1, "U1", SeatState.TAKEN, START)
AFTER = timedelta(days=2)

moments = st.timedeltas(timedelta(days=-5), timedelta(days=40)).map(lambda by: START + by)
records = st.builds(Nudged, st.just("U1"), st.none() | moments, st.integers(0, 9), st.booleans())


@given(records, st.none() | moments, moments, st.sampled_from(SeatState))
def test_a_nudge_is_never_wanted_twice_a_day_nor_by_who_said_stop_was_here_or_left(
    nudged: Nudged, seen: datetime | None, now: datetime, state: SeatState
) -> None:
    learner, seat = Learner("U1", "Ada", seen_at=seen), replace(SEAT, state=state)
    if wanted(WORKSHOP, seat, learner, nudged, now, AFTER):
        assert not nudged.stopped
        assert state is SeatState.TAKEN
        assert now - away_since(seat, learner) >= AFTER
        assert nudged.last_at is None or now - nudged.last_at >= EVERY
        assert not wanted(WORKSHOP, seat, learner, nudged.again(away_since(seat, learner), now), now, AFTER)


@given(st.lists(st.integers(1, 72), max_size=60), st.integers(0, 59))
def test_over_any_rounds_there_is_one_a_day_at_most_and_three_without_a_sign_of_life(
    hours: list[int], back_at: int
) -> None:
    now, nudged, sent = START, Nudged("U1"), list[datetime]()
    learner = Learner("U1", "Ada")
    without = 0
    for number, step in enumerate(hours):
        now += timedelta(hours=step)
        if number == back_at:
            learner, without = replace(learner, seen_at=now), 0
        if wanted(WORKSHOP, SEAT, learner, nudged, now, AFTER):
            nudged = nudged.again(away_since(SEAT, learner), now)
            sent.append(now)
            without += 1
            assert without <= MOST
    assert all(later - earlier >= EVERY for earlier, later in pairwise(sent))


@given(moments, st.integers(-12 * 3600, 14 * 3600))
def test_it_comes_by_day_where_they_are_and_on_a_day_of_the_course(now: datetime, offset_s: int) -> None:
    there = now + timedelta(seconds=offset_s)
    if fits(MARCH, now, offset_s):
        assert 9 <= there.hour < 18
        assert date(2026, 3, 2) <= there.date() <= date(2026, 3, 20)
    else:
        assert not (9 <= there.hour < 18 and date(2026, 3, 2) <= there.date() <= date(2026, 3, 20))
    assert not fits(MARCH, now, None)


def test_who_was_away_long_enough_and_has_not_finished_is_reminded_of_where_they_were() -> None:
    now = START + timedelta(days=3)
    ada = Learner("U1", "Ada", at=WORKSHOP.order[3], seen_at=START)
    assert wanted(WORKSHOP, SEAT, ada, Nudged("U1"), now, AFTER)
    assert wanted(WORKSHOP, SEAT, None, Nudged("U1"), now, AFTER)
    assert not wanted(WORKSHOP, SEAT, ada, Nudged("U1"), now, timedelta(0))
    done = replace(ada, skipped=frozenset(WORKSHOP.order))
    assert not wanted(WORKSHOP, SEAT, done, Nudged("U1"), now, AFTER)
    note = nudge(WORKSHOP, ada, "March **2**")
    assert (note.offers, note.ref) == ((Offer.CONTINUE, Offer.NO_NUDGES), WORKSHOP.order[3])
    assert nudge(WORKSHOP, None, "March").offers == (Offer.START, Offer.NO_NUDGES)
