"""A learner's record as a value (contract): where they are, what they proved, what they were told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.core.cohorts.cohort import Course
from bot.core.workshop import StepRef


class SandboxState(StrEnum):
    """Whether a learner has something on a host."""

    NONE = "none"  #: they have made nothing yet, or know that it is gone
    THERE = "there"
    LEAVING = "leaving"  #: it is being put away; a crash in between is made good
    AWAY = "away"  #: it was put away, and they have not heard of it yet


#: what instructors read in place of a name that is not theirs to know
SOMEBODY = "A learner"

#: states in which something may be on a host
HELD = (SandboxState.THERE, SandboxState.LEAVING)


@dataclass(frozen=True, slots=True)
class Learner:
    """One person in one workshop. `id` is Slack's user id."""

    id: str
    name: str
    namespace: str = field(default="", kw_only=True)  #: theirs in the registry, '' before they have one
    at: StepRef | None = None  #: None: has not pressed Start
    passed: Mapping[StepRef, datetime] = field(default_factory=dict)
    skipped: frozenset[StepRef] = frozenset()  #: moved on without proof; honest on the board
    answers: Mapping[str, int] = field(default_factory=dict)  #: `section/step/question` → last chosen option
    hints: Mapping[StepRef, int] = field(default_factory=dict)  #: rungs taken, 0 to 3
    tries: Mapping[StepRef, int] = field(default_factory=dict)  #: checks that gave a verdict
    failing: Mapping[StepRef, tuple[str, str]] = field(
        default_factory=dict
    )  #: (condition id, code) of the last verdict
    spent: Mapping[StepRef, float] = field(default_factory=dict)  #: seconds at each step (`bot.core.ending.timed`)
    hinted: Mapping[StepRef, int] = field(default_factory=dict)  #: rungs shown in all, over every ladder of the step
    missed: Mapping[str, int] = field(default_factory=dict)  #: `section/step/condition` → checks that it failed in
    finished_at: datetime | None = None  #: when the last open step was passed or skipped
    open_attempt: int | None = None  #: a check that is queued or running
    stirred: bool = False  #: they have done something since then that it may not have seen
    met_at: datetime | None = None  #: when we first greeted them
    seen_at: datetime | None = None  #: their last sign of life
    sandbox: SandboxState = SandboxState.NONE
    warned: int = 0  #: how often they were told that it will be put away, since `seen_at`
    warned_at: datetime | None = None
    course: Course | None = None  #: what their cohort brings along; read with them and never written
    nameless: bool = False  #: they sit or sat in a course whose instructors see no names; read and never written

    @property
    def called(self) -> str:
        """Return what instructors are told they are called."""
        return SOMEBODY if self.nameless else self.name

    def done(self, ref: StepRef) -> bool:
        """Tell whether the step is behind them, proved or skipped."""
        return ref in self.passed or ref in self.skipped
