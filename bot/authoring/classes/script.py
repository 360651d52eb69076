"""What everybody of a class does: a pure function of the workshop, how many they are, and a seed.

Times are minutes of the class. At least four are stuck by what they do, not by chance: some give the same wrong answer
until somebody helps, others fall silent behind a failed check. Many walk into one trap, so that there is a cluster.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.authoring.classes.tape import Work
from bot.core.cohorts.clusters import MANY
from bot.core.cohorts.radar import SAME, SILENCE
from bot.core.workshop import Section, Step, StepRef, Workshop, Wrong

LAST = "04"  #: the class ends after this section
STUCK_SHARE = 20  #: of so many learners one is stuck in each of the two ways …
STUCK_LEAST = 2  #: … and never fewer
TRAP_SHARE = 0.4  #: of a class walks into the trap
TOGETHER_MIN = 2.0  #: for so long the first of them are in it at once
ARRIVE_MIN, LATE_MIN = 3.0, 15.0
SILENT_MIN = SILENCE.total_seconds() / 60 + 14

Known = Callable[[Work], bool]  #: whether a host ever saw this


class Ending(StrEnum):
    """How somebody's class ends."""

    THROUGH = "through"  #: they come to the end of the last section
    LEAVES = "leaves"  #: they close Slack in the middle of the class, with nothing failed


class Trouble(StrEnum):
    """In which way somebody is stuck at a step."""

    NONE = "none"
    SAME = "same"  #: the same wrong answer again and again
    SILENT = "silent"  #: nothing more after a failed check


@dataclass(frozen=True, slots=True)
class Stay:
    """What somebody does at one step: wrong answers, then the solution, each after some thought."""

    ref: StepRef
    minutes: float  #: they need for it, in all
    wrong: tuple[str, ...] = ()
    hints: int = 0  #: asked for after the first wrong answer
    asks: bool = False  #: asks an instructor after it, too
    trouble: Trouble = Trouble.NONE
    patience_min: float = 0.0  #: in trouble: after so long they find out by themselves


@dataclass(frozen=True, slots=True)
class Part:
    """What one learner does."""

    number: int
    arrives_min: float
    speed: float  #: times what the author planned
    stays: tuple[Stay, ...]
    ending: Ending = Ending.THROUGH

    @property
    def stuck_at(self) -> StepRef | None:
        """Return the step at which they are truly stuck, None for most."""
        return next((stay.ref for stay in self.stays if stay.trouble is not Trouble.NONE), None)


