"""What learners may try on purpose or by accident: each is held by a limit that is tried here, not looked up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.handin.plan import BuildPlan, ExecPlan, RunPlan
from bot.sandbox.host import Host
from bot.sandbox.recipe import Limits
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner

pytestmark = pytest.mark.engine

SMALL = Limits(build_deadline_s=20.0, build_output_bytes=200_000, image_growth_mb=5, image_layers=8)
#: The client is heard where somebody may listen; what it does not reach afterwards is kept from it.
HEARD = "nc -l -p 8080 >/dev/null & until nc -w 2 127.0.0.1 8080 </dev/null 2>/dev/null; do :; done; echo heard;"


@pytest.fixture
def small(make_sandbox: Callable[..., DockerSandbox]) -> Learner:
    return Learner(make_sandbox(SMALL), "U1")


async def test_b01_a_fork_bomb_in_a_build_is_held_and_the_neighbours_build_goes_through(small: Learner) -> None:
    groups = await small.sandbox._builds.cgroups()
    if not groups.parents:
        pytest.skip("needs root beside an engine that drives cgroupfs")
    neighbour = Learner(small.sandbox, "U2")
    bomb = asyncio.create_task(small.image("FROM alpine\nRUN f() { f | f & }; f; sleep 30\n"))
    counter = groups.parents[0] / "docent-build" / f"{small.sandbox._setup.instance}-u1" / "pids.current"
    highest = 0
    async with asyncio.timeout(20):
        while highest < 200:
            highest = max(highest, int(counter.read_text()) if counter.exists() else 0)
            await asyncio.sleep(0.02)
    assert (await neighbour.image("FROM alpine\nRUN echo fine > /fine\n")).exit_code == 0
    out = await bomb
    assert highest <= 256
    assert out.exit_code == 1
    async with asyncio.timeout(20):
        while counter.exists() and int(counter.read_text()):
            await asyncio.sleep(0.05)


async def test_a_build_that_takes_too_long_is_stopped_and_leaves_no_container(small: Learner, host: Host) -> None:
    before = {each.id for each in await host.containers()}
    out = await small.image("FROM alpine\nRUN echo begun && sleep 300\n")
    assert out.exit_code == 1
    assert out.text.endswith("the build took longer than 20 s and was stopped")
    async with asyncio.timeout(15):
        while [each for each in await host.containers() if each.id not in before and "sleep 300" in each.command]:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("dockerfile", "says"),
    [
        ("FROM alpine\nRUN yes\n", "the build printed more than"),
        ("FROM alpine\nRUN head -c 9000000 /dev/zero > /big\n", "MB bigger than its base"),
        ("FROM alpine\n" + "".join(f"RUN echo {n} > /{n}\n" for n in range(9)), "layers; 8 is the most here"),
        ("FROM alpine\nRUN tail /dev/zero\n", "exit code: 137"),
        # not wget -T: Debian's busybox crashes over that before it asks anybody
        ("FROM alpine\nRUN nc -w 2 1.1.1.1 80 </dev/null\n", "can't connect to remote host (1.1.1.1): Network"),
        ("FROM alpine\nRUN nc -w 2 169.254.169.254 80 </dev/null\n", "remote host (169.254.169.254): Network"),
        ("FROM alpine\nRUN mkdir -p /mnt && mount -t tmpfs none /mnt\n", "mount: permission denied"),
        ("FROM alpine\nRUN mknod /sda b 8 0 && head -c 1 /sda\n", "head: /sda: Operation not permitted"),
        ("FROM alpine\nRUN echo x > /proc/sys/kernel/core_pattern\n", "core_pattern: Read-only file system"),
        ("FROM alpine\nRUN head -c 300000000 /dev/zero > /big\n", "head: "),
    ],
)
async def test_a_hostile_build_ends_with_a_plain_word(small: Learner, dockerfile: str, says: str) -> None:
    out = await small.image(dockerfile)
    assert out.exit_code == 1
    assert says in out.text
    assert "exit code: 139" not in out.text, "what crashed has tried nothing"
    assert len(out.text) < 64 * 1024


async def test_what_is_too_big_leaves_no_image(small: Learner, host: Host) -> None:
    await small.image("FROM alpine\nRUN head -c 9000000 /dev/zero > /big\n")
    assert await host.images(*small.sandbox._setup.owner("U1").labels) == ()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("f() { f | f & }; f; sleep 1; echo alive", ""),
        ("tail /dev/zero; echo exit $?", "exit 137"),
        (f"{HEARD} nc -w 2 1.1.1.1 80 </dev/null 2>/dev/null || echo none", "heard\nnone"),
        (f"{HEARD} nc -w 2 169.254.169.254 80 </dev/null 2>/dev/null || echo none", "heard\nnone"),
        ("mkdir -p /mnt && mount -t tmpfs none /mnt", "mount: permission denied"),
        ("unshare -U true", "Operation not permitted"),
        ("mknod /sda b 8 0", "mknod: /sda: Operation not permitted"),
        ("echo x > /proc/sys/kernel/hostname", "hostname: Read-only file system"),
        ("ping -c 1 -W 1 127.0.0.1", "ping: permission denied"),
        ("grep -c . /proc/1/environ; grep NoNewPrivs /proc/self/status", "NoNewPrivs:\t1"),
        ("grep CapEff /proc/self/status", "CapEff:\t00000000000004eb"),
        ("nslookup example.com", "no servers could be reached"),
    ],
)
async def test_a_hostile_container_hurts_only_itself(
    make_sandbox: Callable[..., DockerSandbox], script: str, says: str
) -> None:
    learner = Learner(make_sandbox(Limits(foreground_s=12.0)), "U1")
    out = await learner.do(RunPlan("alpine", ("sh", "-c", script), "bad"))
    assert says in out.text
    assert "egmentation fault" not in out.text, "what crashed has tried nothing"
    assert (await learner.do(RunPlan("alpine", ("echo", "fine")))).text == "fine"


async def test_n02_what_listens_on_the_host_is_not_to_be_reached(make_sandbox: Callable[..., DockerSandbox]) -> None:
    learner = Learner(make_sandbox(Limits(foreground_s=20.0)), "U1")
    hits = 0

    async def hit(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hits
        hits += 1
        writer.close()

    await learner.do(RunPlan("alpine", ("sleep", "60"), "web", detach=True))
    gateways = [f"10.200.0.{last}" for last in (1, 17, 33)] + ["172.17.0.1"]
    server = await asyncio.start_server(hit, "0.0.0.0", 0)  # noqa: S104 - what must not be reached, for a moment
    try:
        port = server.sockets[0].getsockname()[1]
        script = "; ".join(f"nc -w 1 {address} {port} </dev/null" for address in gateways)
        await learner.do(ExecPlan("web", ("sh", "-c", script)))
    finally:
        server.close()
    assert hits == 0


async def test_a_build_is_followed_by_no_more_than_two_nameless_images(small: Learner, host: Host) -> None:
    for turn in range(5):
        await small.image(f"FROM alpine\nRUN echo {turn} > /turn\n")
    images = await host.images(*small.sandbox._setup.owner("U1").labels)
    assert len(images) == 3


async def test_a_learner_may_build_on_their_own_image_and_on_nobody_elses(small: Learner) -> None:
    other = Learner(small.sandbox, "U2")
    assert (await small.image("FROM alpine\nRUN echo 1 > /mine\n", "mine:latest")).exit_code == 0
    assert (await small.image("FROM mine\nRUN cat /mine\n", "next:latest")).exit_code == 0
    refused = await other.image("FROM mine\n", "stolen:latest")
    assert refused.exit_code == 1
    assert "FROM mine" in refused.text
    tag = small.sandbox._setup.owner("U1").image("mine")
    assert (await other.image(f"FROM {tag}\n", "stolen:latest")).exit_code == 1


async def test_dockerfile_and_dockerignore_of_ours_never_get_into_an_image(small: Learner) -> None:
    small.files = {"a.txt": b"a"}
    await small.image("FROM alpine\nWORKDIR /app\nCOPY . .\n")
    assert (await small.do(RunPlan("app", ("ls", "-A")))).text.split() == ["Dockerfile", "a.txt"]
    assert (await small.do(BuildPlan(("app:latest",), context="nosuch"))).exit_code == 1
