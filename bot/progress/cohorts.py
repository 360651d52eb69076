"""Cohorts on the database (`bot.ports.Cohorts`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from typing import Any

import sqlalchemy as sa

from bot.core.cohorts.cohort import NEW, ClassHint, Cohort, Course, Gate, Opening, Seat, SeatState
from bot.progress.database import Database, upsert, upsert_each
from bot.progress.tables import class_hints, cohorts, gates, seats


class SqlCohorts:
    """The cohorts kept in a database; `changed` is told which one, or who sits in it, did."""

    def __init__(self, database: Database, changed: Callable[[int], None] = lambda _: None) -> None:
        self._database = database
        self._changed = changed

    async def keep(self, cohort: Cohort) -> Cohort:
        """Keep it in place of the one with its id, but for its board; `NEW` gets an id."""
        kept = await self._database.run(_keep, cohort)
        self._changed(kept.id)
        return kept

    async def amend(self, cohort: int, change: Callable[[Cohort], Cohort]) -> Cohort | None:
        """Keep what `change` makes of the cohort as it is now; returns it."""
        kept = await self._database.run(_amend, cohort, change)
        self._changed(cohort)
        return kept

    async def cohort(self, cohort: int) -> Cohort | None:
        """Return the cohort."""
        return next(iter(await self._database.look(_cohorts, cohorts.c.id == cohort)), None)

    async def open(self) -> Sequence[Cohort]:
        """Return the cohorts that have not ended, oldest first."""
        return await self._database.look(_cohorts, cohorts.c.ended_at.is_(None))

    async def every(self) -> Sequence[Cohort]:
        """Return every cohort, ended ones too, oldest first."""
        return await self._database.look(_cohorts, sa.true())

    async def of_channel(self, channel: str) -> Sequence[Cohort]:
        """Return the open cohorts of this channel, or whose instructors read there, oldest first."""
        theirs = sa.or_(cohorts.c.channel == channel, cohorts.c.staff_channel == channel)
        return await self._database.look(_cohorts, sa.and_(cohorts.c.ended_at.is_(None), theirs))

    async def of(self, user: str) -> Cohort | None:
        """Return the course that this person takes."""
        return await self._database.look(_taken, user)

    async def seats(self, cohort: int) -> Sequence[Seat]:
        """Return everybody who is or was in it, in order of user ids."""
        return await self._database.look(_seats, seats.c.cohort == cohort)

    async def seats_of(self, user: str) -> Sequence[Seat]:
        """Return where this person sits or sat, oldest cohort first."""
        return await self._database.look(_seats, seats.c.user == user)

    async def seat(self, seat: Seat) -> bool:
        """Keep a seat in place of what it was; False when it would be their second `TAKEN`."""
        kept = await self._database.run(_seat, seat)
        self._changed(seat.cohort)
        return kept

    async def seat_each(self, seats: Sequence[Seat]) -> Sequence[Seat]:
        """Keep many seats in one transaction; returns those that were kept."""
        kept = await self._database.run(_seat_each, seats)
        for cohort in {seat.cohort for seat in kept}:
            self._changed(cohort)
        return kept

    async def gates(self, cohort: int) -> Sequence[Gate]:
        """Return its gates, open ones too, in order of sections."""
        return await self._database.look(_gates, cohort)

    async def gate(self, cohort: int, gate: Gate) -> None:
        """Keep a gate in place of the one of its section."""
        await self._database.run(_gate, cohort, gate)

    async def remove_gate(self, cohort: int, section: str) -> None:
        """Take a gate away (idempotent)."""
        await self._database.run(_remove_gate, cohort, section)

    async def hint(self, cohort: int, hint: ClassHint) -> None:
        """Keep a class hint in place of one for the same condition and code; an empty text takes it away."""
        await self._database.run(_hint, cohort, hint)

    async def hints(self, cohort: int) -> Sequence[ClassHint]:
        """Return its class hints, oldest first."""
        return await self._database.look(_hints, cohort)

    async def course(self, user: str) -> Course | None:
        """Return what this person's record takes from the course they take."""
        return await self._database.look(course_of, user)


def is_nameless(db: sa.Connection, user: str) -> bool:
    """Tell whether this person sits or sat in a cohort without names."""
    joined = sa.select(seats.c.user).join_from(seats, cohorts, seats.c.cohort == cohorts.c.id)
    return db.execute(joined.where(seats.c.user == user, cohorts.c.nameless).limit(1)).first() is not None


def course_of(db: sa.Connection, user: str) -> Course | None:
    """Return what this person's record takes from the course they take."""
    cohort = _taken(db, user)
    if cohort is None:
        return None
    closed = {gate.section: gate for gate in _gates(db, cohort.id) if gate.opened_at is None}
    return Course(cohort.id, cohort.name, closed, tuple(_hints(db, cohort.id)))


