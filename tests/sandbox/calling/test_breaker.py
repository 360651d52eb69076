"""When the engine is left in peace. One list of things that happen to it is one life of an engine."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.calling.breaker import ERRORS, PAUSES_S, Admitted, Breaker, Came, pause_s

CAME = st.sampled_from(Came)


@dataclass(frozen=True)
class Happened:
    """Somebody asked for admission, or a call of work ended."""

    wait_s: float
    came: Came
    late: bool  #: a call that began before, whatever is admitted now


LIFE = st.lists(st.builds(Happened, st.floats(0, 20, allow_nan=False), CAME, st.booleans()), min_size=1, max_size=40)


def lived(life: list[Happened]) -> list[tuple[float, Breaker, Admitted, Happened, Breaker]]:
    """Return each moment: when, the breaker before, what it admitted, what happened, the breaker after."""
    moments, now, breaker = [], 0.0, Breaker()
    for each in life:
        now += each.wait_s
        before, admitted = breaker, breaker.admits(now)
        if each.late or admitted is Admitted.WORK:
            breaker = breaker.after(each.came, now, "why")
        elif admitted is Admitted.CANARY:
            breaker = breaker.sent()
            assert breaker.admits(now) is Admitted.NOTHING  # one at a time
            breaker = breaker.back(each.came, now, "why")
        moments.append((now, before, admitted, each, breaker))
    return moments


@given(LIFE)
def test_work_is_admitted_exactly_while_it_does_not_rest(life: list[Happened]) -> None:
    for _, before, admitted, _, _ in lived(life):
        assert (admitted is Admitted.WORK) == (not before.resting)


@given(LIFE)
def test_it_begins_to_rest_at_the_third_error_in_a_row_and_no_sooner(life: list[Happened]) -> None:
    row = 0
    for _, before, _, each, after in lived(life):
        if before.resting:
            row = 0
            continue
        row = 0 if each.came is Came.WELL else row + 1
        assert after.resting == (row == ERRORS)


@given(LIFE)
def test_only_a_canary_that_came_back_well_ends_the_rest(life: list[Happened]) -> None:
    for _, before, admitted, each, after in lived(life):
        if before.resting and not after.resting:
            assert admitted is Admitted.CANARY
            assert not each.late
            assert each.came is Came.WELL


@given(LIFE)
def test_a_rest_is_never_longer_than_the_longest_pause_before_it_is_tried_again(life: list[Happened]) -> None:
    for now, _, _, _, after in lived(life):
        if after.resting:
            assert after.next_at <= now + PAUSES_S[-1]
            assert after.admits(now + PAUSES_S[-1]) is Admitted.CANARY


@given(LIFE)
def test_what_it_says_depends_on_nothing_but_what_happened(life: list[Happened]) -> None:
    assert lived(life) == lived(life)


def test_one_that_fails_again_and_again_is_tried_ever_more_seldom_and_a_steady_one_at_once() -> None:
    breaker = Breaker()
    for _ in range(ERRORS):
        breaker = breaker.after(Came.FAILED, 0.0)
    assert breaker.next_at == PAUSES_S[0]
    breaker = breaker.sent().back(Came.FAILED, 1.0)
    assert breaker.next_at == 1.0 + PAUSES_S[1]
    breaker = breaker.sent().back(Came.WELL, 3.0)
    for _ in range(ERRORS):
        breaker = breaker.after(Came.FAILED, 4.0)
    assert breaker.next_at == 4.0 + PAUSES_S[2]  # it was back for a moment only
    breaker = breaker.sent().back(Came.WELL, 10.0)
    for _ in range(ERRORS):
        breaker = breaker.after(Came.FAILED, 1000.0)
    assert breaker.next_at == 1000.0 + PAUSES_S[0]


@pytest.mark.parametrize("pauses", [0, 3, 50])
def test_pauses_end_at_the_last(pauses: int) -> None:
    assert pause_s(pauses) == PAUSES_S[min(pauses, 3)]
