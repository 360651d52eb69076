"""The deadline of a question, the faults an answer can report, and the fields a question may have."""

import time
from collections.abc import Callable
from typing import Any

LONGEST_S = 180.0
RETRY_PAUSE_S = 0.05

Json = dict[str, Any]


class Fault(Exception):
    """One thing that did not work: a short code for machines, a sentence for people."""

    def __init__(self, code: str, say: str) -> None:
        super().__init__(say)
        self.code = code
        self.say = say


class Clock:
    """The one deadline of a request; every wait asks it how long it may last."""

    def __init__(self, seconds: float) -> None:
        self.started = time.monotonic()
        self.ends = self.started + seconds

    def left(self, at_most: float = LONGEST_S) -> float:
        """Return the seconds left, never more than ``at_most``. Raises: Fault when none are."""
        left = min(self.ends - time.monotonic(), at_most)
        if left <= 0:
            raise Fault("timeout", "the time for this question is over")
        return left

    def until(self, seconds: float) -> "Clock":
        """Return a clock that ends after ``seconds`` or with this one, whichever is first."""
        return Clock(self.left(seconds))

    def ms(self) -> float:
        """Return the milliseconds since the start."""
        return round((time.monotonic() - self.started) * 1000, 1)


def number(of: Json, key: str, default: float) -> float:
    """Return a number of seconds from 0 to 180. Raises: Fault."""
    value = of.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LONGEST_S:
        raise Fault("bad-request", f"{key} must be a number from 0 to {LONGEST_S:.0f}")
    return float(value)


def whole(of: Json, key: str, default: int, lowest: int, highest: int) -> int:
    """Return a whole number within bounds. Raises: Fault."""
    value = of.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise Fault("bad-request", f"{key} must be a whole number from {lowest} to {highest}")
    return value


def string(of: Json, key: str, default: str | None = None) -> str:
    """Return a text field. Raises: Fault."""
    value = of.get(key, default)
    if not isinstance(value, str):
        raise Fault("bad-request", f"{key} must be a text")
    return value


def retried(act: Callable[[], Json], for_s: float, clock: Clock) -> Json:
    """Return the first answer without a fault, trying again until ``for_s`` is over; counts ``tries``."""
    patience_ends, tries = min(clock.ends, time.monotonic() + for_s), 0
    while True:
        tries += 1
        try:
            return {**act(), "tries": tries}
        except Fault as fault:
            over = patience_ends - time.monotonic() <= RETRY_PAUSE_S
            if over or fault.code in ("bad-request", "template"):
                return {"error": fault.code, "say": fault.say, "tries": tries, "ms": clock.ms()}
        time.sleep(RETRY_PAUSE_S)
