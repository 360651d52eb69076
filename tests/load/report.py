"""What the report of a large class costs: `deploy/bench report [--json] [LEARNERS]`. Needs no engine.

500 learners at 60 steps, their checks with verdicts, in a real database; the report is made as the running bot makes
it, in a process of its own, start and reading included. Meanwhile this process' event loop is watched: it is the bot's.
"""

from __future__ import annotations

import asyncio
import json
import resource
import shutil
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml
from rich.console import Console
from rich.table import Table

from bot.authoring.load import load_workshop
from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.cohorts.figures import Came, Record, Tried
from bot.core.verdict import Failed, Fault, Passed, Result, Verdict
from bot.core.workshop import Workshop
from bot.ports import Part, Wish
from bot.progress.cohorts import SqlCohorts
from bot.progress.records import verdict_json
from bot.progress.store import open_store
from bot.progress.tables import attempts
from bot.reports.printer import Printer
from bot.wiring import DATABASE
from tests.reports.classes import BEGAN, LESSONS, class_of

LEARNERS, STEPS, BAR_S = 500, 60, 10.0
TICK_S = 0.005


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number beside its bar."""

    name: str
    value: float
    unit: str
    bar: str = ""


def longer(folder: Path) -> Workshop:
    """Write the workshop with copies of steps in its sections, `STEPS` in all, and return it."""
    shutil.copytree(LESSONS, folder)
    missing = STEPS - len(load_workshop(folder).order)
    files = sorted(folder.glob("*/section.yaml"))
    for number in range(missing):
        file = files[number % len(files)]
        section = yaml.safe_load(file.read_text())
        checked = [step for step in section["steps"] if step.get("conditions")] or section["steps"]
        section["steps"].append({**checked[number % len(checked)], "id": f"again-{number}"})
        file.write_text(yaml.safe_dump(section, allow_unicode=True))
    return load_workshop(folder)


def verdict(workshop: Workshop, tried: Tried) -> Verdict | None:
    """Return what such a check would have kept."""
    step = workshop.step(tried.ref)
    failed = dict(tried.failed)
    results: list[tuple[str, Result]] = []
    for condition in step.conditions if step else ():
        if tried.came is Came.OURS:
            results.append((condition.id, Fault("the engine did not answer")))
        elif condition.id in failed:
            results.append((condition.id, Failed(failed[condition.id], "what was expected", "what was seen" * 5)))
        else:
            results.append((condition.id, Passed("GET /items answered 200")))
    return Verdict(tuple(results), 1.5)


async def kept(folder: Path, workshop: Workshop, record: Record) -> int:
    """Keep the class in a database of its own; return its cohort."""
    store = await open_store(folder / DATABASE)
    rows = SqlCohorts(store.database)
    cohort = await rows.keep(Cohort(NEW, record.title, "C1", workshop.id, frozenset({"U0BARBARA"})))
    for learner in record.learners:
        await store.record(learner, "made")
        await rows.seat(Seat(cohort.id, learner.id, SeatState.TAKEN, BEGAN))

    def fill(db: sa.Connection) -> None:
        db.execute(attempts.insert(), [row(workshop, tried) for tried in record.tried])

    await store.database.run(fill)
    await store.close()
    return cohort.id


def row(workshop: Workshop, tried: Tried) -> dict[str, Any]:
    """Return a check as it is kept."""
    found = verdict(workshop, tried)
    place = {"learner": tried.learner, "section": tried.ref.section, "step": tried.ref.step}
    times = {"opened_at": tried.at, "closed_at": tried.at, "verdict": found and verdict_json(found)}
    return {**place, **times, "channel": "D", "card": "1.1", "response_url": ""}


async def measured(size: int) -> list[Figure]:
    """Return the figures of a class of this size."""
    with tempfile.TemporaryDirectory(prefix="docent-bench-") as name:
        folder = Path(name)
        workshop = longer(folder / "lessons")
        record = class_of(size, workshop=workshop)
        cohort = await kept(folder, workshop, record)
        printer = Printer(folder, folder / "lessons")
        figures = [Figure("learners", size, ""), Figure("steps", len(workshop.order), "")]
        figures.append(Figure("checks", len(record.tried), ""))
        for what, parts in (("summary and pictures", {Part.SUMMARY, Part.PICTURES}), ("everything", set(Part))):
            for warm in ("first", "again") if what.startswith("summary") else ("again",):
                watching = asyncio.create_task(longest_pause_ms())
                began, began_cpu = time.perf_counter(), cpu_s()
                files = await printer.make(Wish(cohort, frozenset(parts)))
                took = time.perf_counter() - began
                watching.cancel()
                figures.append(Figure(f"report, {what}, {warm}", round(took, 2), "s", f"≤ {BAR_S:g}"))
                figures.append(Figure("… of which at work", round(cpu_s() - began_cpu, 2), "s"))
                figures.append(Figure("… event loop stood still meanwhile at most", round(await watching, 1), "ms"))
        figures.append(Figure("files of everything", round(sum(len(each.content) for each in files) / 1e6, 1), "MB"))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        return [*figures, Figure("peak memory of the process that makes it", round(peak), "MB")]


def cpu_s() -> float:
    """Return the processor seconds of the processes that made reports."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


async def longest_pause_ms() -> float:
    """Return for how long at most nobody's turn came, once cancelled."""
    longest, last = 0.0, time.perf_counter()
    try:
        while True:
            await asyncio.sleep(TICK_S)
            now = time.perf_counter()
            longest, last = max(longest, now - last - TICK_S), now
    except asyncio.CancelledError:
        return longest * 1000


def main() -> int:
    """Print the figures; 1 when one is above its bar."""
    sizes = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    figures = asyncio.run(measured(sizes[0] if sizes else LEARNERS))
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps([asdict(each) for each in figures]) + "\n")
    else:
        table = Table("", "value", "bar")
        for each in figures:
            table.add_row(each.name, f"{each.value:g} {each.unit}", each.bar)
        Console().print(table)
    return int(any(each.bar and each.value > BAR_S for each in figures))


if __name__ == "__main__":
    sys.exit(main())
