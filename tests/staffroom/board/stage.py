"""A lobby with boards, for tests and measurements."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from bot.core.cohorts.board.panel import PEOPLE
from bot.core.cohorts.board.tally import OurSide
from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.localslack.seed import INSTRUCTORS
from bot.localslack.seed import WORKSHOP as CLASS
from bot.localslack.values import Message
from bot.progress.cohorts import SqlCohorts
from bot.progress.rolls import SqlRolls
from bot.slack.buttons import value_of
from bot.slack.panels import DUTY
from bot.staffroom.authority import Authority
from bot.staffroom.board.changes import Changes
from bot.staffroom.board.duty import BoardDuty
from bot.staffroom.board.keeper import BoardKeeper
from bot.staffroom.telling import Telling
from tests.slack.lobby import WORKSHOP, Lobby, press, until

BARBARA = "U0BARBARA"


@dataclass(slots=True)
class Named:
    """What others find out about people (`bot.ports.StuckLearners`, `Waiting`)."""

    found: Collection[str] = ()

    async def stuck(self, cohort: int) -> Collection[str]:
        return self.found

    async def waiting(self, cohort: int) -> Collection[str]:
        return self.found


@dataclass(slots=True)
class Staff:
    """A lobby with boards; a round is taken when a test says so, at the time that it says."""

    lobby: Lobby
    now: datetime = datetime(2026, 3, 2, 9, tzinfo=UTC)
    ours: OurSide = field(default_factory=OurSide)
    staff_channel: str = INSTRUCTORS
    every_s: float = 0.01
    stuck: Named = field(default_factory=Named)
    waiting: Named = field(default_factory=Named)
    changes: Changes = field(init=False)
    cohorts: SqlCohorts = field(init=False)
    keeper: BoardKeeper = field(init=False)

    def __post_init__(self) -> None:
        lobby = self.lobby
        self.changes = Changes(WORKSHOP, self.clock)
        self.cohorts = SqlCohorts(lobby.store.database, self.changes.cohort)
        self.keeper = BoardKeeper(
            WORKSHOP,
            self.cohorts,
            SqlRolls(lobby.store.database),
            lobby.store,
            lobby.chat,
            lobby.channels,
            Telling(lobby.chat, lobby.people.room),
            self.changes,
            our_side=self.our_side,
            staff_channel=self.find,
            every_s=self.every_s,
            clock=self.clock,
            stuck=self.stuck,
            waiting=self.waiting,
        )
        lobby.duties.append(
            BoardDuty(WORKSHOP, self.cohorts, Authority(lobby.roles, self.cohorts), self.keeper, self.clock).duty()
        )
        lobby.followers.append(self.changes.follow)

    def clock(self) -> datetime:
        return self.now

    async def our_side(self) -> OurSide:
        return self.ours

    async def find(self) -> str:
        return self.staff_channel

    async def round(self) -> None:
        await self.keeper.round(await self.changes.some(0.01))

    async def cohort(self, name: str = "March", channel: str = CLASS, **more: object) -> Cohort:
        made = Cohort(NEW, name, channel, "docker-workshop", frozenset({BARBARA}))
        return await self.cohorts.keep(replace(made, **more))  # type: ignore[arg-type]

    async def seat(self, cohort: Cohort, user: str) -> None:
        await self.cohorts.seat(Seat(cohort.id, user, SeatState.TAKEN, self.now))

    async def start(self, *users: str, step: int = 0) -> None:
        for user in users:
            learner = await self.lobby.store.learner(user, user.removeprefix("U0").title())
            await self.lobby.store.record(replace(learner, at=WORKSHOP.order[step], seen_at=self.now), "put")

    def boards(self, channel: str) -> list[Message]:
        return [each for each in self.lobby.said(channel=channel) if DUTY + PEOPLE in json.dumps(each.blocks)]

    async def forged(self, user: str, act: str, about: str, message: Message | None = None) -> list[Message]:
        """Return what somebody is told who sends a press of their own making."""
        before = len(self.lobby.said(user))
        body = press(user, f"{DUTY}{act}#0", value_of("", None, about), message)
        await self.lobby.deliver("interactive", body)
        channel = message.channel if message else ""
        heard = lambda: [m for m in self.lobby.said(user, channel) if m.only_for == user]  # noqa: E731
        await until(lambda: heard() or len(self.lobby.said(user)) > before)
        return heard()

    def calls(self, method: str) -> int:
        return self.lobby.space.premises.calls.calls[method]
