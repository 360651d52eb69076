"""What instructors are told about the host gate. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.messages import Note
from bot.sandbox.gate.truth import Row

HOLDS_AGAIN = "The host holds all its limits again. What waited goes on by itself."
MOST = 8  #: rows that are told; the doctor tells all


def gate_note(failed: Sequence[Row]) -> Note:
    """Return the message about limits that the host does not hold; without any, that all hold again."""
    if not failed:
        return Note(HOLDS_AGAIN)
    count = "a limit" if len(failed) == 1 else f"{len(failed)} limits"
    lines = [
        f"- **{row.name}**: {row.finding.seen or row.finding.verdict.value}. To mend it: {row.mend}."
        for row in failed[:MOST]
    ]
    more = [f"- … and {len(failed) - MOST} more"] if len(failed) > MOST else []
    return Note(
        f"⚠️ **Our side:** the host does not hold {count} that a class needs, so I run nothing of the learners on it. "
        "Their checks wait and cost nothing; `docent doctor --host` on the host shows the whole table.\n\n"
        + "\n".join([*lines, *more])
    )
