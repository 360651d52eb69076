"""What an engine may do wrong: whoever asked is told in time, nobody else waits, and nothing of ours is left over."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import re
import threading
import time
from collections.abc import AsyncIterator, Callable

import pytest

from bot.core.evidence import HttpSeen
from bot.core.specs import HttpAsk, HttpSpec
from bot.errors import EngineDown, EngineTimeout, HostError
from bot.handin.plan import (
    BuildPlan,
    CreateNetwork,
    CreateVolume,
    ExecPlan,
    Inspect,
    ListNetworks,
    RemoveContainers,
    RemoveNetworks,
    RemoveVolumes,
    RunPlan,
    StopContainers,
)
from bot.sandbox import engine as door
from bot.sandbox.calling import health
from bot.sandbox.engine import SLOTS, Engine, EngineSaid, Lane, Reply
from bot.sandbox.host import Host
from bot.sandbox.recipe import Limits
from bot.sandbox.sandbox import DockerSandbox
from tests.fake_engine.engine import FakeEngine, Wrong, fake_engine
from tests.fake_engine.objects import Did
from tests.sandbox.conftest import Learner

Seen = Callable[[object], None]
STUCK = [Wrong.SILENT, Wrong.TRICKLE, Wrong.TRICKLED_HEAD]
#: one request of each kind that Docent sends
ROUTES = [
    "GET /version",
    "GET /info",
    "GET /containers/json",
    "POST /containers/create",
    "GET /containers/[^/]+/json",
    "POST /containers/[^/]+/start",
    "POST /containers/[^/]+/stop",
    "GET /containers/[^/]+/logs",
    "POST /containers/[^/]+/exec",
    "POST /exec/[^/]+/start",
    "GET /exec/[^/]+/json",
    "DELETE /containers/[^/]+",
    "POST /build",
    "GET /images/json",
    "GET /images/.+/json",
    "POST /images/.+/tag",
    "DELETE /images/.+",
    "GET /networks",
    "POST /networks/create",
    "DELETE /networks/.+",
    "GET /volumes",
    "POST /volumes/create",
    "DELETE /volumes/.+",
]


@pytest.fixture
async def fake() -> AsyncIterator[FakeEngine]:
    async with fake_engine() as engine:
        engine.objects.add_image("alpine:latest")
        engine.objects.add_image("docent-verifier:latest")
        yield engine


def learner_of(fake: FakeEngine) -> Learner:
    bases = {"alpine:latest": fake.objects.image("alpine")["Id"]}
    verifier = fake.objects.image("docent-verifier")["Id"]
    sandbox = DockerSandbox("t", bases, verifier, Limits(foreground_s=1, build_deadline_s=2), url=fake.url)
    return Learner(sandbox, "U1", {"Dockerfile": b"FROM alpine\nRUN true\n"})


@pytest.fixture
async def learner(fake: FakeEngine) -> AsyncIterator[Learner]:
    learner = learner_of(fake)
    yield learner
    fake.faults.clear()
    await learner.sandbox.close()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have all deadlines at a hundredth: what is seen is that they hold, not how long they are."""
    for name in ("SHORT_S", "START_S"):
        monkeypatch.setattr(f"bot.sandbox.host.{name}", 0.5)
    monkeypatch.setattr(Host.ask, "__kwdefaults__", {**(Host.ask.__kwdefaults__ or {}), "deadline_s": 0.5})
    monkeypatch.setattr(door, "FIRST_WORD_S", 0.6)
    monkeypatch.setattr(health, "SLOW_S", 0.5)


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - only how many


async def walk(learner: Learner) -> None:
    """Do one thing of each kind."""
    await learner.do(BuildPlan(("app:latest",)))
    await learner.do(CreateVolume("data"))
    await learner.do(RemoveVolumes(("data",)))
    await learner.do(RunPlan("alpine", ("sleep", "60"), "web", detach=True))
    await learner.do(ExecPlan("web", ("echo", "x")))
    await learner.do(RunPlan("alpine", ("echo", "x"), remove=True))
    await learner.do(StopContainers(("web",), grace_s=0))
    await learner.do(Inspect(("web",)))
    await learner.do(RemoveContainers(("web",), force=True))
    await learner.do(ListNetworks())
    await learner.sandbox.clean(learner.name)


