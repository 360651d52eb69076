"""The look through a mounted folder: what is hostile is counted, never followed, opened or believed."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from bot.handin.returning import digest
from bot.sandbox.walk import MOST_FILE_BYTES, MOST_NEW, Walk


def told(root: Path, known: dict[str, bytes] | None = None) -> tuple[dict[str, bytes], list[str], dict[str, str]]:
    walk = Walk(str(root), ["node_modules"], {path: digest(content) for path, content in (known or {}).items()})
    said = walk.told()
    files = {path: base64.b64decode(content) for path, content in said["files"].items()}
    return files, said["gone"], {path: why for path, why, _ in said["aside"]}


def test_new_changed_and_removed_files_are_told_and_others_are_not(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    for name, content in {"same": b"1", "src/changed": b"2", "src/new": b""}.items():
        (tmp_path / name).write_bytes(content)
    known = {"same": b"1", "src/changed": b"1", "src/gone": b"1", "deep/er/gone": b"1"}
    assert told(tmp_path, known) == ({"src/changed": b"2", "src/new": b""}, ["src/gone", "deep/er/gone"], {})


def test_links_pipes_large_files_and_odd_names_stay(tmp_path: Path) -> None:
    (tmp_path / "etc").symlink_to("/etc")
    (tmp_path / "passwd").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "huge").touch()
    os.truncate(tmp_path / "huge", 1 << 40)
    (tmp_path / "most").write_bytes(b"x" * MOST_FILE_BYTES)
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe")).touch()
    (tmp_path / "a\nb").touch()
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "x").touch()
    files, gone, aside = told(tmp_path)
    assert (set(files), gone) == ({"most"}, [])
    expected = {"etc": "link", "passwd": "link", "pipe": "other", "huge": "large", "node_modules": "filled"}
    assert {path: why for path, why in aside.items() if path in expected} == expected
    assert sorted(why for path, why in aside.items() if path not in expected) == ["name", "name"]


def test_a_known_file_behind_a_link_is_neither_read_nor_said_to_be_gone(tmp_path: Path) -> None:
    (tmp_path / "src").symlink_to("/etc")
    assert told(tmp_path, {"src/hostname": b"1", "src/nosuch": b"1"}) == ({}, [], {"src": "link"})


@pytest.mark.parametrize("folder", ["data", "src"])
def test_a_flood_of_new_files_stays_and_hides_no_change(tmp_path: Path, folder: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / folder).mkdir(exist_ok=True)
    (tmp_path / "src" / "app.js").write_bytes(b"2")
    for number in range(MOST_NEW + 1):
        (tmp_path / folder / f"n{number}").touch()
    assert told(tmp_path, {"src/app.js": b"1"}) == ({"src/app.js": b"2"}, [], {folder: "many"})


def test_more_names_than_anybody_counts_end_the_look_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sandbox.walk.MOST_NAMES", 50)
    for number in range(100):
        (tmp_path / f"n{number}").touch()
    known = {f"n{number}": b"" for number in range(100)}
    _, gone, aside = told(tmp_path, known)
    assert gone == []  # what was not looked at is not said to be gone
    assert "many" in aside.values()
