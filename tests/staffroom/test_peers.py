"""Two learners are brought together, both willing, through real Bolt."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.map import steps_of
from bot.localslack.seed import WORKSHOP as CLASS
from bot.progress.peers import SqlPeers
from bot.slack.panels import DUTY
from bot.staffroom.peers import PeerHelp
from tests.slack.lobby import WORKSHOP, Lobby, open_lobby, press, until

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
REFS = steps_of(WORKSHOP.sections[0])


class Named:
    """Who is stuck, as a test says it."""

    def __init__(self) -> None:
        self.users: set[str] = set()

    async def stuck(self, cohort: int) -> Collection[str]:
        return self.users


@dataclass(slots=True)
class Course:
    lobby: Lobby
    cohort: Cohort
    needy: Named
    peers: PeerHelp
    kept: SqlPeers

    def told(self, user: str, words: str) -> int:
        return sum(words in message.text for message in self.lobby.said(user))


@pytest.fixture
async def course(tmp_path: Path) -> AsyncIterator[Course]:
    needy = Named()
    peers: PeerHelp | None = None

    def wire(lobby: Lobby) -> None:
        nonlocal peers
        kept, room = SqlPeers(lobby.store.database), lobby.people.room
        peers = PeerHelp(WORKSHOP, lobby.store, lobby.cohorts, kept, needy, lobby.chat, room, lambda: NOW)
        lobby.duties.append(peers.duty())

    async with open_lobby(tmp_path, wire=wire) as lobby:
        made = Cohort(NEW, "March", CLASS, "docker-workshop", frozenset(), peers=True)
        cohort = await lobby.cohorts.keep(made)
        for user, behind in (("U0ADA", 1), ("U0GRACE", len(REFS))):
            learner = await lobby.store.learner(user, user.removeprefix("U0").title())
            fresh = dict.fromkeys(REFS[:behind], NOW - timedelta(minutes=3))
            at = REFS[min(behind, len(REFS) - 1)]
            await lobby.store.record(replace(learner, at=at, passed=fresh, met_at=NOW), "put")
            await lobby.cohorts.seat(Seat(cohort.id, user, SeatState.TAKEN, NOW))
        assert peers is not None
        yield Course(lobby, cohort, needy, peers, SqlPeers(lobby.store.database))


async def test_whoever_agreed_is_shown_to_who_is_stuck_and_both_meet(course: Course) -> None:
    ada, grace = await course.lobby.enter("ada"), await course.lobby.enter("grace")
    await course.peers.look(course.cohort)
    await course.peers.look(course.cohort)
    assert (course.told("U0GRACE", "may I show them your name"), course.told("U0ADA", "may I show")) == (1, 0)
    await grace.go("dm")
    await grace.press("Yes, gladly")
    await until(lambda: course.told("U0GRACE", "Thank you!"))
    course.needy.users = {"U0ADA"}
    await course.peers.look(course.cohort)
    await course.peers.look(course.cohort)
    assert course.told("U0ADA", "Grace just passed") == 1
    await ada.go("dm")
    await ada.press("Yes, ask Grace")
    await until(lambda: course.told("U0ADA", "They know that you will write"))
    assert course.told("U0GRACE", "Ada is at") == 1


async def test_who_said_no_is_shown_to_nobody(course: Course) -> None:
    grace = await course.lobby.enter("grace")
    await course.peers.look(course.cohort)
    await grace.go("dm")
    await grace.press("No, thank you")
    await until(lambda: course.told("U0GRACE", "I keep your name to myself"))
    course.needy.users = {"U0ADA"}
    await course.peers.look(course.cohort)
    assert course.told("U0ADA", "Grace") == 0


async def test_a_forged_button_introduces_nobody(course: Course) -> None:
    await course.kept.answer("U0GRACE", willing=True)
    await course.lobby.enter("ada")
    about = f"U0GRACE/{REFS[1]}"
    await course.lobby.deliver("interactive", press("U0ADA", f"{DUTY}peers.ask#0", f"||{about}"))
    await until(lambda: course.told("U0ADA", "not to be asked any more"))
    assert course.told("U0GRACE", "Ada") == 0


async def test_outside_such_a_course_the_word_says_where_help_is(course: Course) -> None:
    linus = await course.lobby.enter("linus")
    await linus.go("dm")
    await linus.say("peers")
    await until(lambda: course.told("U0LINUS", "does not offer learners to each other"))
