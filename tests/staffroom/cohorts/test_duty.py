"""Cohorts through real Bolt: made, joined, left and ended by several people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.cohorts.cohort import SeatState
from bot.localslack.seed import WORKSHOP as CLASS
from tests.slack.lobby import until
from tests.staffroom.cohorts.school import LEARNERS, School, open_school


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    async with open_school(tmp_path) as here:
        yield here


async def test_a_cohort_is_made_in_a_channel_its_members_are_invited_and_one_joins(school: School) -> None:
    barbara, ada = await school.lobby.enter("barbara"), await school.lobby.enter("ada")
    await barbara.go("#docker-workshop")
    await barbara.say("/docent cohort")
    await barbara.fill("Name", "Docker in March")
    assert await barbara.submit() == {}
    await until(lambda: school.posted("Join"))
    (cohort,) = await school.lobby.cohorts.open()
    assert (cohort.name, cohort.channel, cohort.instructors) == ("Docker in March", CLASS, {"U0BARBARA"})
    assert await school.states(cohort) == dict.fromkeys(LEARNERS, SeatState.INVITED)
    await until(lambda: school.told("U0BARBARA", "is made: 4 are invited"))
    await ada.go("#docker-workshop")
    await ada.press("Join")
    await until(lambda: school.told("U0ADA", "You take part in"))
    await until(lambda: school.posted("1 of 4 have joined"))
    assert await school.lobby.cohorts.of("U0ADA") == cohort
    await ada.go("dm")
    await ada.press("Start the workshop")
    learner = await school.lobby.store.learner("U0ADA")
    assert learner.course is not None
    assert learner.course.cohort == cohort.id
