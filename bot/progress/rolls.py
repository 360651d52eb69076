"""Who takes which course, on the database (`bot.ports.Rolls`)."""

from __future__ import annotations

import sqlalchemy as sa

from bot.core.cohorts.board.tally import ALONE, Roll
from bot.core.cohorts.cohort import SeatState
from bot.progress.database import Database
from bot.progress.results import nameless
from bot.progress.store import classmates_of, read_learner, with_open
from bot.progress.tables import learners, seats


class SqlRolls:
    """The rolls of all cohorts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def roll(self, cohort: int) -> Roll:
        """Return who takes the course; of `ALONE` those who have started without one."""
        return await self._database.look(_alone) if cohort == ALONE else await self._database.look(_roll, cohort)


def _alone(db: sa.Connection) -> Roll:
    elsewhere = sa.select(seats.c.user).where(seats.c.state == SeatState.TAKEN.value)
    rows = db.execute(with_open.where(learners.c.section.is_not(None), learners.c.id.not_in(elsewhere)))
    found = [read_learner(row) for row in rows]
    # who took a course without names has none here either; a course of their own shows its names again
    return Roll(found, len(found), hidden=frozenset(nameless(db)))


def _roll(db: sa.Connection, cohort: int) -> Roll:
    counted = sa.select(seats.c.state, sa.func.count()).where(seats.c.cohort == cohort).group_by(seats.c.state)
    count = {SeatState(state): number for state, number in db.execute(counted)}
    return Roll(
        classmates_of(db, cohort),
        joined=count.get(SeatState.TAKEN, 0) + count.get(SeatState.OVER, 0),
        invited=count.get(SeatState.INVITED, 0),
        waiting=count.get(SeatState.WAITING, 0),
    )