async def idle(fake: FakeEngine, engine: Engine) -> None:
    """Wait until nothing of ours is on its way."""
    async with asyncio.timeout(30):
        while fake.open_lines or any(lane.busy or lane.waiting for lane in engine.load.values()):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.02)  # the loop closes files a turn later


async def stuck(wrong: Wrong, route: str) -> None:
    """Go the walk on an engine of its own whose answers to this are stuck."""
    async with fake_engine() as fake, asyncio.timeout(60):
        fake.objects.add_image("alpine:latest")
        fake.objects.add_image("docent-verifier:latest")
        fake.fault(wrong, route, seconds=0.02)
        learner = learner_of(fake)
        with contextlib.suppress(HostError):
            await walk(learner)
        await idle(fake, learner.sandbox._engine.engine)
        fake.faults.clear()
        await learner.sandbox.close()


@pytest.mark.usefixtures("short")
async def test_f04_an_answer_that_never_comes_ends_by_our_clock_whatever_was_asked(seen: Seen) -> None:
    async with asyncio.TaskGroup() as group:
        for route in ROUTES:
            group.create_task(stuck(Wrong.SILENT, route))
    seen(f"{len(ROUTES)} kinds of requests, each cut by our clock")


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("wrong", [Wrong.TRICKLE, Wrong.TRICKLED_HEAD])
async def test_f05_an_answer_that_trickles_ends_by_our_clock_whatever_was_asked(wrong: Wrong, seen: Seen) -> None:
    async with asyncio.TaskGroup() as group:
        for route in ROUTES:
            group.create_task(stuck(wrong, route))
    seen(f"{len(ROUTES)} kinds of requests, each cut by our clock")


async def test_these_tests_ask_for_everything(fake: FakeEngine, learner: Learner) -> None:
    await walk(learner)
    assert [each for each in ROUTES if not any(re.fullmatch(each, asked.line) for asked in fake.received)] == []
    assert (fake.objects.containers, fake.objects.volumes, fake.objects.networks) == ({}, {}, {})


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("lane", [Lane.BUILD, Lane.CONTROL])
@pytest.mark.parametrize("wrong", STUCK)
async def test_f33_a_lane_full_of_calls_that_never_end_is_free_again_and_nothing_is_left_of_them(
    fake: FakeEngine, lane: Lane, wrong: Wrong, seen: Seen
) -> None:
    engine = Engine(fake.url)
    await engine.ask(Lane.CONTROL, "GET", "/info", deadline_s=5)
    await idle(fake, engine)
    files, threads = open_files(), threading.active_count()
    fault = fake.fault(wrong, "GET /info", seconds=0.02)

    async def ask(deadline_s: float) -> object:
        try:
            return await engine.ask(lane, "GET", "/info", deadline_s=deadline_s)
        except HostError as error:
            return error

    said = await asyncio.gather(*(ask(0.2) for _ in range(SLOTS[lane] * 2)))
    assert all(isinstance(each, HostError) for each in said)
    assert engine.resting
    await idle(fake, engine)
    assert (open_files(), threading.active_count()) == (files, threads)
    fault.times = 0
    async with asyncio.timeout(30):
        while isinstance(await ask(5), EngineDown):
            await asyncio.sleep(0.05)
    seen(f"{len(said)} calls cut, 0 lines, 0 threads left")


