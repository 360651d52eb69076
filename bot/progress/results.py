"""What reports are made from, on the database (`bot.ports.Results`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bot.core.cohorts.cohort import Cohort, SeatState
from bot.core.cohorts.figures import Came, Record, Tried
from bot.core.verdict import Failed
from bot.core.workshop import StepRef
from bot.progress.cohorts import SqlCohorts
from bot.progress.records import read_verdict
from bot.progress.store import SqlStore
from bot.progress.tables import attempts, cohorts, seats

PAGE = 1_000  #: checks read at a time: some 30 ms
EVERYBODY = "Everybody"


class SqlResults:
    """Classes as they are kept in a database."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._cohorts = SqlCohorts(store.database)

    async def cohorts(self) -> Sequence[Cohort]:
        """Return every cohort, ended ones too, oldest first."""
        return await self._cohorts.every()

    async def record(self, cohort: int) -> Record | None:
        """Return what is kept of a cohort; of everybody for 0; None when there is no such cohort."""
        if not cohort:
            hidden = frozenset(await self._store.database.look(nameless))
            return Record(EVERYBODY, await self._store.everybody(), await self._tried(), hidden=hidden)
        found = await self._cohorts.cohort(cohort)
        if found is None:
            return None
        here = [each for each in await self._store.classmates(cohort) if each.at is not None]
        meant = sum(seat.state is not SeatState.LEFT for seat in await self._cohorts.seats(cohort))
        tried = await self._tried({each.id for each in here})
        return Record(found.name, here, tried, meant - len(here), nameless=found.nameless)

    async def _tried(self, learners: set[str] | None = None) -> Sequence[Tried]:
        found: list[Tried] = []
        last = 0
        while rows := await self._store.database.look(_page, last):
            last = rows[-1].id
            found += [_tried(row) for row in rows if learners is None or row.learner in learners]
        return found


def _page(db: sa.Connection, after: int) -> Sequence[sa.Row[Any]]:
    over = sa.and_(attempts.c.id > after, attempts.c.closed_at.is_not(None))
    columns = (attempts.c.id, attempts.c.learner, attempts.c.section, attempts.c.step)
    chosen = sa.select(*columns, attempts.c.closed_at, attempts.c.verdict).where(over)
    return list(db.execute(chosen.order_by(attempts.c.id).limit(PAGE)))


def _tried(row: sa.Row[Any]) -> Tried:
    came, failed = came_of(row.verdict)
    return Tried(row.learner, StepRef(row.section, row.step), row.closed_at, came, failed)


def came_of(verdict: Mapping[str, Any] | None) -> tuple[Came, tuple[tuple[str, str], ...]]:
    """Return what a check that is over came to, and which conditions failed with which code."""
    if verdict is None:
        return Came.WITHDRAWN, ()
    read = read_verdict(verdict)
    failed = tuple((name, result.code) for name, result in read.results if isinstance(result, Failed))
    return Came.PASSED if read.passed else Came.OURS if read.ours else Came.FAILED, failed


def nameless(db: sa.Connection) -> Sequence[str]:
    """Return who sits or sat in a cohort without names."""
    joined = sa.select(seats.c.user).join_from(seats, cohorts, seats.c.cohort == cohorts.c.id)
    return db.execute(joined.where(cohorts.c.nameless).distinct()).scalars().all()
