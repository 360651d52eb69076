"""What reports are made from: whoever sits in a course, their checks, and nobody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.cohorts.figures import Came
from bot.core.learner import Learner
from bot.core.verdict import Failed, Fault, Passed, Result, Verdict
from bot.core.workshop import StepRef
from bot.ports import Where
from bot.progress import results
from bot.progress.cohorts import SqlCohorts
from bot.progress.results import EVERYBODY, SqlResults
from bot.progress.store import SqlStore, open_store

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
STEP = StepRef("02", "build")
FAILED: Result = Failed("BUILD_FAILED", "it builds", "it stopped")


@pytest.fixture
async def store(place: str) -> AsyncIterator[SqlStore]:
    opened = await open_store(place)
    yield opened
    await opened.close()


async def seated(store: SqlStore, nameless: bool = False, **states: SeatState) -> int:
    rows = SqlCohorts(store.database)
    made = await rows.keep(Cohort(NEW, "November", "C1", "docker", frozenset({"U0BARBARA"}), nameless=nameless))
    for user, state in states.items():
        assert await rows.seat(Seat(made.id, user, state, NOW))
    return made.id


async def started(store: SqlStore, *users: str) -> None:
    for user in users:
        await store.record(Learner(user, user.title(), at=STEP), "made")


async def tried(store: SqlStore, user: str, verdict: Verdict | None) -> None:
    opened = await store.open_attempt(await store.learner(user), STEP, Where("D", user))
    assert opened is not None
    assert await store.close_attempt(opened.id, verdict, None)


async def test_a_record_has_who_took_the_course_and_counts_who_has_not_begun(store: SqlStore) -> None:
    await started(store, "ada", "grace", "linus", "stranger")
    states = {"ada": SeatState.TAKEN, "grace": SeatState.OVER, "linus": SeatState.LEFT, "margaret": SeatState.TAKEN}
    cohort = await seated(store, **states, edsger=SeatState.INVITED, barbara=SeatState.WAITING)
    record = await SqlResults(store).record(cohort)
    assert record is not None
    assert {each.id for each in record.learners} == {"ada", "grace"}
    assert (record.title, record.unstarted, record.nameless) == ("November", 3, False)


async def test_checks_are_read_in_pieces_with_what_came_of_each(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "PAGE", 2)
    await started(store, "ada", "stranger")
    cohort = await seated(store, ada=SeatState.TAKEN)
    for user in ("ada", "stranger"):
        await tried(store, user, Verdict((("builds", FAILED), ("serves", FAILED))))
        await tried(store, user, Verdict((("builds", Fault("ours")),)))
        await tried(store, user, Verdict((("builds", Passed()),)))
        await tried(store, user, None)
    assert await store.open_attempt(await store.learner("ada"), STEP, Where("D", "ada")) is not None
    record = await SqlResults(store).record(cohort)
    assert record is not None
    assert [each.came for each in record.tried] == [Came.FAILED, Came.OURS, Came.PASSED, Came.WITHDRAWN]
    assert record.tried[0].failed == (("builds", "BUILD_FAILED"), ("serves", "BUILD_FAILED"))
    assert {each.learner for each in record.tried} == {"ada"}
    assert all(each.at.utcoffset() is not None for each in record.tried)


async def test_among_everybody_those_of_a_nameless_course_stay_without_names(store: SqlStore) -> None:
    await started(store, "ada", "grace")
    await seated(store, nameless=True, ada=SeatState.OVER)
    record = await SqlResults(store).record(0)
    assert record is not None
    assert (record.title, record.hidden) == (EVERYBODY, {"ada"})
    assert {each.id for each in record.learners} == {"ada", "grace"}


async def test_of_no_such_course_there_is_no_record_and_ended_ones_are_listed(store: SqlStore) -> None:
    reports = SqlResults(store)
    assert await reports.record(7) is None
    cohort = await seated(store)
    (made,) = await reports.cohorts()
    await SqlCohorts(store.database).keep(replace(made, ended_at=NOW))
    assert [each.id for each in await reports.cohorts()] == [cohort]
