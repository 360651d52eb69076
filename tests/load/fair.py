"""What one learner who asks for much costs the others: `deploy/bench fair [--json]`.

The real bot in its own process, its real desk and records, the real engine; a hundred people in the local workspace.
99 of them ask once, all at the same time, first alone, then while one more sends a hundred times as much. The checks
are cheap ones: each asks the engine for a volume that nobody has made, and fails.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Table
from yarl import URL

from bot.authoring.stage import ENDED
from bot.core.workshop import StepRef
from bot.localslack.person import Person
from tests.load.staged import Staged, staged

OTHERS = 99
MUCH = 100
ROUNDS = 3
AT = StepRef("05", "volume")
PATIENCE_S = 240.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number beside its bar."""

    name: str
    value: float
    unit: str
    bar: str


async def people(stage: Staged, stack: AsyncExitStack) -> list[Person]:
    """Return everybody of the crowd, each at a step whose check asks the engine."""
    names = [f"learner{number:04d}" for number in range(1, OTHERS + 2)]
    crowd = [await stack.enter_async_context(Person(stage.url, name)) for name in names]
    await all_of(crowd, "status", "steps proved")  # from now on the bot writes nothing about them by itself
    for person in crowd:
        learner = await stage.store.learner(person.id)
        await stage.store.record(replace(learner, at=AT, met_at=datetime.now(UTC)), "bench")
    return crowd


async def once(person: Person, said: str, shown: str) -> float:
    """Say it once and return after how many seconds the answer was there."""
    began = time.perf_counter()
    await person.say(said)
    await person.wait_for(shown, PATIENCE_S)
    return time.perf_counter() - began


async def flood(greedy: Person, said: Sequence[str]) -> None:
    """Send it all, a hundred times, as fast as it is taken."""
    for _ in range(MUCH):
        for text in said:
            await greedy.say(text)


async def all_of(others: Sequence[Person], said: str, shown: str) -> float:
    """Let everybody ask at once; return after how many seconds the last had the answer."""
    began = time.perf_counter()
    await asyncio.gather(*(once(person, said, shown) for person in others))
    return time.perf_counter() - began


async def shares(stage: Staged, since: int, crowd: Sequence[Person]) -> float:
    """Return Jain's index over the checks that each of the crowd was given since that attempt.

    Source: Jain, Chiu and Hawe, A Quantitative Measure of Fairness, 1984.
    """
    given: Counter[str] = Counter({person.id: 0 for person in crowd})
    number = since
    while (attempt := await stage.store.attempt(number + 1)) is not None:
        number += 1
        given[attempt.learner] += attempt.verdict is not None
    return sum(given.values()) ** 2 / (len(given) * sum(n * n for n in given.values()))


async def newest(stage: Staged, since: int) -> int:
    """Return the number of the newest attempt."""
    while await stage.store.attempt(since + 1) is not None:
        since += 1
    return since


async def compared(stage: Staged, crowd: Sequence[Person], said: str, shown: str, much: Sequence[str]) -> list[float]:
    """Return for each round how much longer the others waited for the last answer while one asked for much."""
    greedy, *others = crowd
    ratios = []
    for number in range(ROUNDS):
        alone = await all_of(others, said, shown)
        flooding = asyncio.create_task(flood(greedy, much))
        await greedy.wait_for(".", 30)  # it has begun
        together = await all_of(others, said, shown)
        await flooding
        await greedy.settle(2.0, PATIENCE_S)
        print(f"{said}, round {number + 1}: {alone:.1f} s alone, {together:.1f} s together", file=sys.stderr)  # noqa: T201
        ratios.append(together / alone)
    return ratios


async def ack_ms(stage: Staged) -> float:
    """Return the 99th percentile of the time after which the bot acknowledged what Slack sent."""
    url = URL(stage.url)
    counters = url.with_path("/debug/counters").with_query(url.query)
    async with aiohttp.ClientSession() as session, session.get(counters) as response:
        told = await response.json()
    return float(told["ack_ms"]["p99"])


async def measure(data: Path) -> list[Figure]:
    """Return every figure."""
    async with staged(data, more_learners=OTHERS + 1) as stage, AsyncExitStack() as stack:
        crowd = await people(stage, stack)
        commands = await compared(stage, crowd, "docker ps", r"CONTAINER ID", ["docker ps"])
        since = await newest(stage, 0)
        # a change between two checks makes the newer one count, which is the most that a learner can ask for
        checks = await compared(stage, crowd, "check", ENDED, ["docker ps", "check"])
        index = await shares(stage, since, crowd)
        acks = await ack_ms(stage)
    return [
        Figure(
            f"{OTHERS} commands while one sends {MUCH}, median of {ROUNDS}", statistics.median(commands), "×", "≤ 1.2"
        ),
        Figure(f"{OTHERS} checks while one sends {MUCH}, median of {ROUNDS}", statistics.median(checks), "×", "≤ 1.2"),
        Figure("Jain's index over the checks that each was given", index, "", "≥ 0.95"),
        Figure(f"acknowledged while {OTHERS} checks wait, 99th percentile", acks, "ms", "≤ 1000"),
    ]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="docent-fair-") as folder:
        figures = asyncio.run(measure(Path(folder)))
    if "--json" in sys.argv:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))  # noqa: T201
        return
    table = Table("figure", "measured", "bar", box=None)
    for figure in figures:
        table.add_row(figure.name, f"{figure.value:.3g} {figure.unit}", figure.bar)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
