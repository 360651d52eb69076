"""Checks and quiz answers: when one starts, and what its verdict changes. Only a pass moves a learner on."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core import words
from bot.core.cards import answer_key, check_card, filled
from bot.core.events import AnsweredQuestion, CheckEnded
from bot.core.ladder import helped, open_answers
from bot.core.learner import Learner
from bot.core.messages import CheckState, Note, Offer, QuestionCard
from bot.core.moves import note, pass_step
from bot.core.specs import AnswerSpec
from bot.core.turn import (
    Action,
    Apply,
    CheckAgain,
    KeepFiles,
    KeepForm,
    RebuildSandbox,
    RefreshBoard,
    Replace,
    ReplaceText,
    RunCommands,
    Say,
    StartCheck,
    TakeProject,
    Turn,
    TypeInto,
    UndoEdit,
)
from bot.core.verdict import Failed, Verdict, answer_seen, judge
from bot.core.workshop import Step, StepRef, Workshop

#: rungs of the ladder that come by themselves; the solution has to be asked for
BY_ITSELF = (1, 2)
#: actions after which a check may see something else
STIRRING = (RunCommands, KeepFiles, KeepForm, ReplaceText, UndoEdit, TakeProject, TypeInto, Apply, RebuildSandbox)


def check(workshop: Workshop, learner: Learner, ref: StepRef, step: Step, now: datetime) -> Turn:
    """Return the turn for check: a job for the desk, or a verdict at once where only answers count."""
    if not step.checked:
        return Turn(learner, (note(words.NOTHING_TO_CHECK, Offer.NEXT, ref=ref),))
    if learner.open_attempt is not None:
        # newest wins; but who only presses twice keeps what is almost done
        if learner.stirred and step.needs_sandbox:
            return Turn(replace(learner, stirred=False), (CheckAgain(ref, learner.open_attempt),))
        return Turn(learner, (note(words.ALREADY_CHECKING, ref=ref),))
    if step.needs_sandbox:
        return Turn(learner, (StartCheck(ref),))
    verdict = judged_answers(learner, ref, step)
    learner, told = _concluded(workshop, learner, ref, verdict, now)
    helped = helped_with(learner, ref)
    card = check_card(
        workshop,
        ref,
        0,
        CheckState.ENDED,
        verdict.results,
        learner=learner.name,
        helped=helped,
        course=learner.course,
    )
    return Turn(learner, (Say(card), *told))


def stirred(turn: Turn) -> Turn:
    """Return the turn with a note in the learner's record where it changes what an open check may have seen."""
    learner = turn.learner
    if any(isinstance(action, StartCheck) for action in turn.actions):
        return replace(turn, learner=replace(learner, stirred=False))
    if learner.open_attempt is None or not any(isinstance(action, STIRRING) for action in turn.actions):
        return turn
    return replace(turn, learner=replace(learner, stirred=True))


def judged_answers(learner: Learner, ref: StepRef, step: Step) -> Verdict:
    """Return the verdict over the step's `answer` conditions alone."""
    return Verdict(
        tuple(
            (c.id, judge(c, answer_seen(step, c.with_, learner.answers.get(answer_key(ref, c.with_.question)))))
            for c in step.conditions
            if isinstance(c.with_, AnswerSpec)
        )
    )


def ended(workshop: Workshop, learner: Learner, event: CheckEnded, now: datetime) -> Turn:
    """Return the turn for a verdict from the desk; a withdrawn or closed attempt changes nothing.

    The card itself is the classroom's to edit (`check_card`); the actions are what is said besides.
    """
    if learner.open_attempt != event.attempt:
        return Turn(learner)
    learner = replace(learner, open_attempt=None)
    if workshop.step(event.ref) is None:
        return Turn(learner, (RefreshBoard(),))
    learner, told = _concluded(workshop, learner, event.ref, event.verdict, now)
    return Turn(learner, told)


def _concluded(
    workshop: Workshop, learner: Learner, ref: StepRef, verdict: Verdict, now: datetime
) -> tuple[Learner, tuple[Action, ...]]:
    if verdict.ours or not verdict.results:
        return learner, (RefreshBoard(),)
    learner = replace(learner, tries={**learner.tries, ref: learner.tries.get(ref, 0) + 1})
    if verdict.passed:
        learner, told = pass_step(workshop, learner, ref, now)
        return learner, told or (RefreshBoard(),)
    assert verdict.first_failure is not None  # noqa: S101 - neither ours nor passed
    name, failed = verdict.first_failure
    learner = _missed(learner, ref, verdict)
    if ref in learner.passed:
        return learner, (RefreshBoard(),)  # what was proved stays proved
    taken = learner.hints.get(ref, 0)
    again = learner.failing.get(ref) == (name, failed.code)
    # a new problem has its own ladder; the same again brings the next rung by itself, never the solution
    rung = max(taken, min(taken + 1, len(BY_ITSELF))) if again else 0
    failing = {**learner.failing, ref: (name, failed.code)}
    learner = helped(learner, ref) if rung > taken else learner
    return replace(learner, failing=failing, hints={**learner.hints, ref: rung}), (RefreshBoard(),)


def _missed(learner: Learner, ref: StepRef, verdict: Verdict) -> Learner:
    """Return the learner with the conditions counted that failed in this check."""
    keys = [f"{ref}/{name}" for name, result in verdict.results if isinstance(result, Failed)]
    return replace(learner, missed={**learner.missed, **{key: learner.missed.get(key, 0) + 1 for key in keys}})


def helped_with(learner: Learner, ref: StepRef) -> int:
    """Return the rung that the card of a failed check shows by itself; 0 for none."""
    rung = learner.hints.get(ref, 0)
    return rung if rung in BY_ITSELF else 0


def answered(workshop: Workshop, learner: Learner, event: AnsweredQuestion, now: datetime) -> Turn:
    """Return the turn for a quiz answer: always its explanation; recorded only for the step the learner is at."""
    ref, step = event.card, workshop.step(event.card)
    question = step.question(event.question) if step else None
    if step is None or question is None or not 0 <= event.option < len(question.options):
        return Turn(learner, (note(words.NO_SUCH_QUESTION, Offer.CONTINUE),))
    card = Replace(QuestionCard(ref, question, event.option))
    if ref != learner.at or ref in learner.passed:
        return Turn(learner, (card,))
    was_open = len(open_answers(learner, ref, step))
    learner = replace(learner, answers={**learner.answers, answer_key(ref, question.id): event.option})
    left = len(open_answers(learner, ref, step))
    if left < was_open and not step.needs_sandbox:
        # the next question starts its own ladder
        learner = replace(learner, hints={**learner.hints, ref: 0})
    if left or step.needs_sandbox or not step.checked:
        return Turn(learner, (card,))
    learner, told = pass_step(workshop, learner, ref, now)
    offer = Offer.NEXT if workshop.after(ref) else Offer.STATUS
    return Turn(
        learner, (card, Say(Note(words.all_answered(filled(step.recap, workshop, learner.name)), (offer,), ref)), *told)
    )
