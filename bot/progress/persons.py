"""The one place that knows every table that holds something of a person (`bot.ports.Persons`).

It reads that from the tables themselves, so a new one is taken along when its columns are named as here:

- `OWN` says whose row it is: it is sent to them, and deleted with them, and so is what hangs on it by a foreign key.
- `HAND` says who had a hand in somebody else's row: that row stays, and names them no more.
- Lists of people (JSON) in rows that are nobody's lose their entry, and notes are known by their keys.

What is left are tables about nobody. `tests/progress/test_persons.py` fails for a column that fits nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from bot.ports import Forgotten, Kept
from bot.progress.database import Database, upsert
from bot.progress.store import Clock, utc_now
from bot.progress.tables import METADATA, attempts, cohorts, learners, notes, objects, seats

OWN = ("learner", "user")
#: column → the column beside it that holds the name, '' where there is none
HAND = {"by": "name", "helper": "", "holder": "holder_name", "claimed_by": "claimed_name", "closed_by": ""}
INTENT = "forgetting"  #: note `forgetting.USER`
_PLACE = re.compile(r"[A-Z][A-Z0-9]+/\d+\.\d+")
_WORD = re.compile(r"[A-Za-z0-9]+")


class SqlPersons:
    """What an open database keeps of people."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def kept(self, user: str) -> Kept:
        """Return everything that is kept of this person."""
        return await self._database.look(_kept, user)

    async def attempts(self, user: str) -> Sequence[int]:
        """Return the numbers of all checks of theirs."""
        return await self._database.look(_attempts, user)

    async def forget(self, user: str) -> Forgotten:
        """Delete everything of this person (idempotent)."""
        return await self._database.run(_forget, user)

    async def forget_everybody(self) -> int:
        """Delete every row of every table and return how many there were."""
        return await self._database.run(_forget_everybody)

    async def intend(self, user: str) -> None:
        """Remember that this person is to be forgotten."""
        await self._database.run(_intend, user, self._clock())

    async def intended(self) -> Sequence[str]:
        """Return who is to be forgotten and is not yet."""
        return await self._database.look(_intended)

    async def everybody(self) -> Sequence[str]:
        """Return the ids of all people of whom something is kept as learners or seats, in order."""
        return await self._database.look(_everybody)

    async def unseen_since(self, before: datetime) -> Mapping[str, datetime]:
        """Return who was last seen before then, and when."""
        return await self._database.look(_unseen_since, before)

    async def forget_ended(self, before: datetime) -> int:
        """Delete all that is kept of cohorts that ended before then; return how many."""
        return await self._database.run(_forget_ended, before)


def belongs(table: sa.Table, user: str) -> sa.ColumnElement[bool] | None:
    """Return which rows of the table are this person's; None for a table whose rows are nobody's."""
    if table is learners:
        return learners.c.id == user
    if table is objects:  # it has their key as labels have it; what is still on the host stays in the books
        return sa.and_(objects.c.learner == user.lower(), objects.c.stage == "gone")
    for name in OWN:
        if name in table.c:
            return table.c[name] == user
    return _hangs_on(table, lambda parent: belongs(parent, user))


def hands(table: sa.Table) -> Mapping[str, str]:
    """Return the columns of this table that name who had a hand in it, and the columns of their names."""
    return {name: other if other in table.c else "" for name, other in HAND.items() if name in table.c}


def _hangs_on(
    table: sa.Table, which: Callable[[sa.Table], sa.ColumnElement[bool] | None]
) -> sa.ColumnElement[bool] | None:
    """Return which rows hang by a foreign key on those rows of other tables."""
    for key in table.foreign_keys:
        parent = key.column.table
        if parent is table or (theirs := which(parent)) is None:
            continue
        return key.parent.in_(sa.select(key.column).where(theirs))
    return None


def _children_first() -> Iterator[sa.Table]:
    yield from reversed(METADATA.sorted_tables)


def _kept(db: sa.Connection, user: str) -> Kept:
    rows: dict[str, list[Mapping[str, Any]]] = {}
    files: dict[str, bytes] = {}
    for table in METADATA.sorted_tables:
        found = [_shown(table, row, files) for row in _rows_of(db, table, user)]
        found += _hand_rows(db, table, user)
        if found:
            rows[table.name] = found
    if theirs := _notes_of(db, user):
        rows[notes.name] = [{"key": key, "value": value} for key, value in theirs.items()]
    return Kept(rows, files)


def _rows_of(db: sa.Connection, table: sa.Table, user: str) -> Sequence[sa.RowMapping]:
    theirs = belongs(table, user)
    if theirs is None:
        return ()
    if "private" in table.c and "by" in table.c:  # what instructors said among themselves is theirs
        theirs = sa.and_(theirs, sa.or_(table.c.private.is_(False), table.c.by == user))
    return db.execute(sa.select(table).where(theirs).order_by(*table.primary_key.columns)).mappings().all()


def _hand_rows(db: sa.Connection, table: sa.Table, user: str) -> list[Mapping[str, Any]]:
    """Return when they had a hand in rows of others, and as what; nothing of those others."""
    found: list[Mapping[str, Any]] = []
    theirs = belongs(table, user)
    times = [column for column in table.c if isinstance(column.type, sa.types.TypeDecorator)]
    for name in hands(table):
        which = table.c[name] == user if theirs is None else sa.and_(table.c[name] == user, sa.not_(theirs))
        rows = db.execute(sa.select(table.c[name], *times).where(which)).mappings()
        found += [{str(key): _plain(value) for key, value in row.items()} for row in rows]
    if theirs is None:
        for column in _json_columns(table):
            told = db.execute(sa.select(*table.primary_key.columns, column)).all()
            found += [{"in": column.name, "of": list(key)} for *key, value in told if _names(value, user)]
    return found


