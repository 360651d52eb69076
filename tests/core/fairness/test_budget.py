"""Budgets: a workshop never notices them, a miner is stopped, and everybody may go on in the end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.fairness.budget import HITS, HITS_S, Budget, Hits, Purse, full, goes_on_in_s, hit, spent

BUDGET = Budget()


def test_b17_a_miner_in_a_container_is_stopped_within_two_hours(seen: Callable[[object], None]) -> None:
    purse, minutes = full(BUDGET, 0.0), 0
    while not purse.empty:
        minutes += 1
        purse = spent(purse, BUDGET, 60.0, minutes * 60.0)  # one processor, all of the time
    assert minutes < 120
    seen(f"stopped after {minutes} minutes of a whole processor")


def test_b17_ten_builds_an_hour_that_use_their_whole_limit_are_stopped_too(seen: Callable[[object], None]) -> None:
    purse, builds = full(BUDGET, 0.0), 0
    while not purse.empty:
        builds += 1
        purse = spent(purse, BUDGET, 120.0, builds * 360.0)
        assert builds < 100
    seen(f"stopped at build {builds}")


def test_a_workshop_in_one_go_leaves_most_of_the_purse() -> None:
    purse = full(BUDGET, 0.0)
    for minute in range(1, 46):  # five times what a rehearsal of the whole workshop uses
        purse = spent(purse, BUDGET, 100 / 45, minute * 60.0)
    assert not purse.empty
    assert purse.left_s > 0.75 * BUDGET.cpu_s


def test_who_is_stopped_goes_on_when_a_quarter_is_full_again() -> None:
    purse = spent(full(BUDGET, 0.0), BUDGET, 900.0, 0.0)
    assert purse.empty
    wait_s = goes_on_in_s(purse, BUDGET)
    assert wait_s == 225 * 6
    assert spent(purse, BUDGET, 0.0, wait_s - 10).empty
    assert not spent(purse, BUDGET, 0.0, wait_s + 1).empty


def test_f17_a_clock_that_goes_back_gives_and_takes_nothing() -> None:
    purse = spent(full(BUDGET, 5000.0), BUDGET, 100.0, 5000.0 - 3600)
    assert purse == Purse(800.0, 5000.0)


@given(st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)), max_size=30))
def test_a_purse_stays_within_its_size_and_one_refill_ends_every_pause(uses: list[tuple[float, float]]) -> None:
    purse, now = full(BUDGET, 0.0), 0.0
    for passed_s, used_s in uses:
        now += passed_s
        purse = spent(purse, BUDGET, used_s, now)
        assert -0.25 * BUDGET.cpu_s <= purse.left_s <= BUDGET.cpu_s
        assert goes_on_in_s(purse, BUDGET) <= 0.5 * BUDGET.cpu_s / BUDGET.cpu_s_per_hour * 3600
        assert not spent(purse, BUDGET, 0.0, now + goes_on_in_s(purse, BUDGET) + 1).empty


def test_a_few_limits_are_an_accident_and_many_are_not() -> None:
    hits, tired = Hits(), []
    for number in range(HITS):
        hits, enough = hit(hits, number * 10.0)
        tired.append(enough)
    assert tired == [False] * (HITS - 1) + [True]
    assert hits == Hits()
    for number in range(50):
        hits, enough = hit(hits, number * HITS_S / 4)
        assert not enough


@pytest.mark.parametrize("used_s", [-5.0, 0.0])
def test_nothing_used_takes_nothing(used_s: float) -> None:
    assert spent(full(BUDGET, 0.0), BUDGET, used_s, 1.0) == Purse(900.0, 1.0)
