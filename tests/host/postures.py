"""What a process may do, read from outside by its id: the kernel's own words, not the engine's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path("/sys/fs/cgroup")
#: group files of version 2, and of version 1 with their hierarchy
BOUNDS = {
    "memory": ("memory.max", "memory/memory.limit_in_bytes"),
    "pids": ("pids.max", "pids/pids.max"),
    "cpu": ("cpu.max", "cpu/cpu.cfs_quota_us"),
}
#: mounts of one file or folder that the runtime lays over what is not to be seen or changed
COVERED = {"/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats"}
COVERED |= {"/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/proc/asound", "/sys/devices/virtual/powercap"}
COVERED |= {"/proc/interrupts", "/sys/devices/system/cpu/cpu0/thermal_throttle"}


@dataclass(frozen=True, slots=True)
class Posture:
    """One process: its rights, where its ids lie, its bounds, what it sees mounted, routed and open."""

    effective: str
    bounding: str
    no_new_privileges: str
    seccomp: str
    users: str
    memory: str
    pids: str
    cpu: str
    writable: tuple[str, ...]  #: mounts that may be written to, with their kind
    others: tuple[str, ...]  #: the kinds of file systems that may only be read
    routes: tuple[str, ...]  #: destination/mask in the kernel's hexadecimal
    open: tuple[str, ...]  #: kinds of what is open, without numbers


def posture(process: int) -> Posture:
    """Return the posture of a process on this machine."""
    about = Path(f"/proc/{process}")
    status = dict(line.split(":\t", 1) for line in (about / "status").read_text().splitlines() if ":\t" in line)
    groups = [line.split(":", 2) for line in (about / "cgroup").read_text().splitlines()]
    mounts = [_mount(line) for line in (about / "mountinfo").read_text().splitlines()]
    writable = {f"{at} {kind}" for at, kind, may in mounts if may == "rw" and not at.startswith(tuple(COVERED))}
    return Posture(
        status["CapEff"],
        status["CapBnd"],
        status["NoNewPrivs"],
        status["Seccomp"],
        " ".join((about / "uid_map").read_text().split()),
        *(_bound(groups, name) for name in BOUNDS),
        tuple(sorted(writable)),
        tuple(sorted({kind for at, kind, may in mounts if may == "ro" and at not in COVERED})),
        tuple(sorted({"/".join(line.split()[1:8:6]) for line in (about / "net/route").read_text().splitlines()[1:]})),
        tuple(sorted({_kind(file) for file in (about / "fd").iterdir()})),
    )


def _mount(line: str) -> tuple[str, str, str]:
    mounted, _, about = line.partition(" - ")
    fields = mounted.split()
    return fields[4], about.split()[0], fields[5].split(",")[0]


def _kind(file: Path) -> str:
    try:
        return re.sub(r"[:\[].*", "", str(file.readlink()))
    except OSError:
        return "gone"


def _bound(groups: list[list[str]], name: str) -> str:
    unified, divided = BOUNDS[name]
    for number, hierarchies, path in groups:
        if number == "0" and (ROOT / path.strip("/") / unified).exists():
            return (ROOT / path.strip("/") / unified).read_text().split()[0]
        if name in hierarchies.split(","):
            folder, _, file = divided.partition("/")
            return (ROOT / folder / path.strip("/") / file).read_text().strip()
    return "none"