async def test_f33_a_container_that_cannot_be_ended_holds_up_nobody_else(fake: FakeEngine, learner: Learner) -> None:
    await learner.do(RunPlan("alpine", ("sleep", "60"), "web", detach=True))
    web = next(each for each in fake.objects.containers.values() if each.name.endswith("web")).id
    fake.fault(Wrong.SILENT, f"(DELETE|POST) /containers/{web}.*")
    stuck = [asyncio.create_task(learner.do(RemoveContainers(("web",), force=True))) for _ in range(3)]
    other = Learner(learner.sandbox, "U2", learner.files)
    async with asyncio.timeout(30):
        for _ in range(5):
            assert (await other.do(RunPlan("alpine", ("echo", "fine")))).text == "fine"
    assert not any(each.done() for each in stuck)
    for each in stuck:
        each.cancel()
    await asyncio.gather(*stuck, return_exceptions=True)
    await idle(fake, learner.sandbox._engine.engine)


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("message", ["", "could not kill: tried to kill container, but did not receive an exit event"])
async def test_f33_a_container_that_cannot_be_ended_is_said_and_left_alone_for_a_while(
    fake: FakeEngine, learner: Learner, message: str, monkeypatch: pytest.MonkeyPatch, seen: Seen
) -> None:
    await learner.do(RunPlan("alpine", ("sleep", "60"), "web", detach=True))
    host = learner.sandbox._setup.host
    web = next(each.id for each in fake.objects.containers.values() if each.name.endswith("-web"))
    where = f"DELETE /containers/{web}"
    fault = fake.fault(Wrong.STATUS, where, message=message) if message else fake.fault(Wrong.SILENT, where)
    with contextlib.suppress(EngineTimeout):
        await host.remove(web)
    asked = sum(each.line == where for each in fake.received)
    for _ in range(5):
        refused = await host.remove(web)
        assert refused is not None
        assert "cannot be ended now" in refused.message
    assert sum(each.line == where for each in fake.received) == asked == 1
    assert "1 container cannot be ended on this Docker host" in await learner.sandbox.ready()
    fault.times = 0
    monkeypatch.setattr("bot.sandbox.calling.quarantine.AGAIN_S", 0.0)
    host.quarantine.put(web, "a minute has passed")
    assert await host.remove(web) is None
    assert await learner.sandbox.ready() == ""
    seen("left alone, said on the board, asked again after a minute")


async def test_a_command_that_went_with_its_container_is_an_answer_of_the_engine(
    fake: FakeEngine, learner: Learner
) -> None:
    await learner.do(RunPlan("alpine", ("sleep", "60"), "web", detach=True))
    web = next(iter(fake.objects.containers.values())).id
    fake.fault(Wrong.STATUS, "GET /exec/.*/json", status=404, message="No such exec instance: 1", times=1)
    body = {"Cmd": ["echo", "x"], "AttachStdout": True}
    said = await learner.sandbox._setup.host.execute(web, body, deadline_s=5)
    assert isinstance(said, EngineSaid)
    assert "No such exec" in said.message


async def test_f34_a_thousand_calls_leave_no_line_no_thread_and_no_file_open(
    fake: FakeEngine, learner: Learner, seen: Seen
) -> None:
    await learner.do(RunPlan("alpine", ("sleep", "60"), "web", detach=True))
    host = learner.sandbox._setup.host
    web = next(iter(fake.objects.containers.values())).id

    async def round_of(n: int) -> None:
        if n % 10 == 9:
            fake.fault(Wrong.RESET, "GET /containers/.*/logs", times=1)
        try:
            await host.logs(web)
        except HostError:
            assert n % 10 >= 8
        await host.execute(web, {"Cmd": ["echo", "x"], "AttachStdout": True}, deadline_s=5)

    await round_of(0)
    await idle(fake, learner.sandbox._engine.engine)
    gc.collect()
    files, threads, tasks = open_files(), threading.active_count(), len(asyncio.all_tasks())
    for at in range(0, 1000, 10):
        await asyncio.gather(*(round_of(n) for n in range(at, at + 5)))
        for n in range(at + 5, at + 10):
            await round_of(n)
    await idle(fake, learner.sandbox._engine.engine)
    gc.collect()
    left = (open_files() - files, threading.active_count() - threads, len(asyncio.all_tasks()) - tasks)
    assert max(left) <= 0, left
    seen("1,000 rounds of logs and exec: 0 files, 0 threads, 0 tasks more")


