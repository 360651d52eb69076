"""Measure what the policy's decisions cost at their worst: `deploy/bench policy [--json] [WORDS]`.

Each hand-in of `tests/handin/worst.py` is judged in a process of its own, warm. The first judgement says how much
memory it takes beyond what was there (the process' own high-water mark: libyaml's and zlib's bytes count too), those
after it how long it takes: CPU time of the thread, since on a busy machine any wall clock lies; that stands beside it.

An archive is not a text that is judged at once: it is read in a thread of its own, two at most, and the work is counted
(10 MB in, 64 MB out, 20,000 names), so it has a bar of its own.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.handin.worst import CASES, HARMLESS, JUDGES, outcome

BAR_MS, ARCHIVE_BAR_MS, BAR_MB = 50.0, 250.0, 20.0
TIMES, AT_LEAST, SECONDS = 200, 20, 3.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One case: how long, how much, and what came of it."""

    case: str
    outcome: str
    given_kb: float
    runs: int
    p50_ms: float
    p99_ms: float
    wall_p99_ms: float
    peak_mb: float


def _bar_ms(figure: Figure) -> float:
    return ARCHIVE_BAR_MS if figure.case.startswith("archive") else BAR_MS


def _peak_kb() -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")))


def _measured(name: str) -> Figure:
    case = CASES[name]
    content, judge = case.make(), JUDGES[case.kind]
    judge(HARMLESS[case.kind])
    gc.collect()
    gc.freeze()
    Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins here. Source: proc(5)
    before = _peak_kb()
    seen = outcome(judge(content))
    peak_mb = (_peak_kb() - before) / 1024
    cpu, wall = [], []
    ends = time.monotonic() + SECONDS
    while len(cpu) < AT_LEAST or (len(cpu) < TIMES and time.monotonic() < ends):
        began, began_cpu = time.perf_counter(), time.thread_time()
        judge(content)
        cpu.append(time.thread_time() - began_cpu)
        wall.append(time.perf_counter() - began)
    return Figure(
        name, seen, len(content) / 1024, len(cpu), _at(cpu, 0.5), _at(cpu, 0.99), _at(wall, 0.99), round(peak_mb, 1)
    )


def _at(spent: list[float], share: float) -> float:
    """Return a percentile in milliseconds."""
    return round(sorted(spent)[min(len(spent) - 1, int(len(spent) * share))] * 1000, 2)


def main() -> int:
    """Measure, print, and end with 1 when a bar is passed."""
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    names = [name for name in CASES if all(word in name for word in wanted)]
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        figures = list(pool.imap(_measured, names))
    over = [each.case for each in figures if each.p99_ms > _bar_ms(each) or each.peak_mb > BAR_MB]
    if "--json" in sys.argv:
        told = {
            "bars": {"p99_ms": BAR_MS, "peak_mb": BAR_MB},
            "over": over,
            "cases": [asdict(each) for each in figures],
        }
        print(json.dumps(told, indent=1))  # noqa: T201 - this is its answer
        return bool(over)
    table = Table("hand-in", "KB", "outcome", "runs", "p50 ms", "p99 ms", "wall p99 ms", "peak MB")
    for each in figures:
        style = "bold red" if each.case in over else ""
        row = (each.case, f"{each.given_kb:,.1f}", each.outcome, str(each.runs), str(each.p50_ms), str(each.p99_ms))
        table.add_row(*row, str(each.wall_p99_ms), str(each.peak_mb), style=style)
    console = Console(width=150)
    console.print(table)
    console.print(f"{len(figures)} hand-ins")
    for bar in sorted({_bar_ms(each) for each in figures}):
        slowest = max((each for each in figures if _bar_ms(each) == bar), key=lambda each: each.p99_ms)
        console.print(f"slowest p99: {slowest.p99_ms} ms, {slowest.case} (bar {bar:g} ms)")
    largest = max(figures, key=lambda each: each.peak_mb)
    console.print(f"largest: {largest.peak_mb} MB, {largest.case} (bar {BAR_MB:g} MB)")
    return bool(over)


if __name__ == "__main__":
    sys.exit(main())
