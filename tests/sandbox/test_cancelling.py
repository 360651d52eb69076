"""Work that is given up leaves nothing, soon; `deploy/bench cancel` measures it, and here it is held."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from bot.handin.plan import BuildPlan, ListContainers, RunPlan
from bot.sandbox.build_log import BuildLog, Instruction
from bot.sandbox.host import Host
from bot.sandbox.recipe import Limits
from bot.sandbox.sandbox import DockerSandbox
from tests.fake_engine.engine import FakeEngine, Wrong, fake_engine
from tests.load.cancel import BAR_S, KINDS, Cancels, Ground, build, cut, ground_of
from tests.sandbox.conftest import Learner

Seen = Callable[[object], None]


@pytest.fixture
async def ground(host: Host) -> AsyncIterator[Ground]:
    async with ground_of() as ground:
        yield ground


@pytest.mark.engine
@pytest.mark.hostile
async def test_b19_whatever_is_given_up_is_gone_within_five_seconds(ground: Ground, seen: Seen) -> None:
    worst = Cancels()
    for kind, (work, (first, last)) in KINDS.items():
        of_kind = Cancels()
        for moment in (first + 0.05, (first + last) / 2):
            await cut(ground, work, moment, of_kind)
        assert of_kind.left == [], kind
        worst.took_s += of_kind.took_s
        worst.had |= of_kind.had
    assert worst.had >= {"step", "container"}  # it was given up while something was under way
    assert max(worst.took_s) <= BAR_S
    seen(f"{len(worst.took_s)} times, the slowest in {max(worst.took_s):.1f} s")


@pytest.mark.engine
@pytest.mark.hostile
@pytest.mark.parametrize(
    "run",
    [
        pytest.param("sleep infinity", id="B09 a build that sleeps for ever"),
        pytest.param(
            "trap '' TERM INT HUP; setsid nohup sleep infinity & sleep infinity", id="B10 one that does not go"
        ),
    ],
)
async def test_a_build_without_an_end_is_ended_at_its_deadline(ground: Ground, run: str, seen: Seen) -> None:
    ground.sandbox._builds._setup = replace(ground.sandbox._setup, limits=Limits(build_deadline_s=4))
    loop = asyncio.get_running_loop()
    before, began, had = await ground.things(), loop.time(), set[str]()
    building = asyncio.create_task(build(ground, f"FROM alpine\nRUN {run} # ONCE\n"))
    while not building.done():
        had |= await ground.things() - before
        await asyncio.sleep(0.3)
    took_s = loop.time() - began
    out = await building
    assert out.text.endswith("the build took longer than 4 s and was stopped")
    assert {each.partition(" ")[0] for each in had} >= {"step"}
    assert 4 <= took_s <= 4 + 3
    assert await ground.things() == before
    seen(f"ended after {took_s:.1f} s of 4 s, nothing left")


# --- the same where the engine cannot hurry, on the engine in memory


@pytest.fixture
async def fake() -> AsyncIterator[FakeEngine]:
    async with fake_engine() as engine:
        engine.objects.add_image("alpine:latest")
        engine.objects.add_image("docent-verifier:latest")
        yield engine


@pytest.fixture
async def learner(fake: FakeEngine) -> AsyncIterator[Learner]:
    bases = {"alpine:latest": fake.objects.image("alpine")["Id"]}
    sandbox = DockerSandbox("t", bases, fake.objects.image("docent-verifier")["Id"], Limits(), url=fake.url)
    yield Learner(sandbox, "U1", {"Dockerfile": b"FROM alpine\nRUN sleep 60\n"})
    fake.faults.clear()
    await sandbox.close()


async def given_up(work: Awaitable[object], fake: FakeEngine, line: str, times: int = 1) -> None:
    """Cancel the work as soon as the engine was asked for this."""
    task = asyncio.ensure_future(work)
    async with asyncio.timeout(30):
        while sum(each.line.startswith(line) for each in fake.received) < times:
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
    assert task.cancelled()


@pytest.mark.parametrize(
    "line",
    ["POST /containers/create", "POST /containers/", "POST /networks/create", "GET /images/", "GET /containers/json"],
)
@pytest.mark.parametrize("slow_s", [0.0, 0.05, 0.5])
async def test_b19_a_command_given_up_at_any_request_leaves_no_container(
    fake: FakeEngine, learner: Learner, line: str, slow_s: float
) -> None:
    fake.fault(Wrong.SLOW, "POST .*", seconds=slow_s)
    await given_up(learner.do(RunPlan("alpine", ("sleep", "60"), "web")), fake, line)
    fake.faults.clear()
    assert [each.name for each in fake.objects.containers.values()] == []
    assert (await learner.do(ListContainers(all=True, quiet=True))).text == ""


async def test_b19_a_build_given_up_hangs_up_on_the_engine(fake: FakeEngine, learner: Learner) -> None:
    await given_up(learner.do(BuildPlan(("app:latest",))), fake, "POST /build")
    async with asyncio.timeout(30):
        while fake.open_lines or any(lane.busy for lane in learner.sandbox._engine.engine.load.values()):
            await asyncio.sleep(0.01)


def test_the_step_that_runs_is_known_by_its_container() -> None:
    log = BuildLog([Instruction("FROM", "FROM alpine"), Instruction("RUN", "RUN x")], 0.0)
    log.feed({"stream": "Step 2/2 : RUN x\n"}, 0.0)
    log.feed({"stream": " ---> Running in 0123456789ab\n"}, 0.0)
    assert (log.container, log.unfinished) == ("0123456789ab", True)
    log.feed({"stream": "Removing intermediate container 0123456789ab\n"}, 0.0)
    log.feed({"aux": {"ID": "sha256:1"}}, 0.0)
    assert (log.container, log.unfinished) == ("", False)
