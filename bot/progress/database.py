"""Open the database: one engine, one thread of its own, the schema brought up to date.

Everything that differs between SQLite and PostgreSQL is in this module. Transactions run on one thread,
because SQLite has one writer anyhow, and a thread of our own is not the event loop's default pool, which
others fill or replace. What waits for that thread is committed together: making a commit durable takes as
long as the disk takes, however much is in it, and when a whole class comes everybody waits for that. On
SQLite a transaction that writes begins IMMEDIATE: one that begins reading and then writes is refused when
somebody wrote in between, or silently writes what it read before.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import OperatorError, RecordsDown
from bot.progress.tables import HEAD

log = structlog.get_logger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
#: A transaction: reads and writes on one connection, commits when it returns.
Work = Callable[Concatenate[sa.Connection, P], T]

_BUSY_TIMEOUT_MS = 10_000
_TOGETHER = 64  #: transactions that one commit makes durable, at most: the first of them waits for the last


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A transaction that nobody has performed yet; `work` acts on its connection alone, because it may be repeated."""

    writes: bool
    work: Callable[[sa.Connection], Any]
    done: Future[Any] = field(default_factory=Future)


class Database:
    """One open database. `run` and `call` do the same, from a coroutine and from anywhere else."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="docent-db")
        self._waiting: deque[_Waiting] = deque()

    async def run(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the transaction returned, once it is durable."""
        return await asyncio.wrap_future(self._submit(True, lambda db: work(db, *args, **kwargs)))

    async def look(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the work read; it must not write."""
        return await asyncio.wrap_future(self._submit(False, lambda db: work(db, *args, **kwargs)))

    def call(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what the transaction returned; for commands, and threads without an event loop."""
        return self._submit(True, lambda db: work(db, *args, **kwargs)).result()

    def close(self) -> None:
        """Finish what was begun and close the file or the connection."""
        self._thread.shutdown()
        self._engine.dispose()

    def _submit(self, writes: bool, work: Callable[[sa.Connection], T]) -> Future[T]:
        waiting = _Waiting(writes, work)
        self._waiting.append(waiting)
        self._thread.submit(self._perform_what_waits)
        return waiting.done

    def _perform_what_waits(self) -> None:
        """Perform what waits by now, in its order; whoever submitted it finds nothing left to do."""
        group: list[_Waiting] = []
        while self._waiting and len(group) < _TOGETHER:
            waiting = self._waiting.popleft()
            if waiting.done.set_running_or_notify_cancel():
                group.append(waiting)
        for each in group if len(group) < 2 else self._left_by_all(group):
            self._perform(each)

    def _left_by_all(self, group: Sequence[_Waiting]) -> Sequence[_Waiting]:
        """Perform a group in one transaction; return who is to be performed alone, of whom nothing is done yet."""
        inside = False
        try:
            with self._transaction(any(each.writes for each in group)) as db:
                inside = True
                results = [each.work(db) for each in group]
                inside = False
        except Exception as error:  # noqa: BLE001 - handed to those who wait for it
            if inside:
                return group  # one of them broke, and only that one shall hear of it
            # it could not begin, or nobody knows whether it was committed: not to be done twice
            for each in group:
                if each.writes:
                    each.done.set_exception(error)
            return [each for each in group if not each.writes]
        for each, result in zip(group, results, strict=True):
            each.done.set_result(result)
        return ()

    def _perform(self, waiting: _Waiting) -> None:
        try:
            with self._transaction(waiting.writes) as db:
                result = waiting.work(db)
        except Exception as error:  # noqa: BLE001 - as above
            waiting.done.set_exception(error)
        else:
            waiting.done.set_result(result)

    @contextmanager
    def _transaction(self, writes: bool) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect().execution_options(docent_writes=writes) as db, db.begin():
                yield db
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
            # full, locked, gone or restarting; all else is a bug of ours
            log.warning("records_down", error=str(getattr(error, "orig", None) or error).strip())
            raise RecordsDown("I cannot get at my own records right now.") from error


def open_database(place: str | Path) -> Database:
    """Return the database at a path or an SQLAlchemy URL, its schema up to date.

    Raises: `OperatorError` when it cannot be opened or belongs to a newer version.
    """
    url = _url(place)
    shown = url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
    engine = _engine(url)
    try:
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _upgrade(engine, str(shown))
    except OperatorError:
        engine.dispose()
        raise
    except (sa.exc.DatabaseError, OSError) as e:
        engine.dispose()
        cause = e.orig if isinstance(e, sa.exc.DatabaseError) else e
        raise OperatorError(f"The database {shown} cannot be opened ({cause}): check its path and rights.") from e
    return Database(engine)


def upsert(db: sa.Connection, table: sa.Table, **values: Any) -> sa.Insert:
    """Return a statement that inserts the row, or overwrites the row of the same primary key."""
    key = list(table.primary_key.columns)
    changed = {name: value for name, value in values.items() if name not in table.primary_key.columns}
    if db.dialect.name == "postgresql":
        return postgresql.insert(table).values(**values).on_conflict_do_update(index_elements=key, set_=changed)
    return sqlite.insert(table).values(**values).on_conflict_do_update(index_elements=key, set_=changed)


def upsert_each(db: sa.Connection, table: sa.Table) -> sa.Insert:
    """Return a statement as `upsert` does, to be executed with a list of rows."""
    made = (postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert)(table)
    changed = {column.name: made.excluded[column.name] for column in table.columns if not column.primary_key}
    return made.on_conflict_do_update(index_elements=list(table.primary_key.columns), set_=changed)


def insert_once(db: sa.Connection, table: sa.Table, **values: Any) -> sa.Insert:
    """Return a statement that inserts the row, or does nothing where a unique index refuses it."""
    if db.dialect.name == "postgresql":
        return postgresql.insert(table).values(**values).on_conflict_do_nothing()
    return sqlite.insert(table).values(**values).on_conflict_do_nothing()


def _url(place: str | Path) -> sa.URL:
    text = str(place)
    if isinstance(place, str) and "://" in text:
        url = sa.make_url(text)
        if url.get_backend_name() == "postgresql" and "+" not in url.drivername:
            return url.set(drivername="postgresql+psycopg")
        return url
    return sa.URL.create("sqlite", database=text)


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_size=1, pool_pre_ping=True)
    engine = sa.create_engine(
        url, poolclass=sa.QueuePool, pool_size=1, max_overflow=0, connect_args={"check_same_thread": False}
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions behind our back
        connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_MS}")
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = FULL")  # WAL's default may lose the last commits with the power
        connection.execute("PRAGMA foreign_keys = ON")

    @sa.event.listens_for(engine, "begin")
    def _begin(db: sa.Connection) -> None:
        writes = db.get_execution_options().get("docent_writes", True)
        db.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Have the file written ahead. SQLite does not wait for a writer here as it does elsewhere, so we do.

    Source: sqlite3_busy_handler: no handler is called where waiting for another could be waiting for oneself.
    """
    ends = time.monotonic() + _BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > ends:
                raise
            time.sleep(0.02)
        else:
            return


def _upgrade(engine: sa.Engine, shown: str) -> None:
    """Bring the schema to the head of our migrations, where it is not there yet."""
    if sa.inspect(engine).has_table("alembic_version"):
        with engine.connect() as db:
            if db.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]:
                return
    # only now: Alembic costs a bot that is up to date 7 MB for nothing
    from bot.progress.upgrade import upgrade

    upgrade(engine, shown)
