"""Learners who write too much are stopped, by a small limit on the real engine; nobody else is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from bot.errors import HostFull
from bot.handin.plan import ReadLogs, RemoveContainers, RunPlan, StartContainers, VolumeMount
from bot.sandbox.disk.meter import Weight
from bot.sandbox.disk.scale import Writer
from bot.sandbox.disk.watch import Building, Rules, to_stop
from bot.sandbox.host import Host
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner, until

MIB = 1024 * 1024
MOST = Weight(40 * MIB, 5_000)


def heavy(mb: int, files: int = 1) -> Weight:
    return Weight(mb * MIB, files)


def test_of_those_over_the_limit_the_heaviest_container_is_stopped() -> None:
    volumes = {"v": Writer("u1", heavy(30)), "w": Writer("u2", heavy(39))}
    writers = [
        Writer("u1", heavy(8), "small"),
        Writer("u1", heavy(5), "with-volume", ("v",)),
        Writer("u2", heavy(1), "fine", ("w",)),
        Writer("u3", heavy(41)),
        Writer("u4", heavy(1, 5_001), "many"),
    ]
    assert to_stop(writers, volumes, MOST) == {"u1": "with-volume", "u3": "", "u4": "many"}


def test_a_build_is_weighed_with_its_earlier_steps() -> None:
    build = Building()
    assert build.wrote("one", heavy(10)) == heavy(10)
    assert build.wrote("one", heavy(20)) == heavy(20)
    assert build.wrote("two", heavy(5)) == heavy(25, 2)


# -- on the real engine ------------------------------------------------------------------------------------------------

FILL = "i=0; while [ $i -lt 60 ]; do head -c 10000000 /dev/zero > {}/$i; i=$((i+1)); sleep 0.05; done; sleep 60"
NAMELESS = "exec 3>/x; rm /x; while true; do head -c 10000000 /dev/zero >&3; sleep 0.1; done"
MANY = "i=0; while true; do mkdir /$i; (cd /$i; seq 1000 | xargs touch); i=$((i+1)); done"


@pytest.fixture
def small(make_sandbox: Callable[..., DockerSandbox]) -> Learner:
    return Learner(make_sandbox(rules=Rules(MOST)), "U1")


@pytest.mark.engine
@pytest.mark.parametrize(
    ("script", "mounts"),
    [
        (FILL.format(""), ()),
        (FILL.format("/data"), (VolumeMount("db", "/data"),)),
        (NAMELESS, ()),
        pytest.param(MANY, (), marks=pytest.mark.hostile),
    ],
    ids=["layer", "volume", "removed file", "many files"],
)
async def test_a_container_that_writes_too_much_is_stopped_and_its_neighbour_is_not(
    small: Learner, host: Host, script: str, mounts: tuple[VolumeMount, ...], seen: Callable[[object], None]
) -> None:
    told: list[tuple[str, str]] = []

    async def tell(learner: str, sentence: str) -> None:
        told.append((learner, sentence))

    small.sandbox.disk.tell = tell
    neighbour = Learner(small.sandbox, "U2")
    await neighbour.do(RunPlan("alpine", ("sleep", "60"), "fine", detach=True))
    began = time.monotonic()
    await small.do(RunPlan("alpine", ("sh", "-c", script), "bad", detach=True, mounts=mounts))

    async def stopped() -> bool:
        return bool(told)

    await until(stopped, 30)
    seen(f"stopped after {time.monotonic() - began:.1f} s")
    assert told[0][0] == "U1"
    assert "hold more than 40 MB or 5,000 files" in told[0][1]
    mine = await host.containers(*small.sandbox._setup.owner("U1").labels, "docent.kind=learner")
    assert [each.running for each in mine] == [False]
    assert "hold more than" in (await small.do(ReadLogs("bad"))).note
    theirs = await host.containers(*small.sandbox._setup.owner("U2").labels, "docent.kind=learner")
    assert [each.running for each in theirs] == [True]


@pytest.mark.engine
async def test_whoever_holds_too_much_starts_nothing_until_they_make_room(small: Learner) -> None:
    out = await small.do(RunPlan("alpine", ("sh", "-c", FILL.format("")), "bad"))
    assert out.exit_code == 137
    assert out.note.startswith("It was stopped, because your containers and volumes hold more than 40 MB")
    refused = await small.do(StartContainers(("bad",)))
    assert "docker rm and docker volume rm make room" in refused.text
    await small.do(RemoveContainers(("bad",), force=True))
    assert (await small.do(RunPlan("alpine", ("echo", "fine")))).text == "fine"


@pytest.mark.engine
@pytest.mark.parametrize(
    "dockerfile",
    [
        f"FROM alpine\nRUN {FILL.format('')}\n",
        pytest.param(
            "FROM alpine\n" + "".join(f"RUN head -c 9000000 /dev/zero > /{n} && sleep 1.2\n" for n in range(12)),
            marks=pytest.mark.hostile,
        ),
        f"FROM alpine\nRUN {NAMELESS}\n",
    ],
    ids=["one step", "over many steps", "removed file"],
)
async def test_a_build_that_writes_too_much_is_stopped_with_a_plain_word(small: Learner, dockerfile: str) -> None:
    groups = await small.sandbox._builds.cgroups()
    if not groups.places:
        pytest.skip("needs root beside an engine that drives cgroupfs")
    out = await small.image(dockerfile)
    assert out.exit_code == 1
    assert "the build wrote more than 40 MB or 5,000 files and was stopped" in out.text
    assert (await small.image("FROM alpine\nRUN echo fine\n")).exit_code == 0


@pytest.mark.engine
async def test_nothing_new_begins_on_a_full_disk_and_the_fault_is_ours(
    make_sandbox: Callable[..., DockerSandbox], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.sandbox.disk.meter.PLENTY_BYTES", 10**18)
    learner = Learner(make_sandbox(rules=Rules(MOST, full_pct=1.0)), "U1")
    with pytest.raises(HostFull, match=r"% full\. Nothing new begins and checks wait"):
        await learner.do(RunPlan("alpine", ("true",)))
    with pytest.raises(HostFull):
        await learner.image("FROM alpine\n")


@pytest.mark.engine
async def test_looking_costs_next_to_nothing_while_nobody_writes(
    small: Learner, seen: Callable[[object], None]
) -> None:
    for number in range(4):
        await small.do(RunPlan("alpine", ("sleep", "60"), f"c{number}", detach=True))
    watch = small.sandbox.disk
    await watch.look()  # knows them now
    looks, took_s, began = watch.looks, watch.took_s, time.process_time()
    await asyncio.sleep(3)  # what is measured is a time in which nothing happens
    seen(
        f"{watch.looks - looks} looks of {1000 * (watch.took_s - took_s) / max(watch.looks - looks, 1):.0f} ms, "
        f"{1000 * (time.process_time() - began) / 3:.1f} ms of processor a second"
    )
    assert watch.looks - looks <= 6