def cast(workshop: Workshop, count: int, seed: int, known: Known, last: str = LAST) -> tuple[Part, ...]:
    """Return the parts of a class, always the same for the same values."""
    sections = tuple(each for each in workshop.sections if each.id <= last)
    chance = random.Random(f"{workshop.id}/{count}/{seed}")  # noqa: S311 - a play, and the same one each time
    trap = _trap(sections, chance, known)
    many = max(STUCK_LEAST, count // STUCK_SHARE)
    numbers = list(range(1, count))  # the first is nobody special: a real host may play along
    chance.shuffle(numbers)
    roles = dict.fromkeys(numbers[:many], Trouble.SAME)
    roles |= dict.fromkeys(numbers[many : 2 * many], Trouble.SILENT)
    rest = numbers[2 * many :]
    late, leaves = set(rest[:1]), set(rest[1 : 1 + max(1, count // 30)])
    trapped = set(rest[1 + len(leaves) :][: round(TRAP_SHARE * count)])
    parts: list[Part] = []
    for number in range(count):
        own = random.Random(f"{workshop.id}/{count}/{seed}/{number}")  # noqa: S311 - as above
        part = _part(sections, number, own, known)
        if number in trapped and trap:
            part = _falls(part, *trap)
        if number in late:
            part = replace(part, arrives_min=LATE_MIN)
        if number in leaves:
            part = replace(part, stays=part.stays[: len(part.stays) // 2], ending=Ending.LEAVES)
        parts.append(_troubled(part, roles[number], sections, own, known) if number in roles else part)
    return tuple(_together(parts, trapped, trap[0])) if trap else tuple(parts)


def _steps(sections: tuple[Section, ...]) -> list[tuple[StepRef, Step]]:
    return [(StepRef(section.id, step.id), step) for section in sections for step in section.steps]


def _mistakes(ref: StepRef, step: Step, known: Known) -> list[Wrong]:
    """Return the wrong answers that can be played: those that do something, and whose evidence is known.

    What is answered stays answered, so nobody leaves a question open the second time.
    """
    there = (each for each in step.wrong if each.acts and each.expect != "NOT_ANSWERED")
    return [each for each in there if not step.needs_sandbox or known(Work(ref, each.id))]


def _hard(sections: tuple[Section, ...], known: Known) -> list[tuple[StepRef, list[Wrong]]]:
    """Return the steps at which something is run or built, and what may go wrong there."""
    found = ((ref, _mistakes(ref, step, known)) for ref, step in _steps(sections) if step.needs_sandbox)
    return [(ref, wrong) for ref, wrong in found if wrong]


def _trap(sections: tuple[Section, ...], chance: random.Random, known: Known) -> tuple[StepRef, str] | None:
    """Return a step early enough that all come by, and the wrong answer that many give there."""
    hard = _hard(sections, known)[:3]
    if not hard:
        return None
    ref, wrong = chance.choice(hard)
    return ref, chance.choice(wrong).id


def _part(sections: tuple[Section, ...], number: int, own: random.Random, known: Known) -> Part:
    speed = min(3.0, max(0.6, own.lognormvariate(0.25, 0.3)))
    slips = own.uniform(0.05, 0.35)
    stays = []
    for ref, step in _steps(sections):
        mistakes = _mistakes(ref, step, known)
        wrong: list[str] = []
        if mistakes and own.random() < slips:
            # two of a kind would look like somebody who is stuck
            wrong = _some(mistakes, own)
        minutes = step.minutes * speed * own.uniform(0.7, 1.3)
        hints = own.choice((0, 0, 1, 2)) if wrong else 0
        stays.append(Stay(ref, minutes, tuple(wrong), hints, asks=bool(wrong) and own.random() < 0.15))
    return Part(number, own.uniform(0.0, ARRIVE_MIN), speed, tuple(stays))


def _some(mistakes: list[Wrong], own: random.Random) -> list[str]:
    """Return one or two of them; a question that was answered well is not asked again, so it comes first and once."""
    chosen = own.sample(mistakes, min(len(mistakes), own.choice((1, 1, 2))))
    answers = [each.id for each in chosen if each.expect == "WRONG_ANSWER"][:1]
    return answers + [each.id for each in chosen if each.expect != "WRONG_ANSWER"]


def _falls(part: Part, ref: StepRef, wrong: str) -> Part:
    """Return the part of somebody who walks into the trap, and thinks about it for a while."""

    def there(stay: Stay) -> Stay:
        return replace(stay, wrong=(wrong,), minutes=stay.minutes + 3.0) if stay.ref == ref else stay

    return replace(part, stays=tuple(there(stay) for stay in part.stays))


def _together(parts: list[Part], trapped: Collection[int], ref: StepRef) -> list[Part]:
    """Return the parts with the first few in the trap at once: a cluster is so many who fail at the same time."""
    first = sorted((_comes(parts[number], ref), number) for number in trapped)[:MANY]
    if not first:
        return parts
    last = first[-1][0] + _stay(parts[first[-1][1]], ref).minutes / 2 + TOGETHER_MIN
    longer = {number: max(_stay(parts[number], ref).minutes, last - comes) for comes, number in first}

    def there(stay: Stay, minutes: float) -> Stay:
        return replace(stay, minutes=minutes) if stay.ref == ref else stay

    return [
        replace(part, stays=tuple(there(stay, longer[part.number]) for stay in part.stays))
        if part.number in longer
        else part
        for part in parts
    ]


def _stay(part: Part, ref: StepRef) -> Stay:
    return next(stay for stay in part.stays if stay.ref == ref)


def _comes(part: Part, ref: StepRef) -> float:
    """Return the minute in which somebody comes to a step, if nothing holds them up."""
    return part.arrives_min + sum(stay.minutes for stay in itertools.takewhile(lambda s: s.ref != ref, part.stays))


def _troubled(part: Part, trouble: Trouble, sections: tuple[Section, ...], own: random.Random, known: Known) -> Part:
    """Return the part of somebody who gets stuck at one of the first hard steps."""
    hard = _hard(sections, known)[:4]
    if not hard:
        return part
    ref, wrong = own.choice(hard)
    again = (own.choice(wrong).id,) * (SAME if trouble is Trouble.SAME else 1)
    patience = own.uniform(12.0, 16.0) if trouble is Trouble.SAME else SILENT_MIN
    hints = 1 if trouble is Trouble.SAME else 0
    asks = trouble is Trouble.SAME and own.random() < 0.5

    def there(stay: Stay) -> Stay:
        if stay.ref != ref:
            return stay
        return replace(stay, wrong=again, hints=hints, asks=asks, trouble=trouble, patience_min=patience)

    return replace(part, stays=tuple(there(stay) for stay in part.stays))
