"""`${VAR}` as Compose fills it, and `.env` files."""

# ruff: noqa: E501 - a table reads by the row

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handin.compose import interpolation
from bot.handin.compose.fault import Broken
from bot.handin.compose.interpolation import LONGEST_ALL, LONGEST_VALUE, Filler, Unfilled, read_env

VALUES = {"A": "1", "EMPTY": "", "LONG": "x" * 4000}

FILLED = [
    ("plain", "plain"), ("$A", "1"), ("${A}", "1"), ("x${A}y$A", "x1y1"), ("$$A", "$A"), ("$${A}", "${A}"), ("$$$A", "$1"),
    ("$GONE.", "."), ("${GONE}", ""), ("${GONE-d}", "d"), ("${GONE:-d}", "d"), ("${EMPTY-d}", ""), ("${EMPTY:-d}", "d"),
    ("${A:-d}", "1"), ("${GONE:-}", ""), ("${GONE:-${A}}", "1"), ("${GONE:-a${EMPTY:-b$A}c}", "ab1c"), ("${A:?x}", "1"),
    ("${EMPTY?x}", ""), ("${A:+y}", "y"), ("${EMPTY:+y}", ""), ("${EMPTY+y}", "y"), ("${GONE+y}", ""), ("${GONE:-http://x:1}", "http://x:1"),
    ("a}b", "a}b"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "filled"), FILLED, ids=[text for text, _ in FILLED])
def test_variables_are_filled_as_compose_fills_them(text: str, filled: str) -> None:
    assert Filler(VALUES).fill(text) == filled


UNFILLED = [
    ("$", "invalid template: $"), ("a $ b", "invalid template: a $ b"), ("${", "invalid template: ${"), ("${}", "invalid template: ${}"),
    ("${A", "invalid template: ${A"), ("${A!x}", "invalid template: ${A!x}"), ("${1}", "invalid template: ${1}"), ("$1", "invalid template: $1"),
    ("${GONE?}", "required variable GONE is missing a value"), ("${GONE:?set $A}", "required variable GONE is missing a value: set 1"),
    ("${EMPTY:?no}", "required variable EMPTY is missing a value: no"), ("${LONG}" * 5, ""), ("${A:-" * 20, ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "words"), UNFILLED, ids=[text[:20] for text, _ in UNFILLED])
def test_what_cannot_be_filled_is_said_in_the_words_of_compose(text: str, words: str) -> None:
    with pytest.raises(Unfilled) as caught:
        Filler(VALUES).fill(text)
    assert str(caught.value) == words


def test_only_names_that_were_needed_count_as_unset() -> None:
    filler = Filler(VALUES)
    filler.fill("${A:-${NOT_NEEDED}}${GONE-${NEEDED}}$BARE")
    assert filler.unset == ["NEEDED", "BARE"]


def test_all_values_together_are_bounded_too() -> None:
    filler = Filler({"X": "x" * 3000})
    for _ in range(LONGEST_ALL // 15_000):
        assert len(filler.fill("$X" * 5)) == 15_000
    with pytest.raises(Unfilled):
        filler.fill("$X" * 5)


ENV = [
    ("A=1\nB = 2 # note\n", {"A": "1", "B": "2"}),
    ("# x\n\nexport A=1\n", {"A": "1"}),
    ("A='a $B # c'\n", {"A": "a $B # c"}),
    ('A=1\nB="x\\n$A \\"q\\"" # c\n', {"A": "1", "B": 'x\n1 "q"'}),
    ("A=a#b\n", {"A": "a#b"}),
    ("A: 1\n", {"A": "1"}),
    ("A\nB=\n", {"B": ""}),
    ("A=1\nA=2\n", {"A": "2"}),
    ("\ufeffA=1\r\nB=2\r\n", {"A": "1", "B": "2"}),
    ("URL=mysql://u:p@h/db?x=y\n", {"URL": "mysql://u:p@h/db?x=y"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values"), ENV, ids=[repr(text) for text, _ in ENV])
def test_an_env_file_is_read_as_compose_reads_it(text: str, values: dict[str, str]) -> None:
    assert read_env(text.encode()) == values


def test_no_env_file_gives_no_values() -> None:
    assert read_env(None) == {}


@pytest.mark.parametrize(
    "content", [b"A B=1\n", b"=1\n", b"A='x\n", b"A=${x\n", b"\xff\xfeA", b"A=1\n" * 2000, b"<html>"]
)
def test_a_wrong_env_file_is_explained(content: bytes) -> None:
    with pytest.raises(Broken) as caught:
        read_env(content)
    assert caught.value.problem.code == "ENV_FILE"
    assert "`.env`" in caught.value.problem.say


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from(["$", "{", "}", "A", "LONG", ":-", "-", "?", ":?", "+", "x", "$$", "${A}", "${LONG}"]),
        max_size=40,
    ).map("".join)
)
def test_any_text_is_filled_within_its_bounds_or_refused(text: str) -> None:
    filler = Filler(VALUES)
    try:
        assert len(filler.fill(text)) <= LONGEST_VALUE
    except Unfilled:
        assert "$" in text


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=100), st.text(alphabet="AB=:'\"$\\# \n{}", max_size=60).map(str.encode)))
def test_any_env_file_is_read_or_refused(content: bytes) -> None:
    try:
        assert all(isinstance(value, str) for value in read_env(content).values())
    except Broken as wrong:
        said = wrong.problem.say
    else:
        said = "fine"
    assert said


@pytest.mark.parametrize(
    "text", ["${A:-" * 12_000, "$GONE" * 12_000, "${A-x}" * 10_000, "${A:-${B:-" * 5_000, "$" * 60_000]
)
def test_the_work_for_a_text_is_bounded(text: str, loops: Callable[[Callable[[], object]], float]) -> None:
    def fill() -> None:
        try:
            Filler(VALUES).fill(text)
        except Unfilled:
            return

    assert loops(fill) < 10


def test_c51_the_module_imports_nothing_that_knows_the_environment() -> None:
    tree = ast.parse(Path(interpolation.__file__).read_text())
    names = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert names <= {"re"}
    assert modules <= {"__future__", "collections.abc", "bot.handin.compose.fault"}
