"""Stories of sandboxes that nobody uses: warned about, put away, brought back; over restarts and faults."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.authoring.load import load_workshop
from bot.classroom import Classroom
from bot.core.events import AskedToKeepSandbox, AskedToRebuild, AskedToReset, Started, TypedCommands
from bot.core.expiry import Patience
from bot.core.learner import SandboxState
from bot.core.messages import CommandOutput, Message, Note, Offer
from bot.core.standing import Standing, StandingContainer, StandingImage, State, root_note
from bot.core.workshop import StepRef
from bot.errors import ChatError, EngineDown
from bot.expiry import Expiry
from bot.fairness.intake import Intake
from bot.fairness.queue import Queue
from bot.handin.command import read_commands
from bot.handin.plan import BuildPlan, ListContainers, Output, RunPlan
from bot.ports import Where
from bot.progress.standings import SqlStandings
from bot.progress.store import SqlStore, open_store
from bot.settings import shipped
from bot.workbench import Workbench
from tests.fakes import MemoryChat, MemoryDesk, MemorySandbox, farewell_of

LESSONS = shipped("lessons") / "docker-workshop"
WORKSHOP = load_workshop(LESSONS)
ADA = Where("D1", "U1")
T0 = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
BUILD = StepRef("02", "build")
RUN = TypedCommands(read_commands("docker run -d alpine sleep 9"))
STANDING = Standing(
    images=(StandingImage("sha256:a", ("getting-started:latest",)),),
    containers=(StandingContainer("todo", RunPlan("getting-started"), "sha256:a", State.RUNNING),),
    root="n1",
)


class Deaf(MemoryChat):
    """A chat to which Slack does not listen for a while."""

    deaf = False

    async def show(self, where: Where, message: Message) -> str:
        if self.deaf:
            raise ChatError("Slack could not be reached.")
        return await super().show(where, message)


@dataclass
class House:
    store: SqlStore
    now: datetime = T0
    chat: Deaf = field(default_factory=Deaf)
    sandbox: MemorySandbox = field(default_factory=MemorySandbox)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin anew with what the database knows."""
        self.standings = SqlStandings(self.store.database)
        bench = Workbench(self.store, self.standings, self.sandbox, self.chat, lambda path: b"")
        self.classroom = Classroom(
            WORKSHOP,
            self.store,
            self.chat,
            self.sandbox,
            Intake(WORKSHOP, self.store, self.chat, Queue(MemoryDesk(), slots=2, most=9)),
            bench,
            farewell_of(WORKSHOP, self.store, self.chat, bench),
            start_files={"package.json": b"{}"},
            clock=lambda: self.now,
            refresh_board=lambda: None,
        )

        async def room(user: str) -> str:
            return "D1"

        self.expiry = Expiry(self.store, self.chat, self.sandbox, self.classroom, room, lambda: self.now, Patience())

    async def turn(self, event: object) -> Message:
        await self.classroom.turn(event, ADA, "Ada")  # type: ignore[arg-type]
        await self.classroom.stop()
        return self.chat.said[-1]

    async def at(self, hours: float) -> None:
        self.now = T0 + hours * HOUR
        await self.expiry.look()

    @property
    def warnings(self) -> list[str]:
        return [m.text for m in self.chat.said if isinstance(m, Note) and Offer.KEEP in m.offers]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = await open_store(tmp_path / "db.sqlite")
    house = House(store)
    await house.turn(Started())
    await house.turn(RUN)
    house.sandbox.stands["U1"] = STANDING
    yield house
    await house.classroom.stop(drain_s=1)
    await store.close()


async def test_an_unused_sandbox_is_warned_about_twice_and_put_away_over_any_number_of_restarts(house: House) -> None:
    for hours in (1, 20, 20.1, 21, 23.5, 23.6, 23.9):
        await house.at(hours)
        house.restart()
    assert len(house.warnings) == 2
    assert "4 hours" in house.warnings[0]
    assert "30 minutes" in house.warnings[1]
    assert not house.sandbox.cleaned
    for _ in range(3):
        await house.at(24)
        house.restart()
    assert house.sandbox.cleaned == ["U1"]
    assert (await house.store.learner("U1")).sandbox is SandboxState.AWAY


async def test_a_learner_who_keeps_it_has_it_as_long_again(house: House) -> None:
    await house.at(20)
    await house.turn(AskedToKeepSandbox())
    await house.at(39)
    assert len(house.warnings) == 1
    await house.at(40)
    assert len(house.warnings) == 2
    assert not house.sandbox.cleaned


async def test_a_warning_that_slack_did_not_take_is_given_by_the_next_round(house: House) -> None:
    house.chat.deaf = True
    await house.at(20)
    assert not house.warnings
    house.chat.deaf = False
    house.restart()
    await house.at(20.1)
    assert len(house.warnings) == 1


