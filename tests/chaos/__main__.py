"""Run a soak and print what came of it: `python -m tests.chaos [--jobs N] [--kills N] [--restarts N]`."""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from dataclasses import fields
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.chaos.soak import Came, Profile, soak
from tests.second_engine import second_engine

IMAGES = ("docent/alpine:latest", "docent/node:24-alpine", "docent-verifier:latest")

LONG = Profile(jobs=1000, learners=12, kills=20, restarts=3)
SHORT = Profile(jobs=40, learners=6, kills=2, restarts=1)


def show(came: Came, console: Console) -> None:
    """Print a table."""
    table = Table("figure", "seen", box=None)
    for name, value in came.rows():
        table.add_row(name, value)
    console.print(table)


def main() -> None:
    """Run one soak."""
    asked = argparse.ArgumentParser(prog="python -m tests.chaos")
    for each in fields(Profile):
        asked.add_argument(f"--{each.name}", type=int, default=getattr(LONG, each.name))
    asked.add_argument("--json", type=Path, help="also write the figures to this file")
    asked.add_argument("--keep", type=Path, help="keep the bot's data and log in this folder")
    given = vars(asked.parse_args())
    file, keep = given.pop("json"), given.pop("keep")
    with second_engine(images=IMAGES) as engine, tempfile.TemporaryDirectory(prefix="docent-soak-") as folder:
        came = asyncio.run(soak(Profile(**given), keep or Path(folder), engine))
    show(came, Console(width=150))
    if file:
        file.write_text(json.dumps(came.as_json(), indent=2))


if __name__ == "__main__":
    main()
