"""The ladder of hints: nudge, pointer, solution; for what went wrong last, else for the step itself."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.core import words
from bot.core.cards import answer_key, filled
from bot.core.cohorts.cohort import hint_for
from bot.core.events import GotClassHint, GotHint
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
    first: str = ""  #: what an instructor wrote for the class; stands before the first rung


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
        return Turn(learner, (Say(Note(text, _after_last(learner, step), ref)),))
    card = HintCard(ref, taken + 1, rung_text(workshop, learner, ladder, taken + 1), filled(ladder.about, workshop))
    learner = helped(replace(learner, hints={**learner.hints, ref: taken + 1}), ref)
    last = (Say(Note(words.LAST_HINT, _after_last(learner, step), ref)),) if taken == 2 else ()
    return Turn(learner, (Say(card), *last, RefreshBoard()))


def sent(workshop: Workshop, learner: Learner, event: GotHint) -> Turn:
    """Return the turn for a hint that an instructor sent; only a rung counts as a hint taken.

    Whoever has gone on meanwhile is told nothing any more.
    """
    ref, step = event.card, workshop.step(event.card)
    ladder = ladder_for(learner, ref, step) if step else None
    if step is None or ref != learner.at or learner.done(ref) or not (event.text.strip() or (event.rung and ladder)):
        return Turn(learner)
    by = filled("${learner}", workshop, event.by)
    about = filled(ladder.about, workshop) if ladder else ""
    if event.rung and ladder:
        text = rung_text(workshop, learner, ladder, event.rung)
        taken = max(learner.hints.get(ref, 0), event.rung)
        learner = helped(replace(learner, hints={**learner.hints, ref: taken}), ref)
        return Turn(learner, (Say(HintCard(ref, event.rung, text, about, by)), RefreshBoard()))
    return Turn(learner, (Say(HintCard(ref, 0, event.text, about, by)),))


def written(workshop: Workshop, learner: Learner, event: GotClassHint) -> Turn:
    """Return the turn for a hint for the class: told now to who fails with it, and part of their ladder anyhow."""
    ref, step = event.card, workshop.step(event.card)
    ours = hint_for(learner.course.hints, ref, event.condition, event.code) if learner.course else None
    if step is None or ours is None or ref != learner.at or learner.done(ref):
        return Turn(learner)
    if learner.failing.get(ref) != (event.condition, event.code):
        return Turn(learner)
    about = next((filled(each.title, workshop) for each in step.conditions if each.id == event.condition), "")
    return Turn(learner, (Say(HintCard(ref, 0, ours.text, about, filled("${learner}", workshop, event.by))),))


def rung_text(workshop: Workshop, learner: Learner, ladder: Ladder, rung: int) -> str:
    """Return what one rung says, behind what an instructor wrote for the class."""
    text = filled(ladder.rungs[rung - 1], workshop, learner.name)
    return f"{words.class_hint(ladder.first)}\n\n{text}" if rung == 1 and ladder.first else text


def helped(learner: Learner, ref: StepRef) -> Learner:
    """Return the learner with one more rung shown: what is summed up at the end counts those of every ladder."""
    return replace(learner, hinted={**learner.hinted, ref: learner.hinted.get(ref, 0) + 1})


def _after_last(learner: Learner, step: Step) -> tuple[Offer, ...]:
    check = (Offer.CHECK,) if step.needs_sandbox else ()
    return (*check, Offer.SKIP, *asks(learner))


def asks(learner: Learner) -> tuple[Offer, ...]:
    """Return the offer to ask an instructor, where there are any."""
    return (Offer.ASK,) if learner.course else ()


def ladder_for(learner: Learner, ref: StepRef, step: Step) -> Ladder | None:
    """Return the ladder that fits now: the last verdict's failure, an open question of a quiz, the step's own."""
    failing = _failing(learner, ref, step)
    if failing:
        condition, code = failing
        ours = hint_for(learner.course.hints, ref, condition.id, code) if learner.course else None
        return Ladder(condition.fail[code].hints, condition.title, ours.text if ours else "")
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
