"""A class with a real desk and real records; its sandbox answers from memory, when it is let."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.authoring.load import load_workshop
from bot.check import Checks
from bot.classroom import Classroom
from bot.core.events import AskedForCheck, Event
from bot.core.evidence import Evidence
from bot.core.messages import CheckCard
from bot.core.specs import ProbeSpec
from bot.core.workshop import StepRef
from bot.desk import Desk
from bot.fairness.intake import Intake
from bot.fairness.queue import Queue
from bot.ports import Where
from bot.progress.notebooks import SqlNotebooks
from bot.progress.standings import SqlStandings
from bot.progress.store import SqlStore, open_store
from bot.settings import shipped
from bot.workbench import Scribe, Workbench
from tests.fakes import MemoryChat, MemorySandbox, farewell_of

WORKSHOP = load_workshop(shipped("lessons") / "docker-workshop")
BUILD = next(ref for ref, condition in WORKSHOP.conditions() if condition.probe == "build")


async def until(condition: Callable[[], object], deadline_s: float = 20) -> None:
    ends = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < ends
        await asyncio.sleep(0.01)


class HeldSandbox(MemorySandbox):
    """Probes wait at `held`; `looks` remembers whose looks at what project were begun."""

    def __init__(self) -> None:
        super().__init__()
        self.held = asyncio.Event()
        self.looks: list[tuple[str, Mapping[str, bytes]]] = []

    async def probe(
        self, learner: str, spec: ProbeSpec, files: Mapping[str, bytes], *, attempt: int, again: bool
    ) -> Evidence:
        self.looks.append((learner, dict(files)))
        await self.held.wait()
        return await super().probe(learner, spec, files, attempt=attempt, again=again)


@dataclass
class Hall:
    """Everything of a class but Slack and Docker."""

    store: SqlStore
    chat: MemoryChat
    sandbox: HeldSandbox
    desk: Desk
    queue: Queue
    classroom: Classroom
    checks: Checks
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    async def turn(self, user: str, event: Event) -> None:
        await self.classroom.turn(event, Where(f"D{user}", user), user)

    async def enrol(self, *users: str, ref: StepRef = BUILD) -> None:
        for user in users:
            learner = await self.store.learner(user, user)
            await self.store.record(replace(learner, at=ref, met_at=self.now), "test")

    async def check(self, *users: str) -> None:
        await asyncio.gather(*(self.turn(user, AskedForCheck()) for user in users))

    def cards(self, user: str) -> list[CheckCard]:
        return [m for (channel, _), m in self.chat.shown.items() if channel == f"D{user}" and isinstance(m, CheckCard)]

    def said(self, user: str) -> list[object]:
        return [m for (channel, _), m in self.chat.shown.items() if channel == f"D{user}"]


async def opened(folder: Path, *, slots: int = 2, most: int = 200) -> tuple[Hall, Callable[[], object]]:
    """Return a class at work, and what ends it."""
    store = await open_store(folder / "docent.sqlite")
    chat, sandbox, desk = MemoryChat(), HeldSandbox(), Desk()
    scribe = Scribe(chat, SqlNotebooks(store.database))
    bench = Workbench(store, SqlStandings(store.database), sandbox, scribe, lambda path: b"")
    queue = Queue(desk, slots=slots, most=most)
    classroom = Classroom(
        WORKSHOP,
        store,
        scribe,
        sandbox,
        Intake(WORKSHOP, store, scribe, queue),
        bench,
        farewell_of(WORKSHOP, store, chat, bench),
        start_files={"package.json": b"{}"},
        clock=lambda: datetime.now(UTC),
        refresh_board=lambda: None,
    )
    checks = Checks(WORKSHOP, store, scribe, sandbox, queue, classroom, bench.rebuilds, lambda: datetime.now(UTC))
    await desk.start(checks.verify, checks.publish, checks.lost, store.open_attempts, folder, slots=slots, poll_s=0.05)

    async def close() -> None:
        await classroom.stop(drain_s=1)
        await desk.stop(0)
        await store.close()

    return Hall(store, chat, sandbox, desk, queue, classroom, checks), close


@pytest.fixture
async def hall(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Hall]:
    """Give a class; `slots` and `most` by indirect parameters."""
    hall, close = await opened(tmp_path, **getattr(request, "param", {}))
    yield hall
    hall.sandbox.held.set()
    await close()  # type: ignore[misc]
