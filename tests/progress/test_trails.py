"""The record of a class as the radar reads it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import bot.ports
from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.cohorts.radar import Tried
from bot.core.ending.pages import Page, PageKind
from bot.core.results import Blocked, Failed, Fault, Passed
from bot.core.verdict import Verdict
from bot.core.workshop import StepRef
from bot.ports import Where
from bot.progress.cohorts import SqlCohorts
from bot.progress.notebooks import SqlNotebooks
from bot.progress.store import SqlStore, open_store
from bot.progress.trails import LATELY, SqlTrails

BUILD, NEXT = StepRef("02", "build"), StepRef("02", "run")
FAILED = Verdict((("builds", Failed("BUILD_FAILED", "an image", "line 3")), ("runs", Blocked("builds"))), 2.0)


class Clock:
    """Tells a time that moves a second each time it is asked."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(place: str, clock: Clock) -> AsyncIterator[SqlStore]:
    store = await open_store(place, clock)
    yield store
    await store.close()


async def check(store: SqlStore, clock: Clock, user: str, verdict: Verdict | None, took_s: float = 5) -> datetime:
    """Let one check of somebody's step end; return when."""
    learner = await store.learner(user)
    assert learner.at
    attempt = await store.open_attempt(learner, learner.at, Where("D", user))
    assert attempt
    clock.now += timedelta(seconds=took_s - 1)
    await store.close_attempt(attempt.id, verdict, None)
    return clock.now


async def seated(store: SqlStore, clock: Clock, *users: str, state: SeatState = SeatState.TAKEN) -> int:
    cohorts = SqlCohorts(store.database)
    cohort = await cohorts.keep(Cohort(NEW, "March", "C1", "docker-workshop", frozenset()))
    for user in users:
        await cohorts.seat(Seat(cohort.id, user, state, clock()))
    return cohort.id


async def at(store: SqlStore, *users: str, ref: StepRef = BUILD) -> None:
    for user in users:
        await store.record(replace(await store.learner(user, user), at=ref), "moved")


async def test_the_checks_of_their_step_come_newest_first_with_what_they_waited(store: SqlStore, clock: Clock) -> None:
    trails = SqlTrails(store.database)
    port: bot.ports.Trails = trails  # mypy checks the signatures
    await at(store, "U1", ref=NEXT)
    await check(store, clock, "U1", FAILED)
    await at(store, "U1")
    times = [await check(store, clock, "U1", each) for each in (FAILED, Verdict((("builds", Fault("down")),)))]
    await check(store, clock, "U1", None)  # withdrawn
    times.append(await check(store, clock, "U1", Verdict((("builds", Passed()),), 5.0)))
    trail = await port.one("U1")
    assert trail is not None
    assert trail.learner == replace(await store.learner("U1"), course=None)
    assert trail.tried == (
        Tried(times[2]),
        Tried(times[1], ours=True, waited_s=5),
        Tried(times[0], "builds", "BUILD_FAILED", "an image", "line 3", waited_s=3),
    )
    assert await trails.one("U9") is None


async def test_no_more_is_read_than_counts(store: SqlStore, clock: Clock) -> None:
    await at(store, "U1")
    for _ in range(LATELY + 2):
        last = await check(store, clock, "U1", FAILED)
    trail = await SqlTrails(store.database).one("U1")
    assert trail is not None
    assert (len(trail.tried), trail.tried[0].at) == (LATELY, last)


async def test_a_class_is_who_takes_it_and_nobodys_is_who_sits_nowhere(store: SqlStore, clock: Clock) -> None:
    await at(store, "U1", "U2", "U3", "U4", "U5")
    cohort = await seated(store, clock, "U1", "U2")
    for user, state in (("U3", SeatState.LEFT), ("U4", SeatState.INVITED), ("U8", SeatState.TAKEN)):
        await seated(store, clock, user, state=state)
    await store.learner("U6", "has not started")
    await check(store, clock, "U2", FAILED)
    await check(store, clock, "U5", FAILED)
    trails = SqlTrails(store.database)
    assert sorted((each.learner.id, len(each.tried)) for each in await trails.of(cohort)) == [("U1", 0), ("U2", 1)]
    assert sorted((each.learner.id, len(each.tried)) for each in await trails.of(0)) == [("U4", 0), ("U5", 1)]


async def test_the_last_handin_is_a_command_or_a_files_name_and_never_what_came_of_it(
    store: SqlStore, clock: Clock
) -> None:
    await at(store, "U1")
    trails, notebooks = SqlTrails(store.database), SqlNotebooks(store.database)
    assert await trails.handin("U1") == ""
    await notebooks.keep("U1", Page(PageKind.FILE, "Dockerfile (changed, 3 lines now)", "+FROM secret", BUILD))
    await notebooks.keep("U1", Page(PageKind.TALK, "why?", "because", BUILD))
    assert await trails.handin("U1") == "Dockerfile (changed, 3 lines now)"
    await notebooks.keep("U1", Page(PageKind.COMMAND, "docker build .", "output", BUILD))
    assert await trails.handin("U1") == "docker build ."
