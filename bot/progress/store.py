"""Keep what learners did: the classroom's `Store` on one SQL database.

Each method is one transaction on the database's own thread. Two turns of the same learner must not overlap
between `learner()` and `record()`: the later one would put back what the earlier one read; the classroom
takes one turn of a learner at a time. What must hold even so (one open attempt, one close, ids that never
come back) is held by the tables.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bot.core.cohorts.cohort import SeatState
from bot.core.learner import HELD, Learner
from bot.core.verdict import Verdict
from bot.core.workshop import StepRef
from bot.ports import Attempt, Undone, Where
from bot.progress.cohorts import course_of, is_nameless
from bot.progress.database import Database, insert_once, open_database, upsert
from bot.progress.deliveries import first_time
from bot.progress.namespaces import named
from bot.progress.records import RECORD_FORMAT, learner_record, read_record, read_verdict, verdict_json
from bot.progress.tables import attempts, files, journal, learners, notes, seats
from bot.progress.versions import start_over, undo, write

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal."""

    learner: str
    at: datetime
    what: str
    detail: str


async def open_store(place: str | Path, clock: Clock = utc_now) -> SqlStore:
    """Return the store at a path or an SQLAlchemy URL, created or brought up to date.

    Raises: `OperatorError` when it cannot be opened or belongs to a newer version.
    """
    return SqlStore(await asyncio.to_thread(open_database, place), clock)


@contextmanager
def open_sync(place: str | Path) -> Iterator[Database]:
    """Open the database for a command that has no event loop; close it at the end."""
    database = open_database(place)
    try:
        yield database
    finally:
        database.close()


class SqlStore:
    """The store on an open database (`bot.ports.Store`)."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self.database = database
        self._clock = clock

    async def close(self) -> None:
        """Finish what was begun and close."""
        await asyncio.to_thread(self.database.close)

    async def learner(self, user: str, name: str = "") -> Learner:
        """Return the learner, a new one when never seen; a given name is kept."""
        found = await self.database.look(_learner, user)
        if found is not None and name in ("", found.name) and (found.namespace or not found.name):
            return found
        return await self.database.run(_meet, user, name)

    async def everybody(self) -> Sequence[Learner]:
        """Return all learners who have started, in no order."""
        return await self.database.look(_everybody)

    async def classmates(self, cohort: int) -> Sequence[Learner]:
        """Return the learners who take this course, or took it until it ended, in no order."""
        return await self.database.look(classmates_of, cohort)

    async def holders(self) -> Sequence[Learner]:
        """Return all learners who have something on a host, started or not."""
        return [each for each in await self.database.look(_all) if each.sandbox in HELD]

    async def record(self, learner: Learner, what: str, detail: str = "", *, once: str = "") -> bool:
        """Keep the learner as they are now, and one line saying why; False when `once` was recorded before."""
        return await self.database.run(_record, learner, Entry(learner.id, self._clock(), what, detail), once)

    async def open_attempt(self, learner: Learner, ref: StepRef, where: Where) -> Attempt | None:
        """Open an attempt; None when the learner has one open already."""
        return await self.database.run(_open_attempt, learner, ref, where, self._clock())

    async def place_card(self, attempt: int, channel: str, ts: str) -> None:
        """Remember where the attempt's card is."""
        await self.database.run(_place_card, attempt, channel, ts)

    async def attempt(self, attempt: int) -> Attempt | None:
        """Return the attempt."""
        return next(iter(await self.database.look(_attempts, attempts.c.id == attempt)), None)

    async def open_attempts(self) -> Sequence[Attempt]:
        """Return the attempts that are not closed, oldest first."""
        return await self.database.look(_attempts, attempts.c.closed_at.is_(None))

    async def close_attempt(self, attempt: int, verdict: Verdict | None, learner: Learner | None) -> bool:
        """Close the attempt and keep the learner; False, and nothing written, when it was closed before."""
        return await self.database.run(_close_attempt, attempt, verdict, learner, self._clock())

    async def files(self, learner: str) -> Mapping[str, bytes]:
        """Return the learner's project: path → content."""
        return await self.database.look(_files, learner)

    async def write_files(self, learner: str, files: Mapping[str, bytes | None]) -> None:
        """Write project files, all or none; None deletes one. The versions before are kept for `undo_write`."""
        await self.database.run(_write_files, learner, files)

    async def start_over(self, learner: str, files: Mapping[str, bytes]) -> None:
        """Make these the whole project; versions of before are forgotten."""
        await self.database.run(_start_over, learner, files)

    async def undo_write(self, learner: str, path: str = "") -> Sequence[Undone]:
        """Take the last write of a file back ('': all that was written last); () when nothing is kept."""
        return await self.database.run(undo, learner, path)

    async def note(self, key: str) -> str:
        """Return a remembered value, '' when there is none."""
        return await self.database.look(_note, key)

    async def remember(self, key: str, value: str) -> None:
        """Remember a value."""
        await self.database.run(_remember, key, value)

    async def journal(self, learner: str) -> Sequence[Entry]:
        """Return the learner's journal, oldest first."""
        return await self.database.look(_journal, learner)


