"""Who is an instructor, by user id (`bot.ports.Roles`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from bot.progress.database import Database, insert_once, upsert
from bot.progress.store import Clock, utc_now
from bot.progress.tables import roles

INSTRUCTOR, LEARNER = "instructor", "learner"


class SqlRoles:
    """The roles kept in a database."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def is_instructor(self, user: str) -> bool:
        """Tell whether this person is an instructor."""
        return user in await self.instructors()

    async def instructors(self) -> Sequence[str]:
        """Return the ids of all instructors, in order."""
        return await self._database.look(_with, INSTRUCTOR)

    async def dismissed(self) -> Sequence[str]:
        """Return the ids of those who were made instructors no more, in order."""
        return await self._database.look(_with, LEARNER)

    async def appoint(self, user: str) -> bool:
        """Make somebody an instructor; False when they were one."""
        return await self._database.run(_put, user, INSTRUCTOR, self._clock())

    async def dismiss(self, user: str) -> bool:
        """Make somebody an instructor no more; False when they were none."""
        return await self._database.run(_put, user, LEARNER, self._clock())

    async def seed(self, users: Iterable[str]) -> None:
        """Make those instructors who were never appointed nor dismissed before."""
        await self._database.run(_seed, tuple(users), self._clock())


def _with(db: sa.Connection, role: str) -> list[str]:
    return list(db.execute(sa.select(roles.c.user).where(roles.c.role == role).order_by(roles.c.user)).scalars())


def _put(db: sa.Connection, user: str, role: str, now: object) -> bool:
    before = db.execute(sa.select(roles.c.role).where(roles.c.user == user)).scalar_one_or_none() or LEARNER
    db.execute(upsert(db, roles, user=user, role=role, at=now))
    return before != role


def _seed(db: sa.Connection, users: Sequence[str], now: object) -> None:
    for user in users:
        db.execute(insert_once(db, roles, user=user, role=INSTRUCTOR, at=now))