async def test_a_removal_that_was_cut_off_is_made_good_and_progress_stays(house: House) -> None:
    await house.at(20)
    await house.at(23.5)
    house.sandbox.fails = [EngineDown("No engine.")]
    await house.at(24)
    learner = await house.store.learner("U1")
    assert (learner.sandbox, house.sandbox.cleaned) == (SandboxState.LEAVING, [])
    house.restart()
    await house.at(24.1)
    after = await house.store.learner("U1")
    assert house.sandbox.cleaned == ["U1"]
    assert replace(after, sandbox=learner.sandbox) == learner
    assert await house.store.files("U1") == {"package.json": b"{}"}


async def test_somebody_without_a_sandbox_is_left_alone(house: House) -> None:
    await house.store.record(replace(await house.store.learner("U1"), sandbox=SandboxState.NONE), "test")
    await house.at(99)
    assert not house.warnings
    assert not house.sandbox.cleaned


async def put_away(house: House) -> None:
    for hours in (20, 23.5, 24):
        await house.at(hours)


async def test_the_next_command_says_kindly_that_it_was_put_away_and_the_one_after_runs(house: House) -> None:
    await put_away(house)
    house.sandbox.ran.clear()
    said = await house.turn(RUN)
    assert isinstance(said, Note)
    assert said.offers == (Offer.REBUILD_SURE,)
    assert not house.sandbox.ran
    assert isinstance(await house.turn(RUN), CommandOutput)
    assert (await house.store.learner("U1")).sandbox is SandboxState.THERE


async def passed(house: House) -> None:
    learner = await house.store.learner("U1")
    await house.store.record(replace(learner, passed={BUILD: T0}), "test")
    await house.standings.keep_build("U1", "sha256:a", BuildPlan(("getting-started:latest",)), {"Dockerfile": b"then"})
    await house.standings.keep_standing("U1", BUILD, STANDING)
    await house.store.remember(root_note("U1"), STANDING.root)


async def test_rebuild_brings_back_what_stood_when_the_last_step_passed(house: House) -> None:
    await passed(house)
    await put_away(house)
    house.sandbox.ran.clear()
    said = await house.turn(AskedToRebuild())
    assert [type(plan) for plan in house.sandbox.ran] == [BuildPlan, RunPlan]
    assert isinstance(said, Note)
    assert "`getting-started`" in said.text
    assert "`todo`" in said.text
    assert "is not kept" in said.text


async def test_a_rebuild_that_fails_half_way_says_what_came_back_and_can_be_pressed_again(house: House) -> None:
    await passed(house)
    await put_away(house)
    house.sandbox.answers[RunPlan] = Output("docker: Error response from daemon: no space left on device.", 125)
    said = await house.turn(AskedToRebuild())
    assert isinstance(said, Note)
    assert "came back:\n- image `getting-started`" in said.text
    assert "did not come back:\n- the container todo: docker: Error response from daemon: no space left" in said.text
    assert said.offers == (Offer.REBUILD_SURE,)
    del house.sandbox.answers[RunPlan]
    again = await house.turn(AskedToRebuild(sure=True))
    assert isinstance(again, Note)
    assert "did not come back" not in again.text


async def test_rebuild_asks_before_it_takes_something_away(house: House) -> None:
    await passed(house)
    said = await house.turn(AskedToRebuild())
    assert isinstance(said, Note)
    assert said.offers == (Offer.REBUILD_SURE,)
    assert not house.sandbox.cleared


async def test_with_nothing_passed_a_rebuild_takes_nothing_away(house: House) -> None:
    said = await house.turn(AskedToRebuild(sure=True))
    assert isinstance(said, Note)
    assert "nothing to bring back" in said.text
    assert not house.sandbox.cleared


async def test_a_command_in_a_sandbox_that_the_host_lost_is_answered_with_rebuild(house: House) -> None:
    await passed(house)
    house.sandbox.answers[RunPlan] = Output("docker: Error: no such image", 125)
    assert isinstance(await house.turn(RUN), CommandOutput)
    house.sandbox.stands["U1"] = Standing(root="n1")  # emptied by the learner themselves
    assert isinstance(await house.turn(RUN), CommandOutput)
    house.sandbox.stands["U1"] = Standing(root="n2")  # the host was made anew, and the command made a network
    said = await house.turn(RUN)
    assert isinstance(said, Note)
    assert said.offers == (Offer.REBUILD_SURE,)
    assert isinstance(await house.turn(RUN), CommandOutput), "it is said once"


async def test_an_empty_list_where_something_stood_is_answered_with_rebuild(house: House) -> None:
    await passed(house)
    house.sandbox.stands.clear()
    house.sandbox.answers[ListContainers] = Output("CONTAINER ID   IMAGE   COMMAND")
    said = await house.turn(TypedCommands(read_commands("docker ps")))
    assert isinstance(said, Note)
    assert said.offers == (Offer.REBUILD_SURE,)


async def test_a_sandbox_that_was_cleaned_on_purpose_is_not_called_lost(house: House) -> None:
    await passed(house)
    await house.turn(AskedToReset("section", sure=True))
    house.sandbox.answers[RunPlan] = Output("docker: Error: no such image", 125)
    assert isinstance(await house.turn(RUN), CommandOutput)