# One function a transaction; the connection commits when it returns.

#: learners, with the attempt that is open
with_open = sa.select(learners, attempts.c.id.label("open_attempt")).outerjoin_from(
    learners, attempts, sa.and_(attempts.c.learner == learners.c.id, attempts.c.closed_at.is_(None))
)


def _learner(db: sa.Connection, user: str) -> Learner | None:
    row = db.execute(with_open.where(learners.c.id == user)).one_or_none()
    return (
        None if row is None else replace(read_learner(row), course=course_of(db, user), nameless=is_nameless(db, user))
    )


def read_learner(row: sa.Row[Any]) -> Learner:
    """Return the learner of a row of `with_open`."""
    at = None if row.section is None else StepRef(row.section, row.step)
    blank = Learner(
        row.id,
        row.name,
        at,
        namespace=row.namespace or "",
        open_attempt=row.open_attempt,
        met_at=row.met_at,
        seen_at=row.seen_at,
    )
    return read_record(blank, row.record_format, row.record)


def _columns(learner: Learner) -> dict[str, Any]:
    return {
        "id": learner.id,
        "name": learner.name,
        "section": learner.at.section if learner.at else None,
        "step": learner.at.step if learner.at else None,
        "met_at": learner.met_at,
        "seen_at": learner.seen_at,
        "record_format": RECORD_FORMAT,
        "record": learner_record(learner),
    }


def ensure_learner(db: sa.Connection, user: str) -> None:
    """Make the learner's row where there is none, for what belongs to them."""
    db.execute(insert_once(db, learners, **_columns(Learner(user, ""))))


def _meet(db: sa.Connection, user: str, name: str) -> Learner:
    known = _learner(db, user)
    if known is None:
        known = Learner(user, name)
        db.execute(insert_once(db, learners, **_columns(known)))
    elif name:
        db.execute(learners.update().where(learners.c.id == user).values(name=name))
    known = replace(known, name=name or known.name)
    # a namespace is made from the name that we are told first, and stays
    return replace(known, namespace=named(db, user)) if known.name else known


def _everybody(db: sa.Connection) -> list[Learner]:
    return [read_learner(row) for row in db.execute(with_open.where(learners.c.section.is_not(None)))]


def classmates_of(db: sa.Connection, cohort: int) -> list[Learner]:
    """Return who takes the course, and who took it until it was over."""
    theirs = sa.and_(seats.c.cohort == cohort, seats.c.state.in_((SeatState.TAKEN.value, SeatState.OVER.value)))
    rows = db.execute(with_open.join(seats, sa.and_(seats.c.user == learners.c.id, theirs)))
    return [read_learner(row) for row in rows]


def _all(db: sa.Connection) -> list[Learner]:
    return [read_learner(row) for row in db.execute(with_open)]


