"""Help threads on the database (`bot.ports.HelpThreads`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.core.cohorts.help import HelpLine, HelpThread
from bot.progress.database import Database, insert_once, upsert
from bot.progress.tables import help_lines, help_places, help_threads


class SqlHelpThreads:
    """The help threads kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, thread: HelpThread, once: str = "") -> HelpThread | None:
        """Keep a new question and return it with its id; None when one is open, or `once` was kept before."""
        return await self._database.run(_ask, thread, once)

    async def keep(self, thread: HelpThread) -> None:
        """Keep it in place of what it was; places that it had stay known."""
        await self._database.run(_keep, thread)

    async def thread(self, number: int) -> HelpThread | None:
        """Return the thread."""
        return next(iter(await self._database.look(_threads, help_threads.c.id == number)), None)

    async def at(self, place: str) -> HelpThread | None:
        """Return the thread that hangs on this message, or once did."""
        hung = sa.select(help_places.c.thread).where(help_places.c.place == place).scalar_subquery()
        return next(iter(await self._database.look(_threads, help_threads.c.id == hung)), None)

    async def open_of(self, learner: str) -> HelpThread | None:
        """Return the question that this learner has open."""
        theirs = sa.and_(help_threads.c.learner == learner, help_threads.c.closed_at.is_(None))
        return next(iter(await self._database.look(_threads, theirs)), None)

    async def open(self, cohort: int | None = None) -> Sequence[HelpThread]:
        """Return the open threads, of one cohort or of all, oldest first."""
        going_on = help_threads.c.closed_at.is_(None)
        which = going_on if cohort is None else sa.and_(going_on, help_threads.c.cohort == cohort)
        return await self._database.look(_threads, which)

    async def waits_s(self, cohort: int, since: datetime) -> Sequence[float]:
        """Return how many seconds each question asked since then waited for its first answer."""
        lately = sa.and_(
            help_threads.c.cohort == cohort, help_threads.c.asked_at >= since, help_threads.c.answered_at.is_not(None)
        )
        answered = await self._database.look(_threads, lately)
        return [(each.answered_at - each.asked_at).total_seconds() for each in answered if each.answered_at]

    async def waiting(self, cohort: int) -> Collection[str]:
        """Return the learners of this cohort whose last word in an open help thread nobody has answered."""
        return frozenset(each.learner for each in await self.open(cohort) if each.waits_since is not None)

    async def line(self, line: HelpLine) -> bool:
        """Keep a message that is to be passed on; False when it was kept before."""
        return await self._database.run(_line, line)

    async def passed(self, line: HelpLine, *, over: bool) -> None:
        """Keep how far it has been passed on; when that is `over`, its words are forgotten."""
        await self._database.run(_passed, line, over)

    async def unpassed(self) -> Sequence[HelpLine]:
        """Return what has not been passed on to everybody, oldest first."""
        return await self._database.look(_unpassed)


def _ask(db: sa.Connection, thread: HelpThread, once: str) -> HelpThread | None:
    values = _row(thread) | {"once": once or None}
    del values["id"]
    made = db.execute(insert_once(db, help_threads, **values).returning(help_threads.c.id)).scalar_one_or_none()
    if made is None:
        return None
    kept = replace(thread, id=made)
    _places(db, kept)
    return kept


def _keep(db: sa.Connection, thread: HelpThread) -> None:
    values = _row(thread)
    del values["id"]
    db.execute(help_threads.update().where(help_threads.c.id == thread.id).values(**values))
    _places(db, thread)


def _places(db: sa.Connection, thread: HelpThread) -> None:
    for place in (thread.root, *thread.places):
        if place:
            db.execute(upsert(db, help_places, place=place, thread=thread.id))


def _row(thread: HelpThread) -> dict[str, Any]:
    return asdict(thread) | {"places": list(thread.places)}


def _threads(db: sa.Connection, which: sa.ColumnElement[bool]) -> list[HelpThread]:
    rows = db.execute(sa.select(help_threads).where(which).order_by(help_threads.c.id))
    return [_read(row) for row in rows]


def _read(row: sa.Row[Any]) -> HelpThread:
    values = row._asdict()
    del values["once"]
    return HelpThread(**{**values, "places": tuple(row.places)})


def _line(db: sa.Connection, line: HelpLine) -> bool:
    values = asdict(line) | {"passed": dict(line.passed), "over": False}
    made = db.execute(insert_once(db, help_lines, **values).returning(help_lines.c.source)).scalar_one_or_none()
    return made is not None


def _passed(db: sa.Connection, line: HelpLine, over: bool) -> None:
    values: dict[str, Any] = {"passed": dict(line.passed), "over": over} | ({"text": ""} if over else {})
    db.execute(help_lines.update().where(help_lines.c.source == line.source).values(**values))


def _unpassed(db: sa.Connection) -> list[HelpLine]:
    rows = db.execute(sa.select(help_lines).where(help_lines.c.over.is_(False)).order_by(help_lines.c.at))
    return [HelpLine(r.thread, r.source, r.by, r.name, r.text, r.files, r.at, r.private, dict(r.passed)) for r in rows]
