"""The books of what was made on the host (`bot.ports.Ledger`): what ought to be there, known before it is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from bot.ports import Entry, Stage
from bot.progress.database import Database, upsert_each
from bot.progress.tables import objects


class SqlLedger:
    """The books kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, entries: Sequence[Entry]) -> None:
        """Keep the entries, each in place of the one of the same name."""
        await self._database.run(_write, entries)

    async def entries(self) -> Sequence[Entry]:
        """Return the entries that are not gone."""
        return await self._database.look(_entries)

    async def forget(self, before: datetime) -> None:
        """Forget what went before then."""
        await self._database.run(_forget, before)


def _write(db: sa.Connection, entries: Sequence[Entry]) -> None:
    rows = [{**asdict(each), "what": str(each.what), "stage": each.stage.value} for each in entries]
    if rows:
        db.execute(upsert_each(db, objects), rows)


def _entries(db: sa.Connection) -> list[Entry]:
    rows = db.execute(sa.select(objects).where(objects.c.stage != Stage.GONE.value))
    return [
        Entry(
            row.what, row.name, Stage(row.stage), row.at, row.kind, row.learner, row.attempt, row.engine_id, row.until
        )
        for row in rows
    ]


def _forget(db: sa.Connection, before: datetime) -> None:
    db.execute(objects.delete().where(objects.c.stage == Stage.GONE.value, objects.c.at < before))
