"""What each kind of container may do, as the kernel says it; reading this is reading what a learner's program is.

Source of the idea: gVisor, `test/e2e/sandboxposture`. A new right, mount, route or open file changes a line here.
"""

from __future__ import annotations

import asyncio
import io
import tarfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from dataclasses import replace

import docker
import pytest

from bot.handin.plan import BuildPlan, RunPlan
from bot.sandbox import recipe
from bot.sandbox.sandbox import DockerSandbox
from tests.host.postures import Posture, posture
from tests.second_engine import SecondEngine

pytestmark = pytest.mark.engine

MIB = 1024 * 1024
CONFIG = (
    '{"version": 0.1, "storage": {"filesystem": {"rootdirectory": "/var/lib/registry"}}, "http": {"addr": ":5000"}}'
)
#: read, write, over the network of a container: pipes for its words, and what an idle shell or Python holds
WORDS = ("/dev/null", "pipe")
NOTHING = "0000000000000000"
#: CHOWN DAC_OVERRIDE FOWNER KILL SETGID SETUID NET_BIND_SERVICE
LEARNERS = "00000000000004eb"
#: the engine's own, because a build cannot be given fewer; no-new-privileges and the profile hold there too
BUILDS = "00000000a80425fb"
OWN = ("/dev tmpfs", "/dev/mqueue mqueue", "/dev/pts devpts", "/dev/shm tmpfs", "/proc proc")  # noqa: S108
FILES = ("/etc/hostname ext4", "/etc/hosts ext4", "/etc/resolv.conf ext4")
WRITABLE = ("/ overlay", *OWN[:-1], *FILES, OWN[-1])
#: a file of the host's, read only, gives a container its name, its neighbours and its resolver
OTHERS = ("cgroup", "ext4", "overlay", "proc", "sysfs")
#: its own network, and a default way through an address that nobody has
ROUTES = ("default", "own network")
BARE = Posture(
    effective=NOTHING,
    bounding=NOTHING,
    no_new_privileges="1",
    seccomp="2",
    users="0 0 4294967295",  # another range with --userns-remap
    memory=str(64 * MIB),
    pids="32",
    cpu="100000",
    writable=OWN,
    others=("cgroup", "overlay", "proc", "sysfs"),
    routes=(),
    open=WORDS,
)
GOLDEN = {
    "learner": replace(
        BARE,
        effective=LEARNERS,
        bounding=LEARNERS,
        memory=str(256 * MIB),
        pids="128",
        writable=WRITABLE,
        others=("cgroup", "proc", "sysfs"),
        routes=ROUTES,
    ),
    "verifier": replace(BARE, others=OTHERS, routes=ROUTES),
    "build": replace(
        BARE,
        effective=BUILDS,
        bounding=BUILDS,
        memory=str(512 * MIB),
        pids="max",  # of the group above it: 256
        writable=WRITABLE,
        others=("cgroup", "proc", "sysfs"),
    ),
    "registry": replace(
        BARE,
        memory=str(256 * MIB),
        pids="64",
        writable=(*OWN, "/var/lib/registry ext4"),
        others=OTHERS,
        routes=ROUTES,
        open=("/dev/null", "anon_inode", "pipe", "socket"),
    ),
    "browser": replace(
        BARE,
        memory=str(512 * MIB),
        pids="160",
        writable=(*OWN, "/tmp tmpfs"),  # noqa: S108
        others=OTHERS,
    ),
}


def plain(seen: Posture) -> Posture:
    """Return it without what differs from host to host: file systems of the host, addresses, file names."""
    usual = {"xfs": "ext4", "btrfs": "ext4", "cgroup2": "cgroup"}
    pairs = [each.split(" ") for each in seen.writable]
    # version 1 of control groups lays an empty folder of its own over theirs
    writable = tuple(sorted(f"{at} {usual.get(kind, kind)}" for at, kind in pairs if at != "/sys/fs/cgroup"))
    others = tuple(sorted({usual.get(kind, kind) for kind in seen.others} - {"tmpfs"}))
    routes = tuple(sorted("default" if each == "00000000/00000000" else "own network" for each in seen.routes))
    return replace(seen, writable=writable, others=others, routes=routes)


