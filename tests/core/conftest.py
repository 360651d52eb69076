from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.authoring.load import load_workshop
from bot.core.learner import Learner
from bot.core.workshop import StepRef, Workshop

LESSONS = Path(__file__).parents[2] / "lessons" / "docker-workshop"


@pytest.fixture(scope="session")
def workshop() -> Workshop:
    """The first two sections: what is decided does not depend on how many follow."""
    whole = load_workshop(LESSONS)
    first = whole.sections[:2]
    return whole.model_copy(update={"sections": first, "minutes": sum(section.minutes for section in first)})


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def ada(workshop: Workshop, now: datetime) -> Learner:
    """Somebody at the recipe of section 02 who proved everything before."""
    at = StepRef("02", "dockerfile")
    behind = workshop.order[: workshop.order.index(at)]
    return Learner("U1", "Ada", at=at, passed=dict.fromkeys(behind, now), met_at=now, seen_at=now)