async def test_f18_fifty_at_once_share_a_lanes_slots_and_all_are_served(
    fake: FakeEngine, learner: Learner, seen: Seen
) -> None:
    fake.fault(Wrong.SLOW, "GET /info", seconds=0.02)
    engine = learner.sandbox._engine.engine
    busiest = 0

    async def ask() -> Reply | EngineSaid:
        nonlocal busiest
        asking = asyncio.create_task(engine.ask(Lane.CONTROL, "GET", "/info", deadline_s=10))
        await asyncio.sleep(0.01)
        busiest = max(busiest, engine.load[Lane.CONTROL].busy)
        return await asking

    said = await asyncio.gather(*(ask() for _ in range(50)))
    assert all(isinstance(each, Reply) for each in said)
    assert busiest == SLOTS[Lane.CONTROL]
    seen(f"50 callers, {busiest} at once")


async def test_a_full_lane_of_builds_delays_no_control_call_and_no_probe(fake: FakeEngine, learner: Learner) -> None:
    engine, host = learner.sandbox._engine.engine, learner.sandbox._setup.host

    async def quick(lane: Lane) -> float:
        began = time.perf_counter()
        for _ in range(30):
            await host.ask("GET", "/info", lane=lane)
        return time.perf_counter() - began

    alone = {lane: await quick(lane) for lane in (Lane.CONTROL, Lane.PROBE)}
    fake.fault(Wrong.SILENT, "POST /build")
    builds = [
        asyncio.create_task(engine.stream(Lane.BUILD, "POST", "/build", lambda _: True, deadline_s=60))
        for _ in range(SLOTS[Lane.BUILD] * 3)
    ]
    async with asyncio.timeout(5):
        while engine.load[Lane.BUILD].busy < SLOTS[Lane.BUILD]:
            await asyncio.sleep(0.01)
    for lane, before in alone.items():
        assert await quick(lane) < 5 * before + 0.5
    assert engine.load[Lane.BUILD].waiting == 2 * SLOTS[Lane.BUILD]
    for each in builds:
        each.cancel()
    await asyncio.gather(*builds, return_exceptions=True)


@pytest.mark.parametrize("status", [500, 503, 409, 404])
@pytest.mark.parametrize(
    "route",
    ["POST /containers/create", "POST /containers/.*/start", "POST /containers/.*/stop", "DELETE /containers/.*",
     "POST /networks/create", "DELETE /networks/.*"],
)  # fmt: skip
async def test_f06_a_refusal_is_the_engines_word_or_our_fault_and_nothing_hangs(
    fake: FakeEngine, learner: Learner, status: int, route: str
) -> None:
    fake.fault(Wrong.STATUS, route, status=status, message=f"refused with {status}", times=1)
    async with asyncio.timeout(30):
        try:
            await walk(learner)
        except HostError as error:
            assert "refused" in str(error)  # noqa: PT017 - or it is an answer
    await learner.sandbox.clean(learner.name)
    assert fake.objects.containers == {}


@pytest.mark.parametrize("status", [404, 409, 400])
async def test_f06_refusals_are_no_errors_of_the_engine(fake: FakeEngine, status: int) -> None:
    engine = Engine(fake.url)
    fake.fault(Wrong.STATUS, "GET /info", status=status, message="no")
    for _ in range(10):
        assert await engine.ask(Lane.CONTROL, "GET", "/info", deadline_s=5) == EngineSaid(status, "no")
    assert not engine.resting


@pytest.mark.parametrize(
    ("wrong", "more"),
    [(Wrong.STATUS, {"status": 503}), (Wrong.STATUS, {"status": 500}), (Wrong.RESET, {}), (Wrong.TRUNCATED, {})],
    ids=["503", "500", "reset", "truncated"],
)
async def test_three_errors_in_a_row_and_whoever_comes_then_is_told_at_once(
    fake: FakeEngine, wrong: Wrong, more: dict[str, int]
) -> None:
    engine = Engine(fake.url)
    fault = fake.fault(wrong, "GET /info", **more)
    for _ in range(3):
        assert not engine.resting
        try:
            await engine.ask(Lane.CONTROL, "GET", "/info", deadline_s=5)
        except HostError:
            continue
    assert engine.resting
    before = len(fake.received)
    for lane in Lane:
        with pytest.raises(EngineDown, match="leave it in peace"):
            await engine.ask(lane, "GET", "/version", deadline_s=30)
    assert len(fake.received) == before  # it is left in peace
    fault.times = 0
    async with asyncio.timeout(30):
        while engine.resting:
            try:
                await engine.ask(Lane.CONTROL, "GET", "/version", deadline_s=5)
            except EngineDown:
                await asyncio.sleep(0.05)
    lines = [each.line for each in fake.received[before:]]
    assert lines == ["GET /version", "GET /containers/json", "GET /version"] or lines[0] == "GET /containers/json"


