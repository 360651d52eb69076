"""How good the radar is, and what it costs: `deploy/bench radar [--json]`. Needs no engine.

Classes of sixty are simulated, each with a seed of its own: people of different speed and care work through the real
workshop, through the real tutor, with mistakes drawn from what the lessons know. Some of them get stuck at some step,
by construction: they fail with the same again and again, try one thing after another, give up behind a failed check, or
sit and read. Others only look so: they fail alike and then find it, are slow, or fetch a coffee. Every five seconds the
radar's own rules look at the record; what it says is compared with who is stuck. The second part puts 500 learners into
real records and times a whole look at them.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.authoring.load import load_workshop
from bot.core.cohorts.radar import Outage, Stuck, Trail, Tried, Why, outages, stuck
from bot.core.events import AskedForCheck, AskedForHint, AskedForNext, CheckEnded
from bot.core.learner import Learner
from bot.core.moves import pass_step
from bot.core.results import Failed, Fault, Passed
from bot.core.tutor import decide
from bot.core.verdict import Verdict
from bot.core.workshop import Condition, Step, StepRef
from bot.settings import shipped
from tests.load.radar_cost import Cost, cost

WORKSHOP = load_workshop(shipped("lessons") / "docker-workshop")
CLASSES, PEOPLE = 12, 60
LESSON = timedelta(minutes=100)
LOOK = timedelta(seconds=5)
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: of the steps that somebody comes to, at so many they get stuck; and how
STUCK_AT = 0.02
HOW = {
    "again": (0.35, "who fails with the same again"),
    "flailing": (0.25, "who tries one thing after another"),
    "gives up": (0.25, "who gives up behind a failed check"),
    "reads": (0.15, "who sits and reads"),
}
COFFEE = 0.03  #: of failed checks, so many are followed by a pause that means nothing


@dataclass(slots=True)
class Somebody:
    """One simulated learner. `slow` multiplies what an author planned, `careless` is how often a check fails."""

    learner: Learner
    dice: random.Random
    slow: float
    careless: float
    tried: list[Tried] = field(default_factory=list)  #: of the present step, newest first
    code: str = ""  #: what they fail with at the moment
    stuck: str = ""  #: how they are stuck at their step, '' when they are not
    opened: datetime | None = None  #: when their check was asked for


@dataclass(frozen=True, slots=True)
class Truth:
    """Somebody got stuck at a step."""

    learner: str
    ref: StepRef
    how: str
    at: datetime


@dataclass(slots=True)
class Lesson:
    """What happened in one class, and what the radar said."""

    truths: list[Truth] = field(default_factory=list)
    alerts: dict[tuple[str, StepRef], tuple[Stuck, datetime]] = field(default_factory=dict)
    said: dict[Why, set[tuple[str, StepRef]]] = field(default_factory=lambda: {why: set() for why in Why})


class Room:
    """A class at work: events in the order of their times."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(f"radar {seed}")  # noqa: S311 - the same class again for the same seed
        self.now = BEGIN
        self.queue: list[tuple[datetime, int, str]] = []
        self.lesson = Lesson()
        self.people = [self._somebody(number) for number in range(PEOPLE)]
        # of every third class the host is down for ten minutes
        down = BEGIN + timedelta(minutes=self.dice.uniform(20, 70))
        self.down = (down, down + timedelta(minutes=10)) if seed % 3 == 0 else None
        self.outages: tuple[Outage, ...] = ()

    def _somebody(self, number: int) -> Somebody:
        dice = self.dice
        at = next(ref for ref in WORKSHOP.order if ref.section == "02")
        learner = Learner(f"U{number:02d}", f"Learner {number}", at=at, met_at=self.now, seen_at=self.now)
        one = Somebody(learner, dice, dice.lognormvariate(0.0, 0.4), min(0.8, dice.betavariate(2, 4)))
        self._arrive(one, number, dice.uniform(0, 300))
        return one

    def is_down(self) -> bool:
        return self.down is not None and self.down[0] <= self.now < self.down[1]

    def _later(self, number: int, seconds: float, what: str) -> None:
        heapq.heappush(self.queue, (self.now + timedelta(seconds=seconds), number, what))

    def _arrive(self, one: Somebody, number: int, wait_s: float = 0.0) -> None:
        """Begin a step: it is known now, and only here, whether they get stuck at it."""
        ref = one.learner.at
        step = WORKSHOP.step(ref) if ref else None
        if ref is None or step is None:
            return
        one.tried, one.code, one.stuck = [], "", ""
        took_s = 60 * step.minutes * one.slow * self.dice.lognormvariate(0.0, 0.4)
        if step.needs_sandbox and self.dice.random() < STUCK_AT:
            one.stuck = self.dice.choices(list(HOW), [share for share, _ in HOW.values()])[0]
        self._later(number, wait_s + took_s * 0.5, "sign")
        self._later(number, wait_s + took_s, "ready")

    def until(self, end: datetime) -> None:
        """Let everything happen that happens until then."""
        while self.queue and self.queue[0][0] <= end:
            self.now, number, what = heapq.heappop(self.queue)
            self._happen(self.people[number], number, what)
        self.now = end

    def _happen(self, one: Somebody, number: int, what: str) -> None:
        ref, learner = one.learner.at, one.learner
        step = WORKSHOP.step(ref) if ref else None
        if ref is None or step is None or learner.finished_at:
            return
        match what:
            case "sign":  # a command, an edit, a question
                one.learner = self._seen(one)
            case "ready" if not step.needs_sandbox:
                self._on(one, number, ref)
            case "ready" if one.stuck == "reads":
                self._truth(one, ref)
                self._later(number, self.dice.uniform(120, 280), "stares")
            case "stares":
                one.learner = self._seen(one)
                self._later(number, self.dice.uniform(120, 280), "stares")
            case "ready" if learner.open_attempt is None:
                asked = decide(WORKSHOP, learner, AskedForCheck(), self.now).learner
                one.learner, one.opened = replace(asked, open_attempt=1), self.now
                self._later(number, self.dice.expovariate(1 / 8) + 3, "verdict")
            case "verdict":
                self._ended(one, number, ref, step)
            case _:
                pass

    def _seen(self, one: Somebody) -> Learner:
        """Return the learner with a sign of life, counted as the tutor counts."""
        return replace(decide(WORKSHOP, one.learner, AskedForHint(), self.now).learner, hints=one.learner.hints)

    def _truth(self, one: Somebody, ref: StepRef) -> None:
        if all((each.learner, each.ref) != (one.learner.id, ref) for each in self.lesson.truths):
            self.lesson.truths.append(Truth(one.learner.id, ref, one.stuck, self.now))

    def _on(self, one: Somebody, number: int, ref: StepRef) -> None:
        """Go on to the next step."""
        learner = replace(self._seen(one), open_attempt=None)
        learner = pass_step(WORKSHOP, learner, ref, self.now)[0]
        one.learner = decide(WORKSHOP, learner, AskedForNext(), self.now).learner
        if one.learner.at != ref:
            self._arrive(one, number)

    def _ended(self, one: Somebody, number: int, ref: StepRef, step: Step) -> None:
        if self.is_down():
            self._close(one, Verdict(((step.conditions[0].id, Fault("the host is down")),)))
            self._later(number, self.dice.uniform(60, 240), "ready")
            return
        careless = one.careless * (0.75 ** len(one.tried))  # who tries again has learned something
        if not one.stuck and self.dice.random() >= careless:
            self._close(one, Verdict(tuple((each.id, Passed()) for each in step.conditions)))
            self._later_on(one, number, ref)
            return
        self._fail(one, ref, step)
        self._next_try(one, number, ref, step)

    def _later_on(self, one: Somebody, number: int, ref: StepRef) -> None:
        one.learner = decide(WORKSHOP, one.learner, AskedForNext(), self.now + timedelta(seconds=5)).learner
        if one.learner.at != ref:
            self._arrive(one, number)

    def _fail(self, one: Somebody, ref: StepRef, step: Step) -> None:
        condition = self._condition(step)
        same = {"again": 1.0, "flailing": 0.2, "gives up": 0.6}.get(one.stuck, 0.45)
        if not one.code or self.dice.random() >= same:
            one.code = self.dice.choice(sorted(condition.fail))
        if one.stuck:
            self._truth(one, ref)
        self._close(one, Verdict(((condition.id, Failed(one.code, "this", "that")),)))

    def _condition(self, step: Step) -> Condition:
        return next(each for each in step.conditions if each.fail and each.probe != "answer")

    def _next_try(self, one: Somebody, number: int, ref: StepRef, step: Step) -> None:
        think_s = self.dice.lognormvariate(4.6, 0.5) * one.slow  # about 100 s
        if one.stuck == "gives up" and len(one.tried) >= self.dice.choice((1, 2)):
            return
        if not one.stuck and self.dice.random() < COFFEE:
            think_s += self.dice.uniform(480, 1_200)
        else:
            self._later(number, think_s * 0.6, "sign")
        self._later(number, think_s, "ready")

    def _close(self, one: Somebody, verdict: Verdict) -> None:
        ref = one.learner.at
        assert ref
        one.learner = decide(WORKSHOP, one.learner, CheckEnded(1, ref, verdict), self.now).learner
        waited_s = max(0.0, (self.now - (one.opened or self.now)).total_seconds() - 3)
        name, failed = verdict.first_failure or ("", Failed("", "", ""))
        one.tried.insert(0, Tried(self.now, name, failed.code, ours=verdict.ours, waited_s=waited_s))

    def look(self, before: datetime) -> None:
        """Look as the watch does."""
        self.outages = outages(self.outages, before, self.now, down=self.is_down())
        trails = [Trail(each.learner, tuple(each.tried[:12])) for each in self.people]
        for found in stuck(WORKSHOP, trails, self.now, self.outages):
            self.lesson.alerts.setdefault((found.learner, found.ref), (found, self.now))
            self.lesson.said[found.why].add((found.learner, found.ref))


