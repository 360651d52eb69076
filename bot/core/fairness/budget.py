"""What one learner may use of the shared host over time: processor seconds that refill, room on its disk.

A purse holds processor seconds. It refills steadily up to its size, so a workshop at any pace never empties it, and
what uses a processor for hours does. Times are seconds of a clock that only goes forward; whoever keeps a purse over a
restart keeps what is left of it and starts the clock anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

RESUMES_AT = 0.25  #: part of the purse that is full again when somebody may go on


@dataclass(frozen=True, slots=True)
class Budget:
    """What everybody may use."""

    cpu_s: float = 900.0  #: in a full purse; the whole workshop, played by its solutions, uses about 20
    cpu_s_per_hour: float = 600.0  #: that come back
    disk_mb: float = 3000.0  #: of images above their bases, volumes and containers


@dataclass(frozen=True, slots=True)
class Purse:
    """One learner's processor seconds: `left_s` at the time `at`; `empty` until enough of it is full again."""

    left_s: float
    at: float
    empty: bool = False


def full(budget: Budget, now: float) -> Purse:
    """Return the purse of somebody who has used nothing."""
    return Purse(budget.cpu_s, now)


def spent(purse: Purse, budget: Budget, used_s: float, now: float) -> Purse:
    """Return the purse after a use (0: only time went by); it never owes more than one refill to `RESUMES_AT`."""
    passed_s = max(now - purse.at, 0.0)
    left = min(purse.left_s + passed_s * budget.cpu_s_per_hour / 3600, budget.cpu_s) - max(used_s, 0.0)
    left = max(left, -RESUMES_AT * budget.cpu_s)
    empty = left < RESUMES_AT * budget.cpu_s if purse.empty else left <= 0
    return replace(purse, left_s=left, at=max(now, purse.at), empty=empty)


def goes_on_in_s(purse: Purse, budget: Budget) -> float:
    """Return in how many seconds the owner may go on; 0 when they may now."""
    if not purse.empty:
        return 0.0
    missing_s = RESUMES_AT * budget.cpu_s - purse.left_s
    return max(missing_s, 0.0) * 3600 / budget.cpu_s_per_hour


@dataclass(frozen=True, slots=True)
class Hits:
    """When somebody's things were stopped at a limit lately, newest last."""

    at: tuple[float, ...] = ()


HITS = 8  #: so many within `HITS_S` are no accident any more
HITS_S = 1800.0


def hit(hits: Hits, now: float) -> tuple[Hits, bool]:
    """Return the hits with one more, and whether they are too many; those are forgotten then, to count anew."""
    lately = (*(at for at in hits.at if now - at < HITS_S), now)
    return (Hits(), True) if len(lately) >= HITS else (Hits(lately), False)
