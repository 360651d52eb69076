"""What waits for the database's thread is committed together, and each hears of their own only."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa

import bot.progress.database as database_module
from bot.errors import RecordsDown
from bot.progress.database import Database, open_database
from bot.progress.store import SqlStore


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "docent.db")
    yield database
    database.close()


async def at_once(database: Database, works: list[Callable[[sa.Connection], object]]) -> list[object]:
    """Let all these wait for the thread, then let it go on; return what came of each."""
    free = Event()
    held = asyncio.create_task(database.look(lambda db: free.wait(30)))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(database.run(work)) for work in works]
    await asyncio.sleep(0)
    free.set()
    came = await asyncio.gather(*waiting, return_exceptions=True)
    await held
    return list(came)


def put(key: str) -> Callable[[sa.Connection], object]:
    def work(db: sa.Connection) -> str:
        db.execute(sa.text("INSERT INTO notes VALUES (:k, 'kept')"), {"k": key})
        return key

    return work


def breaks(db: sa.Connection) -> object:
    db.execute(sa.text("INSERT INTO notes VALUES ('half', 'done')"))
    raise ValueError("this one alone")


def keys(tmp_path: Path) -> list[str]:
    """Return what another process would find."""
    with closing(sqlite3.connect(tmp_path / "docent.db")) as other:
        return [key for (key,) in other.execute("SELECT key FROM notes ORDER BY key")]


async def test_what_waits_is_durable_with_one_commit(database: Database) -> None:
    commits: list[object] = []
    sa.event.listen(database._engine, "commit", commits.append)
    assert await at_once(database, [put(f"{n:02}") for n in range(40)]) == [f"{n:02}" for n in range(40)]
    assert len(commits) == 2  # what held the thread, and all others


async def test_nobody_is_answered_before_it_is_durable(database: Database, tmp_path: Path) -> None:
    found: list[list[str]] = []

    async def answered(key: str) -> None:
        await database.run(put(key))
        found.append(keys(tmp_path))

    free = Event()
    held = asyncio.create_task(database.look(lambda db: free.wait(30)))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(answered(key)) for key in "abc"]
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(held, *waiting)
    assert found == [["a", "b", "c"]] * 3


async def test_who_breaks_hears_of_it_alone(database: Database, tmp_path: Path) -> None:
    a, broke, b = await at_once(database, [put("a"), breaks, put("b")])
    assert (a, b) == ("a", "b")
    assert isinstance(broke, ValueError)
    assert keys(tmp_path) == ["a", "b"]  # once each, and nothing of the broken one


async def test_what_was_cancelled_while_it_waited_is_not_done(database: Database, tmp_path: Path) -> None:
    free = Event()
    held = asyncio.create_task(database.look(lambda db: free.wait(30)))
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(database.run(put(key))) for key in "abc"]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.sleep(0)
    free.set()
    await asyncio.gather(held, *waiting, return_exceptions=True)
    assert keys(tmp_path) == ["a", "c"]


async def test_while_nothing_can_be_written_what_waits_beside_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_BUSY_TIMEOUT_MS", 50)
    open_database(tmp_path / "docent.db").close()
    with closing(sqlite3.connect(tmp_path / "docent.db", isolation_level=None)) as other:
        database = open_database(tmp_path / "docent.db")
        other.execute("BEGIN IMMEDIATE")
        free = Event()
        held = asyncio.create_task(database.look(lambda db: free.wait(30)))
        await asyncio.sleep(0)
        writing = [asyncio.create_task(database.run(put(key))) for key in "abc"]
        reading = asyncio.create_task(database.look(lambda db: db.execute(sa.text("SELECT 1")).scalar()))
        await asyncio.sleep(0)
        free.set()
        came = await asyncio.gather(*writing, return_exceptions=True)
        assert [type(each) for each in came] == [RecordsDown] * 3
        assert await reading == 1
        await held
        other.execute("ROLLBACK")
        assert await database.run(put("d")) == "d"
        database.close()
    assert keys(tmp_path) == ["d"]


async def test_the_last_of_a_class_of_one_name_is_met_as_quickly_as_the_second(database: Database) -> None:
    """Names in a script that is not ours make no namespace, so they are all called `learner` and a number."""
    store, asked = SqlStore(database), 0

    def count(*_: object) -> None:
        nonlocal asked
        asked += 1

    sa.event.listen(database._engine, "before_cursor_execute", count)
    costs = []
    for number in range(60):
        before = asked
        assert (await store.learner(f"U{number}", "上田")).namespace == f"learner{number + 1}"
        costs.append(asked - before)
    assert costs[-1] == costs[1]
