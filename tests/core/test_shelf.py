"""What a learner meets when their sandbox was put away, and what is remembered for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.core.checks import judged_answers
from bot.core.events import (
    AskedForCheck,
    AskedForHint,
    AskedToRebuild,
    AskedToReset,
    AskedToSkip,
    CheckEnded,
    Event,
    SaidSomething,
    TypedCommands,
)
from bot.core.learner import Learner, SandboxState
from bot.core.messages import Note, Offer
from bot.core.turn import Apply, CleanSandbox, RebuildSandbox, RememberSandbox, RunCommands, Say, StartCheck, Turn
from bot.core.tutor import decide
from bot.core.verdict import Passed, Verdict
from bot.core.workshop import StepRef, Workshop
from bot.handin.command import read_commands

BUILD, RECIPE = StepRef("02", "build"), StepRef("02", "dockerfile")
GONE = [SandboxState.AWAY, SandboxState.LEAVING]


def typed(line: str) -> TypedCommands:
    return TypedCommands(read_commands(line))


def offered(turn: Turn) -> tuple[Offer, ...]:
    said = [action.message for action in turn.actions if isinstance(action, Say)]
    return next((message.offers for message in said if isinstance(message, Note)), ())


@pytest.mark.parametrize("state", GONE)
@pytest.mark.parametrize("event", [typed("docker ps"), typed("curl localhost:3000"), AskedForCheck()])
def test_who_needs_what_was_put_away_is_told_once(
    workshop: Workshop, ada: Learner, now: datetime, state: SandboxState, event: Event
) -> None:
    turn = decide(workshop, replace(ada, at=BUILD, sandbox=state), event, now)
    assert not [a for a in turn.actions if isinstance(a, RunCommands | StartCheck)]
    assert offered(turn) == (Offer.REBUILD_SURE,)
    again = decide(workshop, turn.learner, event, now)
    assert [a for a in again.actions if isinstance(a, RunCommands | StartCheck)]
    assert again.learner.sandbox is SandboxState.THERE


@pytest.mark.parametrize(
    "event", [typed("ls"), typed("cat Dockerfile"), AskedForHint(), SaidSomething("what is a tag")]
)
def test_what_needs_no_sandbox_goes_on_as_ever(workshop: Workshop, ada: Learner, now: datetime, event: Event) -> None:
    turn = decide(workshop, replace(ada, sandbox=SandboxState.AWAY), event, now)
    assert turn.learner.sandbox is SandboxState.AWAY
    assert turn.actions == decide(workshop, ada, event, now).actions


def test_a_skip_first_brings_back_what_it_stands_on(workshop: Workshop, ada: Learner, now: datetime) -> None:
    turn = decide(workshop, replace(ada, at=BUILD, sandbox=SandboxState.AWAY), AskedToSkip(sure=True), now)
    slow = [a for a in turn.actions if isinstance(a, RebuildSandbox | Apply)]
    assert slow[0] == RebuildSandbox(without=BUILD)
    assert isinstance(slow[1], Apply)


@pytest.mark.parametrize("words", ["rebuild", "Rebuild my sandbox", "bring it back", "rebuld"])
def test_rebuild_is_understood(workshop: Workshop, ada: Learner, now: datetime, words: str) -> None:
    turn = decide(workshop, replace(ada, sandbox=SandboxState.AWAY), SaidSomething(words), now)
    assert RebuildSandbox() in turn.actions
    assert turn.learner.sandbox is SandboxState.THERE


def test_rebuild_asks_where_something_could_be_lost_and_waits_for_a_check(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    there = replace(ada, sandbox=SandboxState.THERE)
    assert offered(decide(workshop, there, AskedToRebuild(), now)) == (Offer.REBUILD_SURE,)
    assert RebuildSandbox() in decide(workshop, there, AskedToRebuild(sure=True), now).actions
    assert (
        RebuildSandbox() not in decide(workshop, replace(there, open_attempt=7), AskedToRebuild(sure=True), now).actions
    )


def test_a_reset_that_cleans_the_sandbox_leaves_nothing_to_be_put_away(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    turn = decide(workshop, replace(ada, sandbox=SandboxState.THERE), AskedToReset("section", sure=True), now)
    assert any(isinstance(a, CleanSandbox) for a in turn.actions)
    assert turn.learner.sandbox is SandboxState.NONE


def test_a_pass_is_remembered_where_the_step_leaves_something_and_only_there(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    passed = Verdict((("builds", Passed("built")),), 1.0)
    at_build = replace(ada, at=BUILD, open_attempt=7)
    turn = decide(workshop, at_build, CheckEnded(7, BUILD, passed), now)
    assert RememberSandbox(BUILD) in turn.actions
    quiz = next(
        ref
        for ref in workshop.order
        if (s := workshop.step(ref)) and s.checked and not s.needs_sandbox and not any(act.runs for act in s.solve)
    )
    step = workshop.step(quiz)
    assert step
    right = {f"{quiz}/{name}": option for act in step.solve for name, option in (act.answer or {}).items()}
    fresh = Learner("U1", "Ada", at=quiz, answers=right, met_at=now, seen_at=now)
    assert judged_answers(fresh, quiz, step).passed
    turn = decide(workshop, fresh, AskedForCheck(), now)
    assert quiz in turn.learner.passed
    assert not any(isinstance(a, RememberSandbox) for a in turn.actions)
