"""A workspace in which cohorts are made, joined and left, with a clock that a test may put forward."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.core.cohorts.cohort import NEW, Cohort, SeatState
from bot.core.events import OpenedHome
from bot.localslack.seed import WORKSHOP as CLASS
from bot.localslack.values import Channel, Kind, Message
from bot.localslack.world import BOT_USER
from bot.ports import Where
from bot.staffroom.authority import Authority
from bot.staffroom.cohorts import Caretaker, CohortDuty, Invitations, Rosters, SeatDuty
from bot.staffroom.telling import Telling
from bot.wiring.beside import background
from tests.slack.lobby import WORKSHOP, Lobby, open_lobby

LEARNERS = ("U0ADA", "U0GRACE", "U0LINUS", "U0MARGARET")


@dataclass(slots=True)
class School:
    lobby: Lobby
    invitations: Invitations
    rosters: Rosters
    caretaker: Caretaker
    duty: CohortDuty
    ahead: timedelta = timedelta()
    gone: set[str] = field(default_factory=set)  #: who has left the workspace, which nobody can in the local one

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def told(self, user: str, words: str) -> int:
        """Return how often somebody was told this in their direct message."""
        return sum(words in message.text for message in self.lobby.said(user))

    def posted(self, words: str, channel: str = CLASS) -> list[Message]:
        """Return what stands in a channel for everybody, with these words."""
        found = self.lobby.said(channel=channel)
        return [m for m in found if words in f"{m.text} {m.blocks}" and m.only_for is None]

    def whispered(self, user: str, words: str, channel: str = CLASS) -> int:
        return sum(m.only_for == user and words in m.text for m in self.lobby.said(channel=channel))

    async def cohort(self, channel: str = CLASS, name: str = "March", **more: object) -> Cohort:
        """Return a cohort that was kept, its channel followed and its class invited."""
        made = Cohort(NEW, name, channel, WORKSHOP.id, frozenset({"U0BARBARA"}))
        kept = await self.lobby.cohorts.keep(replace(made, **more))  # type: ignore[arg-type] # fields of a cohort
        await self.rosters.follow(kept)
        await self.invitations.post(kept)
        return kept

    async def states(self, cohort: Cohort) -> dict[str, SeatState]:
        return {seat.user: seat.state for seat in await self.lobby.cohorts.seats(cohort.id)}

    async def becomes(self, cohort: Cohort, user: str, state: SeatState) -> None:
        """Return once this is how far somebody is in."""
        async with asyncio.timeout(10):
            while (await self.states(cohort)).get(user) is not state:
                await asyncio.sleep(0.01)

    def channel(self, name: str, *people: str) -> str:
        """Return a new channel with us and these people in it."""
        members = frozenset({BOT_USER, *people})
        self.lobby.space.premises.world.put_channel(Channel(f"C0{name}", name.lower(), Kind.PUBLIC, members, "", 0))
        return f"C0{name}"


@asynccontextmanager
async def open_school(folder: Path, every_s: float = 0.05, more_learners: int = 0) -> AsyncIterator[School]:
    schools: list[School] = []

    def wire(lobby: Lobby) -> None:
        def now() -> datetime:
            return schools[0].now()

        cohorts, roles = lobby.cohorts, lobby.roles
        invitations = Invitations(cohorts, lobby.store, lobby.chat, WORKSHOP.title, every_s)
        rosters = Rosters(cohorts, lobby.store, lobby.channels, lobby.chat, invitations, now)
        telling = Telling(lobby.chat, lobby.people.room)

        async def present(users: Collection[str]) -> Collection[str]:
            return set(await lobby.people.present(users)) - schools[0].gone

        caretaker = Caretaker(cohorts, rosters, lobby.channels, lobby.chat, telling, roles, present, now)
        authority = Authority(roles, cohorts)

        async def refresh(user: str) -> None:
            await lobby.classroom.turn(OpenedHome(), Where("", user))

        duty = CohortDuty(
            cohorts,
            rosters,
            invitations,
            caretaker,
            lobby.channels,
            authority,
            roles,
            present,
            refresh,
            WORKSHOP.id,
            now,
        )
        lobby.duties += [duty.duty(), SeatDuty(cohorts, rosters, refresh).duty()]
        lobby.followers.append(rosters.follows)
        schools.append(School(lobby, invitations, rosters, caretaker, duty))

    async with open_lobby(folder, wire=wire, more_learners=more_learners) as lobby:
        await lobby.roles.appoint("U0BARBARA")
        keeping, caring = schools[0].invitations.keep(), schools[0].caretaker.keep()
        async with background(keeping, "invitations"), background(caring, "caretaker"):
            yield schools[0]
