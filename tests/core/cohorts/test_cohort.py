from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.cohorts.cohort import NEW, Cohort

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)
COURSE = Cohort(NEW, "March", "C1", "docker-workshop", frozenset({"U1"}), starts=MONDAY, ends=FRIDAY)


@pytest.mark.parametrize(
    ("course", "today", "runs"),
    [
        (COURSE, MONDAY - timedelta(days=1), False),
        (COURSE, MONDAY, True),
        (COURSE, FRIDAY, True),
        (COURSE, FRIDAY + timedelta(days=1), False),
        (replace(COURSE, starts=None), MONDAY - timedelta(days=90), True),
        (replace(COURSE, ends=None), FRIDAY + timedelta(days=90), True),
        (replace(COURSE, ended_at=datetime(2026, 3, 3, tzinfo=UTC)), FRIDAY, False),
    ],
)
def test_a_course_runs_from_its_first_day_to_its_last_unless_it_was_ended(
    course: Cohort, today: date, runs: bool
) -> None:
    assert course.runs(today) is runs
