"""Attacks on the kernel's interface: system calls, devices, files of /proc and /sys that no learner may use.

Each call is complete and valid, so that only a missing right can refuse it.
"""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import signal
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.sandbox.gate.canary.said import Said, name_of, stopped, succeeded

LIBC = ctypes.CDLL(None, use_errno=True)
#: Source: Linux `arch/x86/entry/syscalls/syscall_64.tbl`, `include/uapi/asm-generic/unistd.h`.
NUMBERS = {
    "x86_64": {"keyctl": 250, "bpf": 321, "userfaultfd": 323, "io_uring_setup": 425, "init_module": 175},
    "aarch64": {"keyctl": 219, "bpf": 280, "userfaultfd": 282, "io_uring_setup": 425, "init_module": 105},
}
CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
PTRACE_ATTACH, PTRACE_DETACH = 16, 17
NOBODY = 65534
FAMILIES = {"af_alg": (38, socket.SOCK_SEQPACKET), "af_vsock": (40, socket.SOCK_STREAM), "af_packet": (17, 3)}
#: Block devices that a host may have (SCSI, NVMe, virtio, device mapper) and its memory and log: (type, major, minor).
DEVICES = (
    *((stat.S_IFBLK, major, 0) for major in (7, 8, 253, 254, 259)),
    *((stat.S_IFCHR, 1, minor) for minor in (1, 4, 11)),
)


def attacks() -> dict[str, Callable[[], Said]]:
    """Return the attacks by name."""
    return {
        "mount": lambda: _called("mount", b"none", b"/mnt", b"tmpfs", 0, None),
        "mount_cgroup": lambda: _called("mount", b"cgroup", b"/mnt", b"cgroup", 0, b"rdma"),
        "unshare_user": lambda: _in_child(lambda: _called("unshare", CLONE_NEWUSER)),
        "unshare_mount": lambda: _in_child(lambda: _called("unshare", CLONE_NEWNS)),
        "mknod": device,
        "proc_sys": lambda: _opened(
            "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sys/vm/swappiness"
        ),
        "sysrq": lambda: _opened("/proc/sysrq-trigger"),
        "release_agent": lambda: _opened(
            *map(str, Path("/sys/fs/cgroup").glob("*/release_agent")),
            "/sys/fs/cgroup/cgroup.procs",
            *map(str, Path("/sys/fs/cgroup").glob("*/cgroup.procs")),
        ),
        "setuid": setuid,
        "ptrace": ptrace,
        "dmesg": lambda: _called("klogctl", 3, ctypes.create_string_buffer(64), 64),
        "masked": masked,
        "handle": handle,
        "clock": clock,
        "status": status,
        "strangers": strangers,
        **{name: lambda family=family: _family(*family) for name, family in FAMILIES.items()},  # type: ignore[misc]
        "keyctl": lambda: _raw("keyctl", 0, -3, 1, 0, 0),
        "bpf": lambda: _raw("bpf", 0, (ctypes.c_uint32 * 16)(2, 4, 4, 1), 64),
        "userfaultfd": lambda: _raw("userfaultfd", 0),
        "io_uring": lambda: _raw("io_uring_setup", 2, (ctypes.c_uint32 * 30)()),
        "module": lambda: _raw("init_module", ctypes.create_string_buffer(64), 64, b""),
    }


def _called(name: str, *words: object) -> Said:
    ctypes.set_errno(0)
    return _outcome(getattr(LIBC, name)(*words))


def _raw(name: str, *words: object) -> Said:
    number = NUMBERS.get(platform.machine(), {}).get(name)
    if number is None:
        return {"got": "broken", "why": f"no number of {name} on {platform.machine()}", "at": 0}
    ctypes.set_errno(0)
    return _outcome(LIBC.syscall(ctypes.c_long(number), *words))


def _outcome(returned: int) -> Said:
    if returned >= 0:
        return succeeded("it was done")
    number = ctypes.get_errno()
    return stopped(name_of(number))


