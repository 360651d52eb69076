"""How long a busy host is waited for."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.fairness.strain import MOST, Times, strain, timed


@pytest.mark.parametrize(
    ("lately", "expected"),
    [
        ([], 1.0),
        ([0.9, 0.9, 0.9, 0.9], 1.0),  # too little is known
        ([0.06] * 50, 1.0),
        ([0.06] * 50 + [0.12] * 5, 2.0),
        ([0.06] * 50 + [0.6] * 5, MOST),
        ([0.06] * 50 + [5.0], 1.0),  # one odd look is none
        ([0.6] * 30 + [0.06] * 5, 1.0),
    ],
)
def test_waits_stretch_with_the_host(lately: list[float], expected: float) -> None:
    assert strain(reduce(timed, lately, Times())) == pytest.approx(expected)


@given(st.lists(st.floats(0, 1e6), max_size=200))
def test_no_wait_is_ever_shorter_than_the_lesson_says(lately: list[float]) -> None:
    assert 1.0 <= strain(reduce(timed, lately, Times())) <= MOST
