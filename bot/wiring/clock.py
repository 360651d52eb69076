"""The one clock that decisions are told the time by.

A rehearsal may let it run faster (`hastened`): then everything that decides, and everything that is kept, sees the
hastened time. What waits for the world does not: limits of calls, the looks of probes, how often something is done.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(slots=True)
class _Pace:
    times: float = 1.0
    since: datetime = datetime(2000, 1, 1, tzinfo=UTC)


_pace = _Pace()


def now() -> datetime:
    """Return the time, aware, in UTC."""
    at = datetime.now(UTC)
    return at if _pace.times == 1.0 else _pace.since + (at - _pace.since) * _pace.times


def of_ours(time: timedelta) -> timedelta:
    """Return how far the clock goes while so much of our own time passes; to be asked once the clock has its pace."""
    return time * _pace.times


@contextmanager
def hastened(times: float) -> Iterator[None]:
    """Let the clock run so many times as fast from now on, while the block runs; for rehearsals."""
    _pace.times, _pace.since = times, datetime.now(UTC)
    try:
        yield
    finally:
        _pace.times = 1.0
