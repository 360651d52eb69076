from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.core.cohorts.board.tally import ALONE
from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.workshop import StepRef
from bot.ports import Rolls, Where
from bot.progress.cohorts import SqlCohorts
from bot.progress.rolls import SqlRolls
from bot.progress.store import SqlStore, open_store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STEP = StepRef("02", "dockerfile")


@pytest.fixture
async def store(place: str) -> AsyncIterator[SqlStore]:
    store = await open_store(place)
    yield store
    await store.close()


async def test_a_roll_is_who_took_a_seat_and_of_those_without_one_who_started(store: SqlStore) -> None:
    cohorts, rolls = SqlCohorts(store.database), SqlRolls(store.database)
    port: Rolls = rolls  # mypy checks the signatures
    march = await cohorts.keep(Cohort(NEW, "March", "C1", "docker-workshop", frozenset()))
    april = await cohorts.keep(replace(march, id=NEW, name="April", channel="C2"))
    for user, at in (("UHERE", STEP), ("UALONE", STEP), ("UIDLE", None), ("UAPRIL", STEP), ("ULEFT", STEP)):
        await store.record(replace(await store.learner(user, user), at=at), "met")
    states = {"UHERE": SeatState.TAKEN, "UUNMET": SeatState.TAKEN, "UIDLE": SeatState.INVITED}
    states |= {"UAPRIL": SeatState.WAITING, "ULEFT": SeatState.LEFT}
    for user, state in states.items():
        await cohorts.seat(Seat(march.id, user, state, NOW))
    await cohorts.seat(Seat(april.id, "UAPRIL", SeatState.TAKEN, NOW))
    roll = await port.roll(march.id)
    assert [each.id for each in roll.learners] == ["UHERE"]
    assert (roll.joined, roll.invited, roll.waiting) == (2, 1, 1)
    alone = await port.roll(ALONE)
    assert {each.id for each in alone.learners} == {"UALONE", "ULEFT"}
    assert alone.joined == 2


async def test_who_sat_in_a_course_without_names_has_none_among_those_alone(store: SqlStore) -> None:
    cohorts, rolls = SqlCohorts(store.database), SqlRolls(store.database)
    quiet = await cohorts.keep(Cohort(NEW, "March", "C1", "docker-workshop", frozenset(), nameless=True))
    for user in ("UADA", "UGRACE"):
        await store.record(replace(await store.learner(user, user), at=STEP), "met")
    await cohorts.seat(Seat(quiet.id, "UADA", SeatState.LEFT, NOW))
    roll = await rolls.roll(ALONE)
    assert {each.id for each in roll.learners} == {"UADA", "UGRACE"}
    assert set(roll.hidden) == {"UADA"}


async def test_a_roll_knows_who_is_being_checked_and_who_took_a_course_that_is_over(store: SqlStore) -> None:
    cohorts = SqlCohorts(store.database)
    march = await cohorts.keep(Cohort(NEW, "March", "C1", "docker-workshop", frozenset()))
    ada = replace(await store.learner("UADA", "Ada"), at=STEP)
    await store.record(ada, "met")
    attempt = await store.open_attempt(ada, STEP, Where("D1", "UADA"))
    assert attempt is not None
    await cohorts.seat(Seat(march.id, "UADA", SeatState.TAKEN, NOW))
    await cohorts.keep(replace(march, ended_at=NOW))
    (found,) = (await SqlRolls(store.database).roll(march.id)).learners
    assert found.open_attempt == attempt.id
