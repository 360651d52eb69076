"""Compare Docent with the real Docker, line by line: `deploy/differ [--json] [--different]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.differ.judging import Like, both
from tests.differ.running import RECORDED, Comparison, compare, record

COLOURS = {Like.SAME: "green", Like.MEANT: "yellow", Like.DIFFERENT: "red"}


def main() -> None:
    """Compare and print; the exit code is 1 when anything is different that is not meant."""
    options = argparse.ArgumentParser(prog="deploy/differ", description=__doc__)
    options.add_argument("--json", action="store_true", help="every row, both answers in their normal form")
    options.add_argument("--record", action="store_true", help="keep what the real clients said, for hosts without")
    options.add_argument("--recorded", action="store_true", help="compare with what was kept")
    options.add_argument("--different", action="store_true", help="show only what differs, both answers")
    asked = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="docent-differ-") as folder:
        found = asyncio.run(compare(Path(folder), recorded=asked.recorded))
    if asked.record:
        record(found)
        typer.echo(f"kept in {RECORDED}", err=True)
    if asked.json:
        typer.echo(json.dumps(found.as_json(), indent=1, ensure_ascii=False))
    elif asked.different:
        for row in found.rows:
            if row.like is Like.DIFFERENT:
                typer.echo(both(row))
    else:
        Console().print(_table(found))
    typer.echo(_count(found), err=asked.json)
    for each in found.unused:
        typer.echo(f"never met: {each}", err=True)
    sys.exit(1 if found.unused or any(row.like is Like.DIFFERENT for row in found.rows) else 0)


def _table(found: Comparison) -> Table:
    table = Table("command", "", "exit codes", "note", box=None)
    chapter = ""
    for row in found.rows:
        if row.chapter != chapter:
            chapter = row.chapter
            table.add_row(Text(f"\n{chapter}", style="bold"))
        codes = str(row.real_exit) if row.real_exit == row.our_exit else f"{row.real_exit} → {row.our_exit}"
        table.add_row(Text(row.line), Text(row.like.value, style=COLOURS[row.like]), codes, Text("; ".join(row.why)))
    return table


def _count(found: Comparison) -> str:
    counted = Counter(row.like for row in found.rows)
    parts = ", ".join(f"{counted[like]} {like.value}" for like in Like)
    return f"{len(found.rows)} commands: {parts}. Compared with {found.against}, {found.took_s:.0f} s."


if __name__ == "__main__":
    main()
