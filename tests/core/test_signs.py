from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.core.signs import HEAD, LONGEST_LINE, TAIL, clean, compiled, folded, unwrapped


def test_colours_quotes_and_blanks_are_made_plain() -> None:
    assert clean('\x1b[1;31mError:\x1b[0m  “/todo”\tis\xa0‘x’ [91mred[0m \\"q\\"') == 'Error: "/todo" is \'x\' red "q"'
    assert clean("one\r\ntwo\rthree") == "one\n\ntwo\nthree"


def test_of_a_long_text_head_and_tail_are_kept_and_of_a_long_line_too() -> None:
    text = "first\n" + "x\n" * 200_000 + "last"
    assert clean(text).startswith("first\n")
    assert clean(text).endswith("\nlast")
    assert len(clean(text)) <= HEAD + TAIL + 1
    line = clean(f"begin{'y' * 9_000}end")
    assert len(line) <= LONGEST_LINE + 3
    assert (line[:5], line[-3:]) == ("begin", "end")


@given(st.text())
def test_folding_keeps_every_character_at_its_place(text: str) -> None:
    assert len(folded(text)) == len(text)


def test_a_signature_is_folded_but_its_escapes_are_not() -> None:
    assert compiled(r"ENOENT:\s\S{1,9}[A-Z]\b").pattern == r"enoent:\s\S{1,9}[a-z]\b"
    assert compiled("^Killed$").search("a\nkilled\nb")
    assert isinstance(compiled("x"), re.Pattern)


def test_a_wrapped_message_is_joined_and_a_log_is_not() -> None:
    assert unwrapped("No such con\n> tainer: x") == ("No such con tainer: x", "No such container: x")
    assert unwrapped("one line") == ()
    assert unwrapped("line\n" * 1_000) == ()
