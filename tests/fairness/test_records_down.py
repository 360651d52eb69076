"""Our own database cannot be used for a while: everybody is told, nothing is lost, and all goes on by itself."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

import bot.progress.database as database_module
from bot.core.events import AskedForHint, WroteFiles
from bot.core.messages import CheckState, Note
from tests.fairness.conftest import BUILD, Hall, opened, until

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
DOWN = "I cannot get at my own records right now."


def told(hall: Hall, user: str = "U1") -> list[str]:
    return [m.text for m in hall.said(user) if isinstance(m, Note) and DOWN in m.text]


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on a disk of 8 MB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "docent-test", str(folder)], check=False)
    if made.returncode:
        pytest.skip("no right to make a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
async def small(tiny: Path) -> AsyncIterator[Hall]:
    hall, close = await opened(tiny)
    yield hall
    hall.sandbox.held.set()
    await close()  # type: ignore[misc]


def fill(folder: Path) -> Path:
    """Leave no byte free."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for size in (2**16, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return ballast


async def test_f13_a_full_disk_under_our_database_is_said_kindly_and_loses_nothing(
    small: Hall, tiny: Path, seen: Callable[[object], None]
) -> None:
    await small.enrol("U1", "U2")
    await small.check("U1")
    await until(lambda: small.sandbox.looks)
    before = await small.store.files("U1")
    ballast = fill(tiny)
    # what was in the log of writes already may still fit; a few files do not
    for number in range(40):
        await small.turn("U1", WroteFiles(((f"src/{number}.txt", os.urandom(20_000)),), "editor"))
        if told(small):
            break
    assert told(small)
    assert "Nothing of yours is lost" in told(small)[0]
    kept = await small.store.files("U1")  # reading goes on, and nothing is half written
    assert before.items() <= kept.items()
    small.sandbox.held.set()  # its verdict cannot be written down now
    ballast.unlink()
    await until(lambda: [card.state for card in small.cards("U1")] == [CheckState.ENDED], 60)
    assert (await small.store.learner("U1")).tries == {BUILD: 1}
    await small.turn("U1", WroteFiles((("again.txt", b"now\n"),), "editor"))
    assert (await small.store.files("U1"))["again.txt"] == b"now\n"
    await small.check("U2")
    await until(lambda: [card.state for card in small.cards("U2")] == [CheckState.ENDED])
    with closing(sqlite3.connect(tiny / "docent.sqlite")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    seen(f"told once, whole after {shutil.disk_usage(tiny).free // 1024} KB were free again")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the write lock of a database, as another program might."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield
        db.execute("ROLLBACK")


async def test_f24_a_database_that_somebody_locks_is_waited_for_then_said_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seen: Callable[[object], None]
) -> None:
    monkeypatch.setattr(database_module, "_BUSY_TIMEOUT_MS", 600)
    hall, close = await opened(tmp_path)
    await hall.enrol("U1")
    with locked(tmp_path / "docent.sqlite"):
        asking = asyncio.create_task(hall.turn("U1", AskedForHint()))
        await asyncio.sleep(0)
        assert not asking.done()
        await asking
        assert len(told(hall)) == 1
    await hall.turn("U1", AskedForHint())
    assert len(told(hall)) == 1
    assert (await hall.store.learner("U1")).hints == {BUILD: 1}
    hall.sandbox.held.set()
    await close()  # type: ignore[misc]
    seen("waited, told, and gone on")


async def test_f24_a_check_whose_database_is_locked_meanwhile_gets_its_verdict_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "_BUSY_TIMEOUT_MS", 300)
    hall, close = await opened(tmp_path)
    await hall.enrol("U1")
    await hall.check("U1")
    await until(lambda: hall.sandbox.looks)
    with locked(tmp_path / "docent.sqlite"):
        hall.sandbox.held.set()
        await asyncio.sleep(1.0)  # at least one try to close it is refused
        assert hall.cards("U1")[0].state is not CheckState.ENDED
    await until(lambda: hall.cards("U1")[0].state is CheckState.ENDED, 30)
    assert (await hall.store.learner("U1")).tries == {BUILD: 1}
    assert [e.what for e in await hall.store.journal("U1")].count("AttemptClosed") == 1
    await close()  # type: ignore[misc]


async def test_f20_a_disk_that_stands_still_holds_up_whoever_writes_and_nobody_else(
    tmp_path: Path, seen: Callable[[object], None]
) -> None:
    """A frozen disk looks to us like a lock that is given back: what was to be written is written then."""
    hall, close = await opened(tmp_path)
    await hall.enrol("U1")
    began = time.monotonic()
    with locked(tmp_path / "docent.sqlite"):
        writing = asyncio.create_task(hall.turn("U1", AskedForHint()))
        beats = 0
        while time.monotonic() - began < 2:
            await asyncio.sleep(0.02)
            beats += 1
        assert not writing.done()
        assert beats > 30  # the loop never stood still, so acks go out
    await writing
    assert told(hall) == []
    assert (await hall.store.learner("U1")).hints == {BUILD: 1}
    hall.sandbox.held.set()
    await close()  # type: ignore[misc]
    seen(f"{beats} turns of the loop in 2 s")