def _shown(table: sa.Table, row: sa.RowMapping, files: dict[str, bytes]) -> Mapping[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, bytes | memoryview):
            path = f"project/{row['path']}" if table.name == "files" else f"{table.name}/{len(files):04}"
            files[path] = bytes(value)
            value = path
        shown[str(name)] = _plain(value)
    return shown


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _attempts(db: sa.Connection, user: str) -> list[int]:
    return list(db.execute(sa.select(attempts.c.id).where(attempts.c.learner == user)).scalars())


def _forget(db: sa.Connection, user: str) -> Forgotten:
    _overwrite(db)
    gone, places = 0, set[str]()
    for table in METADATA.sorted_tables:
        for row in _rows_of(db, table, user):
            places.update(place for value in row.values() for place in _places(value))
    for table in _children_first():
        theirs = belongs(table, user)
        if theirs is not None:
            gone += db.execute(table.delete().where(theirs)).rowcount
    for table in METADATA.sorted_tables:
        _let_go(db, table, user)
    for key in _notes_of(db, user):
        gone += db.execute(notes.delete().where(notes.c.key == key)).rowcount
    return Forgotten(gone, tuple(sorted(places)))


def _let_go(db: sa.Connection, table: sa.Table, user: str) -> None:
    """Name this person no more in rows that are not theirs."""
    for name, other in hands(table).items():
        nobody = {name: None if table.c[name].nullable else ""}
        if other:
            nobody[other] = None if table.c[other].nullable else ""
        db.execute(table.update().where(table.c[name] == user).values(nobody))
    if belongs(table, user) is not None:
        return
    for column in _json_columns(table):
        for *key, value in db.execute(sa.select(*table.primary_key.columns, column)).all():
            if _names(value, user):
                same = (own == part for own, part in zip(table.primary_key.columns, key, strict=True))
                db.execute(table.update().where(*same).values({column.name: _without(value, user)}))


def _overwrite(db: sa.Connection) -> None:
    """Have deleted rows overwritten in the file, not only marked as free."""
    if db.dialect.name == "sqlite":
        db.exec_driver_sql("PRAGMA secure_delete = ON")


def _forget_everybody(db: sa.Connection) -> int:
    _overwrite(db)
    return sum(db.execute(table.delete()).rowcount for table in _children_first())


def _intend(db: sa.Connection, user: str, now: datetime) -> None:
    db.execute(upsert(db, notes, key=f"{INTENT}.{user}", value=now.isoformat()))


def _intended(db: sa.Connection) -> list[str]:
    keys = db.execute(sa.select(notes.c.key).where(notes.c.key.startswith(f"{INTENT}."), notes.c.value != ""))
    return sorted(key.partition(".")[2] for key in keys.scalars())


def _everybody(db: sa.Connection) -> list[str]:
    both = sa.union(sa.select(learners.c.id), sa.select(seats.c.user))
    return sorted(db.execute(both).scalars())


def _unseen_since(db: sa.Connection, before: datetime) -> dict[str, datetime]:
    came = sa.select(learners.c.id, sa.func.coalesce(learners.c.seen_at, learners.c.met_at).label("at"))
    last = {user: at for user, at in db.execute(came) if at is not None}
    known = set(db.execute(sa.select(learners.c.id)).scalars()) - last.keys()
    for user, at in db.execute(sa.select(seats.c.user, seats.c.since)):
        if user not in last or user in known:
            known.add(user)
            last[user] = max(at, last.get(user, at))
    return {user: at for user, at in last.items() if at < before}


def _forget_ended(db: sa.Connection, before: datetime) -> int:
    _overwrite(db)
    ended = sa.or_(cohorts.c.ended_at < before, sa.and_(cohorts.c.ended_at.is_(None), cohorts.c.ends < before.date()))
    numbers = list(db.execute(sa.select(cohorts.c.id).where(ended)).scalars())

    def of_these(table: sa.Table) -> sa.ColumnElement[bool] | None:
        if table is cohorts:
            return cohorts.c.id.in_(numbers)
        if "cohort" in table.c:
            return table.c.cohort.in_(numbers)
        return _hangs_on(table, of_these)

    for table in _children_first() if numbers else ():
        which = of_these(table)
        if which is not None:
            db.execute(table.delete().where(which))
    return len(numbers)


def _notes_of(db: sa.Connection, user: str) -> dict[str, str]:
    rows = db.execute(sa.select(notes.c.key, notes.c.value).where(notes.c.key.contains(user, autoescape=True)))
    return {key: value for key, value in rows if user in _WORD.findall(key)}


def _json_columns(table: sa.Table) -> list[sa.Column[Any]]:
    return [column for column in table.c if isinstance(column.type, sa.JSON)]


def _names(value: Any, user: str) -> bool:
    return bool(_without(value, user) != value)


def _without(value: Any, user: str) -> Any:
    """Return a JSON value without this person in its lists and keys."""
    match value:
        case list():
            return [_without(each, user) for each in value if each != user]
        case dict():
            return {key: "" if part == user else _without(part, user) for key, part in value.items() if key != user}
        case _:
            return value


def _places(value: Any) -> Iterator[str]:
    """Return the messages that a value names: `channel/ts`, lists of these, and place → ts of what was said there."""
    match value:
        case str() if _PLACE.fullmatch(value):
            yield value
        case list():
            for each in value:
                yield from _places(each)
        case dict():
            for key, part in value.items():
                yield from _places(key)
                yield from _places(f"{str(key).partition('/')[0]}/{part}")
