"""How long a queue is: what jobs take, when one will begin, and when no more is taken in."""

from __future__ import annotations

import math
from dataclasses import dataclass

REMEMBERED = 20  #: jobs whose durations are looked at
SMOOTH = 0.25  #: how much a new look counts against the ones before
TOLD_AGAIN = 0.3  #: a wait that changed by more than this part is told again
DRAINED = 0.75  #: a full queue takes in again about when it is this full


@dataclass(frozen=True, slots=True)
class Pace:
    """What jobs of one kind take: three of four are done in `usual_s`."""

    usual_s: float
    lately_s: tuple[float, ...] = ()


def paced(pace: Pace, took_s: float) -> Pace:
    """Return the pace with one more job that took so long."""
    lately = (*pace.lately_s, took_s)[-REMEMBERED:]
    slow = sorted(lately)[math.ceil(0.75 * len(lately)) - 1]
    return Pace(pace.usual_s + (slow - pace.usual_s) * SMOOTH, lately)


def begins_in_s(pace: Pace, ahead: int, slots: int) -> float:
    """Return in about how many seconds a job begins that waits behind so many others, all slots being taken."""
    return (ahead + 1) * pace.usual_s / slots


def worth_telling(told_s: float | None, now_s: float) -> bool:
    """Tell whether somebody who was told the one wait should be told the other; None: they were told nothing."""
    return told_s is None or abs(now_s - told_s) > TOLD_AGAIN * told_s


@dataclass(frozen=True, slots=True)
class Full:
    """No more is taken in; worth another try in about so many minutes."""

    minutes: int


def admitted(waiting: int, most: int, pace: Pace, slots: int) -> Full | None:
    """Return None where one more may wait, else when to come back: when a quarter of the queue is done."""
    if waiting < most:
        return None
    over = waiting - DRAINED * most
    return Full(max(1, math.ceil(over * pace.usual_s / slots / 60)))
