"""The engine falls silent in the middle of a class: who does not need it notices nothing, who does is told in time."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.local import joining, open_workspace
from bot.localslack.person import Person
from bot.sandbox.host import SHORT_S
from bot.settings import read_settings
from bot.wiring import running_bot
from tests.fake_engine.engine import FakeEngine, Wrong, fake_engine

pytestmark = pytest.mark.e2e

ROUNDS = 12
HANGING = ("Grace", "Linus", "Margaret")  #: learners whose commands hang


@dataclass(frozen=True)
class Class:
    """A running bot on an engine that does as it is told."""

    engine: FakeEngine
    ada: Person
    others: list[Person]


@pytest.fixture
async def lesson(tmp_path: Path) -> AsyncIterator[Class]:
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(fake_engine())
        settings = read_settings(data=tmp_path / "data", docker_host=engine.url, pace=False)
        space = await stack.enter_async_context(open_workspace(settings, 0))
        await stack.enter_async_context(running_bot(joining(settings, space)))
        people = []
        for name in ("Ada", *HANGING):
            people.append(person := await Person.connect(space.url, name))
            stack.push_async_callback(person.close)
            await person.say("start")
            await person.wait_for("step 1 of", 30)
        yield Class(engine, people[0], people[1:])


async def latency_s(ada: Person) -> float:
    """Return how long a turn takes that asks nothing of the engine, as its median: where am I, a hint, what is …"""
    took = []
    for _ in range(ROUNDS):
        for said, answered in (("hint", "solve|hint"), ("what is an image?", "image"), ("where am I?", "step")):
            began = time.perf_counter()
            await ada.say(said)
            await ada.wait_for(answered, 20)
            took.append(time.perf_counter() - began)
    return statistics.median(took)


@pytest.mark.parametrize("wrong", [Wrong.SILENT, pytest.param(Wrong.TRICKLE, marks=pytest.mark.hostile)])
async def test_f04_f05_hints_and_answers_come_while_every_call_of_the_engine_hangs(
    lesson: Class, wrong: Wrong, seen: Callable[[object], None]
) -> None:
    before_s = await latency_s(lesson.ada)
    lesson.engine.fault(wrong, seconds=0.5)
    began = time.monotonic()
    for person in lesson.others:
        await person.say("docker ps")

    async def told(person: Person) -> float:
        await person.wait_for("Our side", SHORT_S + 15)
        return time.monotonic() - began

    waiting = [asyncio.create_task(told(person)) for person in lesson.others]
    hanging_s = await latency_s(lesson.ada)
    assert hanging_s < 3 * before_s + 0.05
    slowest_s = max(await asyncio.gather(*waiting))
    assert slowest_s < SHORT_S + 10

    async with asyncio.timeout(60):  # by now it is known to be sick, and nobody waits any more
        while True:
            began = time.monotonic()
            await lesson.others[0].say("docker ps")
            said = await lesson.others[0].wait_for("Our side", 40)
            if "leave it in peace" in said.text:
                break
    lesson.engine.faults.clear()
    async with asyncio.timeout(30):
        while True:
            await lesson.others[1].say("docker ps")
            said = await lesson.others[1].wait_for("CONTAINER ID|Our side", 30)
            if "CONTAINER ID" in said.text:
                break
    seen(f"turns {before_s * 1000:.0f} ms before, {hanging_s * 1000:.0f} ms meanwhile; told after {slowest_s:.0f} s")
