"""Measure what floods do to the real bot: `python -m tests.load.flood [--unpaced] [--json]`.

The local workspace runs in this process, the bot in its own, with its pace kept: Slack lets 300 posts a minute through.
With `--unpaced` everybody writes at once and the bot answers as fast as it can, which is what we can make quicker.
Times are those between an envelope and its acknowledgement, as Slack would see them; more than 3 s would be delivered
again.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.localslack import events
from bot.localslack.socketmode import percentiles
from bot.localslack.values import Message
from bot.localslack.workspace import Workspace
from bot.localslack.world import dm_of
from tests.load.figure import Figure
from tests.load.staged import staged

MANY = 1_000
RATE, LASTS_S = 100, 10
WAIT_S = 150  #: for answers, which leave at the pace of Slack


def say(space: Workspace, user: str, text: str) -> None:
    """Let somebody say something in their direct message."""
    message = Message(dm_of(user), space.premises.world.next_ts(), user, text)
    events.message_posted(space.premises, space.premises.world.post(message))


def answered(space: Workspace, user: str) -> int:
    """Return how many messages the bot has posted to somebody."""
    return sum(message.by_bot for message in space.premises.world.messages[dm_of(user)].values())


async def acknowledged(space: Workspace, count: int) -> dict[str, float]:
    """Return how long the next acknowledgements take, once all are there."""
    hub = space.premises.hub
    before = hub.acks
    hub.ack_ms.clear()
    yield_until = time.monotonic() + 60
    while hub.acks < before + count and time.monotonic() < yield_until:
        await asyncio.sleep(0.05)
    return {**percentiles(list(hub.ack_ms)), "lost": float(count - (hub.acks - before)), "again": float(hub.retries)}


async def one_sends_too_much(space: Workspace) -> list[Figure]:
    """Send 100 messages a second as one person; another asks something meanwhile."""
    waiting = asyncio.create_task(acknowledged(space, RATE * LASTS_S + 1))
    await asyncio.sleep(0)
    began, neighbour, waited = time.perf_counter(), "U0GRACE", 0.0
    had = answered(space, neighbour)
    for number in range(RATE * LASTS_S):
        say(space, "U0ADA", f"what is number {number}?")
        if number == RATE * LASTS_S // 2:
            say(space, neighbour, "what is an image?")
            asked_at = time.perf_counter()
        if number > RATE * LASTS_S // 2 and not waited and answered(space, neighbour) > had:
            waited = time.perf_counter() - asked_at
        await asyncio.sleep(max(0.0, began + (number + 1) / RATE - time.perf_counter()))
    acks = await waiting
    told = [m.text for m in space.premises.world.messages[dm_of("U0ADA")].values() if m.by_bot]
    slower = sum("more at once" in text for text in told)
    return [
        Figure(f"one person, {RATE}/s for {LASTS_S} s: ack p99", acks["p99"], "ms", "3,000"),
        Figure("… acknowledgements lost", acks["lost"], "", "0"),
        Figure("… delivered again", acks["again"], "", "0"),
        Figure("… a neighbour's answer meanwhile", waited * 1000, "ms", ""),
        Figure("… told to slow down, so far", slower, "times", "1"),
    ]


async def everybody_at_once(space: Workspace) -> list[Figure]:
    """Let very many people say something in the same moment."""
    people = [f"U0L{number:04d}" for number in range(1, MANY + 1)]
    again = space.premises.hub.retries
    waiting = asyncio.create_task(acknowledged(space, MANY))
    await asyncio.sleep(0)
    began = time.perf_counter()
    for user in people:
        say(space, user, "what is an image?")
    acks = await waiting
    while time.perf_counter() - began < WAIT_S and any(not answered(space, user) for user in people):
        await asyncio.sleep(0.2)
    lost = sum(not answered(space, user) for user in people)
    return [
        Figure(f"{MANY} people at once: ack p99", acks["p99"], "ms", "3,000"),
        Figure("… slowest acknowledgement", acks["max"], "ms", "3,000"),
        Figure("… acknowledgements lost", acks["lost"], "", "0"),
        Figure("… delivered again", acks["again"] - again, "", "0"),
        Figure(f"… people without an answer within {WAIT_S} s", lost, "", "0"),
        Figure("… all answered after, or given up", time.perf_counter() - began, "s", "Slack's pace: 280 posts/min"),
    ]


async def measure(data: Path) -> list[Figure]:
    """Return every figure."""
    paced = "--unpaced" not in sys.argv
    async with staged(data, more_learners=MANY, pace=paced) as stage:
        await asyncio.sleep(5)  # until it has read who the members are
        if not paced:
            return await everybody_at_once(stage.space)
        return [*await one_sends_too_much(stage.space), *await everybody_at_once(stage.space)]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="docent-flood-") as folder:
        figures = asyncio.run(measure(Path(folder)))
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps([asdict(figure) for figure in figures]) + "\n")
        return
    table = Table("figure", "value", "unit", "bar")
    for figure in figures:
        table.add_row(figure.name, f"{figure.value:,.1f}", figure.unit, figure.bar)
    Console().print(table)


if __name__ == "__main__":
    main()
