"""`replace OLD with NEW in FILE`: what the words mean, and what they do."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.handin.plan import Refusal
from bot.handin.replacing import Replacement, asks_to_replace, read_replacement, replaced

READ: list[tuple[str, Replacement]] = [
    ("replace `a b` with `c d` in x.js", Replacement("x.js", "a b", "c d")),
    ("Replace `a` by `b` in file `src/x.js`.", Replacement("src/x.js", "a", "b")),
    ("please replace 'a' with \"b\" in ./x.js", Replacement("x.js", "a", "b")),
    ("replace “a” with “b” in x.js", Replacement("x.js", "a", "b")),
    ("replace tea with coffee in x.js", Replacement("x.js", "tea", "coffee")),
    (
        "replace No tea! Add one! with None in the house in x.js",
        Replacement("x.js", "No tea! Add one!", "None in the house"),
    ),
    ("replace `tea with milk` with `tea in a pot` in x.js", Replacement("x.js", "tea with milk", "tea in a pot")),
    ("replace `it`s` with `is` in x.js", Replacement("x.js", "it`s", "is")),
    ("replace ```\n  a\n  b\n``` with ```\n  c\n``` in x.js", Replacement("x.js", "  a\n  b", "  c")),
    ("replace `a` with `` in x.js", Replacement("x.js", "a", "")),
    ("replace don't with do not in x.js", Replacement("x.js", "don't", "do not")),
    ("substitute a with b in Dockerfile", Replacement("Dockerfile", "a", "b")),
]


@pytest.mark.parametrize(("said", "meant"), READ, ids=[said for said, _ in READ])
def test_what_was_asked_is_read_as_it_was_meant(said: str, meant: Replacement) -> None:
    assert asks_to_replace(said)
    assert read_replacement(said) == meant


@pytest.mark.parametrize(
    ("said", "about"),
    [
        ("replace `a` with `b`", "which file"),
        ("replace tea with milk with tea in x.js", "backticks"),
        ("replace “a“ with b in x.js", "backticks"),
        ("replace `` with `b` in x.js", "backticks"),
    ],
)
def test_what_cannot_be_told_apart_is_answered_with_how_to_say_it(said: str, about: str) -> None:
    read = read_replacement(said)
    assert isinstance(read, Refusal)
    assert about in read.say
    assert "Nothing has changed" in read.say


@pytest.mark.parametrize("said", ["replace", "replace it", "how do I replace x with y in z?", "next", "", "docker ps"])
def test_other_messages_are_left_alone(said: str) -> None:
    assert read_replacement(said) is None


FILE = "let a = 1;\nsay('No items yet!');\nlet b = 1;\n"


def test_the_one_place_is_replaced_and_nothing_else() -> None:
    assert replaced(FILE, "No items", "No tea", "x.js") == FILE.replace("No items", "No tea")


def test_quotes_of_a_phone_find_plain_ones() -> None:
    assert replaced(FILE, "say(‘No items yet!’)", "say()", "x.js") == FILE.replace("say('No items yet!')", "say()")


@pytest.mark.parametrize(
    ("old", "new", "code", "said"),
    [
        ("= 1;", "= 2;", "SEVERAL", "2 times, in lines 1, 3"),
        ("No itmes yet", "x", "NOT_FOUND", "nearest is line 2: `say('No items yet!');`"),
        ("Hello", "No items", "NOT_FOUND", "there already, in line 2"),
        ("qqqqqqqqqqqqqqqqqqqqq", "x", "NOT_FOUND", "`cat x.js` shows"),
    ],
)
def test_what_was_found_is_named_and_nothing_changes(old: str, new: str, code: str, said: str) -> None:
    result = replaced(FILE, old, new, "x.js")
    assert isinstance(result, Refusal)
    assert (result.code, "Nothing has changed" in result.say) == (code, True)
    assert said in result.say


def test_of_many_places_the_first_few_are_named() -> None:
    result = replaced("x\n" * 40, "x", "y", "f")
    assert isinstance(result, Refusal)
    assert "40 times, in lines 1, 2, 3, 4, 5 and more" in result.say


LINE = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="`"), min_size=1, max_size=30
)


@given(LINE, LINE)
def test_what_stands_in_backticks_is_taken_as_it_is(old: str, new: str) -> None:
    assume(old.strip() and new.strip())
    assert read_replacement(f"replace `{old}` with `{new}` in src/x.js") == Replacement("src/x.js", old, new)


@given(st.text(max_size=30), st.text(min_size=1, max_size=5), st.text(max_size=5), st.text(max_size=30))
def test_a_replacement_changes_that_one_place_or_nothing(before: str, old: str, new: str, after: str) -> None:
    text = before + old + after
    result = replaced(text, old, new, "f")
    if text.count(old) == 1:
        assert result == text.replace(old, new)
    elif isinstance(result, str):  # overlapping places count once
        assert len(result) == len(text) - len(old) + len(new)
