"""Rates: whatever the pace, no more than the tier and its burst get through, and waiting always helps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.localslack.tiers import CHANNEL_BURST, RateLimits, Tier, Tiers

START = datetime(2026, 1, 31, tzinfo=UTC)


class Hands:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@given(st.sampled_from([Tier.T1, Tier.T2, Tier.T3, Tier.T4]), st.lists(st.floats(0, 5), max_size=300))
def test_no_more_than_the_rate_and_one_burst_gets_through(tier: Tier, gaps: list[float]) -> None:
    clock = Hands()
    limits = RateLimits(Tiers.ENFORCE, clock)
    through = 0
    for gap in gaps:
        clock.now += timedelta(seconds=gap)
        through += limits.wait_s("m", tier) == 0
    minutes = (clock.now - START).total_seconds() / 60
    assert through <= tier.value * minutes + max(1.0, tier.value / 2) + 1e-6


@given(st.sampled_from([Tier.T1, Tier.T2, Tier.T3, Tier.T4, Tier.POST]), st.integers(1, 200))
def test_who_waits_as_long_as_told_gets_through(tier: Tier, calls: int) -> None:
    clock = Hands()
    limits = RateLimits(Tiers.ENFORCE, clock)
    for _ in range(calls):
        wait_s = limits.wait_s("m", tier)
        if wait_s:
            clock.now += timedelta(seconds=wait_s)
            assert limits.wait_s("m", tier) == 0


def test_one_channel_takes_one_post_a_second_and_others_do_not_suffer() -> None:
    clock = Hands()
    limits = RateLimits(Tiers.ENFORCE, clock)
    waits = [limits.wait_s("chat.postMessage", Tier.POST, "C1") for _ in range(CHANNEL_BURST + 1)]
    assert waits == [0] * CHANNEL_BURST + [1]
    assert limits.wait_s("chat.postMessage", Tier.POST, "C2") == 0
    clock.now += timedelta(seconds=1)
    assert limits.wait_s("chat.postMessage", Tier.POST, "C1") == 0


@pytest.mark.parametrize(("mode", "tier"), [(Tiers.OFF, Tier.T1), (Tiers.ENFORCE, Tier.FREE)])
def test_off_or_free_lets_everything_through(mode: Tiers, tier: Tier) -> None:
    limits = RateLimits(mode, Hands())
    assert {limits.wait_s("m", tier) for _ in range(500)} == {0}
