"""What all learners together may take of the host: the groups' files word for word, and attacks on small ceilings."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import HostError
from bot.handin.plan import RunPlan
from bot.sandbox import cgroup
from bot.sandbox.cgroup import BUILD, RUN, Ceiling, Cgroups, ceiling, found
from bot.sandbox.host import Host
from bot.sandbox.sandbox import DockerSandbox
from tests.sandbox.conftest import Learner, until

GIB = 1024**3
HOST = {"MemTotal": 24 * GIB, "NCPU": 2, "CgroupDriver": "cgroupfs", "CgroupVersion": "1"}


@pytest.fixture(autouse=True)
def _as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.mark.parametrize(
    ("group", "host", "expected"),
    [
        (BUILD, HOST, Ceiling(1024, 6 * 1024, 1.8)),
        (RUN, HOST, Ceiling(4096, 12 * 1024, 1.8)),
        (RUN, HOST | {"NCPU": 1}, Ceiling(4096, 12 * 1024, 0)),
        (BUILD, HOST | {"MemTotal": GIB}, Ceiling(1024, 512, 1.8)),
    ],
)
def test_learners_together_get_less_than_the_host_has(group: str, host: dict[str, object], expected: Ceiling) -> None:
    assert ceiling(group, host) == expected


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.iterdir()) if path.is_file()}


def test_the_files_of_version_2_are_these(tmp_path: Path) -> None:
    for name in (BUILD, RUN):
        (tmp_path / name).mkdir()
        for file in ("pids.max", "cpu.max", "memory.max", "memory.swap.max"):
            (tmp_path / name / file).touch()  # as the kernel makes them
    groups = found(HOST | {"CgroupVersion": "2"}, root=tmp_path)
    assert groups == Cgroups((tmp_path,), run="/docent-run", places=(tmp_path / BUILD, tmp_path / RUN))
    assert files(tmp_path / RUN) == {
        "cgroup.subtree_control": "+cpu +memory +pids",
        "cpu.max": "180000 100000",
        "memory.max": str(12 * GIB),
        "memory.swap.max": "0",
        "pids.max": "4096",
    }
    assert files(tmp_path / BUILD)["memory.max"] == str(6 * GIB)


def test_a_slice_is_used_where_the_operator_made_it(tmp_path: Path) -> None:
    systemd = HOST | {"CgroupDriver": "systemd"}
    assert found(systemd, root=tmp_path) == Cgroups()
    run, build = tmp_path / "docent.slice" / "docent-run.slice", tmp_path / "docent-build.slice"
    run.mkdir(parents=True)
    assert found(systemd, root=tmp_path) == Cgroups(run="docent-run.slice", places=(run,))
    build.mkdir()
    assert found(systemd, root=tmp_path) == Cgroups((), "docent-build.slice", "docent-run.slice", (build, run))
    assert found(systemd, run="", root=tmp_path) == Cgroups((), "docent-build.slice", places=(build,))


def test_what_runs_below_the_groups_is_found_without_asking_the_engine(tmp_path: Path) -> None:
    step, running = "a" * 64, "b" * 64
    (tmp_path / "build" / "main-u1" / step).mkdir(parents=True)
    (tmp_path / "run" / f"docker-{running}.scope").mkdir(parents=True)
    (tmp_path / "run" / f"docker-{running}.scope" / "cgroup.procs").write_text("12\n13\n")
    groups = Cgroups(places=(tmp_path / "build", tmp_path / "run", tmp_path / "none"))
    members = {each.container: each for each in groups.members()}
    assert {name: each.key for name, each in members.items()} == {step: "main-u1", running: ""}
    assert (members[running].processes(), members[step].processes()) == ((12, 13), ())


def test_without_root_or_a_name_there_is_no_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pids").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert found(HOST, root=tmp_path) == Cgroups()
    assert not Cgroups().bounded


# -- on the real engine ------------------------------------------------------------------------------------------------


@pytest.fixture
def small() -> Iterator[str]:
    """Return a group of the test's own."""
    name = f"docent-t{secrets.token_hex(4)}"
    yield name
    for place in (cgroup.ROOT, *cgroup.ROOT.iterdir()):
        if (place / name).is_dir():
            (place / name).rmdir()


