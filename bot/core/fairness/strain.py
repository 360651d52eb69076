"""How much slower this host is than it can be, so that nobody fails a check because others are busy.

The same small operation is timed again and again. Its best times lately are what the host can do, its times just now
are what it does; their ratio is the strain, and what lessons wait for is waited for that much longer.
"""

from __future__ import annotations

from dataclasses import dataclass

REMEMBERED = 120  #: times that the best are looked for in
JUST_NOW = 5
MOST = 3.0  #: a host slower than this is in trouble that no patience mends


@dataclass(frozen=True, slots=True)
class Times:
    """What the operation took, in seconds, newest last."""

    took_s: tuple[float, ...] = ()


def timed(times: Times, took_s: float) -> Times:
    """Return the times with one more."""
    return Times((*times.took_s, max(took_s, 1e-4))[-REMEMBERED:])


def strain(times: Times) -> float:
    """Return by how much to stretch waits: 1.0 on a host at ease up to `MOST`; 1.0 as long as little is known."""
    if len(times.took_s) < JUST_NOW:
        return 1.0
    ranked = sorted(times.took_s)
    best_s = ranked[len(ranked) // 10]
    now_s = sorted(times.took_s[-JUST_NOW:])[JUST_NOW // 2]
    return min(max(now_s / best_s, 1.0), MOST)
