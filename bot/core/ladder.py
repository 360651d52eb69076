"""The ladder of hints: nudge, pointer, solution; for what went wrong last, else for the step itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core import words
from bot.core.cards import answer_key, filled
from bot.core.learner import Learner
from bot.core.messages import HintCard, Note, Offer
from bot.core.specs import AnswerSpec
from bot.core.turn import RefreshBoard, Say, Turn
from bot.core.verdict import answer_seen
from bot.core.workshop import Condition, Step, StepRef, Workshop


@dataclass(frozen=True, slots=True)
class Ladder:
    """Three rungs, and what they are about ('' for the step as a whole)."""

    rungs: tuple[str, str, str]
    about: str = ""


def hint(workshop: Workshop, learner: Learner, ref: StepRef, step: Step) -> Turn:
    """Return the turn that gives the next rung; after the third it says so and offers to skip."""
    if ref in learner.passed:
        return Turn(learner, (Say(Note(words.DONE_NO_HINT, (Offer.NEXT,), ref)),))
    ladder = ladder_for(learner, ref, step)
    if ladder is None:
        return Turn(learner, (Say(Note(words.NO_HINT_NEEDED, (Offer.NEXT,), ref)),))
    taken = learner.hints.get(ref, 0)
    if taken >= 3:
        text = words.last_hint_again(filled(ladder.rungs[2], workshop, learner.name).replace("\n", "\n> "))
        return Turn(learner, (Say(Note(text, _after_last(step), ref)),))
    card = HintCard(ref, taken + 1, filled(ladder.rungs[taken], workshop, learner.name), filled(ladder.about, workshop))
    learner = helped(replace(learner, hints={**learner.hints, ref: taken + 1}), ref)
    last = (Say(Note(words.LAST_HINT, _after_last(step), ref)),) if taken == 2 else ()
    return Turn(learner, (Say(card), *last, RefreshBoard()))


def helped(learner: Learner, ref: StepRef) -> Learner:
    """Return the learner with one more rung shown: what is summed up at the end counts those of every ladder."""
    return replace(learner, hinted={**learner.hinted, ref: learner.hinted.get(ref, 0) + 1})


def _after_last(step: Step) -> tuple[Offer, ...]:
    return (Offer.CHECK, Offer.SKIP) if step.needs_sandbox else (Offer.SKIP,)


def ladder_for(learner: Learner, ref: StepRef, step: Step) -> Ladder | None:
    """Return the ladder that fits now: the last verdict's failure, an open question of a quiz, the step's own."""
    failing = _failing(learner, ref, step)
    if failing:
        condition, code = failing
        return Ladder(condition.fail[code].hints, condition.title)
    if not step.needs_sandbox:
        for condition in open_answers(learner, ref, step):
            if "WRONG_ANSWER" in condition.fail:
                return Ladder(condition.fail["WRONG_ANSWER"].hints, condition.title)
    return Ladder(step.hints) if step.hints else None


def _failing(learner: Learner, ref: StepRef, step: Step) -> tuple[Condition, str] | None:
    name, code = learner.failing.get(ref, ("", ""))
    condition = next((c for c in step.conditions if c.id == name and code in c.fail), None)
    if condition is None or (isinstance(condition.with_, AnswerSpec) and not _open(learner, ref, step, condition)):
        return None
    return condition, code


def open_answers(learner: Learner, ref: StepRef, step: Step) -> tuple[Condition, ...]:
    """Return the `answer` conditions of the step that do not hold yet."""
    return tuple(c for c in step.conditions if _open(learner, ref, step, c))


def _open(learner: Learner, ref: StepRef, step: Step, condition: Condition) -> bool:
    spec = condition.with_
    if not isinstance(spec, AnswerSpec):
        return False
    return not answer_seen(step, spec, learner.answers.get(answer_key(ref, spec.question))).right
