"""A host that has run out of something: whoever it hits is told so as ours, everybody else goes on."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator, Callable

import pytest

from bot.errors import HostError, HostFull
from bot.handin.plan import BuildPlan, CreateNetwork, CreateVolume, ListContainers, RemoveContainers, RunPlan
from bot.sandbox import pool
from bot.sandbox.builds import fault_of_build
from bot.sandbox.recipe import Limits
from bot.sandbox.sandbox import DockerSandbox
from tests.fake_engine.engine import FakeEngine, Wrong, fake_engine
from tests.sandbox.conftest import Learner

NO_POOL = "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network"
NO_SPACE = "write /var/lib/docker/overlay2/x/diff/y: no space left on device"
SLEEPER = RunPlan("alpine", ("sleep", "60"), "web", detach=True)
Seen = Callable[[object], None]


@pytest.fixture
async def fake() -> AsyncIterator[FakeEngine]:
    async with fake_engine() as engine:
        engine.objects.add_image("alpine:latest")
        engine.objects.add_image("docent-verifier:latest")
        yield engine


@pytest.fixture
async def two(fake: FakeEngine) -> AsyncIterator[tuple[Learner, Learner]]:
    bases = {"alpine:latest": fake.objects.image("alpine")["Id"]}
    sandbox = DockerSandbox("t", bases, fake.objects.image("docent-verifier")["Id"], Limits(), url=fake.url)
    files = {"Dockerfile": b"FROM alpine\nRUN true\n"}
    yield Learner(sandbox, "U1", files), Learner(sandbox, "U2", dict(files))
    await sandbox.close()


@pytest.mark.parametrize("how", ["F11 the engine's pools", "F11 our own subnets"])
async def test_without_an_address_left_newcomers_are_told_and_the_others_go_on(
    fake: FakeEngine, two: tuple[Learner, Learner], how: str, monkeypatch: pytest.MonkeyPatch, seen: Seen
) -> None:
    there, newcomer = two
    if "our own" in how:
        monkeypatch.setattr(pool, "SUBNETS", ipaddress.ip_network("10.200.0.0/28"))
    assert (await there.do(SLEEPER)).exit_code == 0
    if "engine" in how:
        fake.fault(Wrong.STATUS, "POST /networks/create", message=NO_POOL)
    for plan in (SLEEPER, CreateNetwork("mine")):
        with pytest.raises(HostError, match="no network left") as told:
            await newcomer.do(plan)
    assert (await there.do(RunPlan("alpine", ("echo", "fine"), remove=True))).text == "fine"
    fake.faults.clear()
    monkeypatch.undo()
    assert (await newcomer.do(SLEEPER)).exit_code == 0
    seen(str(told.value))


@pytest.mark.parametrize(
    ("route", "plan"),
    [
        pytest.param("POST /containers/create", SLEEPER, id="F12 create"),
        pytest.param("POST /containers/[^/]+/start", SLEEPER, id="F12 start"),
        pytest.param("POST /build", BuildPlan(("app:latest",)), id="F12 build"),
        pytest.param("POST /volumes/create", CreateVolume("data"), id="F12 volume"),
    ],
)
async def test_a_full_disk_is_ours_and_what_makes_room_still_works(
    fake: FakeEngine, two: tuple[Learner, Learner], route: str, plan: object, seen: Seen
) -> None:
    learner, other = two
    assert (await other.do(SLEEPER)).exit_code == 0
    fake.fault(Wrong.STATUS, route, message=NO_SPACE)
    with pytest.raises(HostFull, match="disk of the Docker host is full") as told:
        await learner.do(plan)  # type: ignore[arg-type]
    assert "web" in (await other.do(ListContainers())).text
    assert (await other.do(RemoveContainers(("web",), force=True))).exit_code == 0
    fake.faults.clear()
    await learner.do(RemoveContainers(("web",), force=True))  # as Docker itself leaves one that did not start
    assert (await learner.do(plan)).exit_code == 0  # type: ignore[arg-type]
    seen(str(told.value))


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (f"failed to copy files: {NO_SPACE}", HostFull),
        ("Error processing tar file(exit status 1): mkdir /x: no space left on device", HostFull),
        ("error creating overlay mount to /var/lib/docker/overlay2/x/merged: no such file or directory", HostError),
        ("The command '/bin/sh -c dd if=/dev/zero of=/dev/shm/x' returned a non-zero code: 1", None),
        ("The command '/bin/sh -c echo error creating overlay mount' returned a non-zero code: 1", None),
        ("", None),
    ],
)
def test_f12_f15_what_a_builds_end_tells_of_the_host(error: str, ours: type[HostError] | None) -> None:
    fault = fault_of_build(error)
    assert (fault and type(fault)) is ours
    assert "/var/lib" not in str(fault)
