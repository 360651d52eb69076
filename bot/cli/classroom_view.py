"""How a rehearsed class looks in the terminal: a table, or one JSON object."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from bot.authoring.classes.findings import Findings

out = Console(highlight=False)
MARKS = {True: "[green]✓[/]", False: "[bold red]✗[/]", None: " "}


def show_findings(findings: Findings) -> None:
    """Print what was seen."""
    table = Table("", "what", "seen", box=None)
    for row in findings.rows:
        table.add_row(MARKS[row.ok], row.about, row.seen)
    out.print(table)
    for fault in findings.faults:
        out.print(f"fault: {fault}", markup=False, style="red")
    verdict = "Everything expected was seen" if findings.ok else "Not everything expected was seen"
    out.print(f"{verdict}, in {findings.took_s:.0f} s")


def as_json(findings: Findings) -> str:
    """Return it as one JSON object."""
    return json.dumps({"ok": findings.ok} | asdict(findings), indent=2, ensure_ascii=False)
