"""Decide what one event means for one learner: `decide` is the whole tutor, and it is pure.

It never raises for any event in any learner's state, and nothing that a learner says is met with silence.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from bot.core import checks, handins, ladder, moves, revealed, shelf, talk, words
from bot.core.cards import check_card, filled, step_card
from bot.core.ending import turns as ending
from bot.core.ending.summary import timed
from bot.core.events import (
    OF_OTHERS,
    AnsweredProgram,
    AnsweredQuestion,
    Arrived,
    AskedForBack,
    AskedForCertificate,
    AskedForCheck,
    AskedForHelp,
    AskedForHint,
    AskedForNext,
    AskedForNotebook,
    AskedForStatus,
    AskedForSummary,
    AskedForSurvey,
    AskedForToken,
    AskedToKeepSandbox,
    AskedToLetGoOn,
    AskedToRebuild,
    AskedToReplace,
    AskedToReset,
    AskedToSee,
    AskedToSeeApp,
    AskedToSkip,
    AskedToUndo,
    CheckEnded,
    Event,
    FilledForm,
    GaveFeedback,
    GotClassHint,
    GotHint,
    HandedInImage,
    HandedInUnusable,
    Mentioned,
    OpenedEditor,
    OpenedHome,
    PressedForeignCard,
    SaidSomething,
    Started,
    TypedCommands,
    UploadedProject,
    WasUnblocked,
    WentTo,
    WroteFiles,
)
from bot.core.learner import Learner
from bot.core.map import home, place, settled, welcome
from bot.core.messages import Note, Offer
from bot.core.moves import note
from bot.core.sights import wanted
from bot.core.turn import (
    GiveToken,
    LetGoOn,
    RefreshBoard,
    Replace,
    RunCommands,
    Say,
    ShowApp,
    ShowHome,
    Turn,
    TypeInto,
    Whisper,
)
from bot.core.workshop import Workshop
from bot.handin.command import read_commands
from bot.handin.compose.commands import Compose, Up
from bot.handin.keyboard import converses
from bot.handin.plan import (
    BuildPlan,
    CreateNetwork,
    CreateVolume,
    Plan,
    PullImage,
    PushImage,
    Refusal,
    RunPlan,
    TagImage,
)

__all__ = ["check_card", "decide", "filled", "home", "step_card"]

#: somebody who comes back sooner than this is not greeted again
GREET_AGAIN = timedelta(hours=6)


def decide(workshop: Workshop, learner: Learner, event: Event, now: datetime) -> Turn:
    """Return what happens now: the learner afterwards, and the actions in order."""
    before = settled(workshop, learner)
    turn = shelf.shelved(learner, _decided(workshop, before, revealed.discreet(event), now))
    turn = revealed.warned(event, checks.stirred(ending.concluded(workshop, before, turn, now)))
    board = (RefreshBoard(),) if RefreshBoard() in turn.actions else ()
    return Turn(turn.learner, (*(a for a in turn.actions if not isinstance(a, RefreshBoard)), *board))


def _decided(workshop: Workshop, learner: Learner, event: Event, now: datetime) -> Turn:  # noqa: C901 - one row each
    before, learner = learner, _seen(learner, event, now)
    match event:
        case Arrived():
            return _arrived(workshop, before, learner, now)
        case OpenedHome():
            return Turn(learner, (ShowHome(home(workshop, learner)),))
        case Started():
            return moves.start(workshop, learner)
        case WentTo():
            return moves.go(workshop, learner, event.section)
        case AskedForNext() | AskedForBack() | AskedForHint() | AskedForCheck() | AskedToSkip():
            return _about_the_step(workshop, learner, event, now)
        case AskedToReset():
            if learner.at is None:
                return _not_started(learner)
            return moves.reset(workshop, learner, learner.at, event.scope, sure=event.sure)
        case AskedToRebuild():
            return shelf.rebuild(learner, sure=event.sure)
        case AskedToKeepSandbox():
            return Turn(learner, (Replace(Note(words.KEPT, (_way_on(learner),), learner.at)),))
        case AskedToSeeApp():
            step = workshop.step(learner.at) if learner.at else None
            return Turn(learner, (ShowApp(wanted(step, event.name), ref=learner.at),))
        case AskedForStatus():
            return Turn(learner, (Say(home(workshop, learner)),))
        case AskedForHelp():
            say = f"{words.HELP}\n{words.HELP_ASK}" if learner.course else words.HELP
            return Turn(learner, (note(say, _way_on(learner), *ladder.asks(learner), ref=learner.at),))
        case AnsweredQuestion():
            return checks.answered(workshop, learner, event, now)
        case OpenedEditor():
            return handins.editor(workshop, learner, event)
        case AskedToSee():
            return handins.page(learner, event)
        case FilledForm():
            return handins.form(workshop, learner, event)
        case AskedToReplace() | AskedToUndo():
            return handins.edit(workshop, learner, event)
        case WroteFiles():
            return handins.files(workshop, learner, event)
        case UploadedProject():
            return handins.project(workshop, learner, event)
        case HandedInUnusable():
            return Turn(learner, (note(event.say or words.NOTHING_HANDED_IN, ref=learner.at),))
        case AnsweredProgram():
            return Turn(learner, (TypeInto(event.typed),))
        case TypedCommands():
            return _commands(workshop, learner, event)
        case AskedForToken():
            return Turn(learner, (GiveToken(),))
        case AskedForSummary() | AskedForCertificate() | AskedForNotebook() | AskedForSurvey() | GaveFeedback():
            return ending.asked(workshop, learner, event, now)
        case HandedInImage():
            return _handed_in(workshop, learner)
        case AskedToLetGoOn():
            return Turn(learner, (LetGoOn(event.learner),))
        case SaidSomething():
            return _said(workshop, before, learner, event.text, now)
        case Mentioned():
            return Turn(learner, (note(f"{talk.short_answer(workshop, event.text)}\n\n{words.IN_CHANNEL}".strip()),))
        case PressedForeignCard():
            return Turn(learner, (Whisper(words.FOREIGN_CARD),))
        case CheckEnded():
            return checks.ended(workshop, learner, event, now)
        case GotHint():
            return ladder.sent(workshop, learner, event)
        case GotClassHint():
            return ladder.written(workshop, learner, event)
        case WasUnblocked():
            return moves.unblocked(workshop, learner, event)
        case _:
            assert_never(event)


def _seen(learner: Learner, event: Event, now: datetime) -> Learner:
    """Return the learner with this sign of life; a verdict and what instructors do are none."""
    return learner if isinstance(event, OF_OTHERS) else replace(timed(learner, now), seen_at=now)


def _arrived(workshop: Workshop, before: Learner, learner: Learner, now: datetime) -> Turn:
    lately = before.met_at is not None and before.seen_at is not None and now - before.seen_at < GREET_AGAIN
    if lately:
        return Turn(learner)
    learner = replace(learner, met_at=learner.met_at or now)
    return Turn(learner, (Say(welcome(workshop, learner)),))


def _not_started(learner: Learner) -> Turn:
    return Turn(learner, (note(words.NOT_STARTED, Offer.START),))


def _way_on(learner: Learner) -> Offer:
    return Offer.CONTINUE if learner.at else Offer.START


def _about_the_step(
    workshop: Workshop,
    learner: Learner,
    event: AskedForNext | AskedForBack | AskedForHint | AskedForCheck | AskedToSkip,
    now: datetime,
) -> Turn:
    """Return the turn for what concerns the present step; a card of another step changes nothing."""
    ref = learner.at
    if event.card is not None and event.card != ref:
        text = words.old_card(place(workshop, event.card), place(workshop, ref) if ref else "")
        return Turn(learner, (note(text, _way_on(learner), ref=ref),))
    step = workshop.step(ref) if ref else None
    if ref is None or step is None:
        return _not_started(learner)
    match event:
        case AskedForNext():
            return moves.onward(workshop, learner, ref, step, now)
        case AskedForBack():
            return moves.back(workshop, learner, ref)
        case AskedForHint():
            return ladder.hint(workshop, learner, ref, step)
        case AskedForCheck():
            return checks.check(workshop, learner, ref, step, now)
        case AskedToSkip():
            return moves.skip(workshop, learner, ref, step, sure=event.sure)
        case _:
            assert_never(event)


def _commands(workshop: Workshop, learner: Learner, event: TypedCommands) -> Turn:
    if not event.commands:
        return Turn(learner, (note(words.NO_COMMANDS, Offer.HELP, ref=learner.at),))
    ref = learner.at
    step = workshop.step(ref) if ref else None
    made = any(makes(command.plan) for command in event.commands)
    ready = ref and step and step.needs_sandbox and step.handin.commands and made and not learner.done(ref)
    served = any(isinstance(command.plan, RunPlan) and command.plan.ports for command in event.commands)
    offers = (Offer.CHECK, *((Offer.SHOW_APP,) if served else ()), Offer.HINT)
    after = Note(words.AFTER_COMMANDS, offers, ref) if ready else None
    return Turn(learner, (*handins.prepared(learner), RunCommands(event.commands, ref, after)))


def makes(plan: Plan | Refusal) -> bool:
    """Tell whether the plan makes something that a check may look at; a conversation has only begun by then."""
    if not isinstance(plan, Refusal) and converses(plan):
        return False
    match plan:
        case BuildPlan() | RunPlan() | TagImage() | PushImage() | PullImage() | CreateNetwork() | CreateVolume():
            return True
        case Compose(act=Up()):
            return True
        case _:
            return False


def _handed_in(workshop: Workshop, learner: Learner) -> Turn:
    """Return the turn that brings a pushed image into the sandbox, under the name that every check looks for."""
    name = f"{workshop.namespace}/{workshop.image}"
    lines = f"docker pull {name}\ndocker tag {name} {workshop.image}"
    return _commands(workshop, learner, TypedCommands(read_commands(lines)))


def _said(workshop: Workshop, before: Learner, learner: Learner, text: str, now: datetime) -> Turn:
    """Return the turn for free text: what it means as an event, else an answer in words."""
    meant = talk.understood(workshop, learner, text)
    if meant is None:
        return Turn(learner, (Say(talk.answer(workshop, learner, text)),))
    if isinstance(meant, Note):
        return Turn(learner, (Say(meant),))
    if isinstance(meant, Arrived):
        turn = _arrived(workshop, replace(before, seen_at=None), learner, now) if before.met_at is None else None
        at = place(workshop, learner.at) if learner.at else ""
        hello = note(words.greeting(filled("${learner}", workshop, learner.name), at), _way_on(learner))
        return turn or Turn(learner, (hello,))
    return decide(workshop, learner, meant, now)