def lesson(seed: int) -> Lesson:
    """Return what came of one class."""
    room, end = Room(seed), BEGIN + LESSON
    while room.now < end:
        before = room.now
        room.until(before + LOOK)
        room.look(before)
    return room.lesson


@dataclass(frozen=True, slots=True)
class Figures:
    """How good the radar was. A miss is somebody who was stuck for ten minutes and of whom nobody was told."""

    learners: int
    steps: int
    stuck: int
    alerts: int
    precision: float
    recall: float
    recall_of: dict[str, float]  #: by how they are stuck
    alone: dict[str, tuple[int, float, float]]  #: by rule, as if there were no other: alerts, precision, recall
    behind_condition_s: float
    behind_truth_min: float
    false_per_class: float


def figures(lessons: list[Lesson]) -> Figures:
    """Return the figures of these classes."""
    end, hits, total = BEGIN + LESSON, 0, 0
    there, found = Counter[str](), Counter[str]()
    late: list[float] = []
    behind: list[float] = []
    alone = dict.fromkeys(Why, (0, 0))
    for each in lessons:
        truths = {(truth.learner, truth.ref): truth for truth in each.truths}
        for key, (alert, at) in each.alerts.items():
            behind.append((at - alert.since).total_seconds())
            total, hits = total + 1, hits + (key in truths)
        for why, keys in each.said.items():
            alone[why] = (alone[why][0] + len(keys), alone[why][1] + len(keys & truths.keys()))
        for key, truth in truths.items():
            if truth.at + timedelta(minutes=10) <= end or key in each.alerts:
                there[truth.how] += 1
                found[truth.how] += key in each.alerts
            if key in each.alerts:
                late.append((each.alerts[key][1] - truth.at).total_seconds() / 60)
    everybody = sum(there.values())
    return Figures(
        learners=PEOPLE * len(lessons),
        steps=sum(1 for ref in WORKSHOP.order if (step := WORKSHOP.step(ref)) and step.needs_sandbox),
        stuck=everybody,
        alerts=total,
        precision=hits / total if total else 1.0,
        recall=sum(found.values()) / max(1, everybody),
        recall_of={how: found[how] / there[how] for how in HOW if there[how]},
        alone={why.value: (n, right / n, right / everybody) for why, (n, right) in alone.items() if n},
        behind_condition_s=max(behind, default=0.0),
        behind_truth_min=statistics.median(late) if late else 0.0,
        false_per_class=(total - hits) / len(lessons),
    )


