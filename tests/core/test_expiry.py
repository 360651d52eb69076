from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.expiry import NEVER, Due, Leave, Patience, PutAway, Warn, due
from bot.core.learner import Learner, SandboxState

T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
USUAL = Patience()
ADA = Learner("U1", "Ada", seen_at=T0, sandbox=SandboxState.THERE)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def lived(learner: Learner, looks: list[datetime], patience: Patience) -> list[tuple[datetime, Due]]:
    """Return what happened at these looks; a warning and a removal are remembered as the loop remembers them."""
    happened: list[tuple[datetime, Due]] = []
    for now in looks:
        what = due(learner, now, patience)
        if isinstance(what, Warn):
            learner = replace(learner, warned=what.number, warned_at=now)
        elif isinstance(what, PutAway):
            learner = replace(learner, sandbox=SandboxState.AWAY)
        if not isinstance(what, Leave):
            happened.append((now, what))
    return happened


def test_two_warnings_come_before_the_end() -> None:
    looks = [T0 + n * MINUTE for n in range(26 * 60)]
    assert lived(ADA, looks, USUAL) == [
        (T0 + 20 * HOUR, Warn(1, 4 * HOUR)),
        (T0 + 23.5 * HOUR, Warn(2, 30 * MINUTE)),
        (T0 + 24 * HOUR, PutAway()),
    ]


looks = st.lists(st.integers(0, 10_000), max_size=60, unique=True).map(
    lambda minutes: [T0 + minute * MINUTE for minute in sorted(minutes)]
)
patiences = st.builds(
    Patience,
    st.integers(0, 3_000).map(lambda minutes: minutes * MINUTE),
    st.lists(st.integers(0, 4_000), max_size=3, unique=True).map(
        lambda minutes: tuple(minute * MINUTE for minute in sorted(minutes, reverse=True))
    ),
)


@given(looks=looks, patience=patiences)
def test_whenever_we_look_nothing_is_put_away_without_every_warning_and_the_time_it_promised(
    looks: list[datetime], patience: Patience
) -> None:
    happened = lived(ADA, looks, patience)
    warnings = [each for each in patience.warnings if NEVER < each < patience.idle]
    numbers = [what.number for _, what in happened if isinstance(what, Warn)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) <= len(warnings)
    ends = [now for now, what in happened if isinstance(what, PutAway)]
    assert len(ends) <= 1
    for end in ends:
        assert len(numbers) == len(warnings)
        assert end >= T0 + patience.idle
        for now, what in happened:
            assert not isinstance(what, Warn) or end >= now + what.left or end >= T0 + patience.idle
            if isinstance(what, Warn) and what.number == len(warnings):
                assert end >= now + warnings[-1]


@given(looks=looks, patience=patiences, back=st.integers(0, 10_000))
def test_a_sign_of_life_starts_it_all_again(looks: list[datetime], patience: Patience, back: int) -> None:
    again = replace(ADA, seen_at=T0 + back * MINUTE, warned=2, warned_at=T0 + (back - 1) * MINUTE)
    fresh = replace(ADA, seen_at=T0 + back * MINUTE)
    assert lived(again, looks, patience) == lived(fresh, looks, patience)


@pytest.mark.parametrize("state", [SandboxState.NONE, SandboxState.AWAY])
def test_where_nothing_is_nothing_is_due(state: SandboxState) -> None:
    assert due(replace(ADA, sandbox=state), T0 + 99 * HOUR, USUAL) == Leave()


def test_what_was_cut_off_is_put_away_at_once() -> None:
    assert due(replace(ADA, sandbox=SandboxState.LEAVING), T0, USUAL) == PutAway()


def test_a_sandbox_that_is_being_checked_is_left_alone() -> None:
    assert due(replace(ADA, open_attempt=7), T0 + 99 * HOUR, USUAL) == Leave()


def test_zero_is_never() -> None:
    assert due(ADA, T0 + 9_999 * HOUR, Patience(NEVER)) == Leave()


def test_a_bot_that_was_down_for_days_warns_first_and_then_waits() -> None:
    looks = [T0 + 72 * HOUR + n * MINUTE for n in range(5 * 60)]
    assert lived(ADA, looks, USUAL) == [
        (T0 + 72 * HOUR, Warn(1, 4 * HOUR)),
        (T0 + 75.5 * HOUR, Warn(2, 30 * MINUTE)),
        (T0 + 76 * HOUR, PutAway()),
    ]
