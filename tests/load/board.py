"""Measure boards: `deploy/bench board [--json]`. Needs no engine.

What one of 500 learners takes to build, and what several cost Slack: the real keeper and outbox in this process, and
the local workspace answering 429 above Slack's tiers, while every class changes all the time.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

from bot.core.cohorts.board.panel import board
from bot.core.cohorts.board.tally import Marks, OurSide, Roll, ground, moved, spot, spots, tally
from bot.core.cohorts.cohort import Seat, SeatState
from bot.core.events import AskedForStatus
from bot.core.turn import Turn
from bot.localslack.tiers import Tiers
from bot.slack.blocks import render
from tests.core.cohorts.board.classes import NOW, WORKSHOP, crowd, learner
from tests.load.figure import Figure
from tests.slack.lobby import open_lobby
from tests.staffroom.board.stage import Staff

LEARNERS, ROUNDS = 500, 21
CLASSES, EACH, EVERY_S, LASTS_S = 4, 125, 5.0, 60.0


def took_ms(work: Callable[[], object]) -> float:
    """Return the median time of the work."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e3


def built() -> list[Figure]:
    """Return what a board takes from records and from one learner's step, and what its edit sends."""
    on, roll = ground(WORKSHOP), Roll(crowd(LEARNERS), LEARNERS)
    known = spots(on, roll)
    marks, ours = Marks(frozenset({"U00001"}), frozenset({"U00002"})), OurSide(queue=3)
    somebody = learner(7, Random(1), steps=20)  # noqa: S311 - a made-up class

    def shown(people: Callable[[], object]) -> str:
        counted = tally(WORKSHOP, people(), marks, NOW)  # type: ignore[arg-type]
        rendered = render(replace(board("March", counted, ours, 1), changed_at=NOW), "")
        return json.dumps({"channel": "C0", "ts": "1", "text": rendered.text, "blocks": rendered.blocks})

    anew, step = partial(spots, on, roll), lambda: moved(known, [spot(on, somebody)])
    what = f"board of {LEARNERS} learners, {len(WORKSHOP.sections)} sections"
    return [
        Figure(f"{what}: built from their records", took_ms(partial(shown, anew)), "ms", "≤ 20 ms"),
        Figure("… built after one learner's step", took_ms(partial(shown, step)), "ms", "≤ 20 ms"),
        Figure("… bytes sent for a change", len(shown(anew).encode()), "bytes", "—"),
    ]


async def kept(data: Path) -> list[Figure]:
    """Return what the boards of several classes cost Slack in a minute in which everybody moves."""
    made: list[Staff] = []
    wire: Callable[..., object] = lambda lobby: made.append(Staff(lobby, every_s=EVERY_S))  # noqa: E731
    async with open_lobby(data, wire=wire, tiers=Tiers.ENFORCE, paced=True) as lobby:
        (staff,) = made
        people = crowd(CLASSES * EACH)
        for each in people:
            await lobby.store.record(each, "put")
        classes = []
        for number in range(CLASSES):
            cohort = await staff.cohort(f"Class {number}")
            here = people[number * EACH : (number + 1) * EACH]
            await staff.cohorts.seat_each([Seat(cohort.id, each.id, SeatState.TAKEN, NOW) for each in here])
            classes.append([await lobby.store.learner(each.id) for each in here])
        read = [await _read_ms(staff, number + 1) for number in range(CLASSES)]
        keeping = asyncio.create_task(staff.keeper.keep())
        while len(staff.boards("C0WORKSHOP")) < CLASSES:
            await asyncio.sleep(0.1)
        log = lobby.space.premises.calls
        edits, limited = log.calls["chat.update"], log.limited["chat.update"]
        chance, until = Random(3), time.monotonic() + LASTS_S  # noqa: S311 - made up
        while time.monotonic() < until:
            staff.now = datetime.now(UTC)
            for here in classes:
                place = chance.randrange(EACH)
                ref = WORKSHOP.order[chance.randrange(len(WORKSHOP.order))]
                passed = {**here[place].passed, ref: staff.now}
                here[place] = replace(here[place], at=ref, passed=passed, seen_at=staff.now)
                staff.changes.follow(AskedForStatus(), Turn(here[place], ()))
            await asyncio.sleep(0.2)
        keeping.cancel()
        made_edits, over = log.calls["chat.update"] - edits, log.limited["chat.update"] - limited
    return [
        Figure(f"a class of {EACH} read from the database", statistics.median(read), "ms", "every 5 min"),
        Figure(f"{CLASSES} classes that all change, edits a minute in all", made_edits * 60 / LASTS_S, "", "≤ 24"),
        Figure("… of one board", made_edits * 60 / LASTS_S / CLASSES, "", "≤ 12"),
        Figure("… answered 429", over, "", "0"),
    ]


async def _read_ms(staff: Staff, cohort: int) -> float:
    began = time.perf_counter()
    await staff.keeper.look(cohort)
    return (time.perf_counter() - began) * 1e3


def measure() -> list[Figure]:
    """Return every figure of boards."""
    with tempfile.TemporaryDirectory(prefix="docent-board-") as folder:
        return [*built(), *asyncio.run(kept(Path(folder)))]


def main() -> None:
    """Measure and print."""
    figures = measure()
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps([asdict(figure) for figure in figures]) + "\n")
        return
    table = Table("figure", "value", "unit", "bar")
    for figure in figures:
        table.add_row(figure.name, f"{figure.value:,.1f}", figure.unit, figure.bar)
    Console().print(table)


if __name__ == "__main__":
    main()
