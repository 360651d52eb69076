"""The doctor's tables on the operator's terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.sandbox.gate.judging import Verdict
from bot.sandbox.gate.truth import Profile, Row, Truth

if TYPE_CHECKING:
    from bot.cli.doctor import Look

LOOKS = {
    Verdict.HELD: ("held", "green"),
    Verdict.STAND_IN: ("stand-in", "yellow"),
    Verdict.COULD_NOT_TELL: ("could not tell", "magenta"),
    Verdict.NOT_HELD: ("not held", "red"),
}


def _console() -> Console:
    """Return standard output; a file or a pipe has no width of its own, and gets a wide one."""
    return Console(width=None if Console().is_terminal else 200)


def show_looks(looks: Sequence[Look]) -> None:
    """Print what is there and what is missing."""
    table = Table("", "what", "seen", "what to do", box=None)
    for each in looks:
        mark = (
            Text("ok", "green")
            if not each.mend
            else Text("missing" if each.needed else "—", "red" if each.needed else "")
        )
        table.add_row(mark, Text(each.what), Text(each.seen), Text(each.mend))
    _console().print(table)


def show_truth(truth: Truth, profile: Profile, console: Console | None = None) -> None:
    """Print every limit, and below what the profile misses."""
    table = Table("limit", "at", "attack", "expected", "seen", "verdict", "what to do", box=None, pad_edge=False)
    for rows in grouped(truth.rows):
        first = rows[0]
        word, style = LOOKS[first.finding.verdict]
        # on one person's own machine a limit that only classes need is missing, not wrong
        style = style if first.needed(profile) or first.content else "yellow"
        table.add_row(
            Text(first.limit),
            Text(", ".join(row.place.value for row in rows)),
            Text(first.attack or "asks the engine", "" if first.attack else "dim"),
            Text(first.expected),
            Text(first.finding.seen),
            Text(word, style),
            Text("" if first.finding.verdict is Verdict.HELD else first.finding.by or first.mend),
        )
    console = console or _console()
    console.print(table)
    console.print(summary(truth, profile), highlight=False)


def grouped(rows: Sequence[Row]) -> list[list[Row]]:
    """Return the rows; those of one limit that came to the same stand together."""
    return [list(each) for _, each in groupby(rows, key=lambda row: (row.limit, row.attack, row.finding))]


def summary(truth: Truth, profile: Profile) -> str:
    """Return in two sentences whether the profile is content."""
    failed, missing = truth.failed(profile), truth.missing()
    needed = sum(row.needed(profile) for row in truth.rows)
    if failed:
        names = ", ".join(row.name for row in failed)
        first = f"Profile {profile}: {len(failed)} of {needed} gates fail: {names}."
    else:
        first = f"Profile {profile}: all {needed} gates hold."
    others = [row.name for row in missing if row not in failed]
    return first + (f" Missing, and not needed here: {', '.join(others)}." if others else "")


def as_rows(truth: Truth, profile: Profile) -> list[dict[str, object]]:
    """Return the rows for machines."""
    return [
        {
            "limit": row.limit,
            "at": row.place.value,
            "attack": row.attack,
            "expected": row.expected,
            "seen": row.finding.seen,
            "verdict": row.finding.verdict.value,
            "stand_in": row.finding.by,
            "needed": row.needed(profile),
            "mend": row.mend,
        }
        for row in truth.rows
    ]
