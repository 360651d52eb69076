"""Keep what learners think of the workshop (`bot.ports.Feedbacks`): one of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.ports import Feedback
from bot.progress.database import Database
from bot.progress.store import Clock, ensure_learner, utc_now
from bot.progress.tables import feedback


class SqlFeedbacks:
    """The feedback on an open database."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def give(self, learner: str, useful: int, better: str) -> bool:
        """Keep it in place of what they gave before; tell whether it is their first."""
        return await self._database.run(_give, learner, useful, better, self._clock())

    async def given(self, learner: str) -> Feedback | None:
        """Return what the learner gave."""
        return next(iter(await self._database.look(_read, feedback.c.learner == learner)), None)

    async def untold(self) -> Sequence[Feedback]:
        """Return what instructors have not been told yet, oldest first."""
        return await self._database.look(_read, feedback.c.told.is_(False))

    async def told(self, feedback: Feedback, place: str) -> None:
        """Remember where instructors were told this; one that was changed meanwhile stays untold."""
        await self._database.run(_told, feedback, place)

    async def forget(self, learner: str) -> None:
        """Forget what the learner gave."""
        await self._database.run(_forget, learner)


def _give(db: sa.Connection, learner: str, useful: int, better: str, now: datetime) -> bool:
    ensure_learner(db, learner)
    said = {"useful": useful, "better": better, "at": now, "told": False}
    changed = db.execute(feedback.update().where(feedback.c.learner == learner).values(said))
    if changed.rowcount:
        return False
    db.execute(feedback.insert().values(learner=learner, told_at="", **said))
    return True


def _read(db: sa.Connection, which: sa.ColumnElement[bool]) -> list[Feedback]:
    rows = db.execute(sa.select(feedback).where(which).order_by(feedback.c.at, feedback.c.learner))
    return [_feedback(row) for row in rows]


def _feedback(row: sa.Row[Any]) -> Feedback:
    return Feedback(row.learner, row.useful, row.better, row.told_at, row.told)


def _told(db: sa.Connection, given: Feedback, place: str) -> None:
    theirs = feedback.c.learner == given.learner
    db.execute(feedback.update().where(theirs).values(told_at=place))
    same = (feedback.c.useful == given.useful, feedback.c.better == given.better)
    db.execute(feedback.update().where(theirs, *same).values(told=True))


def _forget(db: sa.Connection, learner: str) -> None:
    db.execute(feedback.delete().where(feedback.c.learner == learner))
