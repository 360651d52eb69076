"""A class in figures, as values (contract): what is kept of it, and what it came to.

A digest without names has none of them in it, nor ids, nor times by which somebody could be told.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.core.learner import Learner
from bot.core.workshop import StepRef


def share_of(values: Sequence[float], share: float) -> float | None:
    """Return the value that this share of them does not exceed (the nearest rank), None of none."""
    return sorted(values)[math.ceil(share * len(values)) - 1] if values else None


class Came(StrEnum):
    """What a check came to."""

    PASSED = "passed"
    FAILED = "failed"
    OURS = "ours"  #: we could not tell; it counts for nothing but the number of faults
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Tried:
    """One check that is over. `failed` are (condition, code) of it, each condition once."""

    learner: str
    ref: StepRef
    at: datetime
    came: Came
    failed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Record:
    """All that is kept of a class, or of everybody."""

    title: str
    learners: Sequence[Learner]  #: everybody who took it or takes it and has started
    tried: Sequence[Tried]  #: oldest first; those of others count for nothing
    unstarted: int = 0  #: who is on the roster and has not pressed Start, or waits
    nameless: bool = False
    hidden: frozenset[str] = frozenset()  #: ids of learners whose names are nobody's business, whatever is asked


class State(StrEnum):
    """How one learner stands to one step."""

    PASSED = "passed"
    SKIPPED = "skipped"
    OPEN = "open"  #: they are at it, or tried it
    AHEAD = "ahead"


@dataclass(frozen=True, slots=True)
class Cell:
    """One learner and one step. `tries` are checks that gave a verdict."""

    state: State
    tries: int = 0
    hints: int = 0
    spent_s: float | None = None
    passed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One learner. `label` is their name, or a number where names are left out; `id` is '' then."""

    label: str
    cells: tuple[Cell, ...]  #: by step, in the workshop's order
    id: str = ""
    finished: bool = False
    finished_at: datetime | None = None

    @property
    def done(self) -> int:
        """Return how many steps are behind them."""
        return sum(each.state in (State.PASSED, State.SKIPPED) for each in self.cells)


@dataclass(frozen=True, slots=True)
class SectionFigures:
    """How many learners came to a section and through it."""

    id: str
    title: str
    began: int
    done: int  #: every step passed or skipped
    proved: int  #: every step passed


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One step: how long it took those who passed it, how many of the class are through."""

    ref: StepRef
    title: str
    minutes: float  #: as its author thinks
    times_s: tuple[float, ...]  #: smallest first
    passed: int
    skipped: int
    checks: int
    failed: int


@dataclass(frozen=True, slots=True)
class Hard:
    """What one condition cost a class."""

    ref: StepRef
    condition: str
    title: str
    checks: int  #: that it failed in
    learners: int  #: whom it failed for
    codes: tuple[tuple[str, int], ...]  #: (code, checks), most first
    hints: int  #: that those learners were shown at this step
    through: int  #: of those learners have passed the step
    median_s: float | None  #: what the step took those who are through


@dataclass(frozen=True, slots=True)
class Totals:
    """The class in numbers."""

    started: int
    unstarted: int
    finished: int
    steps: int
    passed: int
    skipped: int
    checks: int  #: that gave a verdict
    failed: int
    faults: int  #: checks of which we could not tell: our fault
    hints: int
    minutes: float  #: the author's estimate for all
    median_finish_s: float | None  #: what those who finished needed


@dataclass(frozen=True, slots=True)
class Digest:
    """A class in figures."""

    title: str
    workshop: str
    at: datetime
    named: bool
    totals: Totals
    sections: tuple[SectionFigures, ...]
    steps: tuple[StepFigures, ...]
    lines: tuple[Line, ...]  #: who is furthest first
    hard: tuple[Hard, ...]  #: hardest first
