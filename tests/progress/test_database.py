from __future__ import annotations

import asyncio
import inspect
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine.interfaces import ReflectedIndex

from bot.errors import OperatorError
from bot.progress import upgrade
from bot.progress.database import Database, open_database
from bot.progress.store import open_store, open_sync
from bot.progress.tables import HEAD, METADATA


def count_up(db: sa.Connection) -> None:
    """Read, then write: what a transaction that begins by reading would lose."""
    value = int(db.execute(sa.text("SELECT value FROM notes WHERE key = 'n'")).scalar_one())
    db.execute(sa.text("UPDATE notes SET value = :v WHERE key = 'n'"), {"v": str(value + 1)})


INCREMENTS = f"""
import sys, sqlalchemy as sa
from bot.progress.store import open_sync
{inspect.getsource(count_up)}
with open_sync(sys.argv[1]) as database:
    for _ in range(200):
        database.call(count_up)
"""


def test_the_migrations_arrive_at_the_tables(place: str) -> None:
    with open_sync(place) as database:
        assert database.call(lambda db: compare_metadata(MigrationContext.configure(db), METADATA)) == []


def test_the_migrations_make_what_the_tables_would(tmp_path: Path) -> None:
    """Compare what autogenerate does not look at: checks, partial indexes, autoincrement."""

    def condition(index: ReflectedIndex) -> str:
        return str(index.get("dialect_options", {}).get("sqlite_where", "")).lower()

    def shape(db: sa.Connection) -> dict[str, object]:
        look = sa.inspect(db)
        return {
            name: (
                sorted(str(c["sqltext"]) for c in look.get_check_constraints(name)),
                sorted((i["name"], i["unique"], condition(i)) for i in look.get_indexes(name)),
                sorted((tuple(f["constrained_columns"]), f["referred_table"]) for f in look.get_foreign_keys(name)),
                "AUTOINCREMENT"
                in db.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = :n"), {"n": name}).scalar_one(),
            )
            for name in METADATA.tables
        }

    direct = sa.create_engine("sqlite://")
    with direct.begin() as db:
        METADATA.create_all(db)
        expected = shape(db)
    direct.dispose()
    with open_sync(tmp_path / "docent.db") as database:
        assert database.call(shape) == expected


def test_an_open_database_waits_for_the_disk_and_keeps_its_keys(tmp_path: Path) -> None:
    def pragmas(db: sa.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [db.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    with open_sync(tmp_path / "docent.db") as database:
        assert database.call(pragmas) == ["wal", 2, 1]


def test_a_newer_database_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "docent.db"
    open_database(path).close()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.close()
    with pytest.raises(OperatorError, match=r"docent\.db was written by a newer version \(its schema is '9999'"):
        open_database(path)


@pytest.mark.parametrize("content", [b"not a database at all, but long enough to have a header" * 20])
def test_a_file_that_is_no_database_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "docent.db"
    path.write_bytes(content)
    with pytest.raises(OperatorError, match="cannot be opened"):
        open_database(path)
    assert path.read_bytes() == content


def test_a_path_that_cannot_be_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatorError, match="cannot be opened"):
        open_database(tmp_path / "file" / "docent.db")


def test_many_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "docent.db"
    with ThreadPoolExecutor(6) as pool:
        for database in pool.map(lambda _: open_database(path), range(6)):
            database.close()
    with open_sync(path) as database:
        assert database.call(lambda db: db.execute(sa.text("SELECT version_num FROM alembic_version")).all()) == [
            (HEAD,)
        ]


def test_a_file_that_somebody_writes_to_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "docent.db"
    other = sqlite3.connect(path, isolation_level=None)
    with ThreadPoolExecutor(1) as pool:
        other.execute("BEGIN IMMEDIATE")
        opening = pool.submit(open_database, path)
        done, _ = wait({opening}, timeout=0.5)
        other.execute("COMMIT")
        other.close()
        opening.result().close()
    assert not done


async def test_no_increment_is_lost_between_processes(tmp_path: Path) -> None:
    path = tmp_path / "docent.db"
    store = await open_store(path)
    await store.remember("n", "0")
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", INCREMENTS, str(path))
    async with asyncio.timeout(60):
        while await store.note("n") == "0":  # the other is at work, so that the two overlap
            await asyncio.sleep(0)
    await asyncio.gather(*(store.database.run(count_up) for _ in range(200)))
    assert await asyncio.wait_for(other.wait(), 60) == 0
    assert await store.note("n") == "400"
    await store.close()


def test_what_fails_is_undone(tmp_path: Path) -> None:
    def half(db: sa.Connection) -> None:
        db.execute(sa.text("INSERT INTO notes VALUES ('half', 'done')"))
        raise RuntimeError("then broke")

    with open_sync(tmp_path / "docent.db") as database:
        with pytest.raises(RuntimeError):
            database.call(half)
        assert database.call(lambda db: db.execute(sa.text("SELECT count(*) FROM notes")).scalar()) == 0


def test_reading_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    path = tmp_path / "docent.db"

    async def look(database: Database) -> int | None:
        return await database.look(lambda db: db.execute(sa.text("SELECT count(*) FROM notes")).scalar())

    with open_sync(path) as database:
        writer = sqlite3.connect(path, isolation_level=None)
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("INSERT INTO notes VALUES ('a', 'b')")
        assert asyncio.run(look(database)) == 0
        writer.close()


def test_the_tables_name_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(upgrade.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == HEAD
