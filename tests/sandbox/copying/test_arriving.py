"""What was found in a container → what comes into the project, where, and in whose words."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.command import read_commands
from bot.handin.paths import HOME
from bot.handin.plan import CopyOut, Output
from bot.sandbox.copying.arriving import arrived, tar_bytes
from bot.sandbox.copying.writing import BATCH, PIECE, batches

PROJECT = {"package.json": b"{}", "src/index.js": b"1"}


def packed(content: bytes) -> str:
    return base64.b64encode(content).decode()


def copied(words: str, seen: dict[str, Any]) -> Output:
    (command,) = read_commands(f"docker cp {words}")
    assert isinstance(command.plan, CopyOut)
    return arrived(command.plan, seen, PROJECT)


MISSING = "Error response from daemon: Could not find the file /x in container todo"
FILE = {"kind": "file", "content": packed(b"new")}
FOLDER = {"kind": "folder", "files": {"a.txt": packed(b"a"), "deep/b.txt": packed(b"b")}, "gone": [], "aside": []}


@pytest.mark.parametrize(
    ("words", "seen", "brought"),
    [
        ("todo:/x/a.txt .", FILE, {"a.txt": b"new"}),
        ("todo:/x/a.txt src", FILE, {"src/a.txt": b"new"}),
        ("todo:/x/a.txt src/", FILE, {"src/a.txt": b"new"}),
        ("todo:/x/a.txt b.txt", FILE, {"b.txt": b"new"}),
        ("todo:/x/a.txt package.json", FILE, {"package.json": b"new"}),
        ("todo:/x .", FOLDER, {"x/a.txt": b"a", "x/deep/b.txt": b"b"}),
        ("todo:/x/ .", FOLDER, {"x/a.txt": b"a", "x/deep/b.txt": b"b"}),
        ("todo:/x/. .", FOLDER, {"a.txt": b"a", "deep/b.txt": b"b"}),
        ("todo:/x src", FOLDER, {"src/x/a.txt": b"a", "src/x/deep/b.txt": b"b"}),
        ("todo:/x fresh", FOLDER, {"fresh/a.txt": b"a", "fresh/deep/b.txt": b"b"}),
        ("todo:/x/. fresh", FOLDER, {"fresh/a.txt": b"a", "fresh/deep/b.txt": b"b"}),
    ],
)
def test_a_copy_goes_where_dockers_would(words: str, seen: dict[str, Any], brought: dict[str, bytes]) -> None:
    out = copied(words, seen)
    assert dict(out.brought) == brought
    assert out.exit_code == 0
    assert out.text.startswith("Successfully copied ")
    assert out.text.endswith(f" to {HOME}/{words.split()[1]}")


@pytest.mark.parametrize(
    ("words", "seen", "text", "note"),
    [
        (
            "todo:/x .",
            {"kind": "missing"},
            "Error response from daemon: Could not find the file /x in container todo",
            "",
        ),
        ("todo:/x package.json", FOLDER, "cannot copy directory", ""),
        ("todo:/x fresh/", FILE, "no such directory", ""),
        ("todo:/x package.json/", FILE, "not a directory", ""),
        ("todo:/x .", {"kind": "link", "target": "/etc"}, "", "`/x` is a link to `/etc`"),
        ("todo:/x .", {"kind": "large", "size": 70_000}, "", "68 KB"),
        ("todo:/x .", {"kind": "other"}, "", "/x"),
        ("todo:/x .", {"kind": "file", "content": packed(b"\x00\x01")}, "", "is not a text"),
        ("todo:/node_modules .", FOLDER, "", "node_modules"),
        ("todo:/x PACKAGE.json", FILE, "", "There is `package.json` already"),
        ("todo:/x .", {**FOLDER, "files": {}}, "", "no empty folders"),
    ],
)
def test_what_cannot_come_is_said(words: str, seen: dict[str, Any], text: str, note: str) -> None:
    out = copied(words, seen)
    assert (out.text, out.exit_code, out.brought) == (text, 1, ())
    assert note in out.note


def test_what_of_a_folder_cannot_come_stays_and_is_said() -> None:
    seen = {**FOLDER, "files": {"a.txt": packed(b"a"), "b.bin": packed(b"\x00")}, "aside": [["l", "link", 0]]}
    out = copied("todo:/x .", seen)
    assert dict(out.brought) == {"x/a.txt": b"a"}
    assert "`l` is a link" in out.note
    assert "b.bin` is not a text" in out.note


def test_quietly_is_without_a_word_of_dockers() -> None:
    assert copied("-q todo:/x .", FILE).text == ""


@pytest.mark.parametrize(
    ("files", "size"),
    [({"": b""}, 1536), ({"": b"x"}, 2048), ({"": b"x" * 513}, 2560), ({"a": b"x"}, 2560), ({"d/a": b"x"}, 3072)],
)
def test_the_size_is_that_of_the_archive_as_the_client_counts(files: dict[str, bytes], size: int) -> None:
    assert tar_bytes(files) == size


@given(
    st.dictionaries(
        st.from_regex(r"[a-z' $-]{1,9}", fullmatch=True),
        st.one_of(st.binary(max_size=40), st.integers(1, 400_000).map(lambda n: b"\x00\xff" * (n // 2) + b"\n")),
        min_size=1,
        max_size=8,
    )
)
def test_a_container_is_given_every_file_in_pieces_that_a_call_can_take(files: dict[str, bytes]) -> None:
    written: dict[str, bytes] = {}
    for words in batches(files):
        assert sum(map(len, words)) <= BATCH + PIECE
        for how, path, piece in zip(words[::3], words[1::3], words[2::3], strict=True):
            assert len(piece) <= PIECE
            written[path] = (written[path] if how == "a" else b"") + base64.b64decode(piece, validate=True)
    assert written == files
