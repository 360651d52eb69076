"""How long a queue is said to be, and when it is full."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.fairness.waits import Full, Pace, admitted, begins_in_s, paced, worth_telling


def test_the_pace_follows_what_jobs_take_and_one_odd_job_moves_it_little() -> None:
    pace = reduce(paced, [8.0] * 30, Pace(2.0))
    assert pace.usual_s == pytest.approx(8.0, rel=0.01)
    assert paced(pace, 60.0).usual_s == pytest.approx(8.0, rel=0.01)


def test_three_of_four_are_done_in_the_usual_time() -> None:
    pace = reduce(paced, [1.0, 2.0, 3.0, 4.0] * 20, Pace(1.0))
    assert pace.usual_s == pytest.approx(3.0, rel=0.05)


@pytest.mark.parametrize(("ahead", "slots", "seconds"), [(0, 1, 6.0), (0, 2, 3.0), (9, 2, 30.0), (199, 4, 300.0)])
def test_the_wait_grows_with_the_queue_and_shrinks_with_the_slots(ahead: int, slots: int, seconds: float) -> None:
    assert begins_in_s(Pace(6.0), ahead, slots) == seconds


@pytest.mark.parametrize(
    ("told", "now", "again"), [(None, 5, True), (100, 129, False), (100, 131, True), (100, 71, False), (100, 69, True)]
)
def test_a_wait_is_told_again_when_it_changed_by_more_than_a_third_or_so(
    told: float | None, now: float, again: bool
) -> None:
    assert worth_telling(told, now) is again


@pytest.mark.parametrize(
    ("waiting", "usual_s", "expected"),
    [(0, 6, None), (199, 6, None), (200, 6, Full(3)), (200, 1, Full(1)), (400, 6, Full(13))],
)
def test_a_full_queue_says_when_to_come_back(waiting: int, usual_s: float, expected: Full | None) -> None:
    assert admitted(waiting, 200, Pace(usual_s), 2) == expected


@given(st.integers(0, 10_000), st.integers(1, 500), st.floats(0.01, 900), st.integers(1, 64))
def test_whoever_is_turned_away_is_told_at_least_a_minute(waiting: int, most: int, usual_s: float, slots: int) -> None:
    answer = admitted(waiting, most, Pace(usual_s), slots)
    assert (answer is None) == (waiting < most)
    assert answer is None or answer.minutes >= 1
