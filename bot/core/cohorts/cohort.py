"""A cohort as a value (contract): a class in a channel, and who sits in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

#: of a new cohort, before it is kept
NEW = 0
ID_DIGITS = 10  #: that many are more than a database takes for an id
NAME_LIMIT = 80  #: Source: docs.slack.dev, conversations.rename: names of channels are as long


class SeatState(StrEnum):
    """How far somebody is in."""

    INVITED = "invited"  #: they are in the channel and have not pressed Join
    TAKEN = "taken"  #: this is the course they take; of these one person has one
    WAITING = "waiting"  #: they joined and still take another course
    LEFT = "left"  #: they left the channel or the course
    OVER = "over"  #: they took it until it ended


@dataclass(frozen=True, slots=True)
class Seat:
    """One person in one cohort."""

    cohort: int
    user: str
    state: SeatState
    since: datetime


@dataclass(frozen=True, slots=True)
class Cohort:
    """A class. The members of its channel are its roster; its instructors are people, wherever they write."""

    id: int
    name: str
    channel: str
    workshop: str
    instructors: frozenset[str]
    staff_channel: str = ""  #: where its instructors read names and work; '': each in their direct message
    starts: date | None = None
    ends: date | None = None
    nameless: bool = False  #: instructors see figures only, no names and no work
    peers: bool = False  #: learners may be offered to each other
    board: str = ""  #: `channel/ts` of its pinned message
    archived: bool = False  #: its channel is: nobody can be told there
    ended_at: datetime | None = None

    def runs(self, today: date) -> bool:
        """Tell whether the course is going on."""
        begun = self.starts is None or self.starts <= today
        return self.ended_at is None and begun and (self.ends is None or today <= self.ends)


def numbered(about: str) -> int:
    """Return the cohort that a button or form names, `NEW` where it names none: anybody may have forged it."""
    return int(about) if about.isascii() and about.isdecimal() and len(about) < ID_DIGITS else NEW


class Opening(StrEnum):
    """What opens a gate."""

    HAND = "hand"  #: an instructor does
    TIME = "time"
    SHARE = "share"  #: enough of the class have passed everything before it


@dataclass(frozen=True, slots=True)
class Gate:
    """A section that stays closed until something is the case."""

    section: str
    opening: Opening
    at: datetime | None = None  #: for TIME
    share_pct: int = 0  #: for SHARE, 1 to 100
    opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClassHint:
    """What an instructor wrote for everybody who fails a condition with one code; shown before the author's hints."""

    section: str
    step: str
    condition: str
    code: str
    text: str
    by: str
    at: datetime


def hint_for(hints: Iterable[ClassHint], ref: tuple[str, str], condition: str, code: str) -> ClassHint | None:
    """Return the class hint for a step's condition that failed with this code, None when nobody wrote one."""
    wanted = (*ref, condition, code)
    return next((each for each in hints if (each.section, each.step, each.condition, each.code) == wanted), None)


@dataclass(frozen=True, slots=True)
class Course:
    """What a learner's own record takes from the cohort in which they sit."""

    cohort: int
    name: str
    gates: Mapping[str, Gate] = field(default_factory=dict)  #: of closed sections, by section
    hints: tuple[ClassHint, ...] = ()
