"""Attacks on what a container may use up: processes, memory, processor, files, disk, inodes. All is given back."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import resource
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.sandbox.gate.canary.said import Said, name_of, refused, stopped, succeeded

LIBC = ctypes.CDLL(None, use_errno=True)
MIB = 1024 * 1024
STEP_MB = 8
PIECE_MB = 128  #: of one file: below any limit on the size of a file
BURN_S = 0.8
CGROUPS = Path("/sys/fs/cgroup")


def processes(most: int) -> Said:
    """Start processes until one is refused."""
    children: list[int] = []
    said = succeeded("none was refused", most)
    try:
        for _ in range(most):
            child = os.fork()
            if child == 0:
                signal.pause()
                os._exit(0)
            children.append(child)
    except OSError as error:
        said = refused(error, len(children))
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)
        for child in children:
            os.waitpid(child, 0)
    return said


def memory(most_mb: int) -> Said:
    """Let a child use memory until it is killed."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reads)
        held = []
        try:
            for _ in range(0, most_mb, STEP_MB):
                held.append(mmap.mmap(-1, STEP_MB * MIB))
                held[-1].write(b"\1" * (STEP_MB * MIB))
                os.write(writes, b".")
        except (OSError, MemoryError):
            os._exit(1)
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads, "rb") as pipe:
        got_mb = len(pipe.read()) * STEP_MB
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return stopped(signal.Signals(os.WTERMSIG(status)).name, got_mb)
    return stopped("ENOMEM", got_mb) if os.WEXITSTATUS(status) else succeeded("nobody was killed", got_mb)


def processor() -> Said:
    """Burn with more processes than the host has processors; `at` is processors used, `throttled` how often held."""
    count = (os.cpu_count() or 1) * 2
    before, began = _throttled(), time.monotonic()
    children = []
    for _ in range(count):
        child = os.fork()
        if child == 0:
            while time.monotonic() - began < BURN_S:
                pass
            os._exit(0)
        children.append(child)
    used = sum(usage.ru_utime + usage.ru_stime for _, _, usage in (os.wait4(child, 0) for child in children))
    took_s = time.monotonic() - began
    after = _throttled()
    throttled = None if after is None or before is None else after - before
    return succeeded("burnt", round(used / took_s, 2), throttled=throttled, processors=os.cpu_count(), quota=_quota())


def _quota() -> float | None:
    """Return how many processors the kernel holds us to, where it says so."""
    for at in (CGROUPS, *CGROUPS.glob("cpu*")):
        try:
            if (at / "cpu.max").exists():
                most, period = (at / "cpu.max").read_text().split()
            else:
                most, period = ((at / f"cpu.cfs_{name}_us").read_text().strip() for name in ("quota", "period"))
        except (OSError, ValueError):
            continue
        return int(most) / int(period) if most not in {"max", "-1"} else None
    return None


def _throttled() -> int | None:
    for path in (*CGROUPS.glob("cpu*/cpu.stat"), CGROUPS / "cpu.stat"):
        try:
            rows = dict(line.split(maxsplit=1) for line in path.read_text().splitlines())
        except (OSError, ValueError):
            continue
        if "nr_throttled" in rows:
            return int(rows["nr_throttled"])
    return None


def open_files(most: int) -> Said:
    """Open files until one is refused."""
    held = []
    try:
        for _ in range(most):
            held.append(os.open("/dev/null", os.O_RDONLY))  # noqa: PERF401 - what is open must be known when one is refused
    except OSError as error:
        return refused(error, len(held))
    finally:
        for each in held:
            os.close(each)
    return succeeded("none was refused", most)


def file_size() -> Said:
    """Make one file of 8 TB, all holes."""
    with tempfile.TemporaryFile(dir="/") as file:
        try:
            os.ftruncate(file.fileno(), 8 << 40)
        except OSError as error:
            return refused(error)
    return succeeded("8 TB in one file")


def core() -> Said:
    """Ask for core files of any size."""
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    except (OSError, ValueError):  # "not allowed to raise maximum limit"
        return stopped("EPERM")
    return succeeded("core files of any size")


Told = Callable[[Said], None]


def quiet(_: Said) -> None:
    """Tell nobody how far it came."""


def space(folder: str, most_mb: int, hold_s: float = 0, tell: Told = quiet) -> Said:
    """Fill the disk below a folder; what is taken is held for a while, so that who watches has time to see it."""
    taken_mb, held = 0, []
    piece_mb = min(PIECE_MB, max(1, most_mb // 16))
    try:
        while taken_mb < most_mb:
            held.append(tempfile.TemporaryFile(dir=folder))  # noqa: SIM115 - all are held at once
            ctypes.set_errno(0)
            if LIBC.fallocate(held[-1].fileno(), 0, ctypes.c_long(0), ctypes.c_long(piece_mb * MIB)):
                number = ctypes.get_errno()
                if number in {errno.EOPNOTSUPP, errno.ENOSYS}:
                    return {"got": "broken", "why": f"no room can be taken in {folder} at once", "at": taken_mb}
                return stopped(name_of(number), taken_mb)
            taken_mb += piece_mb
            tell(succeeded("so far", taken_mb))
        time.sleep(hold_s)
    except OSError as error:
        return refused(error, taken_mb)
    finally:
        for each in held:
            each.close()
    return succeeded("nothing said no", taken_mb)


def inodes(folder: str, most: int, hold_s: float = 0, tell: Told = quiet) -> Said:
    """Make empty files below a folder; they are held for a while."""
    made: list[str] = []
    place = tempfile.mkdtemp(dir=folder)
    try:
        for number in range(most):
            path = f"{place}/{number}"
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
            made.append(path)
            if number % 5000 == 0:
                tell(succeeded("so far", number))
        time.sleep(hold_s)
    except OSError as error:
        return refused(error, len(made))
    finally:
        for path in made:
            os.unlink(path)  # noqa: PTH108 - thousands of them
        os.rmdir(place)  # noqa: PTH106
    return succeeded("none was refused", most)


def attacks(*, pids: int, mem_mb: int, files: int, scratch: str) -> dict[str, Callable[[], Said]]:
    """Return the attacks by name, and how far each goes; `scratch` is a folder that the image declares as a volume."""
    made: dict[str, Callable[[], Said]] = {
        "pids": lambda: processes(pids),
        "cpu": processor,
        "files": lambda: open_files(files),
        "file_size": file_size,
        "core": core,
        "shm": lambda: space("/dev/shm", 64),  # noqa: S108 - the container's own
    }
    if scratch:
        made["volume_disk"] = lambda: space(scratch, 128)
        made["volume_inodes"] = lambda: inodes(scratch, 6000)
    # the last: whoever is killed for it, all else is told by now
    return made | {"memory": lambda: memory(mem_mb)}
