"""What learners' things use, as the engine tells it; and once for real."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from bot.handin.command import read_commands
from bot.handin.plan import Refusal
from bot.sandbox.metering import cpu_s, room_mb
from tests.sandbox.conftest import Learner, until

LABELS = {"docent.instance": "main", "docent.learner": "u1"}


def test_room_is_what_a_learner_takes_above_what_is_shared() -> None:
    disk = {
        "Images": [
            {"Labels": LABELS, "Size": 180_000_000, "SharedSize": 170_000_000},
            {"Labels": LABELS, "Size": 20_000_000, "SharedSize": -1},
            {"Labels": {"docent.instance": "other", "docent.learner": "u1"}, "Size": 9e9, "SharedSize": 0},
            {"Labels": None, "Size": 9e9, "SharedSize": 0},
        ],
        "Containers": [{"Labels": LABELS, "SizeRw": 5_000_000}, {"Labels": LABELS}],
        "Volumes": [
            {"Labels": LABELS, "UsageData": {"Size": 7_000_000}},
            {"Labels": LABELS, "UsageData": {"Size": -1}},
            {"Labels": LABELS, "UsageData": None},
        ],
    }
    assert room_mb(disk, "main") == {"u1": pytest.approx(42.0)}
    assert room_mb({"Images": None, "Containers": None, "Volumes": None}, "main") == {}


@pytest.mark.parametrize(
    ("stats", "seconds"),
    [({"cpu_stats": {"cpu_usage": {"total_usage": 2_500_000_000}}}, 2.5), ({}, 0.0), ({"cpu_stats": None}, 0.0)],
)
def test_processor_time_is_read_from_the_engines_figures(stats: dict[str, object], seconds: float) -> None:
    assert cpu_s(stats) == seconds


async def do(learner: Learner, line: str) -> None:
    (command,) = read_commands(line)
    assert not isinstance(command.plan, Refusal)
    output = await learner.do(command.plan)
    assert output.exit_code == 0, output.text


@pytest.mark.engine
async def test_b17_what_spins_is_seen_to_spin_and_what_sleeps_is_not(
    learner: Learner, seen: Callable[[object], None]
) -> None:
    meter = learner.sandbox.meter
    await do(learner, "docker run -d --name idle alpine sleep 60")
    await do(learner, "docker run -d --name miner alpine sh -c 'while :; do :; done'")
    first = (await meter.used(["U1", "U2"])).get("U1", 0.0)
    began, used = time.monotonic(), 0.0

    async def enough() -> bool:
        nonlocal used
        found = await meter.used(["U1", "U2"])
        used += found.get("U1", 0.0)
        assert "U2" not in found
        return used >= 1.0

    await until(enough, within_s=60)
    wall = time.monotonic() - began
    assert used <= 1.3 * (wall + 1)  # one processor at most, and every second once
    assert first <= 30
    await do(learner, "docker rm -f miner")
    await meter.used(["U1"])
    await asyncio.sleep(0.5)
    assert (await meter.used(["U1"])).get("U1", 0.0) < 0.1
    seen(f"{used:.1f} s of a processor in {wall:.1f} s")


@pytest.mark.engine
async def test_b17_what_a_build_uses_is_charged_to_its_learner(learner: Learner) -> None:
    meter = learner.sandbox.meter
    spins = "i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done"
    began = time.monotonic()
    assert (await learner.image(f"FROM alpine\nRUN {spins}\n")).exit_code == 0
    wall = time.monotonic() - began
    spun = (await meter.used(["U1"]))["U1"]
    assert 0.1 < spun <= 1.3 * wall
    assert (await learner.image(f"FROM alpine\nRUN {spins}\n")).exit_code == 0  # from the cache
    assert (await meter.used(["U1"])).get("U1", 0.0) < spun / 2


@pytest.mark.engine
async def test_the_disk_that_a_container_fills_is_seen(learner: Learner) -> None:
    before = (await learner.sandbox.meter.held(["U1"]))["U1"]
    await do(learner, "docker volume create data")
    await do(learner, "docker run -v data:/d alpine sh -c 'dd if=/dev/zero of=/d/x bs=1M count=12; cp /d/x /y'")
    held = (await learner.sandbox.meter.held(["U1", "U2"]))["U1"]
    assert 24 <= held - before <= 40


@pytest.mark.engine
async def test_the_host_is_timed_by_what_verifiers_take_to_start(learner: Learner) -> None:
    sandbox = learner.sandbox
    await learner.image("FROM alpine\nCMD sleep 60\n")
    owner = sandbox._setup.owner(learner.name)
    question = {"op": "tcp", "host": "127.0.0.1", "port": 1, "timeout_s": 0.2}
    for _ in range(6):
        await sandbox._verifiers.ask(owner, question, deadline_s=5)
    assert len(sandbox._verifiers.times.took_s) == 6
    assert all(0.001 < took < 10 for took in sandbox._verifiers.times.took_s)
    assert 1.0 <= sandbox.strain() <= 3.0
