"""Rounds over a host go on, whatever one of them meets."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import bot.upkeep
from bot.core.messages import Note
from bot.errors import ChatError, EngineDown
from bot.ports import Tidied
from bot.progress.store import SqlStore, open_store
from bot.upkeep import BEAT, Upkeep, beat
from tests.fakes import MemoryStaff


@dataclass
class MemoryHost:
    """A host that meets what it is told to, round by round."""

    meets: list[Exception | Tidied | float] = field(default_factory=list)
    swept: int = 0
    rounds: int = 0

    async def sweep(self, open_attempts: Collection[int]) -> int:
        if self.meets and isinstance(self.meets[0], EngineDown):
            raise self.meets.pop(0)  # type: ignore[misc]
        self.swept += 1
        return 0

    async def reconcile(self, open_attempts: Collection[int]) -> Tidied:
        self.rounds += 1
        met = self.meets.pop(0) if self.meets else Tidied(0)
        if isinstance(met, Exception):
            raise met
        if isinstance(met, float):
            await asyncio.sleep(met)
            return Tidied(0)
        return met


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = await open_store(tmp_path / "docent.sqlite")
    yield store
    await store.close()


@asynccontextmanager
async def kept(host: MemoryHost, store: SqlStore, staff: MemoryStaff) -> AsyncIterator[None]:
    task = asyncio.create_task(Upkeep(store, host, staff).keep(every_s=0, again_s=0))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(host: MemoryHost, rounds: int) -> None:
    async with asyncio.timeout(5):
        while host.rounds < rounds:
            await asyncio.sleep(0.01)


async def test_f27_a_round_that_breaks_or_hangs_is_followed_by_the_next(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.upkeep, "ROUND_S", 0.05)
    host = MemoryHost([EngineDown("down"), ValueError("a bug"), 60.0, EngineDown("down again")])
    async with kept(host, store, MemoryStaff()):
        await until(host, 6)
    assert host.meets == []


async def test_what_a_crash_left_is_swept_once_the_host_answers_and_only_then(store: SqlStore) -> None:
    host = MemoryHost([EngineDown("down"), EngineDown("down")])
    async with kept(host, store, MemoryStaff()):
        await until(host, 3)
    assert host.swept == 1


async def test_f32_instructors_are_told_once_of_a_stolen_label(store: SqlStore) -> None:
    staff = MemoryStaff()
    stolen = Tidied(0, alarms=("container db",))
    host = MemoryHost([stolen, stolen, Tidied(0, alarms=("container db", "volume x"))])
    async with kept(host, store, staff):
        await until(host, 5)
    texts = [message.text for message in staff.told.values() if isinstance(message, Note)]
    assert len(texts) == 2
    assert "`container db`" in texts[0]
    assert "`volume x`" in texts[1]
    assert "container db" not in texts[1]


async def test_a_channel_that_fails_stops_no_round(store: SqlStore) -> None:
    class Deaf(MemoryStaff):
        async def tell(self, message: object, place: str = "") -> str:
            raise ChatError("Slack is away.")

    host = MemoryHost([Tidied(0, alarms=("container db",))])
    async with kept(host, store, Deaf()):
        await until(host, 3)


async def test_a_bot_that_works_leaves_a_sign_of_life(tmp_path: Path) -> None:
    task = asyncio.create_task(beat(tmp_path, every_s=0.01))
    try:
        async with asyncio.timeout(5):
            while not (tmp_path / BEAT).exists():
                await asyncio.sleep(0.01)
            os.utime(tmp_path / BEAT, (0, 0))
            while (tmp_path / BEAT).stat().st_mtime == 0:
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