def confined(sandbox: DockerSandbox, name: str, most: Ceiling) -> Learner:
    """Return a learner whose containers have this ceiling; builds keep the usual one, which is everybody's."""
    groups = cgroup.Groups(
        sandbox._setup.host, name, lambda group, info: most if group == RUN else ceiling(group, info)
    )
    object.__setattr__(sandbox._setup, "groups", groups)
    return Learner(sandbox, "U1")


def counted(name: str, *places: str) -> int:
    path = next(path for path in (cgroup.ROOT.joinpath(*place.split("/")) for place in places) if path.exists())
    return int(path.read_text())


@pytest.mark.engine
async def test_all_containers_together_have_one_ceiling_on_processes(
    small: str, make_sandbox: Callable[..., DockerSandbox], seen: Callable[[object], None]
) -> None:
    learner = confined(make_sandbox(), small, Ceiling(60, 512, 1.0))
    if not (await learner.sandbox._setup.groups.found()).run:  # type: ignore[union-attr]
        pytest.skip("needs root beside an engine that drives cgroupfs")
    # each alone may have 128
    # a shell that cannot fork ends, so an inner one tries
    script = "(i=0; while [ $i -lt 100 ]; do sleep 30 & i=$((i+1)); done); exec sleep 30"
    for name in ("one", "two"):
        await learner.do(RunPlan("alpine", ("sh", "-c", script), name, detach=True))
    highest = 0
    for _ in range(60):
        highest = max(highest, counted(small, f"pids/{small}/pids.current", f"{small}/pids.current"))
        await asyncio.sleep(0.02)
    assert 50 <= highest <= 60
    seen(f"{highest} processes in two containers")


@pytest.mark.engine
async def test_all_containers_together_have_one_ceiling_on_memory(
    small: str, make_sandbox: Callable[..., DockerSandbox]
) -> None:
    learner = confined(make_sandbox(), small, Ceiling(200, 128, 1.0))
    if not (await learner.sandbox._setup.groups.found()).run:  # type: ignore[union-attr]
        pytest.skip("needs root beside an engine that drives cgroupfs")
    # each alone may have 256 MB
    for name in ("one", "two"):
        hold = "head -c 100000000 /dev/zero | tail -c 100000000 | sleep 60"
        await learner.do(RunPlan("alpine", ("sh", "-c", hold), name, detach=True))
    used = f"memory/{small}/memory.max_usage_in_bytes", f"{small}/memory.peak"

    async def full() -> bool:
        return counted(small, *used) > 120 * 1024**2

    await until(full)
    assert counted(small, *used) <= 128 * 1024**2


@pytest.mark.engine
async def test_a_group_that_somebody_removed_is_there_again_with_its_ceiling(host: Host, small: str) -> None:
    groups = cgroup.Groups(host, small)
    if not (await groups.found()).run:
        pytest.skip("needs root beside an engine that drives cgroupfs")
    places = [place / small for place in (cgroup.ROOT, *cgroup.ROOT.iterdir()) if (place / small).is_dir()]
    for place in places:
        place.rmdir()
    await groups.found()
    assert counted(small, f"pids/{small}/pids.max", f"{small}/pids.max") == 4096


@pytest.mark.engine
async def test_a_runtime_that_the_engine_does_not_have_is_ours_to_say(sandbox: DockerSandbox) -> None:
    owner = sandbox._setup.owner("U1")
    with pytest.raises(HostError, match=r"no runtime 'runsc' \(it has .*runc"):
        await replace(sandbox._setup, runtime="runsc").making(owner)
    by = await replace(sandbox._setup, runtime="runc").making(owner)
    assert by.runtime == "runc"
