"""Variables of a Dockerfile, filled in as Docker fills them in."""

from __future__ import annotations

import re

import pytest

from bot.handin.expansion import Expanded, expand

VALUES = {"A": "1", "EMPTY": "", "LONG": "x" * 4_096}
FILLED = [
    ("plain", "plain", ""),
    ("$A", "1", ""),
    ("${A}b", "1b", ""),
    ("$Ab", "", "Ab"),
    ("$A.b", "1.b", ""),
    ("$_x", "", "_x"),
    ("${B:-/x}", "/x", "B"),
    ("${A:-/x}", "1", ""),
    ("${EMPTY:-/x}", "/x", ""),
    ("${B:-${A}}", "1", "B"),
    ("${A:+yes}", "yes", ""),
    ("${EMPTY:+yes}", "", ""),
    ("${A:?why}", "1", ""),
    ("'$A'", "$A", ""),
    ('"$A b"', "1 b", ""),
    ('"a\\b"', "a\\b", ""),
    ('"\\$A\\"\\\\"', '$A"\\', ""),
    ("\\$A", "$A", ""),
    ("a\\", "a", ""),
    ("a$", "a$", ""),
    ("a$.b", "a$.b", ""),
    ('"$"', "$", ""),
    ("$1", "", "1"),
    ("$@x", "x", "@"),
    ("$LONG", "x" * 4_096, ""),
]


@pytest.mark.parametrize(("text", "filled", "unknown"), FILLED)
def test_a_variable_is_filled_in_and_an_unknown_one_is_told(text: str, filled: str, unknown: str) -> None:
    assert expand(text, VALUES) == Expanded(filled, frozenset({unknown} - {""}))


WRONG = [
    ("${A", "missing ':' in substitution"),
    ("${A:-x", "syntax error: missing '}'"),
    ("${}", "syntax error: bad substitution"),
    ("${:-x}", "syntax error: bad substitution"),
    ("${A-x}", "missing ':' in substitution"),
    ("${A--x}", "missing ':' in substitution"),
    ("${A:=x}", "missing ':' in substitution"),
    ("${A:", "missing ':' in substitution"),
    ("${B:?tell me}", "B: tell me"),
    ("${EMPTY:?}", "EMPTY: "),
    ("'x", "unexpected end of statement while looking for matching single-quote"),
    ('"x', "unexpected end of statement while looking for matching double-quote"),
    ("$LONG.", "it grows beyond 4096 characters"),
    ("${B:-" * 9 + "}" * 9, "too many substitutions inside one another"),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_what_cannot_be_filled_in_is_said_in_dockers_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)) as wrong:
        expand(text, VALUES)
    assert str(wrong.value) == words


def test_so_many_substitutions_inside_one_another_are_fine() -> None:
    assert expand("${B:-" * 8 + "x" + "}" * 8, VALUES).text == "x"


def test_another_escape_sign_leaves_the_backslash_alone() -> None:
    assert expand('`$A \\ "`$A"', VALUES, "`").text == "$A \\ $A"
