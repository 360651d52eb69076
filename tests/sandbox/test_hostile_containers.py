"""Containers that behave badly beside others: their names, their floods and their children stay their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.handin.plan import CreateNetwork, ExecPlan, RemoveContainers, RunPlan, StopContainers
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner

pytestmark = pytest.mark.engine
Say = Callable[[object], None]
NET = ("n",)
SHM = "/dev/shm"  # noqa: S108 - the container's own


@pytest.fixture
async def two(sandbox: DockerSandbox) -> tuple[Learner, Learner]:
    """Return two learners, each with a network `n` and on it a container `web` that serves their own name."""
    both = Learner(sandbox, "U1"), Learner(sandbox, "U2")
    serve = 'mkdir /w && echo "$0" > /w/index.html && exec httpd -f -h /w'
    for each in both:
        await each.do(CreateNetwork("n"))
        plan = RunPlan("alpine", ("sh", "-c", serve, each.name), "web", detach=True, networks=NET)
        assert (await each.do(plan)).exit_code == 0
    return both


async def inside(learner: Learner, script: str, name: str = "web") -> str:
    return (await learner.do(ExecPlan(name, ("sh", "-c", script)))).text


async def served(learner: Learner) -> str:
    """Return what their `web` answers to a client on its network, asked by the address of its name."""
    ask = "a=$(nslookup web 127.0.0.11 | tail -n +3 | grep -oE '([0-9]+[.]){3}[0-9]+' | head -n 1);"
    return await inside(learner, ask + " printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 5 $a 80 | tail -n 1")


async def test_n04_a_name_taken_on_ones_own_network_is_heard_on_no_other(two: tuple[Learner, Learner]) -> None:
    thief, other = two
    names = ("verifier", "docent", "registry-1.docker.io", "host.docker.internal", "web")
    taken = tuple(("n", name) for name in names)
    plan = RunPlan("alpine", ("sleep", "60"), "thief", detach=True, networks=NET, aliases=taken)
    assert (await thief.do(plan)).exit_code == 0
    one = "echo {0} $(nslookup {0} 127.0.0.11 2>&1 | tail -n +3 | grep -c Address) & "
    ask = "".join(one.format(name) for name in names) + "wait"
    heard = dict(line.split() for line in (await inside(thief, ask)).splitlines())
    assert set(heard.values()) <= {"1", "2"}  # they have a `web` of their own beside the stolen one
    heard = dict(line.split() for line in (await inside(other, ask)).splitlines())
    # the other's `web` is their own
    assert heard == dict.fromkeys(names, "0") | {"web": "1"}
    assert await served(other) == "U2"


@pytest.mark.parametrize(
    ("case", "flood"),
    [
        ("N06 questions for names", "while :; do nslookup x.example.com >/dev/null 2>&1 & sleep 0.02; done"),
        ("N07 connections", "while :; do nc -w 1 127.0.0.1 80 </dev/null >/dev/null 2>&1 & sleep 0.01; done"),
    ],
    ids=["N06 names", "N07 connections"],
)
async def test_a_flood_in_one_network_is_not_felt_in_another(
    two: tuple[Learner, Learner], case: str, flood: str, seen: Say
) -> None:
    flooder, other = two
    await flooder.do(RunPlan("alpine", ("sh", "-c", flood), "flood", detach=True, networks=NET))
    began = time.monotonic()
    for _ in range(5):
        assert await served(other) == "U2"
    seen(f"{case.partition(' ')[2]}: five answers next door in {time.monotonic() - began:.1f} s")


def listening() -> set[str]:
    """Return the ports on which this machine listens."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[1] for row in rows if row[3] == "0A"}


async def test_n09_a_container_that_listens_on_all_ports_opens_none_on_the_host(
    sandbox: DockerSandbox, seen: Say
) -> None:
    learner, other = Learner(sandbox, "U1"), Learner(sandbox, "U2")
    script = (
        "const net = require('net'); let n = 0;"
        "for (let p = 1; p < 3000; p++) net.createServer().on('error', () => {}).listen(p, () => n++);"
        "setTimeout(() => { console.log(n); }, 3000); setTimeout(() => {}, 60000)"
    )
    before = listening()
    await learner.do(RunPlan("node:24-alpine", ("node", "-e", script), "all", detach=True))
    out = await learner.do(ExecPlan("all", ("sh", "-c", "sleep 4; grep -c ' 0A ' /proc/net/tcp6")))
    seen(f"{out.text} ports in the container")
    assert int(out.text) > 100
    # other tests of this machine may open a port meanwhile; none of them as low as these
    assert {each for each in listening() - before if int(each.partition(":")[2], 16) < 1024} == set()
    assert (await other.do(RunPlan("alpine", ("echo", "fine")))).text == "fine"


async def test_n10_who_ignores_the_end_and_starts_children_anew_is_ended_all_the_same(
    sandbox: DockerSandbox, seen: Say
) -> None:
    learner = Learner(sandbox, "U1")
    stubborn = "trap '' TERM INT HUP; while :; do (trap '' TERM; sleep 5 & sleep 5 & wait) & wait; done"
    await learner.do(RunPlan("alpine", ("sh", "-c", stubborn), "stays", detach=True))
    began = time.monotonic()
    assert (await learner.do(StopContainers(("stays",), grace_s=1))).text == "stays"
    seen(f"ended after {time.monotonic() - began:.1f} s")
    assert (await learner.do(RemoveContainers(("stays",)))).exit_code == 0


async def test_n10_a_container_with_init_reaps_thousands_of_orphans(sandbox: DockerSandbox, seen: Say) -> None:
    learner = Learner(sandbox, "U1")
    orphans = "n=0; while [ $n -lt 2000 ]; do (true &) ; n=$((n+1)); done; sleep 1; ls -d /proc/[0-9]* | wc -l"
    out = await learner.do(RunPlan("alpine", ("sh", "-c", orphans), "parent", init=True))
    seen(f"{out.text} processes left of 2000")
    assert int(out.text) < 20


async def test_n11_what_lies_in_shared_memory_is_seen_by_nobody_else(sandbox: DockerSandbox) -> None:
    first, second = Learner(sandbox, "U1"), Learner(sandbox, "U2")
    await first.do(RunPlan("alpine", ("sh", "-c", "echo secret > /dev/shm/secret; sleep 60"), "keeps", detach=True))
    for each in (first, second):
        assert (await each.do(RunPlan("alpine", ("ls", "-A", SHM)))).text == ""
    assert "secret" in (await first.do(ExecPlan("keeps", ("cat", f"{SHM}/secret")))).text
