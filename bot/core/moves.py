"""Moves through the workshop: start, next, back, go, skip, reset, and what is said where something ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core import words
from bot.core.cards import answer_key, filled, question_cards, step_card
from bot.core.cohorts.gates import barred, closed_words
from bot.core.events import WasUnblocked
from bot.core.ladder import open_answers
from bot.core.learner import Learner
from bot.core.map import finished, first_open, home, place, resume_at, section_done, steps_of
from bot.core.messages import Note, Offer
from bot.core.sights import wanted
from bot.core.turn import (
    Action,
    Apply,
    CancelCheck,
    CleanSandbox,
    PrepareProject,
    RefreshBoard,
    RememberSandbox,
    Replace,
    Say,
    ShowApp,
    Turn,
)
from bot.core.workshop import Step, StepRef, Workshop

#: what there is to have once everything is behind somebody
AT_THE_END = (Offer.SUMMARY, Offer.CERTIFICATE, Offer.NOTEBOOK)


def show(workshop: Workshop, learner: Learner, ref: StepRef) -> tuple[Action, ...]:
    """Return the actions that show a step: its card, then its questions."""
    step = workshop.step(ref)
    cards = question_cards(learner, ref, step) if step else ()
    return (Say(step_card(workshop, learner, ref)), *(Say(card) for card in cards))


def note(text: str, *offers: Offer, ref: StepRef | None = None) -> Say:
    """Return a short answer."""
    return Say(Note(text, offers, ref))


def start(workshop: Workshop, learner: Learner) -> Turn:
    """Return the turn for Start and Continue: the first open step, with the project in place."""
    ref = resume_at(workshop, learner)
    if ref is None:
        return Turn(learner, (note(words.ALREADY_OVER, *AT_THE_END), Say(home(workshop, learner))))
    if stopped := at_the_gate(workshop, learner, ref):
        return Turn(learner, (stopped,))
    first = learner.at is None
    learner = replace(learner, at=ref)
    prepared = (PrepareProject(),) if first else ()
    return Turn(learner, (*prepared, *show(workshop, learner, ref), RefreshBoard()))


def at_the_gate(workshop: Workshop, learner: Learner, ref: StepRef) -> Say | None:
    """Return what is said where a course has closed the section of this step; None where the way is free."""
    gate, section = barred(learner, ref), workshop.section(ref.section)
    if gate is None or section is None or learner.course is None:
        return None
    return note(closed_words(gate, section.title, learner.course), Offer.STATUS, ref=learner.at)


def onward(workshop: Workshop, learner: Learner, ref: StepRef, step: Step, now: datetime) -> Turn:
    """Return the turn for next: forward when the step is behind them, else kindly what is left."""
    if learner.done(ref):
        return _advance(workshop, learner, ref)
    if not step.checked:
        learner, told = pass_step(workshop, learner, ref, now)
        turn = _advance(workshop, learner, ref)
        return Turn(turn.learner, (*told, *turn.actions))
    if learner.open_attempt is not None:
        return Turn(learner, (note(words.CHECK_FIRST, ref=ref),))
    if not step.needs_sandbox:
        left = open_answers(learner, ref, step)
        if left:
            titles = [filled(c.title, workshop) for c in left]
            offers = (Offer.CHECK, Offer.HINT, Offer.SKIP)
            return Turn(learner, (note(words.not_yet(titles, quiz=True), *offers, ref=ref),))
        learner, told = pass_step(workshop, learner, ref, now)
        turn = _advance(workshop, learner, ref)
        return Turn(turn.learner, (*told, *turn.actions))
    asked = open_answers(learner, ref, step)
    titles = [filled(c.title, workshop) for c in step.conditions if c.probe != "answer" or c in asked]
    offers = (Offer.CHECK, Offer.HINT, Offer.SKIP)
    return Turn(learner, (note(words.not_yet(titles, quiz=False), *offers, ref=ref),))


def _advance(workshop: Workshop, learner: Learner, ref: StepRef) -> Turn:
    following = workshop.after(ref)
    if following is not None:
        if stopped := at_the_gate(workshop, learner, following):
            return Turn(learner, (stopped, RefreshBoard()))
        learner = replace(learner, at=following)
        return Turn(learner, (*show(workshop, learner, following), RefreshBoard()))
    if finished(workshop, learner):
        # the turn that finishes the workshop is congratulated on by `bot.core.ending`; this is for later ones
        said = (note(words.ALREADY_OVER, *AT_THE_END, ref=ref),) if learner.finished_at else ()
        return Turn(learner, (*said, RefreshBoard()))
    still = [place(workshop, r) for r in workshop.order if not learner.done(r)]
    return Turn(learner, (note(words.left_over(still[:8]), Offer.CONTINUE, ref=ref),))


def pass_step(workshop: Workshop, learner: Learner, ref: StepRef, now: datetime) -> tuple[Learner, tuple[Action, ...]]:
    """Return the learner with this step passed, and what is said when that ends a section or the workshop."""
    if ref in learner.passed:
        return learner, ()
    learner = replace(
        learner,
        passed={**learner.passed, ref: now},
        skipped=learner.skipped - {ref},
        failing={r: f for r, f in learner.failing.items() if r != ref},
    )
    step = workshop.step(ref)
    works = step is not None and (step.needs_sandbox or any(act.runs for act in step.solve))
    remembered = (RememberSandbox(ref),) if works else ()
    pictured = (ShowApp(wanted(step), asked=False, ref=ref),) if step is not None and step.picture else ()
    return learner, (*remembered, *_ending(workshop, learner, ref), *pictured, RefreshBoard())


def _ending(workshop: Workshop, learner: Learner, ref: StepRef) -> tuple[Action, ...]:
    """Return the recap when this step was the last open one of its section."""
    section = workshop.section(ref.section)
    if section is None or not section_done(learner, section):
        return ()
    after = [s for s in workshop.sections if s.id > section.id]
    following = after[0].title if after else ""
    skips = sum(r in learner.skipped for r in steps_of(section))
    recap = filled(section.recap, workshop, learner.name)
    return (note(words.section_over(section.title, recap, following, skipped_steps=skips)),)


def back(workshop: Workshop, learner: Learner, ref: StepRef) -> Turn:
    """Return the turn for back: the step before, whatever its state."""
    before = workshop.before(ref)
    if before is None:
        return Turn(learner, (note(words.FIRST_STEP, Offer.NEXT, ref=ref),))
    learner = replace(learner, at=before)
    return Turn(learner, (*show(workshop, learner, before), RefreshBoard()))


def go(workshop: Workshop, learner: Learner, wanted: str) -> Turn:
    """Return the turn for a section chosen on the map: its first open step, honest about what it builds on."""
    section = workshop.section(wanted) or workshop.section(wanted.strip().zfill(2))
    if section is None:
        known = [f"{s.id} {s.title}" for s in workshop.sections]
        return Turn(learner, (note(words.no_such_section(wanted[:40], known), Offer.CONTINUE),))
    refs = steps_of(section)
    ref = first_open(learner, refs) or refs[0]
    before = workshop.order[: workshop.order.index(refs[0])]
    if stopped := at_the_gate(workshop, learner, ref):
        return Turn(learner, (stopped,))
    needed = {r.section for r in before} if section.builds_on is None else set(section.builds_on)
    earlier = [r for r in before if r.section in needed and not learner.done(r)]
    honest = (note(words.ahead_of_you(section.title, place(workshop, earlier[0]))),) if earlier else ()
    prepared = (PrepareProject(),) if learner.at is None else ()
    learner = replace(learner, at=ref)
    return Turn(learner, (*prepared, *honest, *show(workshop, learner, ref), RefreshBoard()))


def skip(workshop: Workshop, learner: Learner, ref: StepRef, step: Step, *, sure: bool) -> Turn:
    """Return the turn for skip: asks first; then does the step for the learner and says honestly that it did."""
    if ref in learner.passed:
        return Turn(learner, (note(words.NOTHING_TO_SKIP, Offer.NEXT, ref=ref),))
    if not sure:
        return Turn(learner, (note(words.skip_question(step.title), Offer.SKIP_SURE, Offer.HINT, ref=ref),))
    return _skipped(
        workshop, learner, ref, step, Replace(Note(words.skipped(step.title, acts=_done_for(step)), (), ref))
    )


def unblocked(workshop: Workshop, learner: Learner, event: WasUnblocked) -> Turn:
    """Return the turn for a step that an instructor took out of the way: skipped, and the learner told by whom.

    Whoever has gone on meanwhile stays where they are.
    """
    ref, step = event.card, workshop.step(event.card)
    if step is None or ref != learner.at or learner.done(ref):
        return Turn(learner)
    by = filled("${learner}", workshop, event.by)
    return _skipped(workshop, learner, ref, step, note(words.unblocked(by, step.title, acts=_done_for(step)), ref=ref))


def _done_for(step: Step) -> bool:
    """Tell whether there is something to do for who skips the step."""
    return any(act.answer is None for act in step.solve)


def _skipped(workshop: Workshop, learner: Learner, ref: StepRef, step: Step, said: Action) -> Turn:
    learner, cancelled = _withdrawn(learner)
    learner = replace(learner, skipped=learner.skipped | {ref})
    acts = tuple(act for act in step.solve if act.answer is None)
    applied = (Apply(acts, ref),) if acts else ()
    turn = _advance(workshop, learner, ref)
    return Turn(
        turn.learner,
        (
            *cancelled,
            said,
            *applied,
            *_ending(workshop, learner, ref),
            *turn.actions,
            RefreshBoard(),
        ),
    )


def _withdrawn(learner: Learner) -> tuple[Learner, tuple[Action, ...]]:
    if learner.open_attempt is None:
        return learner, ()
    return replace(learner, open_attempt=None), (CancelCheck(learner.open_attempt),)


def reset(workshop: Workshop, learner: Learner, ref: StepRef, scope: str, *, sure: bool) -> Turn:
    """Return the turn for reset: says first what goes and what stays."""
    section, step = workshop.section(ref.section), workshop.step(ref)
    if scope not in {"step", "section", "all"} or section is None or step is None:
        return Turn(learner, (note(words.RESET_WHAT, ref=ref),))
    if not sure:
        title = section.title if scope == "section" else step.title
        question = Note(words.reset_question(scope, title), (Offer.RESET_SURE,), ref, scope)
        return Turn(learner, (Say(question),))
    learner, cancelled = _withdrawn(learner)
    refs = {"step": (ref,), "section": steps_of(section), "all": workshop.order}[scope]
    learner = _forgotten(workshop, learner, refs)
    offers = {"all": (Offer.START,), "section": (Offer.REBUILD,)}.get(scope, ())
    done = Replace(Note(words.reset_done(scope), offers, ref))
    if scope == "all":
        learner = Learner(learner.id, learner.name, met_at=learner.met_at, seen_at=learner.seen_at)
        return Turn(learner, (*cancelled, CleanSandbox(files=True), done, RefreshBoard()))
    cleaned = (CleanSandbox(files=False),) if scope == "section" else ()
    learner = replace(learner, at=refs[0])
    return Turn(learner, (*cancelled, *cleaned, done, *show(workshop, learner, refs[0]), RefreshBoard()))


def _forgotten(workshop: Workshop, learner: Learner, refs: tuple[StepRef, ...]) -> Learner:
    fresh = {str(ref) for ref in refs}
    questions = {answer_key(ref, q.id) for ref in refs if (step := workshop.step(ref)) for q in step.questions}
    return replace(
        learner,
        passed={ref: at for ref, at in learner.passed.items() if ref not in refs},
        skipped=learner.skipped - set(refs),
        answers={key: option for key, option in learner.answers.items() if key not in questions},
        hints={ref: rungs for ref, rungs in learner.hints.items() if ref not in refs},
        tries={ref: count for ref, count in learner.tries.items() if ref not in refs},
        failing={ref: failure for ref, failure in learner.failing.items() if ref not in refs},
        spent={ref: seconds for ref, seconds in learner.spent.items() if ref not in refs},
        hinted={ref: rungs for ref, rungs in learner.hinted.items() if ref not in refs},
        missed={key: count for key, count in learner.missed.items() if key.rpartition("/")[0] not in fresh},
    )
