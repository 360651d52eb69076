"""What instructors do for one learner: a hint, a hint for the class, a step out of the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.core.cards import check_card
from bot.core.cohorts.cohort import ClassHint, Course
from bot.core.events import AskedForHint, GotClassHint, GotHint, WasUnblocked
from bot.core.learner import Learner
from bot.core.messages import CheckState, HintCard, Note, StepCard
from bot.core.results import Failed
from bot.core.turn import Apply, CancelCheck, Say, Turn
from bot.core.tutor import decide
from bot.core.workshop import StepRef, Workshop

AT = StepRef("02", "dockerfile")


def said(turn: Turn) -> list[str]:
    return [a.message.text for a in turn.actions if isinstance(a, Say) and isinstance(a.message, Note | HintCard)]


@pytest.fixture
def failing(workshop: Workshop, ada: Learner) -> Learner:
    step = workshop.step(AT)
    assert step is not None
    condition = next(each for each in step.conditions if each.fail)
    return replace(ada, failing={AT: (condition.id, next(iter(condition.fail)))})


@pytest.fixture
def hinted(failing: Learner, now: datetime) -> Learner:
    """Somebody whose instructor wrote a hint for what they fail with."""
    hint = ClassHint(*AT, *failing.failing[AT], "Line 3: look at `COPY`.\nThen again.", "UINA", now)
    return replace(failing, course=Course(1, "March", hints=(hint,)))


def test_a_rung_that_is_sent_counts_as_taken(workshop: Workshop, failing: Learner, now: datetime) -> None:
    turn = decide(workshop, failing, GotHint(AT, "Barbara", 2), now)
    card = next(a.message for a in turn.actions if isinstance(a, Say))
    assert isinstance(card, HintCard)
    assert (card.rung, card.by) == (2, "Barbara")
    assert (turn.learner.hints[AT], turn.learner.hinted[AT]) == (2, 1)
    lower = decide(workshop, replace(failing, hints={AT: 3}), GotHint(AT, "Barbara", 1), now).learner
    assert lower.hints[AT] == 3


def test_words_of_their_own_are_no_hint_taken(workshop: Workshop, failing: Learner, now: datetime) -> None:
    turn = decide(workshop, failing, GotHint(AT, "Barbara", 0, "Look at line 3."), now)
    assert said(turn) == ["Look at line 3."]
    assert (turn.learner.hints, turn.learner.hinted) == (failing.hints, failing.hinted)


@pytest.mark.parametrize("event", [GotHint(AT, "B", 1), GotHint(AT, "B", 0, "x"), WasUnblocked(AT, "B")])
def test_who_has_gone_on_hears_nothing_and_stays_where_they_are(
    workshop: Workshop, failing: Learner, now: datetime, event: GotHint | WasUnblocked
) -> None:
    elsewhere = replace(failing, at=StepRef("02", "build"))
    assert decide(workshop, elsewhere, event, now) == Turn(elsewhere)
    passed = replace(failing, passed={**failing.passed, AT: now}, failing={})
    assert decide(workshop, passed, event, now) == Turn(passed)


def test_what_instructors_do_is_no_sign_of_life(workshop: Workshop, failing: Learner, now: datetime) -> None:
    later = now.replace(hour=now.hour + 1)
    for event in (GotHint(AT, "B", 1), WasUnblocked(AT, "B")):
        learner = decide(workshop, failing, event, later).learner
        assert (learner.seen_at, learner.spent) == (failing.seen_at, failing.spent)


def test_a_step_out_of_the_way_is_skipped_done_and_told_by_whom(
    workshop: Workshop, failing: Learner, now: datetime
) -> None:
    turn = decide(workshop, replace(failing, open_attempt=7), WasUnblocked(AT, "*Barbara*"), now)
    assert AT in turn.learner.skipped
    assert AT not in turn.learner.passed
    assert CancelCheck(7) in turn.actions
    assert any(isinstance(a, Apply) and a.ref == AT for a in turn.actions)
    assert "**Barbara**, your instructor, took" in said(turn)[0]
    assert any(isinstance(a, Say) and isinstance(a.message, StepCard) for a in turn.actions)
    assert turn.learner.at == workshop.after(AT)


def test_a_class_hint_is_told_to_who_fails_with_it(workshop: Workshop, hinted: Learner, now: datetime) -> None:
    event = GotClassHint(AT, *hinted.failing[AT], "Barbara")
    turn = decide(workshop, hinted, event, now)
    assert said(turn) == ["Line 3: look at `COPY`.\nThen again."]
    assert turn.learner == hinted
    assert decide(workshop, replace(hinted, failing={}), event, now).actions == ()
    assert decide(workshop, replace(hinted, course=None), event, now).actions == ()


def test_a_class_hint_stands_before_the_first_rung_and_no_other(
    workshop: Workshop, hinted: Learner, failing: Learner, now: datetime
) -> None:
    plain, ours = (said(decide(workshop, each, AskedForHint(), now))[0] for each in (failing, hinted))
    assert ours == f"**From your instructor:**\n> Line 3: look at `COPY`.\n> Then again.\n\n{plain}"
    second = [decide(workshop, replace(each, hints={AT: 1}), AskedForHint(), now) for each in (failing, hinted)]
    assert said(second[0]) == said(second[1])


def test_a_class_hint_comes_with_the_rung_that_comes_by_itself(workshop: Workshop, hinted: Learner) -> None:
    condition, code = hinted.failing[AT]
    results = [(condition, Failed(code, "a", "b"))]
    for helped, there in ((1, True), (2, False)):
        card = check_card(workshop, AT, 1, CheckState.ENDED, results, helped=helped, course=hinted.course)
        assert ("From your instructor" in card.hint) is there
        assert card.hint
