"""The control groups above learners' things: what all of them together may take of the host.

`docent-build` is above builds, and alone bounds a build's processes, as no builder has such a limit of its own;
`docent-run` is above running containers. Each leaves the host, the engine and the bot their share of memory,
processors and process ids. Their weight is the usual one: a whole group counts as one program of the host's own.

Works where Docent runs as root beside the engine and the engine drives cgroupfs. With the systemd driver slices of
the operator's are used where they exist (`deploy/host/install` makes them); else there is no ceiling but each
container's own and, for builds, the wall clock, and `Cgroups.bounded` says so.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.host import Host
from bot.sandbox.things import Raw

ROOT = Path("/sys/fs/cgroup")
BUILD = "docent-build"
RUN = "docent-run"
BUILD_PIDS = 256  #: of one learner's builds; npm needs about 30
PERIOD_US = 100_000
CONTAINER = re.compile(r"[0-9a-f]{64}")
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What one group may take. `cpus` is 0 where there is no ceiling on them."""

    pids: int
    mem_mb: int
    cpus: float


def ceiling(group: str, info: Raw) -> Ceiling:
    """Return what a group may take of this host, by the engine's `GET /info`.

    Builds may have a quarter of the memory and containers half of it, and each nine tenths of the processors. A host
    with one processor has no ceiling on it, because version 1 refuses a container that may have more than its parent.
    """
    total_mb, cpus = int(info.get("MemTotal") or 0) // MIB, int(info.get("NCPU") or 1)
    most = round(cpus * 0.9, 2) if cpus > 1 else 0
    if group == BUILD:
        return Ceiling(1024, max(total_mb // 4, 512), most)
    return Ceiling(4096, max(total_mb // 2, 512), most)


Most = Callable[[str, Raw], Ceiling]


@dataclass(frozen=True, slots=True)
class Cgroups:
    """Where learners' things are put.

    `parents`: folders under which a group of the same path is made; `shared`: a fixed one for builds; `run`: what
    containers are made with as their parent. '' where there is none.
    """

    parents: tuple[Path, ...] = ()
    shared: str = ""
    run: str = ""
    #: where the groups can be looked into: above builds, above containers
    places: tuple[Path, ...] = ()

    @property
    def bounded(self) -> bool:
        """Tell whether a fork bomb in a build is held."""
        return bool(self.parents or self.shared)

    @contextlib.contextmanager
    def for_build(self, key: str) -> Iterator[str]:
        """Give the `cgroupparent` of one learner's build, gone afterwards; '' where there is none."""
        if not self.parents:
            yield self.shared
            return
        name = f"{BUILD}/{key}"
        limiting = self.parents[0] / name
        with contextlib.suppress(OSError):
            limiting.mkdir(exist_ok=True)
            (limiting / "pids.max").write_text(str(BUILD_PIDS))
        try:
            yield f"/{name}"
        finally:
            for parent in self.parents:
                # refused while another build of the same learner is in it
                with contextlib.suppress(OSError):
                    (parent / name).rmdir()

    def cpu_s(self, group: str) -> float | None:
        """Return the processor seconds that builds in a group of ours have used; None where nobody knows."""
        if not self.parents:
            return None
        inside = group.lstrip("/")
        for parent in self.parents:
            with contextlib.suppress(OSError, ValueError):
                return int((parent / inside / "cpuacct.usage").read_text()) / 1e9
            with contextlib.suppress(OSError, ValueError, StopIteration):
                lines = (parent / inside / "cpu.stat").read_text().splitlines()
                return int(next(line.split()[1] for line in lines if line.startswith("usage_usec"))) / 1e6
        return 0.0  # nothing has run in it

    def members(self) -> Iterator[Member]:
        """Return what runs below our groups now: build steps carry no label, so only this tells whose they are."""
        for place in self.places:
            for key, folder in _inside(place):
                if (named := CONTAINER.search(folder.name)) is not None:
                    yield Member(named[0], key, folder)


@dataclass(frozen=True, slots=True)
class Member:
    """A container below one of our groups. `key`: the learner's build it is a step of, '' where that is not known."""

    container: str
    key: str
    folder: Path

    def processes(self) -> tuple[int, ...]:
        """Return its processes, none when it has ended."""
        with contextlib.suppress(OSError):
            return tuple(map(int, (self.folder / "cgroup.procs").read_text().split()))
        return ()


def _inside(place: Path) -> Iterator[tuple[str, Path]]:
    """Return the folders in a group, and those in them with the name of the first."""
    with contextlib.suppress(OSError):
        for folder in (each for each in place.iterdir() if each.is_dir()):
            yield "", folder
            if not CONTAINER.search(folder.name):
                with contextlib.suppress(OSError):
                    yield from ((folder.name, each) for each in folder.iterdir() if each.is_dir())


def found(info: Raw, run: str = RUN, root: Path = ROOT, most: Most = ceiling) -> Cgroups:
    """Return what this host offers, by the engine's `GET /info`; makes the groups above all builds and containers.

    `run` is the name of the group above containers, '' for none; `most` says what a group may take.
    """
    if info.get("CgroupDriver") == "systemd":
        slices = [_slice(name, root) for name in (BUILD, run)]
        build, run = (place.name if place else "" for place in slices)
        return Cgroups(shared=build, run=run, places=tuple(place for place in slices if place))
    if os.geteuid() != 0:
        return Cgroups()
    unified = str(info.get("CgroupVersion", "1")) == "2"
    parents = (root,) if unified else _controllers(root)
    if not parents or not _held(parents, BUILD, most(BUILD, info), unified):
        return Cgroups()
    held = bool(run) and _held(parents, run, most(RUN, info), unified)
    places = (parents[0] / BUILD, parents[0] / run) if held else (parents[0] / BUILD,)
    return Cgroups(parents, run=f"/{run}" if held else "", places=places)


def _slice(name: str, root: Path) -> Path | None:
    """Return the slice of this name where the operator made it; a dash in it is systemd's sign for "inside"."""
    unit = f"{name.removesuffix('.slice')}.slice"
    above = f"{unit.partition('-')[0]}.slice"
    places = (place / unit for place in (root / above, root / "pids" / above, root, root / "pids"))
    return next((place for place in places if place.is_dir()), None) if name else None


def _held(parents: tuple[Path, ...], name: str, most: Ceiling, unified: bool) -> bool:
    """Make the group and write its ceiling; tell whether at least its processes are held."""
    bounds = _unified(most) if unified else _divided(most)
    try:
        for parent in parents:
            (parent / name).mkdir(exist_ok=True)
        if unified:
            (parents[0] / name / "cgroup.subtree_control").write_text("+cpu +memory +pids")
        for file, bound in bounds.items():
            for place in (parent / name / file for parent in parents):
                if place.exists():
                    # a kernel without swap accounting, or a group that holds more already
                    with contextlib.suppress(OSError):
                        place.write_text(bound)
        return (parents[0] / name / "pids.max").read_text().strip() == str(most.pids)
    except OSError:
        return False


def _unified(most: Ceiling) -> Mapping[str, str]:
    """Return file → content of version 2. Source: Linux, Documentation/admin-guide/cgroup-v2.rst."""
    cpu = f"{int(most.cpus * PERIOD_US)} {PERIOD_US}" if most.cpus else f"max {PERIOD_US}"
    memory = {"memory.max": str(most.mem_mb * MIB), "memory.swap.max": "0"}
    return {"pids.max": str(most.pids), "cpu.max": cpu} | memory


def _divided(most: Ceiling) -> Mapping[str, str]:
    """Return file → content of version 1. Source: Linux, Documentation/admin-guide/cgroup-v1/ and sched-bwc.rst."""
    quota = int(most.cpus * PERIOD_US) if most.cpus else -1
    memory = str(most.mem_mb * MIB)
    return {
        "pids.max": str(most.pids),
        "cpu.cfs_period_us": str(PERIOD_US),
        "cpu.cfs_quota_us": str(quota),
        # this order: memory alone may never be more than memory with swap
        "memory.limit_in_bytes": memory,
        "memory.memsw.limit_in_bytes": memory,
    }


def _controllers(root: Path) -> tuple[Path, ...]:
    """Return the version 1 hierarchies, the one that limits processes first."""
    pids = root / "pids"
    if not pids.is_dir():
        return ()
    return (pids, *(folder for folder in sorted(root.iterdir()) if folder.is_dir() and folder != pids))


class Groups:
    """The groups on one host, found out on first use. `run` and `most` as in `found`."""

    def __init__(self, host: Host, run: str = RUN, most: Most = ceiling) -> None:
        self._host = host
        self._run = run
        self._most = most
        self._info: Raw | None = None

    async def found(self) -> Cgroups:
        """Return the groups, with their ceilings written again: who removed one would else have removed a limit."""
        if not self._host.local:
            return Cgroups()
        if self._info is None:
            self._info = await self._host.info()
        return found(self._info, self._run, most=self._most)
