"""What many of a class fail with at once, as its record has it (contract). Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bot.core.cards import filled
from bot.core.cohorts.cohort import ClassHint
from bot.core.cohorts.radar import Trail, present
from bot.core.map import place
from bot.core.panels import Field, Kind, Mistakes, Panel, Press, Row, Sheet, Tone
from bot.core.workshop import Condition, Failure, StepRef, Workshop

MANY = 3
SHARE = 0.2  #: of those at the step
HINT = "cluster.hint"
LIMIT = 1_500  #: characters of a class hint


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
    here = at_steps(workshop, trails)
    who: defaultdict[Spot, set[str]] = defaultdict(set)
    for trail in trails:
        learner, ref = trail.learner, trail.learner.at
        if ref is None or not present(workshop, trail):
            continue
        if ref in learner.failing:
            who[Spot(ref, *learner.failing[ref])].add(learner.id)
    return tuple(Cluster(spot, frozenset(users), here[spot.ref]) for spot, users in who.items())


def at_steps(workshop: Workshop, trails: Sequence[Trail]) -> Mapping[StepRef, int]:
    """Return how many are at each step now."""
    return Counter(ref for each in trails if (ref := each.learner.at) and present(workshop, each))


def about(workshop: Workshop, spot: Spot) -> tuple[Condition, Failure] | None:
    """Return the condition and what its author wrote for the code; None where the workshop has it no more."""
    step = workshop.step(spot.ref)
    condition = next((each for each in step.conditions if each.id == spot.condition), None) if step else None
    failure = condition.fail.get(spot.code) if condition else None
    return (condition, failure) if condition and failure else None


def cluster_panel(workshop: Workshop, cluster: KeptCluster, hint: ClassHint | None) -> Panel:
    """Return what instructors are told of a cluster; figures only."""
    figures = f"{cluster.failing} of {cluster.here}"
    where, code = place(workshop, cluster.spot.ref), cluster.spot.code
    over = not enough(cluster.failing, cluster.here)
    words = about(workshop, cluster.spot)
    what = f"{filled(words[0].title, workshop)}: `{code}`" if words else f"`{code}`"
    if not cluster.failing:
        rows = [Row(f"Nobody at **{where}** fails with it any more.\n{what}")]
    else:
        rows = [Row(f"{figures} who are at **{where}** fail with the same now.\n{what}")]
    if over and cluster.failing:
        rows.append(Row("It is no more than a few by now."))
    if hint:
        rows.append(Row("The class hint:", quote=hint.text))
    label = "Change the class hint" if hint else "Write a class hint"
    press = Press(HINT, label, str(cluster.id), Tone.PLAIN if hint or over else Tone.MAIN)
    head = f"{figures}: {code}" if cluster.failing else f"Over: {code}"
    return Panel(f"{head} at {where}", head, tuple(rows), (press,))


def class_hint_sheet(workshop: Workshop, cluster: KeptCluster, hint: ClassHint | None) -> Sheet:
    """Return the form for a class hint, with what the author wrote."""
    words = about(workshop, cluster.spot)
    rows = [Row(f"**{place(workshop, cluster.spot.ref)}** · `{cluster.spot.code}`. Its author's hints:")]
    for name, text in zip(("Nudge", "Pointer", "Solution"), words[1].hints if words else (), strict=False):
        rows.append(Row(f"**{name}**\n{filled(text, workshop)}"))
    told = "Who fails with it now is told at once; everybody who does later reads it before the first hint."
    field = Field("text", "Your hint for the class", Kind.TEXT, hint.text if hint else "", optional=bool(hint))
    return Sheet(HINT, "Class hint", (*rows, Row(told)), (field,), "Tell the class", str(cluster.id))


def read_class_hint(filled_in: Mapping[str, str], hint: ClassHint | None) -> str | Mistakes:
    """Return the text of a class hint; an empty one takes away what is there."""
    text = filled_in.get("text", "").strip()
    if not text and hint is None:
        return Mistakes({"text": "Write what helps the class."})
    if len(text) > LIMIT:
        return Mistakes({"text": f"That is {len(text):,} characters; a hint has at most {LIMIT:,}."})
    return text
