"""A course in the lobby, with the radar in it and a clock of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.learner import Learner
from bot.core.panels import ISOLATE, ISOLATE_END
from bot.core.results import Failed, Passed
from bot.core.verdict import Verdict
from bot.localslack.seed import INSTRUCTORS
from bot.localslack.seed import WORKSHOP as CLASS
from bot.localslack.values import Message
from bot.ports import Where
from bot.progress.alerts import SqlAlerts, SqlClusters
from bot.progress.trails import SqlTrails
from bot.slack.panels import DUTY
from bot.staffroom.radar import AlertBook, AlertDesk, ClusterDesk, Postbox, Watch
from bot.staffroom.telling import Telling
from tests.slack.lobby import WORKSHOP, Lobby, open_lobby, press, until

STEP, CONDITION = next((ref, each) for ref, each in WORKSHOP.conditions() if each.probe == "build" and each.fail)
CODE = min(CONDITION.fail)  # a set of codes is in no order
FAILED = Verdict(((CONDITION.id, Failed(CODE, "an image that was built", "line 3: no such file")),), 2.0)
PASSED = Verdict(((CONDITION.id, Passed()),), 2.0)


@dataclass(slots=True)
class Clock:
    """Tells a time that stands until it is moved; of the present, as the lobby's own parts live in it."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def later(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@dataclass(slots=True)
class Radar:
    """The radar's parts."""

    watch: Watch
    book: AlertBook
    alerts: SqlAlerts
    clock: Clock
    down: bool = False


@dataclass(slots=True)
class Course:
    """A course that Barbara instructs, and what happens in it."""

    lobby: Lobby
    cohort: Cohort
    radar: Radar

    async def sit(self, *users: str) -> None:
        """Seat them in the course, at the step."""
        for user in users:
            learner = await self.lobby.store.learner(user, user.removeprefix("U0").title())
            at = replace(learner, at=STEP, met_at=self.radar.clock.now, seen_at=self.radar.clock.now)
            await self.lobby.store.record(at, "put")
            await self.lobby.cohorts.seat(Seat(self.cohort.id, user, SeatState.TAKEN, self.radar.clock.now))

    async def check(self, user: str, verdict: Verdict = FAILED, times: int = 1) -> None:
        """Let checks of theirs end with this verdict, as the desk does."""
        room = await self.lobby.people.room(user)
        for _ in range(times):
            learner = await self.lobby.store.learner(user)
            attempt = await self.lobby.store.open_attempt(learner, STEP, Where(room, user))
            assert attempt
            await self.lobby.checks.publish(attempt.id, verdict)

    async def learner(self, user: str) -> Learner:
        return await self.lobby.store.learner(user)

    def told(self, channel: str = INSTRUCTORS) -> list[Message]:
        """Return what instructors were told, without what is pinned there by others."""
        return self.lobby.said(channel=channel)

    def shown(self) -> list[str]:
        return [shown(each) for each in self.told()]

    async def look(self, minutes: float = 0) -> None:
        self.radar.clock.later(minutes)
        await self.radar.watch.look()

    async def forge(self, user: str, act: str, about: str) -> None:
        """Press what Slack never showed them."""
        await self.lobby.deliver("interactive", press(user, f"{DUTY}{act}#0", f"||{about}"))

    async def hears(self, user: str, words: str, times: int = 1) -> None:
        await until(lambda: sum(words in shown(each) for each in self.lobby.said(user)) == times)

    def heard(self, user: str, words: str) -> int:
        return sum(words in shown(each) for each in self.lobby.said(user))


def shown(message: Message) -> str:
    """Return everything that stands in a message, without what keeps names apart."""
    said = f"{message.text} {message.blocks}"
    for sign in (ISOLATE, ISOLATE_END):
        said = said.replace(sign, "").replace(f"\\u{ord(sign):04x}", "")
    return said


def radar_of(lobby: Lobby, clock: Clock, *, alone: bool = False, follows: bool = True) -> Radar:
    """Return the radar, joined with the lobby as the bot joins it with its parts."""
    database, room = lobby.store.database, lobby.people.room
    trails, alerts = SqlTrails(database), SqlAlerts(database)
    postbox = Postbox(lobby.cohorts, lobby.roles, Telling(lobby.chat, room), lobby.staff)
    book = AlertBook(WORKSHOP, lobby.store, trails, alerts, postbox, clock)
    clusters = ClusterDesk(WORKSHOP, trails, SqlClusters(database), postbox, lobby.classroom, room, clock)
    radar: Radar
    watch = Watch(WORKSHOP, lobby.store, trails, postbox, book, clusters, clock, down=lambda: radar.down, alone=alone)
    radar = Radar(watch, book, alerts, clock)
    lobby.duties.extend((AlertDesk(WORKSHOP, trails, book, postbox, lobby.classroom, room).duty(), clusters.duty()))
    if follows:
        lobby.followers.append(watch.follow)
    return radar


@asynccontextmanager
async def open_course(folder: Path, *, alone: bool = False, staff: str = INSTRUCTORS) -> AsyncIterator[Course]:
    """Run a lobby with a course in it."""
    made: list[Radar] = []
    async with open_lobby(folder, wire=lambda lobby: made.append(radar_of(lobby, Clock(), alone=alone))) as lobby:
        cohort = Cohort(NEW, "March", CLASS, "docker-workshop", frozenset({"U0BARBARA"}), staff)
        yield Course(lobby, await lobby.cohorts.keep(cohort), made[0])
