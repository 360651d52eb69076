"""Passes: one use, three seconds, five answers in half an hour; on any clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.localslack.passes import HOOK_USES, Passes
from bot.localslack.values import Refused

START = datetime(2026, 1, 31, tzinfo=UTC)


class Hands:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@given(st.floats(0, 10, allow_nan=False))
def test_a_trigger_works_within_three_seconds_and_never_later(seconds: float) -> None:
    clock = Hands()
    passes = Passes(clock)
    trigger = passes.trigger("U1")
    clock.now += timedelta(seconds=seconds)
    if clock.now <= START + timedelta(seconds=3):
        assert passes.exchange(trigger).user == "U1"
    else:
        with pytest.raises(Refused, match="expired_trigger_id"):
            passes.exchange(trigger)


@given(st.lists(st.integers(0, 900), max_size=12))
def test_a_response_url_works_five_times_in_thirty_minutes(waits: list[int]) -> None:
    clock = Hands()
    passes = Passes(clock)
    key = passes.hook("C1", "U1", "1.0")
    used = 0
    for wait in waits:
        clock.now += timedelta(seconds=wait)
        late = clock.now > START + timedelta(minutes=30)
        if not late and used < HOOK_USES:
            assert passes.use_hook(key).user == "U1"
            used += 1
            continue
        with pytest.raises(Refused, match="expired_url" if late else "used_url"):
            passes.use_hook(key)


def test_a_pass_nobody_gave_out_is_refused() -> None:
    passes = Passes(Hands())
    with pytest.raises(Refused, match="invalid_trigger_id"):
        passes.exchange("1.2.3")
    with pytest.raises(Refused, match="invalid_url"):
        passes.use_hook("x")


def test_a_long_run_forgets_old_passes_but_not_fresh_ones() -> None:
    clock = Hands()
    passes = Passes(clock)
    for _ in range(6_000):
        passes.trigger("U1")
    clock.now += timedelta(minutes=2)
    fresh = passes.trigger("U1")
    assert len(passes._triggers) == 1
    assert passes.exchange(fresh).user == "U1"
