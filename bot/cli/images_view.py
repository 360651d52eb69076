"""Images on the operator's terminal: progress bars while they are prepared."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from bot.sandbox.images import Report, Stage, Step

#: How much of an image is done when a stage begins: builds have no end known in advance.
BEGINS = {
    Stage.PULLING: 0.05,
    Stage.GATHERING: 0.1,
    Stage.BUILDING: 0.5,
    Stage.TESTING: 0.85,
    Stage.READY: 1.0,
    Stage.FAILED: 1.0,
}
LOOKS = {Stage.READY: "green", Stage.FAILED: "red"}


@contextmanager
def rich_report(console: Console) -> Iterator[Report]:
    """Yield a report that draws one bar an image; plain lines, one a stage, where the console is no terminal."""
    if not console.is_terminal:
        yield _lines(console)
        return
    bars = Progress(
        SpinnerColumn(finished_text="·"),
        TextColumn("{task.description:<26}"),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
        TextColumn("{task.fields[say]}", style="dim"),
        console=console,
    )
    tasks: dict[str, TaskID] = {}
    lock = threading.Lock()

    def report(step: Step) -> None:
        with lock:
            if step.name not in tasks:
                tasks[step.name] = bars.add_task(step.name, total=1.0, say="")
            begin = BEGINS[step.stage]
            done = begin + (step.share or 0.0) * (0.4 if step.stage is Stage.PULLING else 0.0)
            say = f"{step.stage.value}: {step.say}" if step.say else step.stage.value
            style = LOOKS.get(step.stage, "")
            shown = say if len(say) <= 70 else say[:69] + "…"
            shown = shown.replace("[", "\\[")
            bars.update(tasks[step.name], completed=done, say=f"[{style}]{shown}[/]" if style else shown)

    with bars:
        yield report


def _lines(console: Console) -> Report:
    """Return a report of plain lines, for logs: one when a stage begins."""
    seen: set[tuple[str, Stage]] = set()
    lock = threading.Lock()

    def report(step: Step) -> None:
        with lock:
            if (step.name, step.stage) in seen:
                return
            seen.add((step.name, step.stage))
        words = f"{step.name}: {step.stage.value}" + (f", {step.say}" if step.say else "")
        console.print(words, markup=False, highlight=False, soft_wrap=True)

    return report
