"""The record of a class as the radar reads it (`bot.ports.Trails`): one look for everybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.cohorts.cohort import SeatState
from bot.core.cohorts.radar import Trail, Tried
from bot.core.ending.pages import PageKind
from bot.progress.database import Database
from bot.progress.records import read_verdict
from bot.progress.store import read_learner, with_open
from bot.progress.tables import attempts, learners, pages, seats

LATELY = 12  #: checks of a step that are read; three count, and faults of ours may lie between them
#: pages that tell what somebody handed in: a command line, the name of a file and its length
HANDED_IN = (PageKind.COMMAND.value, PageKind.FILE.value)


class SqlTrails:
    """Trails read from a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, cohort: int) -> Sequence[Trail]:
        """Return everybody who takes this course, in one look; 0: who has started and sits in no course."""
        return await self._database.look(_trails, _taking(cohort) if cohort else _alone())

    async def one(self, learner: str) -> Trail | None:
        """Return one learner."""
        return next(iter(await self._database.look(_trails, learners.c.id == learner)), None)

    async def handin(self, learner: str) -> str:
        """Return the last command that they typed or the name of the file that they wrote, '' for none."""
        return await self._database.look(_handin, learner)


def _taking(cohort: int) -> sa.ColumnElement[bool]:
    taken = sa.and_(seats.c.cohort == cohort, seats.c.state == SeatState.TAKEN.value)
    return learners.c.id.in_(sa.select(seats.c.user).where(taken))


def _alone() -> sa.ColumnElement[bool]:
    """Tell of whom nobody else knows: who waits for a course, left one or is over with one is nobody's to watch."""
    joined = sa.select(seats.c.user).where(seats.c.state != SeatState.INVITED.value)
    return sa.and_(learners.c.section.is_not(None), learners.c.id.not_in(joined))


def _trails(db: sa.Connection, which: sa.ColumnElement[bool]) -> list[Trail]:
    tried = _tried(db, which)
    return [Trail(read_learner(row), tuple(tried.get(row.id, ()))) for row in db.execute(with_open.where(which))]


def _tried(db: sa.Connection, which: sa.ColumnElement[bool]) -> dict[str, list[Tried]]:
    """Return the checks of the step at which each learner is, newest first."""
    there = sa.and_(
        attempts.c.learner == learners.c.id,
        attempts.c.section == learners.c.section,
        attempts.c.step == learners.c.step,
        attempts.c.closed_at.is_not(None),
        attempts.c.verdict.is_not(None),  # withdrawn: it said nothing
    )
    rank = sa.func.row_number().over(partition_by=attempts.c.learner, order_by=attempts.c.id.desc()).label("rank")
    columns = (attempts.c.id, attempts.c.learner, attempts.c.opened_at, attempts.c.closed_at, attempts.c.verdict)
    ranked = sa.select(*columns, rank).join_from(attempts, learners, there).where(which).subquery()
    found: defaultdict[str, list[Tried]] = defaultdict(list)
    for row in db.execute(sa.select(ranked).where(ranked.c.rank <= LATELY).order_by(ranked.c.id.desc())):
        found[row.learner].append(_read(row.opened_at, row.closed_at, row.verdict))
    return found


def _read(opened_at: datetime, closed_at: datetime, kept: Any) -> Tried:
    verdict = read_verdict(kept)
    waited_s = max(0.0, (closed_at - opened_at).total_seconds() - verdict.took_s)
    if verdict.first_failure is None:
        return Tried(closed_at, ours=verdict.ours, waited_s=waited_s)
    condition, failed = verdict.first_failure
    return Tried(closed_at, condition, failed.code, failed.expected, failed.observed, waited_s=waited_s)


def _handin(db: sa.Connection, learner: str) -> str:
    theirs = sa.and_(pages.c.learner == learner, pages.c.kind.in_(HANDED_IN))
    return db.execute(sa.select(pages.c.wrote).where(theirs).order_by(pages.c.id.desc()).limit(1)).scalar() or ""
