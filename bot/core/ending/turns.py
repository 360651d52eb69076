"""Decide what is said and given when the workshop is over, and whenever somebody asks for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core import words as tutor_words
from bot.core.cards import filled
from bot.core.ending import words
from bot.core.ending.summary import certificate, summary
from bot.core.events import (
    AskedForCertificate,
    AskedForNotebook,
    AskedForSummary,
    AskedForSurvey,
    GaveFeedback,
)
from bot.core.learner import Learner
from bot.core.map import finished, section_done
from bot.core.messages import Note, Offer
from bot.core.turn import Action, KeepFeedback, OpenSurvey, Say, SendCertificate, SendNotebook, Turn
from bot.core.workshop import Workshop

LONGEST = 3_000  #: characters of feedback. Source: docs.slack.dev, plain text input, max_length


def asked(
    workshop: Workshop,
    learner: Learner,
    event: AskedForSummary | AskedForCertificate | AskedForNotebook | AskedForSurvey | GaveFeedback,
    now: datetime,
) -> Turn:
    """Return the turn for what somebody asks for at the end, or earlier."""
    match event:
        case AskedForSurvey():
            return Turn(learner, (OpenSurvey(),))
        case GaveFeedback(useful, better):
            return _feedback(learner, useful, better)
        case _ if learner.at is None:
            return _say(learner, Note(tutor_words.NOT_STARTED, (Offer.START,)))
        case AskedForNotebook():
            return Turn(learner, (SendNotebook(),))
        case AskedForSummary():
            return _summary(workshop, learner)
        case AskedForCertificate():
            return _certificate(workshop, learner, now)


def _say(learner: Learner, note: Note) -> Turn:
    return Turn(learner, (Say(note),))


def _summary(workshop: Workshop, learner: Learner) -> Turn:
    if not any(learner.done(ref) for ref in workshop.order):
        text = words.NOTHING_YET.replace("{steps}", str(len(workshop.order)))
        return _say(learner, Note(text, (Offer.CONTINUE,), learner.at))
    if not finished(workshop, learner):
        offers = (Offer.CONTINUE, Offer.NOTEBOOK)
        return Turn(learner, (Say(summary(workshop, learner, offers=offers)),))
    card = summary(workshop, learner, offers=(Offer.CERTIFICATE,))
    return Turn(learner, (Say(card), Say(_onward(workshop))))


def _certificate(workshop: Workshop, learner: Learner, now: datetime) -> Turn:
    if not finished(workshop, learner):
        behind = sum(learner.done(ref) for ref in workshop.order)
        left = [f"{section.id} {section.title}" for section in workshop.sections if not section_done(learner, section)]
        shown = [*left[:4], f"{len(left) - 4} more"] if len(left) > 5 else left
        text = words.not_yet_finished(behind, len(workshop.order), shown)
        return _say(learner, Note(text, (Offer.CONTINUE,), learner.at))
    given = certificate(workshop, learner, now)
    if not given.passed:
        return _say(learner, Note(words.ALL_SKIPPED, (Offer.SUMMARY,), learner.at))
    return Turn(learner, (SendCertificate(given),))


def _feedback(learner: Learner, useful: int, better: str) -> Turn:
    said = useful if 1 <= useful <= 5 else 0
    text = better.strip()[:LONGEST]
    if not (said or text):
        return _say(learner, Note(words.EMPTY_FEEDBACK, (Offer.FEEDBACK,)))
    return Turn(learner, (KeepFeedback(said, text),))


def concluded(workshop: Workshop, before: Learner, turn: Turn, now: datetime) -> Turn:
    """Return the turn with the end in it, when this turn brought it: said once, whatever it was that finished it.

    Somebody who sets a step back, or whose workshop grew, reaches the end again.
    """
    over = finished(workshop, turn.learner)
    if over == (turn.learner.finished_at is not None):
        return turn
    if not over:
        return replace(turn, learner=replace(turn.learner, finished_at=None))
    if finished(workshop, before):  # it ended before the end was written down: nothing to be said now
        last = max(turn.learner.passed.values(), default=now)
        return replace(turn, learner=replace(turn.learner, finished_at=last))
    learner = replace(turn.learner, finished_at=now)
    return Turn(learner, (*turn.actions, *_farewell(workshop, learner, now)))


def _farewell(workshop: Workshop, learner: Learner, now: datetime) -> tuple[Action, ...]:
    given = certificate(workshop, learner, now)
    name = filled("${learner}", workshop, learner.name)
    said = words.congratulation(name, workshop.title, given.passed, given.skipped)
    sent = (SendCertificate(given),) if given.passed else ()
    return (Say(summary(workshop, learner, said)), *sent, Say(_onward(workshop)))


def _onward(workshop: Workshop) -> Note:
    steps = [(each.title, filled(each.say, workshop)) for each in workshop.onward]
    text = words.onward(steps, filled(workshop.own_machine, workshop))
    return Note(text, (Offer.NOTEBOOK, Offer.FEEDBACK))
