"""A rehearsal tells the truth: a solution that does not pass, and one that cannot be played, are failed scenes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.authoring import stage
from bot.authoring.rehearse import Rehearsal, Scene, chosen
from bot.authoring.stage import Player
from bot.core.workshop import Act, Workshop
from bot.localslack.person import NotSeenError, RefusedError
from tests.e2e.conftest import School, open_school

pytestmark = [pytest.mark.e2e, pytest.mark.engine]


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    async with open_school(tmp_path, pace=False) as school:
        yield school


def with_solution(workshop: Workshop, step_id: str, *acts: Act) -> Workshop:
    """Return the workshop with another solution to a step of its first section."""
    first, *rest = workshop.sections
    steps = tuple(s.model_copy(update={"solve": acts}) if s.id == step_id else s for s in first.steps)
    return workshop.model_copy(update={"sections": (first.model_copy(update={"steps": steps}), *rest)})


async def played(school: School, workshop: Workshop, *sections: str) -> dict[str, Scene]:
    ada = await school.enter("Ada")
    player = Player(workshop, school.settings.workshop, ada, school.bot.store)
    stuck_by = (NotSeenError, RefusedError)
    told: list[Scene] = []
    rehearsal = Rehearsal(workshop, player, school.bot.store, school.bot.sandbox, told.append, stuck_by)
    scenes = [scene for each in chosen(workshop, sections) for scene in await rehearsal.play(each, wrong=False)]
    assert told == scenes
    return {str(scene.ref): scene for scene in scenes}


async def test_a_wrong_solution_is_told_with_what_its_check_said(school: School) -> None:
    workshop = with_solution(school.bot.workshop, "container", Act(answer={"process": 0}))
    scenes = await played(school, workshop, "01")
    broken = scenes.pop("01/container")
    assert (broken.ok, broken.expected, broken.seen) == (False, "passed", "WRONG_ANSWER")
    assert "what a container is" in broken.why
    assert len(scenes) == len(workshop.sections[0].steps) - 1
    assert all(scene.ok and not scene.why for scene in scenes.values())


async def test_whoever_is_stuck_fails_that_scene_and_plays_the_next_section(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage, "COMMAND_S", 1.0)
    workshop = with_solution(school.bot.workshop, "container", Act(say="hello"))
    scenes = await played(school, workshop, "01", "10")
    stuck = scenes.pop("01/container")
    assert (stuck.ok, stuck.seen) == (False, "stuck")
    assert "hello" in stuck.why
    assert list(scenes) == ["01/why", *(f"10/{step.id}" for step in workshop.sections[-1].steps)]
    assert all(scene.ok for scene in scenes.values())
