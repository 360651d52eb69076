"""A class counted: how far it is, who needs something, and what each section takes; no names in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from bot.core.cohorts.cohort import NEW, Cohort
from bot.core.learner import Learner
from bot.core.map import settled, steps_of
from bot.core.workshop import Section, StepRef, Workshop

#: without a sign of life for so long, somebody has probably given up or gone
QUIET = timedelta(minutes=15)
ALONE = NEW  #: in place of a cohort's id: those who learn without one


def those_alone(workshop: Workshop) -> Cohort:
    """Return what stands for a cohort where learners take none; instructors of all lead it."""
    return Cohort(ALONE, f"{workshop.title}: learners without a course", "", workshop.id, frozenset())


@dataclass(frozen=True, slots=True)
class Roll:
    """Who takes a course: `learners` are those whom we have met, in no order."""

    learners: Sequence[Learner]
    joined: int  #: whether we have met them or not
    invited: int = 0  #: they have not said yes
    waiting: int = 0  #: until another course of theirs is over
    hidden: Collection[str] = frozenset()  #: ids of those whose names are nobody's business


@dataclass(frozen=True, slots=True)
class Marks:
    """What others found out about people, by user id."""

    stuck: Collection[str] = frozenset()
    waiting: Collection[str] = frozenset()  #: for help of an instructor


@dataclass(frozen=True, slots=True)
class OurSide:
    """How we ourselves do."""

    trouble: str = ""  #: one sentence, '' when work can be done
    queue: int = 0  #: checks that wait
    strain: float = 1.0  #: how much slower the host is than it can be
    faults: int = 0  #: checks of the last hour that failed through us


@dataclass(frozen=True, slots=True)
class SectionTally:
    """How many are before, in and past a section, and what it took those who proved all of it."""

    id: str
    title: str
    minutes: float
    before: int
    inside: int
    past: int
    median_s: float | None


@dataclass(frozen=True, slots=True)
class Tally:
    """A class in numbers. `done`, `active`, `quiet` and `new` are everybody; the stuck and waiting are among them."""

    joined: int
    invited: int
    queued: int  #: until another course of theirs is over
    new: int  #: have not pressed Start
    active: int
    quiet: int
    done: int
    stuck: int
    waiting: int
    sections: tuple[SectionTally, ...] = ()

    @property
    def started(self) -> int:
        """Return how many have pressed Start."""
        return self.active + self.quiet + self.done


@dataclass(frozen=True, slots=True)
class Ground:
    """The steps of a workshop as sets: asking step by step, 500 learners take four times as long."""

    workshop: Workshop
    steps: Set[StepRef]
    sections: tuple[tuple[str, Set[StepRef]], ...]


def ground(workshop: Workshop) -> Ground:
    """Return the ground that learners stand on."""
    sections = tuple((section.id, frozenset(steps_of(section))) for section in workshop.sections)
    return Ground(workshop, frozenset(workshop.order), sections)


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one learner is; small, because those of all classes are kept at hand."""

    user: str
    section: str  #: they are at, '' before Start
    past: Set[str]  #: sections
    took: Mapping[str, float]  #: seconds of the sections that they proved
    over: bool
    seen_at: datetime | None

    def active(self, now: datetime) -> bool:
        """Tell whether there was a sign of life lately."""
        return self.seen_at is not None and now - self.seen_at <= QUIET


def spot(on: Ground, learner: Learner) -> Spot:
    """Return where a learner is; somebody who skipped a step says nothing about what its section takes."""
    at = learner.at if learner.at is None or learner.at in on.steps else settled(on.workshop, learner).at
    behind = learner.passed.keys() | learner.skipped
    past = frozenset(section for section, refs in on.sections if refs <= behind)
    spent: dict[str, float] = {}
    for (section, _), seconds in learner.spent.items():
        spent[section] = spent.get(section, 0.0) + seconds
    proved = past - {ref.section for ref in learner.skipped}
    took = {section: seconds for section, seconds in spent.items() if section in proved}
    over = len(past) == len(on.sections)
    return Spot(learner.id, at.section if at else "", past, took, over, learner.seen_at)


@dataclass(frozen=True, slots=True)
class Spots:
    """A roll, with where everybody is in place of their records."""

    spots: Collection[Spot]
    joined: int
    invited: int = 0
    waiting: int = 0


def spots(on: Ground, roll: Roll) -> Spots:
    """Return the roll with where everybody is."""
    return Spots([spot(on, each) for each in roll.learners], roll.joined, roll.invited, roll.waiting)


def moved(before: Spots, changed: Collection[Spot]) -> Spots:
    """Return the roll with some people where they are now, also when they were not on it."""
    users = {each.user for each in changed}
    return replace(before, spots=[*(each for each in before.spots if each.user not in users), *changed])


def tally(workshop: Workshop, roll: Spots, marks: Marks, now: datetime) -> Tally:
    """Return the class counted; somebody done is neither stuck nor waiting any more."""
    here = [each for each in roll.spots if each.section]
    going = [each for each in here if not each.over]
    ids = {each.user for each in going}
    active = sum(each.active(now) for each in going)
    joined = max(roll.joined, len(here))
    return Tally(
        joined=joined,
        invited=roll.invited,
        queued=roll.waiting,
        new=joined - len(here),
        active=active,
        quiet=len(going) - active,
        done=len(here) - len(going),
        stuck=len(ids & set(marks.stuck)),
        waiting=len(ids & set(marks.waiting)),
        sections=tuple(_section(section, here, joined) for section in workshop.sections),
    )


def _section(section: Section, here: Sequence[Spot], joined: int) -> SectionTally:
    past = sum(section.id in each.past for each in here)
    inside = sum(each.section == section.id and section.id not in each.past for each in here)
    times = [each.took[section.id] for each in here if section.id in each.took]
    typical = median(times) if times else None
    return SectionTally(section.id, section.title, section.minutes, joined - past - inside, inside, past, typical)
