"""Classes made up by seed: learners at any place of the real workshop, with any times, tries and names."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from bot.authoring.load import load_workshop
from bot.core.learner import Learner
from bot.core.workshop import StepRef
from tests.core.conftest import LESSONS

WORKSHOP = load_workshop(LESSONS)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
NAMES = (
    "Ada Lovelace",
    "מרגלית רות הכהן",
    "محمد بن موسى الخوارزمي",
    "王小明",
    "👩‍💻 Grace 🏳️‍🌈",
    "Ñandú **Bold** `code`",
    "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff Senior Vierundzwanzigster Mai",
    "<!channel> @here",
    "Zoë\nvan den Berg",
    "\u202eevil",
)


def learner(number: int, chance: random.Random, *, steps: int | None = None) -> Learner:
    """Return somebody somewhere: `steps` behind them, or any number."""
    behind = chance.randrange(len(WORKSHOP.order) + 1) if steps is None else steps
    passed = dict.fromkeys(WORKSHOP.order[:behind], NOW)
    at = WORKSHOP.order[min(behind, len(WORKSHOP.order) - 1)]
    spent = {ref: chance.expovariate(1 / 80) for ref in (*passed, at)}
    stuck = chance.random() < 0.3 and behind < len(WORKSHOP.order)
    tries = {ref: chance.randrange(1, 4) for ref in passed} | ({at: chance.randrange(1, 6)} if stuck else {})
    failing = {at: ("builds", chance.choice(("BUILD_FAILED", "NOT_LISTENING", "PORT_NOT_PUBLISHED")))} if stuck else {}
    seen_at = NOW - timedelta(minutes=chance.choice((0, 1, 4, 9, 20, 90, 3_000)))
    name = NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else f" {number}")
    return Learner(
        f"U{number:05}", name, at=at, passed=passed, spent=spent, tries=tries, failing=failing, seen_at=seen_at
    )


def crowd(count: int, seed: int = 7) -> list[Learner]:
    """Return so many of them, the same ones each time."""
    chance = random.Random(seed)  # noqa: S311 - a made-up class
    return [learner(number, chance) for number in range(count)]


def step(section: str) -> StepRef:
    """Return the first step of a section."""
    return next(ref for ref in WORKSHOP.order if ref.section == section)
