"""How a rehearsal looks in the terminal: a transcript, then a table of times; or one JSON object."""

from __future__ import annotations

import json
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


def show_table(scenes: Sequence[Scene]) -> None:
    """Print the table of times and the sum."""
    table = Table("step", "played", "expected", "seen", "acts s", "check s", box=None)
    for scene in scenes:
        style = "" if scene.ok else "bold red"
        what = scene.wrong or "solution"
        times = (f"{scene.acts_s:.2f}", f"{scene.check_s:.2f}")
        table.add_row(str(scene.ref), what, scene.expected, scene.seen, *times, style=style)
    out.print(table)
    failed = sum(not scene.ok for scene in scenes)
    out.print(f"{len(scenes) - failed} of {len(scenes)} as expected")


def as_json(scenes: Sequence[Scene]) -> str:
    """Return the scenes as one JSON object."""
    rows = [
        {
            "step": str(scene.ref),
            "wrong": scene.wrong or None,
            "expected": scene.expected,
            "seen": scene.seen,
            "ok": scene.ok,
            "acts_s": round(scene.acts_s, 3),
            "check_s": round(scene.check_s, 3),
        }
        for scene in scenes
    ]
    return json.dumps({"ok": all(scene.ok for scene in scenes), "scenes": rows}, indent=2)
