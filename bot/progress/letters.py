"""What other systems are to be told, on the database (`bot.ports.Letters`).

Letters are written from the journal and the help threads, which are kept in the same transaction as what happened: so
nothing is lost and nothing told twice, whenever the process ends.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.core.cohorts.news import Closed, News, Type, news, told
from bot.core.learner import Learner
from bot.core.workshop import StepRef
from bot.ports import Letter
from bot.progress.database import Database, upsert
from bot.progress.results import came_of, nameless
from bot.progress.store import read_learner, with_open
from bot.progress.tables import attempts, help_threads, journal, learners, letters, notes

DAY = timedelta(days=1)
PAGE = 100  #: lines of the journal read in one transaction
SEEN, ASKED = "webhook.journal", "webhook.help"  #: notes: up to where letters are written


class SqlLetters:
    """The letters to one address. Learners of nameless courses have a pseudonym there, or all with `pseudonyms`."""

    def __init__(self, database: Database, secret: str, *, pseudonyms: bool) -> None:
        self._database = database
        self._secret = secret
        self._pseudonyms = pseudonyms

    async def collect(self, now: datetime) -> int:
        """Write letters of what happened since the last time, each once; return how many."""
        written = 0
        while await self._database.look(_any_news):
            written += await self._database.run(self._collect, now)
        return written

    async def due(self, now: datetime, busy: Collection[str], most: int) -> Sequence[Letter]:
        """Return the letters to be sent now: of each learner the oldest alone, of the busy none."""
        return await self._database.look(_due, now, busy, most)

    async def taken(self, letter: int) -> None:
        """Forget a letter that was taken (idempotent)."""
        await self._database.run(_taken, letter)

    async def put_off(self, letter: int, until: datetime) -> None:
        """Count a try that failed, and keep the letter until then."""
        await self._database.run(_put_off, letter, until)

    async def give_up(self, before: datetime) -> int:
        """Forget letters that were written before; return how many."""
        return await self._database.run(_give_up, before) if await self._database.look(_any_older, before) else 0

    def _collect(self, db: sa.Connection, now: datetime) -> int:
        known = {key: value for key, value in _marks(db).items() if value is not None}
        newest = _newest(db)
        lines = _lines(db, known[SEEN]) if SEEN in known else []
        upto = {SEEN: lines[-1].id if lines else newest[SEEN], ASKED: newest[ASKED]}
        who = _learners(db, {line.learner for line in lines})
        found = [each for line in lines if line.learner in who for each in _told_by(db, line, who[line.learner])]
        if ASKED in known:
            found += _asked(db, known[ASKED])
        hidden = set(nameless(db))
        fresh = [each for each in found if each.at > now - DAY]
        for each in fresh:
            event = str(uuid.uuid4())
            body = told(each, event, self._outside(each.learner, hidden))
            row = {"event": event, "learner": each.learner, "body": body, "made_at": now, "tries": 0, "next_at": now}
            db.execute(letters.insert().values(row))
        for key, mark in upto.items():
            db.execute(upsert(db, notes, key=key, value=str(mark)))
        return len(fresh)

    def _outside(self, learner: str, hidden: Collection[str]) -> str:
        if not (self._pseudonyms or learner in hidden):
            return learner
        return pseudonym(self._secret, learner)


def pseudonym(secret: str, learner: str) -> str:
    """Return how a learner is called where nobody is to know who they are: always the same, for one secret."""
    return "p-" + hmac.new(secret.encode(), b"learner\0" + learner.encode(), hashlib.sha256).hexdigest()[:20]


def _marks(db: sa.Connection) -> dict[str, int | None]:
    rows = db.execute(sa.select(notes.c.key, notes.c.value).where(notes.c.key.in_((SEEN, ASKED))))
    kept = {row.key: int(row.value) for row in rows}
    return {key: kept.get(key) for key in (SEEN, ASKED)}


def _newest(db: sa.Connection) -> dict[str, int]:
    tables = {SEEN: journal, ASKED: help_threads}
    return {key: db.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0 for key, table in tables.items()}


def _any_news(db: sa.Connection) -> bool:
    return _marks(db) != _newest(db)


def _lines(db: sa.Connection, after: int) -> Sequence[sa.Row[Any]]:
    columns = (journal.c.id, journal.c.learner, journal.c.at, journal.c.what, journal.c.detail)
    return list(db.execute(sa.select(*columns).where(journal.c.id > after).order_by(journal.c.id).limit(PAGE)))


def _learners(db: sa.Connection, ids: Collection[str]) -> dict[str, Learner]:
    return {row.id: read_learner(row) for row in db.execute(with_open.where(learners.c.id.in_(ids)))}


def _told_by(db: sa.Connection, line: sa.Row[Any], learner: Learner) -> Iterator[News]:
    earlier = sa.and_(journal.c.learner == line.learner, journal.c.id < line.id)
    before = db.execute(sa.select(journal.c.at).where(earlier).order_by(journal.c.id.desc()).limit(1)).scalar()
    closed = _closed(db, int(line.detail.split()[0])) if line.what == "AttemptClosed" else None
    yield from news(learner, before, line.at, closed)


def _closed(db: sa.Connection, attempt: int) -> Closed | None:
    row = db.execute(sa.select(attempts).where(attempts.c.id == attempt)).one_or_none()
    if row is None or row.closed_at is None:
        return None
    came, failed = came_of(row.verdict)
    code = failed[0][1] if failed else None
    return Closed(StepRef(row.section, row.step), row.opened_at, row.closed_at, came, code)


def _asked(db: sa.Connection, after: int) -> Iterator[News]:
    chosen = sa.select(help_threads.c.learner, help_threads.c.asked_at, learners.c.section, learners.c.step)
    joined = chosen.outerjoin_from(help_threads, learners, learners.c.id == help_threads.c.learner)
    for row in db.execute(joined.where(help_threads.c.id > after).order_by(help_threads.c.id)):
        ref = StepRef(row.section, row.step) if row.section else None
        yield News(Type.HELP, row.asked_at, row.learner, ref)


def _due(db: sa.Connection, now: datetime, busy: Collection[str], most: int) -> Sequence[Letter]:
    first = sa.select(sa.func.min(letters.c.id)).group_by(letters.c.learner)
    ready = sa.and_(letters.c.id.in_(first), letters.c.next_at <= now, letters.c.learner.not_in(busy))
    rows = db.execute(sa.select(letters).where(ready).order_by(letters.c.id).limit(most))
    return [Letter(row.id, row.event, row.learner, row.body, row.tries) for row in rows]


def _taken(db: sa.Connection, letter: int) -> None:
    db.execute(letters.delete().where(letters.c.id == letter))


def _put_off(db: sa.Connection, letter: int, until: datetime) -> None:
    db.execute(letters.update().where(letters.c.id == letter).values(tries=letters.c.tries + 1, next_at=until))


def _any_older(db: sa.Connection, before: datetime) -> bool:
    return db.execute(sa.select(letters.c.id).where(letters.c.made_at < before).limit(1)).first() is not None


def _give_up(db: sa.Connection, before: datetime) -> int:
    return db.execute(letters.delete().where(letters.c.made_at < before)).rowcount
