"""Reminders: by day where people are, never when they want quiet, and until they say stop."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.localslack.world import dm_of
from bot.ports import Hours, Nudges
from bot.slack.hours import read_quiet
from tests.slack.lobby import until, words
from tests.staffroom.school import ADA, DM, GRACE, School, open_school

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[School]:
    async with open_school(tmp_path, ADA) as here:
        kept: Nudges = here.nudges  # mypy checks the signatures
        hours: Hours = here.nudging._hours
        assert kept
        assert hours
        here.now = NOON
        yield here


def is_(room: School, user: str, **more: Any) -> None:
    """Change what Slack says of somebody; we know no more of them than that."""
    world = room.lobby.space.premises.world
    world.people[user] = replace(world.people[user], **more)
    room.lobby.people._known.clear()
    room.nudging._let_be.clear()


async def test_who_is_away_is_reminded_once_a_day_and_not_for_ever(room: School) -> None:
    for hours in (0, 1, 20, 3, 24, 24, 24):
        room.later(timedelta(hours=hours))
        is_(room, ADA)
        await room.nudging.go_round()
    assert len(room.roots(DM, "is kept")) == 3


async def test_nobody_is_reminded_at_night_nor_on_days_without_course(room: School) -> None:
    is_(room, ADA, tz="Asia/Tokyo", tz_offset=9 * 3600)  # 21 h there
    await room.nudging.go_round()
    is_(room, ADA, tz="Etc/UTC", tz_offset=0)
    for ends in (date(2026, 3, 4), None):
        assert not room.roots(DM)
        room.cohort = await room.lobby.cohorts.keep(replace(room.cohort, ends=ends))
        is_(room, ADA)
        await room.nudging.go_round()
    assert len(room.roots(DM, "is kept")) == 1


async def test_nobody_is_reminded_who_wants_quiet(room: School) -> None:
    room.now = datetime.now(UTC)  # the workspace has its own clock, which counts here
    at = int(room.now.timestamp())
    is_(room, ADA, tz_offset=(12 - room.now.hour) * 3600, snooze_until=at + 600)
    await room.nudging.go_round()
    is_(room, ADA, snooze_until=0, dnd=(at - 600, at + 600))
    await room.nudging.go_round()
    assert not room.roots(DM)
    is_(room, ADA, dnd=(at + 600, at + 1_200))
    await room.nudging.go_round()
    assert len(room.roots(DM, "is kept")) == 1


async def test_the_button_and_the_word_stop_them(room: School) -> None:
    await room.nudging.go_round()
    (note,) = room.roots(DM, "No more of these")
    await room.presses(ADA, "nudge.stop", "", note)
    await until(lambda: room.roots(DM, "No more reminders"))
    room.later(timedelta(days=1))
    is_(room, ADA)
    await room.nudging.go_round()
    assert not room.roots(DM, "Your place")  # pressed, it has become the answer
    await room.lobby.event(words("nudges on", ADA))
    await until(lambda: room.roots(DM, "at most once a day"))
    await room.nudging.go_round()
    assert len(room.roots(DM, "No more of these")) == 2  # under what `nudges on` says, and the reminder


async def test_where_slack_does_not_tell_nobody_is_disturbed(room: School) -> None:
    await room.seat(GRACE)
    room.lobby.people._known.clear()
    world = room.lobby.space.premises.world
    del world.people[ADA]
    assert await room.nudging._hours.quiet(ADA, NOON)
    assert await room.nudging._hours.offset_s(ADA) is None
    await room.nudging.go_round()
    assert not room.roots(dm_of(ADA))


@pytest.mark.parametrize(
    ("told", "quiet"),
    [
        ({"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1, "snooze_enabled": False}, False),
        (
            {"dnd_enabled": True, "next_dnd_start_ts": NOON.timestamp() - 1, "next_dnd_end_ts": NOON.timestamp() + 1},
            True,
        ),
        (
            {"dnd_enabled": True, "next_dnd_start_ts": NOON.timestamp() + 9, "next_dnd_end_ts": NOON.timestamp() + 99},
            False,
        ),
        ({"dnd_enabled": False, "snooze_enabled": True, "snooze_endtime": NOON.timestamp() + 1}, True),
        ({"dnd_enabled": False, "snooze_enabled": True, "snooze_endtime": NOON.timestamp() - 1}, False),
    ],
)
def test_what_slack_says_of_quiet_is_read(told: dict[str, Any], quiet: bool) -> None:
    assert read_quiet(told, NOON) is quiet