def shown(came: Figures, spent: Cost) -> Table:
    """Return the figures as a table."""
    title = f"{CLASSES} simulated classes of {PEOPLE}, {LESSON.seconds // 60} minutes each"
    table = Table("figure", "value", title=title)
    table.add_row("stuck by construction, for ten minutes or more", str(came.stuck))
    table.add_row("alerts", str(came.alerts))
    table.add_row("precision: of the alerts, so many were right", f"{came.precision:.0%}")
    table.add_row("false alarms, a class", f"{came.false_per_class:.1f}")
    table.add_row("recall: of those who were stuck, so many were told of", f"{came.recall:.0%}")
    for how, share in came.recall_of.items():
        table.add_row(f"  {HOW[how][1]}", f"{share:.0%}")
    for why, (count, precision, recall) in came.alone.items():
        said = f"{count} alerts, precision {precision:.0%}, recall {recall:.0%}"
        table.add_row(f"the rule “{why}” alone", said)
    table.add_row("alert behind its condition, at most", f"{came.behind_condition_s:.1f} s")
    table.add_row("alert behind getting stuck, median", f"{came.behind_truth_min:.1f} min")
    table.add_row(f"a look at {spent.learners} learners, median", f"{spent.look_ms:.0f} ms")
    table.add_row("  of which reading the record", f"{spent.read_ms:.0f} ms")
    table.add_row("  of which deciding", f"{spent.decide_ms:.0f} ms")
    table.add_row("posted behind the third failure, 500 learners, at most", f"{spent.told_s:.1f} s")
    return table


def main() -> None:
    """Measure and print."""
    began = time.monotonic()
    came = figures([lesson(seed) for seed in range(CLASSES)])
    with tempfile.TemporaryDirectory() as folder:
        spent = asyncio.run(cost(Path(folder)))
    if "--json" in sys.argv:
        print(json.dumps(asdict(came) | {"cost": asdict(spent)}, indent=2))  # noqa: T201 - what was asked for
        return
    Console().print(shown(came, spent))
    Console().print(f"measured in {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main()