@pytest.mark.usefixtures("short")
async def test_a_canary_flies_alone_and_its_failure_costs_nobody_else_time(fake: FakeEngine) -> None:
    engine = Engine(fake.url)
    fake.fault(Wrong.SILENT, "GET /(info|containers/json)")
    for _ in range(3):
        with pytest.raises(EngineTimeout):
            await engine.ask(Lane.CONTROL, "GET", "/info", deadline_s=0.05)
    async with asyncio.timeout(5):
        while engine.health.breaker.next_at > time.monotonic():
            await asyncio.sleep(0.05)
    before = len(fake.received)
    told = await asyncio.gather(
        *(engine.ask(Lane.RUN, "GET", "/info", deadline_s=30) for _ in range(20)), return_exceptions=True
    )
    assert all(isinstance(each, EngineDown) for each in told)
    assert [each.line for each in fake.received[before:]] == ["GET /containers/json"]


async def test_the_pulse_finds_a_sick_engine_and_its_recovery_before_a_learner_does(
    fake: FakeEngine, learner: Learner
) -> None:
    changes: list[str] = []
    sandbox = learner.sandbox
    pulse = asyncio.create_task(
        sandbox.pulse(lambda: changes.append("sick" if sandbox._engine.health.breaker.resting else "well"), 0.02)
    )
    fault = fake.fault(Wrong.STATUS, "GET /.*", status=503)
    async with asyncio.timeout(30):
        while changes != ["sick"]:
            await asyncio.sleep(0.02)
        assert "leave it in peace" in await sandbox.ready()
        fault.times = 0
        while changes != ["sick", "well"]:
            await asyncio.sleep(0.02)
        assert await sandbox.ready() == ""
    pulse.cancel()
    await asyncio.gather(pulse, return_exceptions=True)


@pytest.mark.parametrize("route", ["POST /containers/create", "POST /networks/create", "POST /volumes/create",
                                   "POST /containers/.*/start", "DELETE /containers/.*"])  # fmt: skip
async def test_f08_what_was_done_although_the_answer_was_lost_is_found_and_removed(
    fake: FakeEngine, learner: Learner, route: str
) -> None:
    fake.fault(Wrong.LOST, route, times=1)
    try:
        await walk(learner)
    except EngineDown as error:
        assert "broke off" in str(error)  # noqa: PT017 - or it was no harm
    await learner.sandbox.clean(learner.name)
    await walk(learner)
    assert (fake.objects.containers, fake.objects.networks, fake.objects.volumes) == ({}, {}, {})


async def test_f10_a_network_that_somebody_is_still_on_is_said_so_and_goes_later(
    fake: FakeEngine, learner: Learner
) -> None:
    await learner.do(CreateNetwork("net"))
    await learner.do(RunPlan("alpine", ("sleep", "60"), "web", detach=True, networks=("net",)))
    out = await learner.do(RemoveNetworks(("net",)))
    assert out.exit_code == 1
    assert "has active endpoints" in out.text
    await learner.do(RemoveContainers(("web",), force=True))
    assert (await learner.do(RemoveNetworks(("net",)))).exit_code == 0
    await learner.sandbox.clean(learner.name)
    assert fake.objects.networks == {}


@pytest.mark.parametrize("wrong", [Wrong.RESET, Wrong.TRICKLE, Wrong.TRUNCATED])
async def test_f10_cleaning_up_goes_on_after_a_network_that_could_not_be_removed(
    fake: FakeEngine, learner: Learner, wrong: Wrong
) -> None:
    await learner.do(CreateNetwork("net"))
    fake.fault(Wrong.STATUS, "DELETE /networks/.*", status=403, message="network x has active endpoints", times=1)
    await learner.sandbox.clean(learner.name)
    assert len(fake.objects.networks) <= 1
    await learner.sandbox.clean(learner.name)
    assert fake.objects.networks == {}


