"""How a rehearsal looks in the terminal: a transcript, then a table of times; or one JSON object."""

from __future__ import annotations

import json
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from bot.authoring.rehearse import Scene

if TYPE_CHECKING:
    from bot.localslack.person import Shown

out = Console(highlight=False)


def show_line(shown: Shown) -> None:
    """Print one message of the transcript."""
    if shown.kind == "status":
        return
    who = "Docent" if shown.is_bot else shown.author
    mark = " (edited)" if shown.edited else ""
    body = shown.text.strip() or "…"
    out.print(f"{who}{mark} ▸ " + body.replace("\n", "\n    "), markup=False, style="dim" if shown.edited else "")


def show_scene(scene: Scene) -> None:
    """Print one line when a scene ends."""
    what = f"wrong: {scene.wrong}" if scene.wrong else "solution"
    mark = "[green]✓[/]" if scene.ok else "[bold red]✗[/]"
    expected = "" if scene.ok else f", expected {scene.expected}"
    out.print(f"{mark} [bold]{scene.ref}[/] {what} → {scene.seen}{expected}")
    if scene.why:
        out.print("    " + scene.why.strip().replace("\n", "\n    "), markup=False, style="red")


def show_table(scenes: Sequence[Scene], took_s: float) -> None:
    """Print the table of times and the sums."""
    table = Table("step", "played", "expected", "seen", "ready s", "acts s", "check s", box=None)
    for scene in scenes:
        style = "" if scene.ok else "bold red"
        what = scene.wrong or "solution"
        times = (f"{scene.ready_s:.2f}", f"{scene.acts_s:.2f}", f"{scene.check_s:.2f}")
        table.add_row(str(scene.ref), what, scene.expected, scene.seen, *times, style=style)
    out.print(table)
    failed = sum(not scene.ok for scene in scenes)
    told = sums(scenes, took_s)
    out.print(f"{len(scenes) - failed} of {len(scenes)} as expected, in {took_s:.0f} s")
    out.print(
        f"{told['solutions']} solutions: {told['solutions_s']:.0f} s · {told['wrong']} wrong answers, "
        f"each made ready in {told['wrong_ready_s']:.1f} s (median); {told['whole']} by playing the whole way again"
    )


def sums(scenes: Sequence[Scene], took_s: float) -> dict[str, float]:
    """Return the sums over all scenes."""
    wrong = [scene for scene in scenes if scene.wrong]
    solutions = [scene for scene in scenes if not scene.wrong]
    # the first scene of a section also waits for what the section builds on
    ready = [scene.ready_s for scene in wrong if not scene.whole]
    return {
        "took_s": round(took_s, 1),
        "solutions": len(solutions),
        "solutions_s": round(sum(scene.acts_s + scene.check_s for scene in solutions), 1),
        "wrong": len(wrong),
        "wrong_ready_s": round(statistics.median(ready), 2) if ready else 0.0,
        "whole": sum(scene.whole for scene in scenes),
    }


def as_json(scenes: Sequence[Scene], took_s: float) -> str:
    """Return the scenes as one JSON object."""
    rows = [
        {
            "step": str(scene.ref),
            "wrong": scene.wrong or None,
            "expected": scene.expected,
            "seen": scene.seen,
            "ok": scene.ok,
            "why": scene.why or None,
            "ready_s": round(scene.ready_s, 3),
            "acts_s": round(scene.acts_s, 3),
            "check_s": round(scene.check_s, 3),
            "whole": scene.whole,
        }
        for scene in scenes
    ]
    ok = bool(scenes) and all(scene.ok for scene in scenes)
    return json.dumps({"ok": ok, "sums": sums(scenes, took_s), "scenes": rows}, indent=2)
