"""Gates through real Bolt: made by an instructor, met by learners, opened and told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.cohorts.cohort import NEW, Cohort, Gate, Opening, Seat, SeatState
from bot.core.map import steps_of
from bot.localslack.seed import INSTRUCTORS
from bot.localslack.seed import WORKSHOP as CLASS
from bot.progress.cohorts import SqlCohorts
from bot.slack.panels import DUTY
from bot.staffroom.authority import Authority
from bot.staffroom.gates import Gates
from bot.staffroom.telling import Telling
from tests.slack.lobby import WORKSHOP, Lobby, open_lobby, press, until

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST, SECOND = WORKSHOP.sections[:2]


@dataclass(slots=True)
class Course:
    lobby: Lobby
    cohorts: SqlCohorts
    cohort: Cohort
    gates: Gates

    async def before(self, user: str) -> None:
        """Put somebody right before the second section, seated in the course."""
        learner = await self.lobby.store.learner(user, user)
        refs = steps_of(FIRST)
        await self.lobby.store.record(replace(learner, at=refs[-1], passed=dict.fromkeys(refs, NOW), met_at=NOW), "put")
        await self.cohorts.seat(Seat(self.cohort.id, user, SeatState.TAKEN, NOW))

    def told(self, user: str, words: str) -> int:
        return sum(words in message.text for message in self.lobby.said(user))


@pytest.fixture
async def course(tmp_path: Path) -> AsyncIterator[Course]:
    gates: Gates | None = None

    def wire(lobby: Lobby) -> None:
        nonlocal gates
        gates = gates_of(lobby)
        lobby.duties.append(gates.duty())

    async with open_lobby(tmp_path, wire=wire) as lobby:
        made = Cohort(NEW, "March", CLASS, "docker-workshop", frozenset({"U0BARBARA"}), INSTRUCTORS)
        assert gates is not None
        yield Course(lobby, lobby.cohorts, await lobby.cohorts.keep(made), gates)


def gates_of(lobby: Lobby) -> Gates:
    authority = Authority(lobby.roles, lobby.cohorts)
    telling, room = Telling(lobby.chat, lobby.people.room), lobby.people.room
    return Gates(WORKSHOP, lobby.store, lobby.cohorts, authority, telling, lobby.chat, room, lambda: NOW)


async def test_a_gate_is_made_met_opened_and_told(course: Course) -> None:
    await course.before("U0ADA")
    ada, barbara = await course.lobby.enter("ada"), await course.lobby.enter("barbara")
    await barbara.go(f"#{'docent-instructors'}")
    await barbara.say("/docent gates")
    await barbara.choose("Close a section", f"02 · {SECOND.title}")
    assert await barbara.submit() == {}
    await until(lambda: barbara.modal and "1 wait here" in barbara.modal.text)
    await ada.go("dm")
    await ada.say("next")
    await until(lambda: course.told("U0ADA", "You are at the gate of"))
    await barbara.press("Open now")
    await until(lambda: course.told("U0ADA", f"02 · {SECOND.title}** is open now"))
    await until(lambda: any("1 who waited" in m.text for m in course.lobby.said(channel=INSTRUCTORS)))
    await ada.press("Continue")
    await until(lambda: course.told("U0ADA", steps_title()))


def steps_title() -> str:
    step = WORKSHOP.step(steps_of(SECOND)[0])
    assert step
    return step.title


async def test_what_is_due_opens_by_itself_and_is_told_once(course: Course) -> None:
    for user in ("U0ADA", "U0GRACE"):
        await course.before(user)
    await course.cohorts.gate(course.cohort.id, Gate("02", Opening.SHARE, share_pct=100))
    await course.cohorts.gate(course.cohort.id, Gate("03", Opening.TIME, NOW + timedelta(hours=1)))
    await course.gates.look(course.cohort)
    await course.gates.look(course.cohort)
    assert [course.told(user, "is open now") for user in ("U0ADA", "U0GRACE")] == [1, 1]
    assert [gate.opened_at for gate in await course.cohorts.gates(course.cohort.id)] == [NOW, None]


async def test_a_crash_between_opening_and_telling_leaves_nobody_untold(course: Course) -> None:
    await course.before("U0ADA")
    await course.cohorts.gate(course.cohort.id, Gate("02", Opening.HAND, opened_at=NOW))
    await course.gates.look(course.cohort)
    assert course.told("U0ADA", "is open now") == 1


async def test_a_learner_opens_no_gate_whatever_they_press(course: Course) -> None:
    await course.before("U0ADA")
    await course.cohorts.gate(course.cohort.id, Gate("02", Opening.HAND))
    ada = await course.lobby.enter("ada")
    await ada.go("dm")
    await ada.say("gates")
    await until(lambda: course.told("U0ADA", "That is for instructors"))
    for act, about in (("gates.open", f"{course.cohort.id}/02"), ("gates.remove", "1/02"), ("gates.list", "²")):
        await course.lobby.deliver("interactive", press("U0ADA", f"{DUTY}{act}#0", f"||{about}"))
    await until(lambda: course.told("U0ADA", "Only the instructors of this course") == 3)
    assert [gate.opened_at for gate in await course.cohorts.gates(course.cohort.id)] == [None]
