"""A workbench over a real store, with a chat and a sandbox in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.handin.command import read_commands
from bot.ports import Where
from bot.progress.standings import SqlStandings
from bot.progress.store import SqlStore, open_store
from bot.workbench import Workbench
from bot.workbench.files import ProjectFiles
from tests.fakes import MemoryChat, MemorySandbox

ADA = Where("D1", "U1")
FILES = {"Dockerfile": b"FROM alpine\n", "src/a.js": b"a", "src/b/c.js": b"c"}


@dataclass
class Bench:
    workbench: Workbench
    store: SqlStore
    chat: MemoryChat
    sandbox: MemorySandbox

    @property
    def files(self) -> ProjectFiles:
        return self.workbench.files

    async def types(self, text: str) -> list[object]:
        before = len(self.chat.said)
        await self.workbench.run("U1", read_commands(text), ADA)
        return list(self.chat.said[before:])

    async def paths(self) -> set[str]:
        return set(await self.store.files("U1"))


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    store = await open_store(tmp_path / "db.sqlite")
    await store.learner("U1", "Ada")
    await store.write_files("U1", dict(FILES))
    chat, sandbox = MemoryChat(), MemorySandbox()
    yield Bench(Workbench(store, SqlStandings(store.database), sandbox, chat, lambda _: b"asset"), store, chat, sandbox)
    await store.close()