def _in_child(perform: Callable[[], Said]) -> Said:
    """Perform in a process of its own what changes the one that does it."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        said = perform()
        os.write(writes, f"{said['got']} {said['why']}".encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        got, _, why = pipe.read().decode().partition(" ")
    os.waitpid(child, 0)
    return {"got": got or "broken", "why": why or "the child said nothing", "at": 0}


def _opened(*paths: str) -> Said:
    """Open files for writing, and write nothing."""
    why = "ENOENT"
    for path in paths:
        try:
            os.close(os.open(path, os.O_WRONLY))
        except OSError as error:
            why = name_of(error.errno) if os.path.exists(path) else why  # noqa: PTH110 - a plain look
        else:
            return succeeded(f"{path} opened for writing")
    return stopped(why)


def _family(family: int, kind: int) -> Said:
    with socket.socket(family, kind, 0):
        return succeeded("a socket was given")


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="canary-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def device() -> Said:
    """Make devices of the host and read one byte of one."""
    made, why = 0, "ENOENT"
    with _folder() as folder:
        for kind, major, minor in DEVICES:
            path = folder / f"{major}-{minor}"
            try:
                os.mknod(path, kind | 0o600, os.makedev(major, minor))
                made += 1
                os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
            except OSError as error:
                why = name_of(error.errno)
                # anything else comes from the device itself: the rule above it let us through
                if why not in {"EPERM", "EACCES"}:
                    return succeeded(f"device {major}:{minor} answered {why}")
            else:
                return succeeded(f"device {major}:{minor} opened")
    return stopped(why, made)


def setuid() -> Said:
    """Become nobody, then run a program of root's with the setuid bit."""
    with _folder() as folder:
        program = folder / "program"
        shutil.copy(os.path.realpath(sys.executable), program)
        os.chown(program, 0, 0)
        program.chmod(0o4755)
        reads, writes = os.pipe()
        child = os.fork()
        if child == 0:
            os.dup2(writes, 1)
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            os.execv(program, [str(program), "-I", "-S", "-B", "-c", "import os; print(os.geteuid())"])  # noqa: S606
        os.close(writes)
        with os.fdopen(reads, "rb") as pipe:
            said = pipe.read().decode().strip()
        os.waitpid(child, 0)
    if not said.isdigit():
        return {"got": "broken", "why": f"the program said {said!r}", "at": 0}
    return succeeded("became root again") if said == "0" else stopped(f"stayed {said}")


def ptrace() -> Said:
    """Take hold of another process of the same user."""
    other = os.fork()
    if other == 0:
        signal.pause()
        os._exit(0)
    try:
        said = _called("ptrace", PTRACE_ATTACH, other, None, None)
        if said["got"] == "succeeded":
            os.waitpid(other, 0)
            LIBC.ptrace(PTRACE_DETACH, other, None, None)
            said["why"] = "held another process of ours"
        return said
    finally:
        os.kill(other, signal.SIGKILL)
        os.waitpid(other, 0)


def masked() -> Said:
    """Read what tells of the host or of others: its memory, its keys, its firmware."""
    for path in ("/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/sched_debug", "/proc/scsi", "/sys/firmware"):
        try:
            place = Path(path)
            seen = list(place.iterdir()) if place.is_dir() else _first_byte(place)
        except OSError:
            continue
        if seen:
            return succeeded(f"{path} can be read")
    return stopped("empty")


def _first_byte(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(1)


def handle() -> Said:
    """Open a file by its number instead of its path, past every mount (the "shocker" attack)."""

    class Handle(ctypes.Structure):
        _fields_ = (("size", ctypes.c_uint32), ("kind", ctypes.c_int32), ("number", ctypes.c_uint8 * 8))

    root = Handle(8, 1, (ctypes.c_uint8 * 8)(2))
    place = os.open("/etc/passwd", os.O_RDONLY)
    try:
        said = _called("open_by_handle_at", place, ctypes.byref(root), os.O_RDONLY)
    finally:
        os.close(place)
    # a file system without such handles refuses them after having asked for the right
    return succeeded("handles are looked up") if said["why"] in {"ESTALE", "EOPNOTSUPP", "EINVAL"} else said


def clock() -> Said:
    """Set the host's clock, to what it is."""

    class Time(ctypes.Structure):
        _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))

    now = Time()
    LIBC.clock_gettime(0, ctypes.byref(now))
    return _called("clock_settime", 0, ctypes.byref(now))


def status() -> Said:
    """Return what the kernel says of our own rights."""
    lines = Path("/proc/self/status").read_text().splitlines()
    wanted = {"CapEff", "CapBnd", "CapPrm", "CapInh", "CapAmb", "NoNewPrivs", "Seccomp"}
    said = {name: value.strip() for name, _, value in (line.partition(":") for line in lines) if name in wanted}
    mapped = Path("/proc/self/uid_map").read_text().split()
    return succeeded("read", status=said, remapped=mapped[:3] != ["0", "0", "4294967295"])


def strangers() -> Said:
    """Look for processes of others: whoever is not the first process of all sees somebody else's."""
    if os.getpid() == 1:
        return stopped("alone")
    count = sum(place.name.isdigit() for place in Path("/proc").iterdir())
    return succeeded(f"{count} processes are seen")
