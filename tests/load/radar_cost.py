"""What a look at 500 learners costs, and how soon instructors are told; part of `deploy/bench radar`."""

from __future__ import annotations

import asyncio
import statistics
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.cohorts.radar import stuck
from bot.localslack.seed import INSTRUCTORS
from bot.localslack.seed import WORKSHOP as CLASS
from bot.ports import Where
from bot.progress.trails import SqlTrails
from tests.slack.lobby import WORKSHOP, Lobby, open_lobby, until
from tests.staffroom.radar.course import FAILED, STEP, Clock, Radar, radar_of, shown

LEARNERS, CHECKS, LOOKS, TOLD = 500, 2, 9, 5


class Now(Clock):
    """The time as it is."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a look costs, of which so much for each part, and how long an alert takes at most."""

    learners: int
    look_ms: float
    read_ms: float
    decide_ms: float
    told_s: float


async def cost(folder: Path) -> Cost:
    """Return what it costs."""
    made: list[Radar] = []
    async with open_lobby(
        folder, more_learners=LEARNERS, wire=lambda lobby: made.append(radar_of(lobby, Now(), follows=False))
    ) as lobby:
        (radar,), trails = made, SqlTrails(lobby.store.database)
        cohort = Cohort(NEW, "March", CLASS, "docker-workshop", frozenset({"U0BARBARA"}), INSTRUCTORS)
        cohort = await lobby.cohorts.keep(cohort)
        users = [f"U0L{number:04d}" for number in range(1, LEARNERS + 1)]
        for user in users:
            await _sit(lobby, cohort, user)
        looks, reads, decides = [], [], []
        for _ in range(LOOKS):
            began = time.perf_counter()
            there = await trails.of(cohort.id)
            read = time.perf_counter()
            stuck(WORKSHOP, there, datetime.now(UTC))
            decided = time.perf_counter()
            await radar.watch.look()
            looks.append(time.perf_counter() - decided)
            reads.append(read - began)
            decides.append(decided - read)
        told = await _told(lobby, radar, users[:TOLD])
    return Cost(LEARNERS, *(1000 * statistics.median(each) for each in (looks, reads, decides)), told)


async def _sit(lobby: Lobby, cohort: Cohort, user: str) -> None:
    """Seat somebody half through the workshop, with checks that failed."""
    learner, now = await lobby.store.learner(user, user), datetime.now(UTC)
    behind = WORKSHOP.order[: len(WORKSHOP.order) // 2]
    passed, spent = dict.fromkeys((ref for ref in behind if ref != STEP), now), dict.fromkeys(behind, 90.0)
    # each of them fails in a way of their own, so that there is no alert of a cluster in it
    learner = replace(learner, at=STEP, passed=passed, spent=spent, met_at=now, seen_at=now, tries={STEP: CHECKS})
    await lobby.store.record(learner, "put")
    await lobby.cohorts.seat(Seat(cohort.id, user, SeatState.TAKEN, now))
    for _ in range(CHECKS):
        attempt = await lobby.store.open_attempt(learner, STEP, Where("D", user))
        assert attempt
        await lobby.store.close_attempt(attempt.id, FAILED, None)


async def _told(lobby: Lobby, radar: Radar, users: list[str]) -> float:
    """Return how long instructors wait at most after somebody's third failure; the watch is not told of it."""
    watching, slowest = asyncio.create_task(radar.watch.keep()), 0.0
    try:
        for number, user in enumerate(users):
            await asyncio.sleep(0.9 * number)  # at different moments between two looks
            room = await lobby.people.room(user)
            attempt = await lobby.store.open_attempt(await lobby.store.learner(user), STEP, Where(room, user))
            assert attempt
            await lobby.checks.publish(attempt.id, FAILED)
            began = time.perf_counter()
            name = (await lobby.store.learner(user)).name
            await until(
                lambda name=name: any(f"{name} may be" in shown(each) for each in lobby.said(channel=INSTRUCTORS)), 60
            )
            slowest = max(slowest, time.perf_counter() - began)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
    return slowest
