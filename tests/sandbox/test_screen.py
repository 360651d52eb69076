from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.screen import LONGEST, cut, shown


@pytest.mark.parametrize(
    ("printed", "seen"),
    [
        ("\x1b[31mred\x1b[0m", "red"),
        ("10%\r50%\r100%", "100%"),
        ("abc\rX", "Xbc"),
        ("secret\b\b\bure", "secure"),
        ("one\r\ntwo", "one\ntwo"),
        ("\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x1b]52;c;ZXZpbA==\x07ok", "ok"),
        ("\x1b]0;title\x07ok", "ok"),
        ("a\x00b\x07c", "abc"),
        ("evil\u202etxt.exe", "evil�txt.exe"),
        ("zero\u200bwidth", "zero�width"),
        ("tab\tstays", "tab\tstays"),
        ("\x9b31mC1", "C1"),
        ("\x1b]never ends", ""),
    ],
)
def test_l04_l05_a_learner_sees_what_a_terminal_would_finally_show(printed: str, seen: str) -> None:
    assert shown(printed) == seen


def test_l06_long_output_keeps_head_and_tail_and_says_what_is_missing() -> None:
    text = "first\n" + "x\n" * 100_000 + "last"
    got = shown(text)
    assert got.startswith("first\n")
    assert got.endswith("last")
    assert "bytes omitted" in got
    assert len(got.encode()) <= LONGEST


@pytest.mark.parametrize("text", ["x" * 5_000_000, "x\n" * 1_000_000, "\x1b[31m" * 500_000, "a\r" * 1_000_000])
def test_l06_five_megabytes_of_anything_are_cut_to_what_a_message_holds(text: str) -> None:
    got = shown(f"first\n{text}\nlast")
    assert len(got.encode()) <= LONGEST
    assert "omitted" in got
    assert got.endswith("last")


def test_l06_one_endless_line_is_cut_in_its_middle() -> None:
    got = shown("a" * 30_000)
    assert "characters omitted" in got
    assert len(got) < 10_000


@given(st.text(alphabet=st.characters(codec=None), max_size=300))
def test_l04_l05_nothing_that_moves_hides_or_reorders_text_is_left(text: str) -> None:
    got = shown(text)
    assert "\x1b" not in got
    assert all(c in "\t\n" or unicodedata.category(c) not in {"Cc", "Cs", "Co"} for c in got)
    assert not any("\u202a" <= c <= "\u202e" for c in got)


@given(st.text(max_size=2_000), st.integers(100, 1_000))
def test_a_cut_text_fits_and_the_rest_is_untouched(text: str, limit: int) -> None:
    got = cut(text, limit)
    assert len(got.encode()) <= limit
    if len(text.encode("utf-8", "replace")) <= limit:
        assert got == text
