"""When an unused sandbox is put away, and when its learner is warned before. Progress is never put away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.learner import Learner, SandboxState

NEVER = timedelta(0)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an unused sandbox is kept; `warnings` say how long before its end, longest first."""

    idle: timedelta = timedelta(hours=24)  #: NEVER: for ever
    warnings: tuple[timedelta, ...] = (timedelta(hours=4), timedelta(minutes=30))


@dataclass(frozen=True, slots=True)
class Leave:
    """Nothing is due."""


@dataclass(frozen=True, slots=True)
class Warn:
    """Tell them that it will be put away in so long; `number` counts from 1."""

    number: int
    left: timedelta


@dataclass(frozen=True, slots=True)
class PutAway:
    """Remove what is on the host."""


Due = Leave | Warn | PutAway


def due(learner: Learner, now: datetime, patience: Patience) -> Due:
    """Return what is due for this learner's sandbox now.

    However late we look, every warning is given before, with as much time after it as it promises.
    """
    if learner.sandbox is SandboxState.LEAVING:
        return PutAway()
    if learner.sandbox is not SandboxState.THERE or learner.seen_at is None or patience.idle == NEVER:
        return Leave()
    if learner.open_attempt is not None:  # a check waits or runs: they will see what it says
        return Leave()
    ends = learner.seen_at + patience.idle
    warnings = [each for each in patience.warnings if NEVER < each < patience.idle]
    warned_at = learner.warned_at if learner.warned_at and learner.warned_at > learner.seen_at else None
    warned = min(learner.warned, len(warnings)) if warned_at else 0
    upcoming = [*warnings, NEVER][warned]
    due_at = ends - upcoming
    if warned_at and warned:
        due_at = max(due_at, warned_at + warnings[warned - 1] - upcoming)
    if now < due_at:
        return Leave()
    return Warn(warned + 1, max(ends - now, upcoming)) if warned < len(warnings) else PutAway()
