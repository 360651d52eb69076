"""Peers: somebody who has just passed a step is shown to somebody who is stuck at it, if both want that. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.learner import Learner
from bot.core.panels import Panel, Press, Row, Tone
from bot.core.workshop import StepRef

ACT = "peers"
YES, NO, ASK = f"{ACT}.yes", f"{ACT}.no", f"{ACT}.ask"
LATELY = timedelta(minutes=30)  #: so long somebody has a step fresh in mind
A_DAY = 3  #: learners to whom one person is shown in a day
ASKED_AFTER = 3  #: steps that somebody passed before they are asked whether they would help

THANKS = "Thank you! When somebody is stuck at a step that you just passed, I show them your name; three a day at most."
NOT_YOU = "Good, I keep your name to myself. `peers` changes that at any time."
NOBODY = "Your course does not offer learners to each other. The instructors are there for you: say **I need help**."


@dataclass(frozen=True, slots=True)
class PeerOffer:
    """One person who is shown to another."""

    learner: str  #: who is stuck
    helper: str
    ref: StepRef
    at: datetime


def pairs(
    stuck: Mapping[str, StepRef],
    classmates: Sequence[Learner],
    willing: Collection[str],
    offers: Sequence[PeerOffer],
    now: datetime,
) -> Sequence[PeerOffer]:
    """Return who is to be shown to whom now; one helper a learner and step, ever.

    `stuck`: who is stuck where; `offers`: all of before. Who passed the step last helps first; nobody who is stuck.
    """
    had = {(offer.learner, offer.ref) for offer in offers}
    today = Counter(offer.helper for offer in offers if now - offer.at < timedelta(days=1))
    found: list[PeerOffer] = []
    for learner, ref in sorted(stuck.items()):
        if (learner, ref) in had:
            continue
        free = [
            each
            for each in classmates
            if each.id in willing and each.id not in stuck and each.id != learner and today[each.id] < A_DAY
        ]
        fresh = [each for each in free if ref in each.passed and now - each.passed[ref] <= LATELY]
        if fresh:
            helper = max(fresh, key=lambda each: (each.passed[ref], each.id)).id
            today[helper] += 1
            found.append(PeerOffer(learner, helper, ref, now))
    return found


def to_be_asked(learner: Learner) -> bool:
    """Tell whether somebody has come far enough to be asked whether they would help."""
    return len(learner.passed) >= ASKED_AFTER


def question() -> Panel:
    """Return the question whether somebody would help others."""
    words = (
        "You are getting on well. When somebody of your course is stuck at a step that you just passed, may I show "
        "them your name? They may then write to you; you answer if and when you like."
    )
    buttons = Press(YES, "Yes, gladly", tone=Tone.MAIN), Press(NO, "No, thank you")
    return Panel(words, rows=(Row(words),), presses=buttons)


def shown(offer: PeerOffer, helper_name: str, step_title: str) -> Panel:
    """Return what is said to whoever is stuck."""
    words = f"{helper_name} just passed **{step_title}** and is happy to help. Shall I tell them that you will write?"
    ask = Press(ASK, f"Yes, ask {helper_name}"[:75], f"{offer.helper}/{offer.ref}", Tone.MAIN)
    return Panel(words.replace("**", ""), rows=(Row(words),), presses=(ask,))


def introduced(other: str, words: str) -> Panel:
    """Return what both are told, with the other person's name to press on."""
    return Panel(words, rows=(Row(words, person=other),))
