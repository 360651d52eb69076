"""Every table that holds something of a person is known: it is sent, and deleted with them."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.progress.cohorts import SqlCohorts
from bot.progress.persons import HAND, OWN, SqlPersons, belongs, hands
from bot.progress.store import SqlStore, open_store
from bot.progress.tables import METADATA, cohorts, learners, notes, objects

ADA, GRACE = "U0ADA", "U0GRACE"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: what a column is called that holds a person
PERSONAL = re.compile(
    r"(?:^|_)(?:by|user|users|learner|learners|helper|holder|author|sender|person|people|member|members|who|owner|peer"
    r"|asker|instructor|instructors|reader|giver|taker)$"
)
#: texts in tables whose rows are nobody's, and that name nobody
NOBODY = {
    "broadcasts": {"text", "audience", "stage", "place"},
    "class_hints": {"section", "step", "condition", "code", "text"},
    "cohorts": {"name", "channel", "workshop", "staff_channel", "board"},
    "clusters": {"section", "step", "condition", "code"},
    "deliveries": {"key"},
    "gates": {"section", "opening"},
    "image_pins": {"name", "image_id"},
    "notes": {"key", "value"},  # a person's are known by their keys
}
#: JSON in such tables: lists of people lose their entry
LISTS = {"cohorts": {"instructors"}, "clusters": {"places"}}


@pytest.fixture
async def store(place: str) -> AsyncIterator[SqlStore]:
    store = await open_store(place)
    yield store
    await store.close()


@pytest.mark.parametrize("table", METADATA.sorted_tables, ids=lambda table: table.name)
def test_each_column_that_names_a_person_is_known(table: sa.Table) -> None:
    personal = {column.name for column in table.c if PERSONAL.search(column.name)}
    lists = LISTS.get(table.name, set())
    assert personal <= {*OWN, *HAND, *lists}, f"say in bot/progress/persons.py whose {table.name} is"
    if belongs(table, ADA) is not None:
        return
    texts = {column.name for column in table.c if isinstance(column.type, sa.Text | sa.JSON)}
    known = {*hands(table), *hands(table).values(), *lists, *NOBODY.get(table.name, set())} - {""}
    assert texts - known == set(), f"{table.name}: whose is it? OWN and HAND in bot/progress/persons.py, or NOBODY here"


async def test_all_that_is_kept_of_somebody_is_sent_and_deleted(store: SqlStore) -> None:
    persons, serial = SqlPersons(store.database), itertools.count(1)
    for user in (ADA, GRACE):
        await store.database.run(fill, user, serial)
    kept = await persons.kept(ADA)
    hers = {table.name for table in METADATA.sorted_tables if belongs(table, ADA) is not None or hands(table)}
    assert {*hers, "cohorts", "notes"} == set(kept.rows)
    assert f"mark-{GRACE}" not in str(kept)
    of_grace = await persons.kept(GRACE)

    whole = [table.name for table in METADATA.sorted_tables if belongs(table, ADA) is not None]

    forgotten = await persons.forget(ADA)

    left = await store.database.look(everything)
    assert re.findall(rf"{ADA}|mark-{ADA}|{ADA.lower()}", str(left)) == []
    assert (await persons.kept(ADA)).count == 0
    assert await persons.kept(GRACE) == of_grace
    assert forgotten.rows == sum(len(kept.rows[name]) for name in whole) + 1  # and her note
    assert (await persons.forget(ADA)).rows == 0


async def test_what_is_deleted_is_gone_from_the_file_too(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "docent.sqlite")
    await store.learner(ADA, "Ada")
    await store.write_files(ADA, {"Dockerfile": b"FROM very-own-words\n" * 600})
    await SqlPersons(store.database).forget(ADA)
    await store.close()  # what was written ahead is in the file now
    assert b"very-own-words" not in (tmp_path / "docent.sqlite").read_bytes()


async def test_messages_about_somebody_are_named(store: SqlStore) -> None:
    await store.learner(ADA, "Ada")
    values = {"useful": 5, "better": "", "at": NOW, "told_at": "C0STAFF/1700000000.000100", "told": True}
    await store.database.run(lambda db: db.execute(METADATA.tables["feedback"].insert().values(learner=ADA, **values)))
    forgotten = await SqlPersons(store.database).forget(ADA)
    assert forgotten.places == ("C0STAFF/1700000000.000100",)


async def test_whoever_is_forgotten_is_new(store: SqlStore) -> None:
    ada = await store.learner(ADA, "Ada")
    await store.record(replace(ada, met_at=NOW, warned=2), "met")
    await SqlPersons(store.database).forget(ADA)
    again = await store.learner(ADA, "Ada")
    assert (again.met_at, again.warned, await store.journal(ADA)) == (None, 0, [])


async def test_an_intention_lasts_until_it_is_done(store: SqlStore) -> None:
    persons = SqlPersons(store.database)
    await persons.intend(ADA)
    assert await persons.intended() == [ADA]
    await persons.forget(ADA)
    assert await persons.intended() == []


async def test_everybody_leaves_nothing_but_the_tables(store: SqlStore) -> None:
    persons, serial = SqlPersons(store.database), itertools.count(1)
    for user in (ADA, GRACE):
        await store.database.run(fill, user, serial)
    assert await persons.everybody() == [ADA, GRACE]
    assert await persons.forget_everybody() > len(METADATA.sorted_tables)
    assert {name: rows for name, rows in (await store.database.look(everything)).items() if rows} == {}


async def test_who_was_not_seen_is_found_and_who_never_came_by_their_seat(store: SqlStore) -> None:
    kept = await SqlCohorts(store.database).keep(Cohort(NEW, "March", "C1", "w", frozenset()))
    for user, at in ((ADA, NOW - timedelta(days=40)), (GRACE, NOW)):
        learner = await store.learner(user, user)
        await store.record(replace(learner, met_at=at, seen_at=at), "seen")
    await SqlCohorts(store.database).seat(Seat(kept.id, "U0LINUS", SeatState.INVITED, NOW - timedelta(days=50)))
    await SqlCohorts(store.database).seat(Seat(kept.id, GRACE, SeatState.TAKEN, NOW - timedelta(days=50)))
    unseen = await SqlPersons(store.database).unseen_since(NOW - timedelta(days=30))
    assert unseen == {ADA: NOW - timedelta(days=40), "U0LINUS": NOW - timedelta(days=50)}


async def test_cohorts_that_ended_long_ago_go_with_all_that_was_theirs(store: SqlStore) -> None:
    kept = SqlCohorts(store.database)
    old = await kept.keep(Cohort(NEW, "Old", "C1", "w", frozenset(), ended_at=NOW - timedelta(days=90)))
    past = await kept.keep(Cohort(NEW, "Past", "C2", "w", frozenset(), ends=date(2026, 1, 1)))
    new = await kept.keep(Cohort(NEW, "New", "C3", "w", frozenset(), ended_at=NOW))
    for cohort in (old, past, new):
        await kept.seat(Seat(cohort.id, ADA, SeatState.OVER, NOW))
    assert await SqlPersons(store.database).forget_ended(NOW - timedelta(days=30)) == 2
    assert [seat.cohort for seat in await kept.seats_of(ADA)] == [new.id]
    assert await kept.cohort(old.id) is None


def everything(db: sa.Connection) -> dict[str, list[dict[str, Any]]]:
    return {t.name: [dict(row) for row in db.execute(sa.select(t)).mappings()] for t in METADATA.sorted_tables}


def fill(db: sa.Connection, user: str, serial: itertools.count[int]) -> None:
    """Put one row of this person, or with a hand of theirs in it, into every table there is, now and later."""
    for table in METADATA.sorted_tables:
        if table is notes:
            db.execute(notes.insert().values(key=f"sandbox.root.{user}", value=f"mark-{user}"))
        elif table is objects:
            gone = {"stage": "gone", "learner": user.lower()}
            db.execute(objects.insert().values(row_of(table, user, serial, db) | gone))
        elif table is cohorts:
            db.execute(table.insert().values(row_of(table, "", serial, db) | {"instructors": [user, "U0BARBARA"]}))
        else:
            whose = user if belongs(table, user) is not None else ""
            db.execute(table.insert().values(row_of(table, whose, serial, db) | dict.fromkeys(hands(table), user)))


def row_of(table: sa.Table, user: str, serial: itertools.count[int], db: sa.Connection) -> dict[str, Any]:
    """Return a row in which every text says whose it is; `user` is '' for a row that is nobody's."""
    row: dict[str, Any] = {}
    names = set(hands(table).values())
    for column in table.c:
        number = next(serial)
        if column.foreign_keys:
            (key,) = column.foreign_keys
            newest = sa.select(sa.func.max(key.column))
            row[column.name] = user if key.column.table is learners else db.execute(newest).scalar_one()
        elif column.name in OWN or column is learners.c.id:
            row[column.name] = user
        elif isinstance(column.type, sa.Integer):
            row[column.name] = number
        elif isinstance(column.type, sa.Boolean):
            row[column.name] = False
        elif isinstance(column.type, sa.Text):
            row[column.name] = f"mark-{user} {number}" if user or column.name in names else f"text {number}"
        elif isinstance(column.type, sa.LargeBinary):
            row[column.name] = f"mark-{user}".encode()
        elif isinstance(column.type, sa.JSON):
            row[column.name] = [f"mark-{user}"] if user else []
        elif isinstance(column.type, sa.Date):
            row[column.name] = NOW.date()
        else:
            row[column.name] = NOW
    return row
