"""Classes made by lot: learners of different speeds who fail, take hints, skip and give up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from bot.authoring.load import load_workshop
from bot.core.cohorts.figures import Came, Record, Tried
from bot.core.learner import Learner
from bot.core.map import steps_of
from bot.core.workshop import Section, StepRef, Workshop
from bot.settings import shipped

LESSONS = shipped("lessons") / "docker-workshop"
WORKSHOP = load_workshop(LESSONS)
BEGAN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAMES = (
    "Ada Lovelace", "Grace Hopper", "ليلى الخوارزمي", "דנה כהן", "Σοφία Κοβαλέφσκαγια", "Ольга Ладыженская",
    "王小云", "さくら", "김하늘", "सरिता", "🚀 Linus 🐧", "=HYPERLINK(\"http://x\")", "$x^2$ & <b>Margaret</b>",
    "María José Àvila-Gómez de la Vega y Santos", "N" * 80, "\u202edrawkcab", "🦊", "Bob|Alice\n# Head",
)  # fmt: skip


def workshop_of(steps: int) -> Workshop:
    """Return the workshop with so many steps: its own, or with copies of them in its last sections."""
    more = steps - len(WORKSHOP.order)
    if more <= 0:
        return WORKSHOP
    sections = list(WORKSHOP.sections)
    spare = [step for section in sections for step in section.steps if step.conditions]
    for number in range(more):
        section: Section = sections[number % len(sections)]
        step = spare[number % len(spare)]
        copy = step.model_copy(update={"id": f"{step.id}-{number}"})
        sections[number % len(sections)] = section.model_copy(update={"steps": (*section.steps, copy)})
    longer = WORKSHOP.model_copy(update={"sections": tuple(sections)})
    longer.__dict__.pop("order", None)  # it was copied along
    return longer


def class_of(size: int, seed: int = 7, workshop: Workshop = WORKSHOP, **more: bool) -> Record:
    """Return a class of so many."""
    lot = Random(seed)  # noqa: S311 - a simulation
    learners, tried = [], []
    for number in range(size):
        learner, tries = _one(f"U{number:05d}", _name(number), workshop, lot)
        learners.append(learner)
        tried += tries
    tried.sort(key=lambda each: each.at)
    return Record("Docker in November", learners, tried, unstarted=size // 10, **more)


def _name(number: int) -> str:
    return NAMES[number] if number < len(NAMES) else f"{NAMES[number % len(NAMES)][:20]} {number}"


def _one(user: str, name: str, workshop: Workshop, lot: Random) -> tuple[Learner, list[Tried]]:
    speed, skill = lot.lognormvariate(0, 0.5), lot.betavariate(5, 2)
    reach = len(workshop.order) if lot.random() < 0.4 else lot.randrange(1, len(workshop.order))
    now, tried = BEGAN + timedelta(seconds=lot.random() * 900), list[Tried]()
    passed, skipped = dict[StepRef, datetime](), set[StepRef]()
    spent, hinted = dict[StepRef, float](), dict[StepRef, int]()
    for section in workshop.sections:
        for ref, step in zip(steps_of(section), section.steps, strict=True):
            if workshop.order.index(ref) >= reach:
                learner = Learner(user, name, at=ref, passed=passed, skipped=frozenset(skipped), spent=spent)
                return _with(learner, hinted, None), tried
            spent[ref] = step.minutes * 60 * speed * lot.lognormvariate(0, 0.4)
            now += timedelta(seconds=spent[ref])
            codes = [(each.id, code) for each in step.conditions for code in each.fail]
            while codes and lot.random() > skill and lot.random() < 0.8:
                tried.append(Tried(user, ref, now, Came.FAILED, (codes[int(len(codes) * lot.random() ** 2)],)))
                hinted[ref] = hinted.get(ref, 0) + (lot.random() < 0.5)
                now += timedelta(seconds=90 * speed)
            if lot.random() < 0.03:
                skipped.add(ref)
                continue
            if lot.random() < 0.01:
                tried.append(Tried(user, ref, now, Came.OURS))
            if step.conditions:
                tried.append(Tried(user, ref, now, Came.PASSED))
            passed[ref] = now
    learner = Learner(user, name, at=workshop.order[-1], passed=passed, skipped=frozenset(skipped), spent=spent)
    return _with(learner, hinted, now), tried


def _with(learner: Learner, hinted: dict[StepRef, int], finished: datetime | None) -> Learner:
    return replace(learner, hinted=hinted, finished_at=finished)
