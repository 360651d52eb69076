"""Files of settings, as Docker's client reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.env_files import read_env


def test_what_is_given_by_hand_wins_over_files_and_later_files_over_earlier() -> None:
    files = {"a.env": b"A=1\nB=1\nC=1", "b.env": b"\xef\xbb\xbfB=2\r\n  # note\n\nD=x=y z "}
    assert read_env(("a.env", "b.env"), (("C", "3"),), files) == (("A", "1"), ("B", "2"), ("C", "3"), ("D", "x=y z "))


def test_a_bare_name_takes_nothing_from_the_bot() -> None:
    assert read_env(("a.env",), (), {"a.env": b"PATH\nSLACK_BOT_TOKEN\nA=1"}) == (("A", "1"),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"MY NAME=x", "invalid env file (a.env): variable 'MY NAME' contains whitespaces"),
        (b"A=1\n=x", "invalid env file (a.env): no variable name on line '=x'"),
        (b"A=\xff", "invalid env file (a.env): invalid utf8 bytes at line 1: [65 61 255]"),
        (b"A=\0", "invalid env file (a.env): variable 'A' holds a character that no setting can hold"),
        (b"A=1\n" * 600, "env file a.env has 601 lines; up to 500 are fine here"),
    ],
)
def test_a_wrong_file_is_answered_in_dockers_words(content: bytes, words: str) -> None:
    assert read_env(("a.env",), (), {"a.env": content}) == words


def test_a_missing_file_is_named() -> None:
    assert read_env(("nope.env",), (), {}) == "open nope.env: no such file or directory"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_answered(content: bytes) -> None:
    found = read_env(("a.env",), (), {"a.env": content})
    assert isinstance(found, str) or all(name and "\0" not in name + value for name, value in found)
