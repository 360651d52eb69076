"""Consents, broadcasts and nudges on the database (`bot.ports`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from bot.core.cohorts.broadcast import NEW, Broadcast, Fate, Stage
from bot.core.cohorts.consent import Consent, Grant
from bot.core.cohorts.nudges import Nudged
from bot.progress.database import Database, upsert
from bot.progress.tables import broadcast_people, broadcasts, consents, nudges


class SqlConsents:
    """What learners said about their work, kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def grant(self, cohort: int, learner: str) -> Grant | None:
        """Return what they said, None when they were never asked."""
        return await self._database.look(_grant, cohort, learner)

    async def keep(self, grant: Grant) -> None:
        """Keep it in place of what they said before."""
        await self._database.run(_keep_grant, grant)


class SqlBroadcasts:
    """Broadcasts kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draft(self, broadcast: Broadcast) -> Broadcast:
        """Keep a draft, in place of the one with its id; `NEW` gets one."""
        return await self._database.run(_draft, broadcast)

    async def broadcast(self, number: int) -> Broadcast | None:
        """Return it."""
        return next(iter(await self._database.look(_broadcasts, broadcasts.c.id == number)), None)

    async def begin(self, number: int, people: Sequence[str]) -> bool:
        """Let it be sent to these; False when it is no draft (any more)."""
        return await self._database.run(_begin, number, people)

    async def place(self, number: int, place: str) -> None:
        """Remember where its author reads how far it is."""
        await self._database.run(_change, number, {"place": place})

    async def sending(self) -> Sequence[Broadcast]:
        """Return those on their way, oldest first."""
        return await self._database.look(_broadcasts, broadcasts.c.stage == Stage.SENDING.value)

    async def take(self, number: int, most: int) -> Sequence[str]:
        """Return some of those who wait for it, who are `TRYING` from now on."""
        return await self._database.run(_take, number, most)

    async def fate(self, number: int, fates: Mapping[str, Fate]) -> None:
        """Keep what came of it for these."""
        await self._database.run(_fate, number, fates)

    async def fates(self, number: int) -> Mapping[Fate, int]:
        """Return how many had which fate."""
        return await self._database.look(_fates, number)

    async def doubt(self) -> None:
        """Make `UNSURE` of whoever was `TRYING` when we were stopped."""
        await self._database.run(_doubt)

    async def end(self, number: int) -> None:
        """Keep that all had their turn."""
        await self._database.run(_change, number, {"stage": Stage.DONE.value})


class SqlNudges:
    """Nudges kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def nudged(self) -> Mapping[str, Nudged]:
        """Return what is kept of everybody, by user."""
        return await self._database.look(_nudged)

    async def keep(self, nudged: Nudged) -> None:
        """Keep it in place of what it was."""
        await self._database.run(_keep_nudged, nudged)


def _grant(db: sa.Connection, cohort: int, learner: str) -> Grant | None:
    which = sa.and_(consents.c.cohort == cohort, consents.c.learner == learner)
    row = db.execute(sa.select(consents).where(which)).one_or_none()
    return None if row is None else Grant(row.cohort, row.learner, Consent(row.consent), row.by, row.at)


def _keep_grant(db: sa.Connection, grant: Grant) -> None:
    db.execute(upsert(db, consents, **asdict(grant) | {"consent": grant.consent.value}))


def _draft(db: sa.Connection, broadcast: Broadcast) -> Broadcast:
    values = asdict(broadcast) | {"stage": broadcast.stage.value}
    del values["id"]
    if broadcast.id == NEW:
        made = db.execute(broadcasts.insert().values(**values).returning(broadcasts.c.id)).scalar_one()
        return replace(broadcast, id=made)
    mine = sa.and_(broadcasts.c.id == broadcast.id, broadcasts.c.stage == Stage.DRAFT.value)
    db.execute(broadcasts.update().where(mine).values(**values))
    return broadcast


def _broadcasts(db: sa.Connection, which: sa.ColumnElement[bool]) -> list[Broadcast]:
    rows = db.execute(sa.select(broadcasts).where(which).order_by(broadcasts.c.id))
    return [Broadcast(**{**row._asdict(), "stage": Stage(row.stage)}) for row in rows]


def _begin(db: sa.Connection, number: int, people: Sequence[str]) -> bool:
    draft = sa.and_(broadcasts.c.id == number, broadcasts.c.stage == Stage.DRAFT.value)
    begun = db.execute(broadcasts.update().where(draft).values(stage=Stage.SENDING.value)).rowcount
    if begun and people:
        rows = [{"broadcast": number, "user": user, "fate": Fate.WAITING.value} for user in people]
        db.execute(broadcast_people.insert(), rows)
    return bool(begun)


def _change(db: sa.Connection, number: int, values: Mapping[str, Any]) -> None:
    db.execute(broadcasts.update().where(broadcasts.c.id == number).values(**values))


def _take(db: sa.Connection, number: int, most: int) -> list[str]:
    waiting = sa.and_(broadcast_people.c.broadcast == number, broadcast_people.c.fate == Fate.WAITING.value)
    chosen = sa.select(broadcast_people.c.user).where(waiting).order_by(broadcast_people.c.user).limit(most)
    users = list(db.execute(chosen).scalars())
    _fate(db, number, dict.fromkeys(users, Fate.TRYING))
    return users


def _fate(db: sa.Connection, number: int, fates: Mapping[str, Fate]) -> None:
    for user, fate in fates.items():
        one = sa.and_(broadcast_people.c.broadcast == number, broadcast_people.c.user == user)
        db.execute(broadcast_people.update().where(one).values(fate=fate.value))


def _fates(db: sa.Connection, number: int) -> dict[Fate, int]:
    counted = sa.select(broadcast_people.c.fate, sa.func.count()).where(broadcast_people.c.broadcast == number)
    return {Fate(fate): count for fate, count in db.execute(counted.group_by(broadcast_people.c.fate))}


def _doubt(db: sa.Connection) -> None:
    trying = broadcast_people.c.fate == Fate.TRYING.value
    db.execute(broadcast_people.update().where(trying).values(fate=Fate.UNSURE.value))


def _nudged(db: sa.Connection) -> dict[str, Nudged]:
    rows = db.execute(sa.select(nudges)).mappings()
    return {row["user"]: Nudged(**row) for row in rows}


def _keep_nudged(db: sa.Connection, nudged: Nudged) -> None:
    db.execute(upsert(db, nudges, **asdict(nudged)))