@pytest.fixture(params=["learner", "verifier", "build", "registry", "browser"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def own(hardened: SecondEngine, kind: str) -> Iterator[docker.APIClient]:
    """Return a client of the engine; the browser's image is too big to be carried over for one look."""
    with closing(hardened.client() if kind != "browser" else docker.APIClient(version="auto", timeout=60)) as client:
        yield client


@pytest.fixture
async def sandbox(own: docker.APIClient, hardened: SecondEngine, kind: str) -> AsyncIterator[DockerSandbox]:
    ids = {name: own.inspect_image(name)["Id"] for name in ("alpine:latest", "docent-verifier:latest")}
    url = hardened.url if kind != "browser" else ""
    made = DockerSandbox("posture", {"alpine:latest": ids["alpine:latest"]}, ids["docent-verifier:latest"], url=url)
    yield made
    await made.demolish()
    await made.close()


def process(own: docker.APIClient, name: str) -> int:
    return int(own.inspect_container(name)["State"]["Pid"])


async def settled(process: int, expected: Posture) -> Posture:
    """Return the posture once it is as expected, or as it still is after some seconds: programs open files to start."""
    ends = time.monotonic() + 5
    while (seen := plain(posture(process))) != expected and time.monotonic() < ends:
        await asyncio.sleep(0.05)
    return seen


async def begun(sandbox: DockerSandbox, own: docker.APIClient, kind: str) -> int:
    """Start a container of this kind as Docent does, and return its process."""
    owner = sandbox._setup.owner("U1")
    match kind:
        case "learner":
            await sandbox.run("U1", RunPlan("alpine", ("sleep", "60"), "app", detach=True), {}, lambda _: None)
            return process(own, owner.container("app"))
        case "verifier":
            await sandbox._networks.ensure(owner)
            await sandbox._verifiers.warm(owner)
            return process(own, owner.verifier)
        case "registry":
            image = own.inspect_image("registry:2")["Id"]
            request = recipe.registry("posture", image, ("127.0.0.1", 5999), "")
            return await started(sandbox, own, request, CONFIG)
        case "browser":
            image = own.inspect_image("docent-browser:latest")["Id"]
            return await started(sandbox, own, recipe.browser("posture", image, "f00d"))
        case _:
            raise AssertionError(kind)


def packed(config: str) -> bytes:
    with io.BytesIO() as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            about = tarfile.TarInfo("docent/config.yml")
            about.size = len(config)
            tar.addfile(about, io.BytesIO(config.encode()))
        return file.getvalue()


async def started(sandbox: DockerSandbox, own: docker.APIClient, request: recipe.Request, config: str = "") -> int:
    made = await sandbox._setup.host.create(request)
    assert isinstance(made, str), made
    if config:
        assert await sandbox._setup.host.put(made, recipe.REGISTRY_HOME, packed(config)) is None
    assert await sandbox._setup.host.start(made) is None
    return process(own, made)


async def of_a_step(sandbox: DockerSandbox) -> Posture:
    files = {"Dockerfile": b"FROM alpine\nRUN exec sleep 20\n"}
    build = asyncio.create_task(sandbox.run("U1", BuildPlan(("app:latest",)), files, lambda _: None))
    try:
        async with asyncio.timeout(20):
            while True:
                members = list((await sandbox._builds.cgroups()).members())
                steps = [each.processes() for each in members if each.key == "posture-u1"]
                if steps and steps[0]:
                    return await settled(steps[0][0], GOLDEN["build"])
                await asyncio.sleep(0.05)
    finally:
        build.cancel()
        await asyncio.gather(build, return_exceptions=True)


async def test_h01_a_container_has_these_rights_and_no_others(
    sandbox: DockerSandbox, own: docker.APIClient, kind: str, seen: Callable[[object], None]
) -> None:
    came = await (of_a_step(sandbox) if kind == "build" else settled(await begun(sandbox, own, kind), GOLDEN[kind]))
    assert came == GOLDEN[kind]
    seen(f"{kind}: capabilities {came.effective.lstrip('0') or 'none'}, {came.pids} processes")
