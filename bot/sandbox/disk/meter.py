"""How much is written: folders weighed, files that are open but have no name any more, and the room that is left.

Everything here waits for a disk, so it is called in a thread.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

BLOCK = 512  #: bytes, whatever the file system's own are. Source: stat(2), `st_blocks`
GIB = 1024**3
IN_MEMORY = frozenset({"tmpfs", "ramfs", "hugetlbfs", "devpts", "mqueue", "proc", "sysfs", "cgroup", "cgroup2"})
#: A disk that has so much left is not called full, however big it is.
PLENTY_BYTES = 10 * GIB
PLENTY_FILES = 500_000


@dataclass(frozen=True, slots=True)
class Weight:
    """What a place holds: allocated bytes (a hole in a file weighs nothing) and names."""

    bytes: int = 0
    files: int = 0

    def __add__(self, other: Weight) -> Weight:
        return Weight(self.bytes + other.bytes, self.files + other.files)

    def over(self, most: Weight) -> bool:
        """Tell whether it is more than `most` in either."""
        return self.bytes > most.bytes or self.files > most.files


@dataclass(frozen=True, slots=True)
class Room:
    """How full a file system is, in per cent of bytes and of files, and what is left and used."""

    bytes_pct: float
    files_pct: float
    free_bytes: int
    free_files: int
    used: Weight

    def full(self, pct: float) -> bool:
        """Tell whether nothing more should begin."""
        little = self.bytes_pct >= pct and self.free_bytes < PLENTY_BYTES
        return little or (self.files_pct >= pct and self.free_files < PLENTY_FILES)


def room(folder: Path) -> Room:
    """Return the room of the file system that holds the folder, counted as `df` does for everybody but root."""
    found = os.statvfs(folder)
    used = (found.f_blocks - found.f_bfree) * found.f_frsize
    free = found.f_bavail * found.f_frsize
    names = found.f_files - found.f_ffree
    return Room(
        100 * used / max(used + free, 1),
        100 * names / found.f_files if found.f_files else 0.0,  # btrfs counts none
        free,
        found.f_favail if found.f_files else PLENTY_FILES,
        Weight(used, names),
    )


def weigh(folder: Path, most: Weight) -> Weight:
    """Return what a folder holds; stops looking once it is more than `most`, so that a flood costs no more than that.

    Links are not followed and a file with several names counts once. What vanishes meanwhile does not count.
    """
    size = files = 0
    twice: set[int] = set()
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    files += 1
                    with contextlib.suppress(OSError):
                        about = entry.stat(follow_symlinks=False)
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        elif about.st_nlink > 1:
                            size += 0 if about.st_ino in twice else about.st_blocks * BLOCK
                            twice.add(about.st_ino)
                        else:
                            size += about.st_blocks * BLOCK
                    if size > most.bytes or files > most.files:
                        return Weight(size, files)
        except OSError:
            continue
    return Weight(size, files)


def nameless(processes: Iterable[int]) -> Weight:
    """Return what these processes hold open that has no name any more: it fills the disk and no folder shows it.

    They are of one container, and see the same file systems. What is in memory has a limit of its own.
    """
    held: dict[tuple[int, int], int] = {}
    disks: frozenset[int] = frozenset()
    for process in processes:
        disks = disks or _disks(process)
        with contextlib.suppress(OSError), os.scandir(f"/proc/{process}/fd") as numbers:
            for number in numbers:
                with contextlib.suppress(OSError):
                    about = number.stat()
                    if about.st_nlink == 0 and about.st_dev in disks:
                        held[about.st_dev, about.st_ino] = about.st_blocks * BLOCK
    return Weight(sum(held.values()), len(held))


def _disks(process: int) -> frozenset[int]:
    """Return the devices that a process sees and that are no memory. Source: proc(5), `mountinfo`."""
    found = set()
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/mountinfo").read_text().splitlines():
            mounted, _, about = line.partition(" - ")
            major, _, minor = mounted.split()[2].partition(":")
            if about.split()[0] not in IN_MEMORY:
                found.add(os.makedev(int(major), int(minor)))
    return frozenset(found)
