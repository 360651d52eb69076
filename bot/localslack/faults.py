"""Faults on purpose: the next calls of a method fail, hang or are slow."""

from __future__ import annotations

from dataclasses import dataclass

#: Matches every method.
ANY = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    """What happens to the next `times` calls of `method` (None: until cleared)."""

    method: str
    times: int | None = 1
    #: answered `{"ok": false, "error": …}`
    error: str | None = None
    #: answered with this HTTP status and no JSON (429 with Retry-After)
    status: int | None = None
    delay_s: float = 0.0
    retry_after_s: int = 1


class Faults:
    """The faults that wait for their calls."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> None:
        """Arm one more; faults of one method come in the order they were armed."""
        self._waiting.append((fault, fault.times))

    def clear(self) -> None:
        """Disarm all."""
        self._waiting = []

    def take(self, method: str) -> Fault | None:
        """Return the fault that this call meets, if any, and count it."""
        for n, (fault, left) in enumerate(self._waiting):
            if fault.method not in (method, ANY):
                continue
            if left is not None:
                if left <= 1:
                    del self._waiting[n]
                else:
                    self._waiting[n] = (fault, left - 1)
            return fault
        return None