async def test_f35_a_program_that_ended_before_anybody_looked_is_shown_whole(
    fake: FakeEngine, learner: Learner
) -> None:
    """It is run without attaching: its log is read once it has ended, so there is no moment to miss."""
    fake.objects.programs = lambda command: Did(0, b"".join(b"%d\n" % n for n in range(1000)))
    out = await learner.do(RunPlan("alpine", ("seq", "1000")))
    assert out.text.splitlines() == [str(n) for n in range(1000)]
    lines = [each.line.rpartition("/")[2] for each in fake.received if each.method == "POST"]
    assert "attach" not in lines
    assert lines.index("wait") < len(lines)


HTTP = HttpSpec(image="app", port=3000, asks=(HttpAsk(get="/"),))


@pytest.mark.parametrize("fault", ["start", "create", "silent"])
async def test_f36_a_verifier_that_does_not_start_is_our_fault_and_leaves_nothing(
    fake: FakeEngine, learner: Learner, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await learner.do(BuildPlan(("app:latest",)))
    await learner.do(RunPlan("app", ("sleep", "60"), "web", detach=True))
    words = "OCI runtime create failed: container init died"
    if fault == "silent":
        fake.objects.answers = lambda question: {"nonce": "another"}
    else:
        route = "POST /containers/docentverifier.*/start" if fault == "start" else "POST /containers/create"
        fake.fault(Wrong.STATUS, route, status=400, message=words)
    with pytest.raises(HostError, match="verifier"):
        await learner.sandbox.probe(learner.name, HTTP, {}, attempt=7, again=False)
    await learner.sandbox.release(7)
    kinds = [each.labels["docent.kind"] for each in fake.objects.containers.values()]
    assert kinds == ["learner"] if fault != "silent" else ["learner", "verifier"]


async def test_a_check_runs_on_this_engine_as_on_the_real_one(fake: FakeEngine, learner: Learner) -> None:
    result = {"status": 200, "headers": {"content-type": "text/html"}, "body": "hello"}
    fake.objects.answers = lambda question: {"ok": True, "results": [result]}
    await learner.do(BuildPlan(("app:latest",)))
    await learner.do(RunPlan("app", ("sleep", "60"), "web", detach=True))
    seen = await learner.sandbox.probe(learner.name, HTTP, {}, attempt=7, again=False)
    assert isinstance(seen, HttpSeen)
    assert [(each.status, each.body) for each in seen.answers] == [(200, "hello")]


@pytest.mark.parametrize(
    ("version", "spoken"),
    [("1.41", "1.41"), ("1.99", "1.45"), ("1.24", "1.24"), ("1.45", "1.45")],
)
async def test_f31_an_engine_of_another_version_is_spoken_to_in_one_that_both_know(
    fake: FakeEngine, version: str, spoken: str
) -> None:
    fake.objects.version |= {"ApiVersion": version}
    host = Host(Engine(fake.url))
    await host.info()
    assert fake.received[-1].version == spoken


async def test_f31_an_engine_that_is_upgraded_under_us_is_asked_again_which_version_it_speaks(fake: FakeEngine) -> None:
    host = Host(Engine(fake.url))
    await host.info()
    fake.fault(Wrong.RESET, "GET /info", times=1)  # it goes down…
    with pytest.raises(EngineDown):
        await host.info()
    fake.objects.version |= {"ApiVersion": "1.44"}
    await host.info()
    assert fake.received[-1].version == "1.44"


async def test_f31_an_engine_that_speaks_nothing_of_what_we_know_is_said_to(fake: FakeEngine) -> None:
    fake.objects.version |= {"ApiVersion": "1.99", "MinAPIVersion": "1.90"}
    with pytest.raises(HostError, match=r"no API below 1\.90"):
        await Host(Engine(fake.url)).info()
