"""The instructors' board: everybody who has started, those most in need of help first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.core.learner import Learner
from bot.core.map import finished, settled
from bot.core.messages import Board, BoardRow
from bot.core.workshop import Workshop

#: without a sign of life for so long, somebody has probably given up or gone
QUIET = timedelta(minutes=15)


def board(
    workshop: Workshop, learners: Iterable[Learner], now: datetime, *, limit: int = 25, trouble: str = ""
) -> Board:
    """Return the board with at most `limit` rows; learners who have not pressed Start are not on it."""
    here = [settled(workshop, learner) for learner in learners if learner.at is not None]
    here.sort(key=lambda learner: (-need(workshop, learner, now), learner.name.lower(), learner.id))
    return Board(
        title=workshop.title,
        rows=tuple(_row(workshop, learner) for learner in here[:limit]),
        more=max(0, len(here) - limit),
        finished=sum(finished(workshop, learner) for learner in here),
        started=len(here),
        trouble=trouble,
    )


def need(workshop: Workshop, learner: Learner, now: datetime) -> int:
    """Return how much help a learner seems to need: failed checks and hints weigh most, then silence. 0: none."""
    if learner.at is None or finished(workshop, learner) or learner.done(learner.at):
        return 0
    tries = min(learner.tries.get(learner.at, 0), 10)
    hints = min(learner.hints.get(learner.at, 0), 3)
    failing = learner.at in learner.failing
    quiet = learner.seen_at is not None and now - learner.seen_at > QUIET
    return (2 * tries if failing else 0) + 3 * hints + (4 if quiet else 0)


def _row(workshop: Workshop, learner: Learner) -> BoardRow:
    at = learner.at
    section, step = (workshop.section(at.section), workshop.step(at)) if at else (None, None)
    over = finished(workshop, learner)
    done = sum(ref in learner.passed for ref in workshop.order)
    skipped = sum(ref in learner.skipped and ref not in learner.passed for ref in workshop.order)
    return BoardRow(
        learner=learner.id,
        name=learner.name,
        section=f"{section.id} {section.title}" if section and not over else "",
        step=step.title if step and not over else "",
        done=done,
        skipped=skipped,
        steps=len(workshop.order),
        tries=learner.tries.get(at, 0) if at else 0,
        failing=learner.failing[at][1] if at and at in learner.failing else "",
        checking=learner.open_attempt is not None,
        seen_at=learner.seen_at.timestamp() if learner.seen_at else None,
    )