def _record(db: sa.Connection, learner: Learner, entry: Entry, once: str) -> bool:
    if once and not first_time(db, once, entry.at):
        return False
    db.execute(upsert(db, learners, **_columns(learner)))
    _write_down(db, entry)
    return True


def _write_down(db: sa.Connection, entry: Entry) -> None:
    db.execute(journal.insert().values(learner=entry.learner, at=entry.at, what=entry.what, detail=entry.detail))


def _journal(db: sa.Connection, learner: str) -> list[Entry]:
    rows = db.execute(sa.select(journal).where(journal.c.learner == learner).order_by(journal.c.id))
    return [Entry(row.learner, row.at, row.what, row.detail) for row in rows]


def _open_attempt(db: sa.Connection, learner: Learner, ref: StepRef, where: Where, now: datetime) -> Attempt | None:
    db.execute(insert_once(db, learners, **_columns(learner)))
    statement = insert_once(
        db,
        attempts,
        learner=learner.id,
        section=ref.section,
        step=ref.step,
        channel=where.channel,
        card=where.card,
        response_url=where.response_url,
        opened_at=now,
    )
    attempt = db.execute(statement.returning(attempts.c.id)).scalar_one_or_none()
    if attempt is None:
        return None
    return Attempt(attempt, learner.id, ref, where.channel, where.card, where.response_url, now)


def _place_card(db: sa.Connection, attempt: int, channel: str, ts: str) -> None:
    db.execute(attempts.update().where(attempts.c.id == attempt).values(channel=channel, card=ts))


def _attempts(db: sa.Connection, which: sa.ColumnElement[bool]) -> list[Attempt]:
    return [_read_attempt(row) for row in db.execute(sa.select(attempts).where(which).order_by(attempts.c.id))]


def _read_attempt(row: sa.Row[Any]) -> Attempt:
    return Attempt(
        row.id,
        row.learner,
        StepRef(row.section, row.step),
        row.channel,
        row.card,
        row.response_url,
        row.opened_at,
        row.closed_at,
        None if row.verdict is None else read_verdict(row.verdict),
    )


def _close_attempt(
    db: sa.Connection, attempt: int, verdict: Verdict | None, learner: Learner | None, now: datetime
) -> bool:
    closed = {"closed_at": now, "verdict": None if verdict is None else verdict_json(verdict)}
    # the condition makes it once: whoever comes second updates no row
    statement = attempts.update().where(attempts.c.id == attempt, attempts.c.closed_at.is_(None)).values(closed)
    owner = db.execute(statement.returning(attempts.c.learner)).scalar_one_or_none()
    if owner is None:
        return False
    if learner is not None:
        if learner.id != owner:
            raise ValueError(f"attempt {attempt} is {owner}'s, not {learner.id}'s")
        db.execute(upsert(db, learners, **_columns(learner)))
    _write_down(db, Entry(owner, now, "AttemptClosed", f"{attempt} {_outcome(verdict)}"))
    return True


def _outcome(verdict: Verdict | None) -> str:
    if verdict is None:
        return "withdrawn"
    return "passed" if verdict.passed else "not told" if verdict.ours else "not passed"


def _files(db: sa.Connection, learner: str) -> dict[str, bytes]:
    rows = db.execute(sa.select(files.c.path, files.c.content).where(files.c.learner == learner).order_by(files.c.path))
    return {path: bytes(content) for path, content in rows}


def _write_files(db: sa.Connection, learner: str, project: Mapping[str, bytes | None]) -> None:
    ensure_learner(db, learner)
    write(db, learner, project)


def _start_over(db: sa.Connection, learner: str, project: Mapping[str, bytes]) -> None:
    ensure_learner(db, learner)
    start_over(db, learner, project)


def _note(db: sa.Connection, key: str) -> str:
    return db.execute(sa.select(notes.c.value).where(notes.c.key == key)).scalar_one_or_none() or ""


def _remember(db: sa.Connection, key: str, value: str) -> None:
    db.execute(upsert(db, notes, key=key, value=value))
