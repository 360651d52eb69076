"""A broadcast is shown first, sent once to each, and its author reads how far it is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.cohorts.broadcast import ALL, NEW, SEND, WRITE, Broadcast, Fate, Stage
from bot.core.cohorts.cohort import SeatState
from bot.localslack.world import dm_of
from bot.ports import Broadcasts
from tests.slack.lobby import until
from tests.staffroom.school import ADA, BARBARA, GRACE, LINUS, School, open_school

DRAFT = Broadcast(NEW, 1, BARBARA, "Barbara", "Lunch at noon", ALL)


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[School]:
    async with open_school(tmp_path, ADA, GRACE, LINUS) as here:
        kept: Broadcasts = here.broadcasts  # mypy checks the signatures
        assert kept
        yield here


async def test_it_is_shown_first_and_then_each_gets_it_once(room: School) -> None:
    keeping = asyncio.create_task(room.broadcasting.keep())
    barbara = await room.lobby.enter("barbara")
    home = await barbara.open_home()
    assert home is not None
    await barbara.press("Write to learners")
    await barbara.fill("What should they read?", " ")
    assert list(await barbara.submit()) == ["What should they read?"]
    await barbara.fill("What should they read?", "Lunch <!channel> at *noon*")
    assert await barbara.submit() == {}
    await barbara.wait_for("3 of 3 people", 5)
    assert not room.roots(dm_of(ADA))
    await barbara.press("Send to 3")
    await barbara.wait_for("on its way", 5)
    await until(lambda: room.roots(dm_of(BARBARA), "3 of 3 have it"))
    for user in (ADA, GRACE, LINUS):
        got = room.roots(dm_of(user), "Lunch")
        assert len(got) == 1
        assert "<!channel>" not in got[0].text
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def test_a_second_press_and_a_restart_send_nothing_twice(room: School) -> None:
    kept = await room.broadcasts.draft(DRAFT)
    await room.presses(BARBARA, SEND, str(kept.id))
    await until(room.broadcasting._wake.is_set)
    await room.presses(BARBARA, SEND, str(kept.id))
    await until(lambda: room.roots(dm_of(BARBARA), "nothing goes out twice"))
    assert await room.broadcasts.take(kept.id, 1) == [ADA]  # and the power went
    await room.broadcasts.doubt()
    await room.broadcasting.send()
    await room.broadcasting.send()
    assert not room.roots(dm_of(ADA))
    assert len(room.roots(dm_of(GRACE))) == len(room.roots(dm_of(LINUS))) == 1
    assert await room.broadcasts.fates(kept.id) == {Fate.SENT: 2, Fate.UNSURE: 1}
    done = await room.broadcasts.broadcast(kept.id)
    assert done is not None
    assert done.stage is Stage.DONE
    await until(lambda: room.roots(dm_of(BARBARA), "may or may not have it"))


async def test_who_has_left_gets_none_and_who_cannot_be_reached_is_counted(room: School) -> None:
    await room.seat("U0NOBODY")
    kept = await room.broadcasts.draft(DRAFT)
    assert await room.broadcasts.begin(kept.id, [ADA, GRACE, "U0NOBODY"])
    await room.seat(GRACE, state=SeatState.LEFT)
    await room.broadcasting.send()
    assert not room.roots(dm_of(GRACE))
    assert await room.broadcasts.fates(kept.id) == {Fate.SENT: 1, Fate.LEFT: 1, Fate.FAILED: 1}


async def test_nobody_else_sends_it_nor_who_was_dismissed(room: School) -> None:
    kept = await room.broadcasts.draft(DRAFT)
    for user, act, about in ((ADA, SEND, str(kept.id)), (ADA, WRITE, ""), (ADA, WRITE, str(kept.id)), (ADA, SEND, "x")):
        await room.presses(user, act, about)
    await until(lambda: len(room.roots(dm_of(ADA), "nstructors")) >= 3)
    await room.staffed()
    await room.presses(BARBARA, SEND, str(kept.id))
    await until(lambda: room.roots(dm_of(BARBARA), "Only the instructors of this course"))
    assert not await room.broadcasts.sending()


@pytest.mark.parametrize("people", [60, pytest.param(500, marks=pytest.mark.load)])
async def test_a_large_course_gets_it(tmp_path: Path, people: int) -> None:
    users = [f"U0L{n:04d}" for n in range(1, people + 1)]
    async with open_school(tmp_path, more_learners=people) as here:
        await here.seat(*users)
        kept = await here.broadcasts.draft(DRAFT)
        assert await here.broadcasts.begin(kept.id, users)
        await here.broadcasting.send()
        assert await here.broadcasts.fates(kept.id) == {Fate.SENT: people}
        assert all(len(here.roots(dm_of(user))) == 1 for user in users)