def _keep(db: sa.Connection, cohort: Cohort, *, amended: bool = False) -> Cohort:
    values = asdict(cohort) | {"instructors": sorted(cohort.instructors)}
    if cohort.id != NEW:
        # a cohort that was read a while ago must not bring back an older place of its board
        left = {"id"} if amended else {"id", "board"}
        changed = {name: value for name, value in values.items() if name not in left}
        row = db.execute(cohorts.update().where(cohorts.c.id == cohort.id).values(**changed).returning(cohorts)).one()
        if cohort.ended_at:  # whoever took it may take another
            taken = sa.and_(seats.c.cohort == cohort.id, seats.c.state == SeatState.TAKEN.value)
            db.execute(seats.update().where(taken).values(state=SeatState.OVER.value))
        return _read(row)
    del values["id"]
    made = db.execute(cohorts.insert().values(**values).returning(cohorts.c.id)).scalar_one()
    return replace(cohort, id=made)


def _amend(db: sa.Connection, cohort: int, change: Callable[[Cohort], Cohort]) -> Cohort | None:
    found = _cohorts(db, cohorts.c.id == cohort)
    return _keep(db, change(found[0]), amended=True) if found else None


def _cohorts(db: sa.Connection, which: sa.ColumnElement[bool]) -> list[Cohort]:
    return [_read(row) for row in db.execute(sa.select(cohorts).where(which).order_by(cohorts.c.id))]


def _read(row: sa.Row[Any]) -> Cohort:
    return Cohort(**{**row._asdict(), "instructors": frozenset(row.instructors)})


def _takes(user: str) -> sa.ColumnElement[bool]:
    return sa.and_(seats.c.user == user, seats.c.state == SeatState.TAKEN.value)


def _taken(db: sa.Connection, user: str) -> Cohort | None:
    joined = sa.select(cohorts).join_from(cohorts, seats, seats.c.cohort == cohorts.c.id)
    row = db.execute(joined.where(_takes(user))).one_or_none()
    return None if row is None else _read(row)


def _seats(db: sa.Connection, which: sa.ColumnElement[bool]) -> list[Seat]:
    rows = db.execute(sa.select(seats).where(which).order_by(seats.c.cohort, seats.c.user))
    return [Seat(row.cohort, row.user, SeatState(row.state), row.since) for row in rows]


def _seat(db: sa.Connection, seat: Seat) -> bool:
    if seat.state is SeatState.TAKEN:
        others = sa.and_(
            seats.c.user == seat.user, seats.c.state == SeatState.TAKEN.value, seats.c.cohort != seat.cohort
        )
        if db.execute(sa.select(seats.c.cohort).where(others)).first() is not None:
            return False
    db.execute(upsert(db, seats, **asdict(seat) | {"state": seat.state.value}))
    return True


def _seat_each(db: sa.Connection, given: Sequence[Seat]) -> list[Seat]:
    taking = [seat for seat in given if seat.state is SeatState.TAKEN]
    rows = [asdict(seat) | {"state": seat.state.value} for seat in given if seat.state is not SeatState.TAKEN]
    if rows:  # first, so that a seat which is given up is free for the next
        db.execute(upsert_each(db, seats), rows)
    kept = [seat for seat in taking if _seat(db, seat)]
    return [seat for seat in given if seat.state is not SeatState.TAKEN] + kept


def _gates(db: sa.Connection, cohort: int) -> list[Gate]:
    rows = db.execute(sa.select(gates).where(gates.c.cohort == cohort).order_by(gates.c.section))
    return [Gate(row.section, Opening(row.opening), row.at, row.share_pct, row.opened_at) for row in rows]


def _gate(db: sa.Connection, cohort: int, gate: Gate) -> None:
    db.execute(upsert(db, gates, cohort=cohort, **asdict(gate) | {"opening": gate.opening.value}))


def _remove_gate(db: sa.Connection, cohort: int, section: str) -> None:
    db.execute(gates.delete().where(gates.c.cohort == cohort, gates.c.section == section))


def _hint(db: sa.Connection, cohort: int, hint: ClassHint) -> None:
    if hint.text:
        db.execute(upsert(db, class_hints, cohort=cohort, **asdict(hint)))
        return
    key = {name: getattr(hint, name) for name in ("section", "step", "condition", "code")}
    same = (class_hints.c[name] == value for name, value in key.items())
    db.execute(class_hints.delete().where(class_hints.c.cohort == cohort, *same))


def _hints(db: sa.Connection, cohort: int) -> list[ClassHint]:
    rows = db.execute(sa.select(class_hints).where(class_hints.c.cohort == cohort).order_by(class_hints.c.at))
    return [ClassHint(row.section, row.step, row.condition, row.code, row.text, row.by, row.at) for row in rows]
