from __future__ import annotations

import io
import tarfile

from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.context import OURS, packed


def names(tar: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(tar)) as opened:
        return {member.name: opened.extractfile(member).read() for member in opened}  # type: ignore[union-attr]


def test_equal_projects_give_equal_bytes() -> None:
    files = {"b": b"2", "a": b"1"}
    assert packed(files, "FROM x\n").tar == packed(dict(reversed(files.items())), "FROM x\n").tar


def test_our_dockerfile_is_sent_and_taken_out_again_by_the_engine() -> None:
    sent = names(packed({"Dockerfile": b"FROM node"}, "FROM sha256:1\n").tar)
    assert sent["Dockerfile"] == b"FROM node"
    assert sent[OURS] == b"FROM sha256:1\n"
    assert sent[".dockerignore"].decode().splitlines() == [OURS, ".dockerignore"]


def test_the_learners_dockerignore_is_sent_with_one_line_of_ours() -> None:
    sent = names(packed({".dockerignore": b"node_modules", "node_modules/x": b"", "a": b""}, "FROM x\n").tar)
    assert sent[".dockerignore"].decode().splitlines() == ["node_modules", OURS]
    assert "node_modules/x" not in sent


def test_a_context_in_a_folder_holds_that_folder_only() -> None:
    sent = names(packed({"app/a": b"1", "b": b"2", "application": b"3"}, "FROM x\n", "app").tar)
    assert set(sent) == {"a", OURS, ".dockerignore"}


@given(
    st.dictionaries(st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,2}", fullmatch=True), st.binary(max_size=20), max_size=6)
)
def test_only_plain_files_with_our_own_owner_and_time_are_sent(files: dict[str, bytes]) -> None:
    with tarfile.open(fileobj=io.BytesIO(packed(files, "FROM x\n").tar)) as opened:
        for member in opened:
            assert member.isreg()
            assert (member.uid, member.gid, member.mtime) == (0, 0, 1_704_067_200)
            assert not member.name.startswith("/")
            assert ".." not in member.name.split("/")
