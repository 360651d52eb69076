"""A lobby with a course in it, for what instructors and learners say to each other."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.localslack.seed import INSTRUCTORS, WORKSHOP
from bot.localslack.values import Message
from bot.localslack.world import dm_of
from bot.progress.helping import SqlHelpThreads
from bot.progress.notebooks import SqlNotebooks
from bot.progress.talking import SqlBroadcasts, SqlConsents, SqlNudges
from bot.slack.hours import SlackHours
from bot.staffroom.authority import Authority
from bot.staffroom.broadcasting import Broadcasting
from bot.staffroom.help import Asking, HelpDesk, Holding, Relay, Talking, Tending
from bot.staffroom.looking import Looking
from bot.staffroom.nudging import Nudging
from bot.staffroom.reach import Reach
from bot.staffroom.telling import Telling
from bot.wiring.helping import namer
from tests.slack.lobby import WORKSHOP as LESSONS
from tests.slack.lobby import Lobby, open_lobby, press, until, words

ADA, GRACE, LINUS, BARBARA, MARGARET = "U0ADA", "U0GRACE", "U0LINUS", "U0BARBARA", "U0MARGARET"
DM = dm_of(ADA)
MARCH = Cohort(NEW, "March", WORKSHOP, LESSONS.id, frozenset({BARBARA}), INSTRUCTORS)
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass
class School:
    """A lobby, a course of Barbara's in it, and the duties that talk; it has a clock of its own."""

    lobby: Lobby
    now: datetime = BEGIN
    cohort: Cohort = MARCH

    def __post_init__(self) -> None:
        lobby, database, find = self.lobby, self.lobby.store.database, self.lobby.people.room
        store, cohorts, chat = lobby.store, lobby.cohorts, lobby.chat
        reach, authority = Reach(chat, find, namer(lobby.people)), Authority(lobby.roles, cohorts)
        self.threads, self.consents = SqlHelpThreads(database), SqlConsents(database)
        self.broadcasts, self.nudges = SqlBroadcasts(database), SqlNudges(database)
        relay = Relay(self.threads, Telling(chat, find), chat, find, self.clock)
        self.desk = HelpDesk(self.threads, cohorts, authority, relay, reach, self.clock)
        self.tending = Tending(self.desk)
        helping = (Asking(LESSONS, store, self.desk), Talking(self.desk, authority), Holding(self.desk, authority))
        self.notebooks = SqlNotebooks(database)
        self.looking = Looking(store, self.notebooks, self.consents, cohorts, authority, reach, self.clock)
        self.broadcasting = Broadcasting(LESSONS, store, self.broadcasts, cohorts, authority, reach)
        hours = SlackHours(chat._client, lobby.outbox, lobby.people)
        after = timedelta(days=2)
        self.nudging = Nudging(LESSONS, store, self.nudges, cohorts, hours, reach, after, self.clock)
        lobby.duties.extend(
            each.duty() for each in (*helping, self.tending, self.looking, self.broadcasting, self.nudging)
        )

    def clock(self) -> datetime:
        return self.now

    def later(self, by: timedelta) -> None:
        self.now += by

    async def begin(self, *users: str) -> None:
        """Keep the course, with these in it."""
        self.cohort = await self.lobby.cohorts.keep(self.cohort)
        await self.seat(*users)

    async def seat(self, *users: str, state: SeatState = SeatState.TAKEN) -> None:
        for user in users:
            assert await self.lobby.cohorts.seat(Seat(self.cohort.id, user, state, self.now))

    async def staffed(self, *instructors: str, channel: str = "") -> None:
        changed = replace(self.cohort, instructors=frozenset(instructors), staff_channel=channel)
        self.cohort = await self.lobby.cohorts.keep(changed)

    async def rest(self) -> None:
        """Return once nothing is being passed on: what is must not outlive its database."""
        locks, shown = self.desk._turns, self.desk.relay._refreshing
        await until(
            lambda: not any(lock.locked() for lock in locks.values()) and all(task.done() for task in shown.values()),
            within_s=60,
        )

    def thread(self, channel: str, root: str = "") -> list[Message]:
        """Return what stands in threads of a channel, of ours."""
        return [m for m in self.lobby.said(channel=channel) if m.is_reply and (not root or m.thread_ts == root)]

    def roots(self, channel: str, holds: str = "") -> list[Message]:
        """Return what stands in a channel itself, of ours, with these words in it."""
        return [m for m in self.lobby.said(channel=channel) if not m.is_reply and holds in shown(m)]

    async def asks(self, user: str, question: str) -> str:
        """Let somebody ask; return the ts of the message in their direct message."""
        before = len(self.roots(dm_of(user), question))
        await self.lobby.event(words(f"ask {question}", user))
        await until(lambda: len(self.roots(dm_of(user), question)) > before)
        await self.rest()
        return self.roots(dm_of(user), question)[-1].ts

    async def writes(self, user: str, channel: str, thread: str, text: str) -> None:
        """Let somebody write in a thread."""
        kind = "im" if channel.startswith("D") else "group"
        await self.lobby.event(words(text, user, thread_ts=thread) | {"channel": channel, "channel_type": kind})

    async def presses(self, user: str, act: str, about: str, message: Message | None = None) -> None:
        """Let somebody press a button of any name, forged or not."""
        more = {} if message else {"container": {"type": "view", "view_id": f"V{secrets.token_hex(4)}"}}
        await self.lobby.deliver("interactive", press(user, f"duty:{act}#0", f"||{about}", message, **more))


@asynccontextmanager
async def open_school(folder: Path, *users: str, more_learners: int = 0) -> AsyncIterator[School]:
    """Run a school with these learners in its course."""
    made: list[School] = []
    async with open_lobby(folder, wire=lambda lobby: made.append(School(lobby)), more_learners=more_learners) as lobby:
        assert lobby is made[0].lobby
        await made[0].begin(*users)
        yield made[0]
        await made[0].rest()


def shown(message: Message) -> str:
    """Return all words of a message, and its buttons."""
    return f"{message.text} {message.blocks}"
