"""Budgets at work: who uses too much is paused kindly, instructors are told, and everybody goes on in the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.fairness.budget import HITS, Budget
from bot.core.fairness.pauses import FOR_INSTRUCTORS, GO_ON, LET_GO_ON, NOT_PAUSED
from bot.core.learner import SandboxState
from bot.core.messages import Note, Offer
from bot.errors import ChatError, EngineDown
from bot.fairness.allowances import Allowances, note_of
from bot.fairness.turnstile import Slots, Turnstile
from bot.handin.plan import BuildPlan, ListContainers, Output, Plan, RemoveContainers, RunPlan, StopContainers
from bot.progress.cohorts import SqlCohorts
from bot.progress.roles import SqlRoles
from bot.progress.store import SqlStore, open_store
from tests.fakes import MemoryChat, MemorySandbox, MemoryStaff

BUDGET = Budget(cpu_s=1200, cpu_s_per_hour=900, disk_mb=3000)
BUILD, RUN, LOOK = BuildPlan(("web:latest",)), RunPlan("web"), ListContainers()


@dataclass
class MemoryMeter:
    """A meter that tells what was put in, once; the disk as long as it is so."""

    cpu: dict[str, float] = field(default_factory=dict)
    disk: dict[str, float] = field(default_factory=dict)
    fails: list[Exception] = field(default_factory=list)

    async def used(self, learners: Collection[str]) -> Mapping[str, float]:
        if self.fails:
            raise self.fails.pop(0)
        used, self.cpu = self.cpu, {}
        return used

    async def held(self, learners: Collection[str]) -> Mapping[str, float]:
        return {who: self.disk.get(who, 0.0) for who in learners}


class Class:
    def __init__(self, store: SqlStore) -> None:
        self.store, self.chat, self.staff = store, MemoryChat(), MemoryStaff()
        self.sandbox, self.meter = MemorySandbox(), MemoryMeter()
        self.roles = SqlRoles(store.database)
        self.now, self.wall = 1000.0, 1_800_000_000.0
        self.restart()

    def restart(self) -> None:
        async def room(user: str) -> str:
            return f"D{user}"

        self.allowances = Allowances(
            self.store,
            self.chat,
            self.staff,
            self.roles,
            self.sandbox,
            self.meter,
            room,
            BUDGET,
            lambda: self.now,
            lambda: self.wall,
        )
        self.door = Turnstile(self.sandbox, Slots(), self.allowances)

    async def passes(self, seconds: float, cpu: Mapping[str, float] | None = None) -> None:
        self.now += seconds
        self.wall += seconds
        self.meter.cpu = dict(cpu or {})
        await self.allowances.look()

    async def does(self, plan: Plan, user: str = "U1") -> Output:
        return await self.door.run(user, plan, {}, lambda _: None)

    def said(self, user: str = "U1") -> list[str]:
        return [m.text for (c, _), m in self.chat.shown.items() if c == f"D{user}" and isinstance(m, Note)]


@pytest.fixture
async def group(tmp_path: Path) -> AsyncIterator[Class]:
    store = await open_store(tmp_path / "db.sqlite")
    for user, name in (("U1", "Ada"), ("U2", "Linus")):
        learner = await store.learner(user, name)
        await store.record(replace(learner, sandbox=SandboxState.THERE, met_at=datetime.now(UTC)), "test")
    yield Class(store)
    await store.close()


async def test_b17_a_miner_is_stopped_kindly_and_the_instructors_are_told(
    group: Class, seen: Callable[[object], None]
) -> None:
    group.sandbox.answers[ListContainers] = Output("miner\ndb")
    minutes = 0
    while not group.said():
        minutes += 1
        await group.passes(60, {"U1": 60.0, "U2": 2.0})
        assert minutes < 180
    (said,) = group.said()
    assert "1200 seconds of a processor" in said
    assert "15 come back each minute" in said
    assert "about 22 minutes" in said
    assert "stopped `miner`, `db`" in said
    assert StopContainers(("miner", "db")) in group.sandbox.ran
    (told,) = group.staff.told.values()
    assert isinstance(told, Note)
    assert told.text.startswith("**Ada** has used 1200 seconds of a processor")
    assert group.said("U2") == []
    seen(f"paused after {minutes} minutes")


async def test_who_is_paused_can_look_and_clear_up_but_runs_nothing_and_others_go_on(group: Class) -> None:
    await group.passes(10, {"U1": 5000.0})
    group.sandbox.ran.clear()
    for plan in (BUILD, RUN):
        refused = await group.does(plan)
        assert refused.exit_code == 1
        assert "for about" in refused.note
    assert group.sandbox.ran == []
    await group.does(LOOK)
    await group.does(RemoveContainers(("web",)))
    await group.does(RUN, "U2")
    assert [type(plan) for plan in group.sandbox.ran] == [ListContainers, RemoveContainers, RunPlan]


async def test_who_waited_is_told_to_go_on(group: Class) -> None:
    await group.passes(10, {"U1": 5000.0})
    for _ in range(400):
        await group.passes(10)
    assert group.said()[-1] == GO_ON
    assert len(group.said()) == 2
    assert (await group.does(BUILD)).exit_code == 0


async def test_s10_instructors_let_somebody_go_on_at_once(group: Class) -> None:
    await group.passes(10, {"U1": 5000.0})
    ((place, told),) = group.staff.told.items()
    assert isinstance(told, Note)
    assert (told.offers, told.scope) == ((Offer.LET_GO_ON,), "U1")
    await group.roles.appoint("U9")
    assert await group.allowances.let_go_on("U1", by="U1") == FOR_INSTRUCTORS
    assert (await group.does(BUILD)).exit_code == 1
    assert await group.allowances.let_go_on("U1", by="U9") == "**Ada** may go on."
    assert await group.allowances.let_go_on("U2", by="U9") == NOT_PAUSED
    assert group.said()[-1] == LET_GO_ON
    assert group.staff.told == {place: Note("**Ada** may go on.")}
    await group.passes(10, {"U1": 600.0})  # with a full purse
    assert (await group.does(BUILD)).exit_code == 0
    assert [e.what for e in await group.store.journal("U1")][-2:] == ["Paused", "Unpaused"]


async def test_the_operator_lets_somebody_go_on_from_the_command_line(group: Class) -> None:
    await group.passes(10, {"U1": 5000.0})
    await group.store.remember(note_of("U1"), "")
    await group.passes(10)
    assert group.said()[-1] == LET_GO_ON
    assert (await group.does(BUILD)).exit_code == 0


async def test_a_restart_frees_nobody(group: Class) -> None:
    await group.passes(10, {"U1": 5000.0})
    group.now = 5.0  # another boot, another clock
    group.restart()
    assert (await group.does(BUILD)).exit_code == 1
    for _ in range(400):
        await group.passes(10)
    assert group.said()[-1] == GO_ON


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
async def test_f17_a_clock_that_jumps_frees_nobody_and_keeps_nobody(group: Class, jump_s: float) -> None:
    await group.passes(10, {"U1": 5000.0})
    group.wall += jump_s
    await group.passes(60)
    assert (await group.does(BUILD)).exit_code == 1
    await group.passes(2400)
    assert (await group.does(BUILD)).exit_code == 0


async def test_f17_a_clock_set_back_over_a_restart_makes_no_pause_longer_than_any(group: Class) -> None:
    await group.passes(10, {"U1": 5000.0})
    group.wall -= 3600
    group.restart()
    await group.passes(0)
    assert (await group.does(BUILD)).exit_code == 1
    await group.passes(3600)
    assert (await group.does(BUILD)).exit_code == 0


async def test_builds_stopped_at_limits_again_and_again_are_a_reason_to_pause(group: Class) -> None:
    group.sandbox.answers[BuildPlan] = Output("too big", 1, limited=True)
    for _ in range(HITS):
        await group.does(BUILD)
    assert "limit of this host many times" in group.said()[0]
    assert "limits many times" in str(next(iter(group.staff.told.values())))
    refused = await group.does(BUILD)
    assert "for about 15 minutes" in refused.note


async def test_too_much_on_the_disk_keeps_from_building_until_there_is_room(group: Class) -> None:
    group.meter.disk["U1"] = 4500.0
    await group.passes(400)
    assert "take 4,500 MB" in group.said()[0]
    assert (await group.does(BUILD)).exit_code == 1
    assert StopContainers not in {type(plan) for plan in group.sandbox.ran}
    group.meter.disk["U1"] = 100.0
    group.now += 6  # whoever made room need not wait for the next look
    assert (await group.does(BUILD)).exit_code == 0
    assert len(group.said()) == 1


async def test_what_cannot_be_told_or_read_stops_nothing(group: Class) -> None:
    group.staff.fails.append(ChatError("Slack is away."))
    await group.passes(10, {"U1": 5000.0})
    assert (await group.does(BUILD)).exit_code == 1
    group.meter.fails.append(EngineDown("No engine."))
    with pytest.raises(EngineDown):
        await group.passes(10)
    await group.passes(10)


async def test_instructors_of_a_nameless_course_read_no_name(group: Class) -> None:
    course = Cohort(NEW, "March", "C1", "docker-workshop", frozenset(), nameless=True)
    course = await SqlCohorts(group.store.database).keep(course)
    await SqlCohorts(group.store.database).seat(Seat(course.id, "U1", SeatState.TAKEN, datetime.now(UTC)))
    minutes = 0
    while not group.staff.told:
        minutes += 1
        await group.passes(60, {"U1": 60.0})
        assert minutes < 180
    (told,) = group.staff.told.values()
    assert isinstance(told, Note)
    assert "A learner" in told.text
    assert not any(part in str(told) for part in ("Ada", "U1"))
