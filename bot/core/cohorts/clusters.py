"""What many of a class fail with at once, as its record has it (contract). Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.core.cohorts.radar import Trail, present
from bot.core.workshop import Condition, Failure, StepRef, Workshop

MANY = 3
SHARE = 0.2  #: of those at the step


class Spot(NamedTuple):
    """What they fail with: a condition of a step, and its code."""

    ref: StepRef
    condition: str
    code: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """Some of those who are at a step and fail with the same."""

    spot: Spot
    failing: frozenset[str]
    here: int  #: how many are at the step


@dataclass(frozen=True, slots=True)
class KeptCluster:
    """A cluster that instructors were told of, and what the message says."""

    id: int  #: 0 before it is kept
    cohort: int
    spot: Spot
    failing: int
    here: int
    at: datetime  #: when its message last changed
    places: tuple[str, ...] = ()


def clusters(workshop: Workshop, trails: Sequence[Trail]) -> tuple[Cluster, ...]:
    """Return what at least three, and a fifth of those at a step, fail with; the most first."""
    found = (each for each in failing(workshop, trails) if enough(len(each.failing), each.here))
    return tuple(sorted(found, key=lambda each: (-len(each.failing), each.spot)))


def enough(count: int, here: int) -> bool:
    """Tell whether so many of those at a step are a cluster."""
    return count >= MANY and count >= SHARE * here


def failing(workshop: Workshop, trails: Sequence[Trail]) -> tuple[Cluster, ...]:
    """Return everything that anybody fails with now at their step."""
    here: Counter[StepRef] = Counter()
    who: defaultdict[Spot, set[str]] = defaultdict(set)
    for trail in trails:
        learner, ref = trail.learner, trail.learner.at
        if ref is None or not present(workshop, trail):
            continue
        here[ref] += 1
        if ref in learner.failing:
            who[Spot(ref, *learner.failing[ref])].add(learner.id)
    return tuple(Cluster(spot, frozenset(users), here[spot.ref]) for spot, users in who.items())


def about(workshop: Workshop, spot: Spot) -> tuple[Condition, Failure] | None:
    """Return the condition and what its author wrote for the code; None where the workshop has it no more."""
    step = workshop.step(spot.ref)
    condition = next((each for each in step.conditions if each.id == spot.condition), None) if step else None
    failure = condition.fail.get(spot.code) if condition else None
    return (condition, failure) if condition and failure else None
