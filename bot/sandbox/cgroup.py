"""The control groups above builds: only they bound a build's processes, as no builder has such a limit of its own.

Works where Docent runs as root beside the engine and the engine drives cgroupfs. With the systemd driver a slice of
the operator's (`docent-build.slice` with `TasksMax=`) is used where it exists; else there is no ceiling but the
build's memory, CPU and wall clock, and `Cgroups.bounded` says so.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.things import Raw

ROOT = Path("/sys/fs/cgroup")
GROUP = "docent-build"
SLICE = "docent-build.slice"
BUILD_PIDS = 256  #: of one learner's builds; npm needs about 30
ALL_PIDS = 1024  #: of all builds together


@dataclass(frozen=True, slots=True)
class Cgroups:
    """Where builds are put. `parents`: folders under which a group of the same path is made; `shared`: a fixed one."""

    parents: tuple[Path, ...] = ()
    shared: str = ""

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
        name = f"{GROUP}/{key}"
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


def found(info: Raw, root: Path = ROOT) -> Cgroups:
    """Return what this host offers, by the engine's `GET /info`; makes the group above all builds."""
    if info.get("CgroupDriver") == "systemd":
        there = any(folder.exists() for folder in (root / SLICE, root / "pids" / SLICE, root / "docent.slice" / SLICE))
        return Cgroups(shared=SLICE if there else "")
    if os.geteuid() != 0:
        return Cgroups()
    unified = str(info.get("CgroupVersion", "1")) == "2"
    parents = (root,) if unified else _controllers(root)
    if not parents:
        return Cgroups()
    try:
        group = parents[0] / GROUP
        group.mkdir(exist_ok=True)
        (group / "pids.max").write_text(str(ALL_PIDS))
        if unified:
            (group / "cgroup.subtree_control").write_text("+cpu +memory +pids")
    except OSError:
        return Cgroups()
    return Cgroups(parents)


def _controllers(root: Path) -> tuple[Path, ...]:
    """Return the version 1 hierarchies, the one that limits processes first."""
    pids = root / "pids"
    if not pids.is_dir():
        return ()
    return (pids, *(folder for folder in sorted(root.iterdir()) if folder.is_dir() and folder != pids))
