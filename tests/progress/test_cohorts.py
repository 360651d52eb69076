from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

import bot.ports.cohorts
from bot.core.cohorts.cohort import NEW, ClassHint, Cohort, Gate, Opening, Seat, SeatState
from bot.progress.cohorts import SqlCohorts
from bot.progress.store import open_store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MARCH = Cohort(NEW, "March", "C1", "docker-workshop", frozenset({"UINA", "UBO"}), "C9", date(2026, 3, 2))


@pytest.fixture
async def cohorts(place: str) -> AsyncIterator[SqlCohorts]:
    store = await open_store(place)
    kept = SqlCohorts(store.database)
    port: bot.ports.cohorts.Cohorts = kept  # mypy checks the signatures
    assert port
    yield kept
    await store.close()


async def test_a_cohort_is_kept_as_it_is_and_changed_by_its_id(cohorts: SqlCohorts) -> None:
    kept = await cohorts.keep(MARCH)
    assert kept == replace(MARCH, id=kept.id)
    changed = await cohorts.keep(replace(kept, name="March, again"))
    assert await cohorts.cohort(kept.id) == changed
    assert list(await cohorts.open()) == [changed]


async def test_where_the_board_stands_is_not_undone_by_who_read_the_cohort_before(cohorts: SqlCohorts) -> None:
    kept = await cohorts.keep(MARCH)
    await cohorts.amend(kept.id, lambda now: replace(now, board="C9/1.2"))
    assert await cohorts.keep(replace(kept, name="March, again")) == replace(kept, name="March, again", board="C9/1.2")
    found = await cohorts.cohort(kept.id)
    assert found is not None
    assert (found.name, found.board) == ("March, again", "C9/1.2")


async def test_whoever_wants_to_know_is_told_which_cohort_changed(place: str) -> None:
    told: list[int] = []
    store = await open_store(place)
    cohorts = SqlCohorts(store.database, told.append)
    kept = await cohorts.keep(MARCH)
    await cohorts.seat(Seat(kept.id, "U1", SeatState.TAKEN, NOW))
    await cohorts.seats(kept.id)
    assert told == [kept.id, kept.id]
    await store.close()


async def test_a_channel_has_the_open_cohorts_whose_class_or_staff_is_there(cohorts: SqlCohorts) -> None:
    first = await cohorts.keep(MARCH)
    second = await cohorts.keep(replace(MARCH, channel="C2"))
    assert list(await cohorts.of_channel("C9")) == [first, second]
    assert list(await cohorts.of_channel("C2")) == [second]
    await cohorts.keep(replace(second, ended_at=NOW))
    assert list(await cohorts.of_channel("C2")) == []


async def test_one_person_takes_one_course_and_the_other_waits(cohorts: SqlCohorts) -> None:
    first, second = await cohorts.keep(MARCH), await cohorts.keep(replace(MARCH, channel="C2"))
    assert await cohorts.seat(Seat(first.id, "U1", SeatState.TAKEN, NOW))
    assert not await cohorts.seat(Seat(second.id, "U1", SeatState.TAKEN, NOW))
    assert await cohorts.seat(Seat(second.id, "U1", SeatState.WAITING, NOW))
    assert await cohorts.of("U1") == first
    assert [seat.state for seat in await cohorts.seats_of("U1")] == [SeatState.TAKEN, SeatState.WAITING]
    assert await cohorts.seat(Seat(first.id, "U1", SeatState.LEFT, NOW))
    assert await cohorts.of("U1") is None
    assert await cohorts.seat(Seat(second.id, "U1", SeatState.TAKEN, NOW))
    assert await cohorts.of("U1") == second


async def test_a_course_is_its_closed_gates_and_class_hints(cohorts: SqlCohorts) -> None:
    kept = await cohorts.keep(MARCH)
    await cohorts.seat(Seat(kept.id, "U1", SeatState.TAKEN, NOW))
    closed, opened = Gate("04", Opening.SHARE, share_pct=80), Gate("05", Opening.TIME, at=NOW, opened_at=NOW)
    hint = ClassHint("02", "build", "builds", "BUILD_FAILED", "Look at line 3.", "UINA", NOW)
    for gate in (opened, closed, Gate("06", Opening.HAND)):
        await cohorts.gate(kept.id, gate)
    await cohorts.remove_gate(kept.id, "06")
    await cohorts.hint(kept.id, replace(hint, text="Look."))
    await cohorts.hint(kept.id, hint)
    course = await cohorts.course("U1")
    assert course is not None
    assert (course.cohort, course.name, dict(course.gates), course.hints) == (kept.id, "March", {"04": closed}, (hint,))
    assert list(await cohorts.gates(kept.id)) == [closed, opened]
    await cohorts.hint(kept.id, replace(hint, text=""))
    assert list(await cohorts.hints(kept.id)) == []
    assert await cohorts.course("U2") is None


async def test_classmates_are_who_takes_the_course_and_who_took_it(place: str) -> None:
    store = await open_store(place)
    cohorts = SqlCohorts(store.database)
    kept = await cohorts.keep(MARCH)
    states = zip(
        ("U1", "U2", "U3", "U4"), (SeatState.TAKEN, SeatState.OVER, SeatState.LEFT, SeatState.INVITED), strict=True
    )
    for user, state in states:
        await store.learner(user, user)
        await cohorts.seat(Seat(kept.id, user, state, NOW))
    await cohorts.seat(Seat(kept.id, "U5", SeatState.TAKEN, NOW))  # never wrote to us
    assert {learner.id for learner in await store.classmates(kept.id)} == {"U1", "U2"}
    await store.close()


async def test_whoever_took_a_cohort_that_ended_may_take_another(cohorts: SqlCohorts) -> None:
    kept, next_one = await cohorts.keep(MARCH), await cohorts.keep(replace(MARCH, channel="C2"))
    await cohorts.seat(Seat(kept.id, "U1", SeatState.TAKEN, NOW))
    await cohorts.keep(replace(kept, ended_at=NOW))
    assert await cohorts.of("U1") is None
    assert [seat.state for seat in await cohorts.seats(kept.id)] == [SeatState.OVER]
    assert await cohorts.seat(Seat(next_one.id, "U1", SeatState.TAKEN, NOW))


async def test_many_seats_are_kept_at_once_and_a_second_course_is_not(cohorts: SqlCohorts) -> None:
    first, second = await cohorts.keep(MARCH), await cohorts.keep(replace(MARCH, channel="C2"))
    everybody = [Seat(first.id, f"U{n:04d}", SeatState.INVITED, NOW) for n in range(2_000)]
    assert await cohorts.seat_each(everybody) == everybody
    assert await cohorts.seats(first.id) == everybody
    taken = Seat(first.id, "U0000", SeatState.TAKEN, NOW)
    assert await cohorts.seat_each([taken, replace(taken, cohort=second.id)]) == [taken]
    moved = [replace(taken, cohort=second.id), replace(taken, state=SeatState.LEFT)]  # in whatever order
    assert len(await cohorts.seat_each(moved)) == 2
    assert await cohorts.of("U0000") == second


async def test_a_cohort_is_amended_as_it_is_now(cohorts: SqlCohorts) -> None:
    kept = await cohorts.keep(MARCH)
    await cohorts.amend(kept.id, lambda now: replace(now, board="C9/1.2"))
    assert await cohorts.amend(kept.id, lambda now: replace(now, archived=True)) == replace(
        kept, board="C9/1.2", archived=True
    )
    assert await cohorts.amend(999, lambda now: now) is None
