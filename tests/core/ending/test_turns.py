"""The end is said once, whatever brings it, and can be asked for again; before it, one is told how far it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.authoring.load import load_workshop
from bot.core.ending import words
from bot.core.events import (
    AnsweredQuestion,
    AskedForCertificate,
    AskedForNext,
    AskedForNotebook,
    AskedForSummary,
    AskedForSurvey,
    AskedToReset,
    AskedToSkip,
    CheckEnded,
    Event,
    GaveFeedback,
    OpenedHome,
    SaidSomething,
    Started,
)
from bot.core.learner import Learner
from bot.core.messages import Note, Offer, SummaryCard
from bot.core.results import Passed, Verdict
from bot.core.turn import Action, Apply, KeepFeedback, OpenSurvey, Replace, Say, SendCertificate, SendNotebook, Turn
from bot.core.tutor import decide
from bot.core.workshop import StepRef, Workshop
from tests.core.conftest import LESSONS

WHOLE = load_workshop(LESSONS)
QUIZ, READING, CHECKED = StepRef("10", "look-back"), StepRef("10", "onward"), StepRef("02", "use")


def before(ref: StepRef, now: datetime, **more: object) -> Learner:
    """Return somebody at this step, with every other one passed."""
    passed = {each: now - timedelta(hours=1) for each in WHOLE.order if each != ref}
    return Learner("U1", "Ada", at=ref, passed=passed, met_at=now, seen_at=now, **more)  # type: ignore[arg-type]


def messages(actions: tuple[Action, ...]) -> list[object]:
    return [each.message for each in actions if isinstance(each, Say | Replace)]


def congratulations(turn: Turn) -> list[SummaryCard]:
    told = [each for each in messages(turn.actions) if isinstance(each, SummaryCard) and "last step" in each.say]
    assert not any(isinstance(each, Note) and "🎉" in each.text for each in messages(turn.actions))
    return told


def right_answers(ref: StepRef) -> dict[str, int]:
    step = WHOLE.step(ref)
    assert step
    return {f"{ref}/{q.id}": next(i for i, o in enumerate(q.options) if o.right) for q in step.questions}


def answered_but_one() -> tuple[dict[str, int], AnsweredQuestion]:
    (*given, (key, option)) = right_answers(QUIZ).items()
    return dict(given), AnsweredQuestion(QUIZ, key.rpartition("/")[2], option)


def proved(ref: StepRef) -> CheckEnded:
    step = WHOLE.step(ref)
    assert step
    return CheckEnded(7, ref, Verdict(tuple((condition.id, Passed()) for condition in step.conditions)))


@pytest.mark.parametrize(
    ("ref", "event", "more"),
    [
        (READING, AskedForNext(), {}),
        (READING, SaidSomething("next"), {}),
        (READING, AskedToSkip(sure=True), {}),
        (QUIZ, answered_but_one()[1], {"answers": answered_but_one()[0]}),
        (QUIZ, AskedForNext(), {"answers": right_answers(QUIZ)}),
        (QUIZ, AskedToSkip(sure=True), {}),
        (CHECKED, proved(CHECKED), {"open_attempt": 7}),
        (CHECKED, AskedToSkip(sure=True), {}),
    ],
)
def test_whatever_brings_the_end_it_is_congratulated_on_once(
    ref: StepRef, event: Event, more: dict[str, object], now: datetime
) -> None:
    turn = decide(WHOLE, before(ref, now, **more), event, now)
    (card,) = congratulations(turn)
    skipped = isinstance(event, AskedToSkip)
    assert card.skipped == (1 if skipped else 0)
    assert ("for you" in card.say) == skipped
    assert turn.learner.finished_at == now
    (sent,) = [each.certificate for each in turn.actions if isinstance(each, SendCertificate)]
    assert (sent.passed, sent.skipped) == (len(WHOLE.order) - skipped, int(skipped))
    last = messages(turn.actions)[-1]
    assert isinstance(last, Note)
    assert last.offers == (Offer.NOTEBOOK, Offer.FEEDBACK)
    assert "What next?" in last.text
    assert "your own machine" in last.text.lower()
    # and nothing of it a second time
    for again in (AskedForNext(), Started(), OpenedHome(), SaidSomething("next")):
        later = decide(WHOLE, turn.learner, again, now)
        assert not congratulations(later)
        assert later.learner.finished_at == now


def test_a_solution_is_applied_before_the_end_is_said(now: datetime) -> None:
    turn = decide(WHOLE, before(CHECKED, now), AskedToSkip(sure=True), now)
    kinds = [type(action) for action in turn.actions]
    assert kinds.index(Apply) < kinds.index(SendCertificate)


def test_who_sets_a_step_back_reaches_the_end_again(now: datetime) -> None:
    done = decide(WHOLE, before(READING, now), AskedForNext(), now).learner
    back = decide(WHOLE, done, AskedToReset("step", sure=True), now).learner
    assert back.finished_at is None
    again = decide(WHOLE, back, AskedForNext(), now + timedelta(days=1))
    assert congratulations(again)
    assert again.learner.finished_at == now + timedelta(days=1)


def test_who_had_ended_before_ends_were_written_down_is_not_surprised(now: datetime) -> None:
    was = now - timedelta(days=9)
    old = Learner("U1", "Ada", at=READING, passed=dict.fromkeys(WHOLE.order, was), met_at=was, seen_at=was)
    turn = decide(WHOLE, old, OpenedHome(), now)
    assert not congratulations(turn)
    assert turn.learner.finished_at == was


def test_before_the_end_a_certificate_is_how_far_it_is(workshop: Workshop, ada: Learner, now: datetime) -> None:
    (note,) = messages(decide(workshop, ada, SaidSomething("certificate"), now).actions)
    assert isinstance(note, Note)
    behind = len(ada.passed)
    assert f"{behind} of {len(workshop.order)} steps behind you" in note.text
    assert "02 " in note.text
    nothing = replace(ada, passed={}, at=workshop.order[0])
    (note,) = messages(decide(workshop, nothing, AskedForCertificate(), now).actions)
    assert isinstance(note, Note)
    assert f"All {len(workshop.order)} steps are still before you" in note.text


def test_who_skipped_everything_is_told_what_a_certificate_needs(now: datetime) -> None:
    idle = Learner("U1", "Ada", at=READING, skipped=frozenset(WHOLE.order), seen_at=now, finished_at=now)
    assert messages(decide(WHOLE, idle, AskedForCertificate(), now).actions) == [
        Note(words.ALL_SKIPPED, (Offer.SUMMARY,), READING)
    ]
    nearly = replace(idle, skipped=frozenset(WHOLE.order[:-1]), finished_at=None)
    end = decide(WHOLE, nearly, AskedToSkip(sure=True), now)
    assert congratulations(end)
    assert not any(isinstance(action, SendCertificate) for action in end.actions)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("notebook", SendNotebook),
        ("my lab notebook please", SendNotebook),
        ("notbook", SendNotebook),
        ("feedback", OpenSurvey),
        ("Feedback!", OpenSurvey),
    ],
)
def test_words_do_what_the_buttons_do(said: str, kind: type, workshop: Workshop, ada: Learner, now: datetime) -> None:
    assert [type(action) for action in decide(workshop, ada, SaidSomething(said), now).actions] == [kind]


def test_who_has_not_started_is_told_so_but_may_say_what_they_think(workshop: Workshop, now: datetime) -> None:
    new = Learner("U1", "Ada")
    for event in (AskedForSummary(), AskedForCertificate(), AskedForNotebook()):
        (note,) = messages(decide(workshop, new, event, now).actions)
        assert isinstance(note, Note)
        assert note.offers == (Offer.START,)
    assert decide(workshop, new, AskedForSurvey(), now).actions == (OpenSurvey(),)


@pytest.mark.parametrize(
    ("event", "action"),
    [
        (GaveFeedback(4, " more cats \n"), KeepFeedback(4, "more cats")),
        (GaveFeedback(5, ""), KeepFeedback(5, "")),
        (GaveFeedback(0, "x"), KeepFeedback(0, "x")),
        (GaveFeedback(99, "x"), KeepFeedback(0, "x")),
        (GaveFeedback(1, "x" * 5_000), KeepFeedback(1, "x" * 3_000)),
        (GaveFeedback(0, " \n "), Say(Note(words.EMPTY_FEEDBACK, (Offer.FEEDBACK,)))),
        (GaveFeedback(-1, ""), Say(Note(words.EMPTY_FEEDBACK, (Offer.FEEDBACK,)))),
    ],
)
def test_feedback_is_kept_when_there_is_any(
    event: GaveFeedback, action: Action, workshop: Workshop, ada: Learner, now: datetime
) -> None:
    assert decide(workshop, ada, event, now).actions == (action,)
