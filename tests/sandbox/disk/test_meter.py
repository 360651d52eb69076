"""What is weighed: allocated bytes and names, with what is open and removed, and no more than has to be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.sandbox.disk.meter import GIB, Room, Weight, nameless, room, weigh

MIB = 1024 * 1024
ALL = Weight(10**15, 10**9)


def test_a_folder_weighs_what_is_allocated_with_everything_below_it(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "file").write_bytes(b"x" * MIB)
    with (tmp_path / "hole").open("wb") as file:
        file.truncate(8 * 1024 * GIB)  # sparse: it takes nothing
    (tmp_path / "again").hardlink_to(tmp_path / "a" / "b" / "file")
    (tmp_path / "away").symlink_to("/")
    weight = weigh(tmp_path, ALL)
    assert MIB <= weight.bytes < MIB + 64 * 1024
    assert weight.files == 6


def test_a_flood_of_files_is_not_counted_to_its_end(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / str(number)).touch()
    assert weigh(tmp_path, Weight(10**9, 100)).files == 101


def test_a_folder_that_is_gone_weighs_nothing(tmp_path: Path) -> None:
    assert weigh(tmp_path / "gone", ALL) == Weight()


def test_what_is_open_and_has_no_name_any_more_is_counted(tmp_path: Path) -> None:
    before = nameless([os.getpid()])
    with (tmp_path / "file").open("wb") as file:
        file.write(b"x" * MIB)
        file.flush()
        os.fsync(file.fileno())
        assert nameless([os.getpid()]) == before
        (tmp_path / "file").unlink()
        assert nameless([os.getpid()]).bytes - before.bytes >= MIB
    assert nameless([os.getpid(), 2**22 + 1]) == before


def test_what_is_in_memory_is_not_counted() -> None:
    before = nameless([os.getpid()])
    file = os.memfd_create("x")
    try:
        os.write(file, b"x" * MIB)
        assert nameless([os.getpid()]) == before
    finally:
        os.close(file)


def test_room_is_counted_as_df_does(tmp_path: Path) -> None:
    found, said = room(tmp_path), os.statvfs(tmp_path)
    assert found.free_bytes == said.f_bavail * said.f_frsize
    assert 0 <= found.bytes_pct <= 100


@pytest.mark.parametrize(
    ("bytes_pct", "free_gib", "files_pct", "free_files", "full"),
    [
        (84.0, 5, 10.0, 10**6, False),
        (85.0, 5, 10.0, 10**6, True),
        (95.0, 200, 10.0, 10**6, False),  # a big disk has enough left
        (10.0, 200, 90.0, 100_000, True),
        (10.0, 200, 90.0, 10**6, False),
    ],
)
def test_a_disk_is_full_by_bytes_or_by_files(
    bytes_pct: float, free_gib: int, files_pct: float, free_files: int, full: bool
) -> None:
    assert Room(bytes_pct, files_pct, free_gib * GIB, free_files, Weight()).full(85) is full
