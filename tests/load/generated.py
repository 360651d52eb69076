"""Judge a million hand-ins made at random: `deploy/bench generated [COUNT]`.

Prints how many of each kind were made, how many of those were different and how many accepted, and how fast it went.
The seeds go on from run to run when one is given: `deploy/bench generated 1000000 7`.
"""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections import Counter

from rich.console import Console
from rich.table import Table

from tests.handin.generated import CHECKS, Escaped, run

AT_ONCE = 2
PIECE = 5_000
SHARES = {"dockerfile": 0.3, "compose": 0.15, "command": 0.4, "archive": 0.15}


def _piece(job: tuple[str, int]) -> Counter[str] | str:
    try:
        return run(*job, PIECE)
    except Escaped as escaped:
        return f"{escaped}\n  {escaped.__cause__!r}"


def main() -> int:
    """Make them, print, and end with 1 when one got past."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    first = (int(sys.argv[2]) if len(sys.argv) > 2 else 0) * 1_000_000 + 1  # the short run of the tests has seed 0
    jobs = [(kind, first + n) for kind, share in SHARES.items() for n in range(round(count * share / PIECE) or 1)]
    told: Counter[str] = Counter()
    escaped = []
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(AT_ONCE) as pool:
        for found in pool.imap_unordered(_piece, jobs):
            if isinstance(found, str):
                escaped.append(found)
            else:
                told += found
    took = time.monotonic() - began
    table = Table("hand-ins", "made", "different", "accepted")
    for kind in CHECKS:
        table.add_row(kind, *(f"{told[name]:,}" for name in (kind, f"{kind} different", f"{kind} accepted")))
    console = Console(width=100)
    console.print(table)
    made = sum(told[kind] for kind in CHECKS)
    console.print(f"{made:,} in {took:.0f} s: {made / took * 60:,.0f} a minute; {len(escaped)} got past")
    for each in escaped:
        console.print(each, markup=False)
    return bool(escaped)


if __name__ == "__main__":
    sys.exit(main())
