"""The stand-in gives what a host once saw, and is never in the way of who has a real host."""

from __future__ import annotations

import pytest

from bot.authoring.classes.tape import FILE, Work, read_tape
from bot.authoring.classes.understudy import Understudy
from bot.authoring.load import load_workshop
from bot.core.specs import BuildSpec
from bot.core.workshop import StepRef
from bot.errors import HostError
from bot.settings import shipped
from tests.fakes import NOTHING, MemorySandbox

LESSONS = shipped("lessons") / "docker-workshop"
WORKSHOP = load_workshop(LESSONS)
TAPE = read_tape(LESSONS / FILE)
BUILD = StepRef("02", "build")


def spec() -> BuildSpec:
    step = WORKSHOP.step(BUILD)
    found = next(each.with_ for each in step.conditions if isinstance(each.with_, BuildSpec)) if step else None
    assert found
    return found


async def test_evidence_is_what_a_host_saw_of_the_work_that_was_done_last() -> None:
    doing = {"U1": Work(BUILD, "no-copy")}
    stage = Understudy(MemorySandbox(), WORKSHOP, TAPE, lambda _: False, doing)
    seen = await stage.probe("U1", spec(), {}, attempt=1, again=False)
    assert seen == TAPE.seen(doing["U1"], "builds")
    doing["U1"] = Work(BUILD)
    assert await stage.probe("U1", spec(), {}, attempt=2, again=False) != seen


@pytest.mark.parametrize("doing", [{}, {"U1": Work(BUILD, "never-seen")}, {"U1": Work(StepRef("02", "run"))}])
async def test_what_no_host_ever_saw_is_our_fault_and_never_a_verdict(doing: dict[str, Work]) -> None:
    stage = Understudy(MemorySandbox(), WORKSHOP, TAPE, lambda _: False, doing)
    with pytest.raises(HostError, match="No host has ever seen"):
        await stage.probe("U1", spec(), {}, attempt=1, again=False)


async def test_who_is_real_has_the_host() -> None:
    host = MemorySandbox()
    stage = Understudy(host, WORKSHOP, TAPE, lambda learner: learner == "U1", {"U1": Work(BUILD)})
    assert await stage.probe("U1", spec(), {}, attempt=1, again=False) == NOTHING[BuildSpec]
    await stage.clean("U2")
    await stage.clean("U1")
    assert host.cleaned == ["U1"]
