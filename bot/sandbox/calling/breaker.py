"""When the engine is left in peace: after three calls in a row that it failed, until one of ours went well. Pure.

`Breaker` is a value: `after` takes what came of a call, `admits` tells what may be done now. Work that comes while it
rests is refused at once instead of waiting for its deadline; one canary at a time is sent, ever more seldom at first.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, replace

ERRORS = 3  #: in a row, until it rests
SLOW_S = 5.0  #: a ping that takes longer counts as an error
PAUSES_S = (1.0, 2.0, 4.0, 5.0)  #: until the next canary; the last one again and again
STEADY_S = 30.0  #: one that rests again so soon after it came back begins with a longer pause


class Came(enum.Enum):
    """What came of a call."""

    #: the engine answered; a refusal (404, 409, …) is an answer
    WELL = "well"
    #: no answer, a broken one, or the engine's word that it cannot serve
    FAILED = "failed"


class Admitted(enum.Enum):
    """What may be done now."""

    #: any work
    WORK = "work"
    #: one call of ours, to see whether it is well again
    CANARY = "canary"
    #: nothing
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Breaker:
    """How the engine has been doing; times are of one monotonic clock, in seconds."""

    errors: int = 0  #: in a row
    why: str = ""  #: the last error
    resting_since: float | None = None
    canary: bool = False  #: one is under way
    pauses: int = 0  #: canaries that failed in a row
    next_at: float = 0.0  #: when the next canary may fly
    back_at: float = float("-inf")  #: when it last came back

    @property
    def resting(self) -> bool:
        """Tell whether the engine is left in peace."""
        return self.resting_since is not None

    def admits(self, now: float) -> Admitted:
        """Return what may be done now."""
        if not self.resting:
            return Admitted.WORK
        return Admitted.CANARY if not self.canary and now >= self.next_at else Admitted.NOTHING

    def sent(self) -> Breaker:
        """Return it with a canary under way."""
        return replace(self, canary=True)

    def after(self, came: Came, now: float, why: str = "") -> Breaker:
        """Return it after a call of work; one that began before the rest and ends in it says nothing any more."""
        if self.resting:
            return self
        if came is Came.WELL:
            return replace(self, errors=0, why="") if self.errors else self
        errors = self.errors + 1
        if errors < ERRORS:
            return replace(self, errors=errors, why=why)
        pauses = self.pauses if now - self.back_at < STEADY_S else 0
        return replace(self, errors=errors, why=why, resting_since=now, pauses=pauses, next_at=now + pause_s(pauses))

    def back(self, came: Came, now: float, why: str = "") -> Breaker:
        """Return it after the canary."""
        pauses = self.pauses + 1
        if came is Came.WELL:
            return Breaker(pauses=pauses, back_at=now)
        return replace(self, canary=False, why=why or self.why, pauses=pauses, next_at=now + pause_s(pauses))


def pause_s(pauses: int) -> float:
    """Return how long to wait before the next canary, in seconds."""
    return PAUSES_S[min(pauses, len(PAUSES_S) - 1)]
