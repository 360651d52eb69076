"""Windows of lines: they fit into a form, and come back exactly where they were taken from, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handin.plan import Refusal
from bot.handin.windows import (
    FORM_LIMIT,
    ROOM,
    Spot,
    Window,
    find,
    open_window,
    put_back,
    read_edit,
    read_show,
    windows,
)

LONG = "".join(f"line {n};\n" for n in range(1, 501))
LINES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=40), max_size=200
)


def opened(text: str, spot: Spot) -> Window:
    window = open_window(text, spot, "a.js")
    assert isinstance(window, Window), window
    return window


@pytest.mark.parametrize(
    ("said", "path", "spot"),
    [
        ("edit src/static/js/app.js", "src/static/js/app.js", Spot()),
        ("edit src/static/js/app.js 40-70", "src/static/js/app.js", Spot(40, 70)),
        ("Edit app.js lines 40 to 70", "app.js", Spot(40, 70)),
        ("edit app.js:40", "app.js", Spot(40, 60)),
        ("edit app.js:40-41", "app.js", Spot(40, 41)),
        ("edit app.js 40 – 70", "app.js", Spot(40, 70)),
        ("edit lines 40-70 of app.js", "app.js", Spot(40, 70)),
        ("edit line 56 in src/static/js/app.js", "src/static/js/app.js", Spot(56, 76)),
        ('edit src/static/js/app.js near "Add Item"', "src/static/js/app.js", Spot(near="Add Item")),
        ("edit app.js near “Add Item”", "app.js", Spot(near="Add Item")),
        ("edit `app.js` at function TodoList", "app.js", Spot(near="function TodoList")),
        ("write Dockerfile", "Dockerfile", Spot()),
        ("edit Dockerfile.", "Dockerfile", None),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_understood(said: str, path: str, spot: Spot | None) -> None:
    assert read_edit(said) == (None if spot is None else (path, spot))


@pytest.mark.parametrize(
    "said", ["edit", "edit the text of my life please", "change my mind", "edits app.js", "edit app.js near"]
)
def test_other_sentences_are_not_taken_for_it(said: str) -> None:
    assert read_edit(said) is None


def test_what_is_to_be_shown_is_a_file() -> None:
    assert read_show("show src/index.js") == ("src/index.js", Spot())
    assert read_show("show me Dockerfile 3-5") == ("Dockerfile", Spot(3, 5))
    assert read_show('view app.js near "x"') == ("app.js", Spot(near="x"))
    assert read_show("show status") is None
    assert read_show("show step") is None


@given(LINES)
def test_windows_cover_a_text_once_and_in_order(lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    found = windows(text)
    assert [n for window in found for n in range(window.first, window.last + 1)] == list(range(1, len(lines) + 1))
    assert "".join(f"{window.text}\n" for window in found) == text
    assert all(len(window.text) <= ROOM for window in found)


@given(LINES, st.booleans(), st.booleans(), st.data())
def test_what_is_saved_unchanged_changes_nothing(
    lines: list[str], windows_ends: bool, cut: bool, data: st.DataObject
) -> None:
    end = "\r\n" if windows_ends else "\n"
    text = end.join(lines) + ("" if cut else end)
    count = len(windows(text)) and windows(text)[-1].last
    if not count:
        return
    first = data.draw(st.integers(1, count))
    window = opened(text, Spot(first, data.draw(st.integers(first, count))))
    assert put_back(text, window, window.text) == text
    assert put_back(text, window, f"{window.text}\n") == text or not window.text


@pytest.mark.parametrize(
    ("name", "before", "spot", "new", "after"),
    [
        ("middle", "a\nb\nc\n", Spot(2, 2), "B", "a\nB\nc\n"),
        ("more lines", "a\nb\nc\n", Spot(2, 2), "B\nB\n", "a\nB\nB\nc\n"),
        ("taken out", "a\nb\nc\n", Spot(2, 2), "", "a\nc\n"),
        ("all of it", "a\nb", Spot(1, 2), "c", "c"),
        ("the last, without an end", "a\nb", Spot(2, 2), "B", "a\nB"),
        ("Windows line ends stay", "a\r\nb\r\nc\r\n", Spot(2, 2), "B\nB", "a\r\nB\r\nB\r\nc\r\n"),
        ("one Windows line among others", "a\nb\r\nc\nd\n", Spot(3, 3), "C", "a\nb\r\nC\nd\n"),
        ("tabs", "a:\n\tb\n", Spot(2, 2), "\tB\n\tC", "a:\n\tB\n\tC\n"),
        ("a form feed is no line end", "a\n\x0cb\u2028x\nc\n", Spot(3, 3), "C", "a\n\x0cb\u2028x\nC\n"),
    ],
)
def test_exactly_these_lines_are_replaced(name: str, before: str, spot: Spot, new: str, after: str) -> None:
    assert put_back(before, opened(before, spot), new) == after


def test_lines_that_moved_meanwhile_are_found_again() -> None:
    window = opened(LONG, Spot(40, 42))
    moved = "// new\n" * 3 + LONG
    assert put_back(moved, window, "x") == moved.replace("line 40;\nline 41;\nline 42;\n", "x\n")


@pytest.mark.parametrize(
    "now",
    [
        LONG.replace("line 41;", "line 41: changed;"),
        LONG.replace("line 41;\n", ""),
        "",
        LONG.replace("line 40;", "x") * 2,
    ],
)
def test_lines_that_changed_meanwhile_are_not_written_over(now: str) -> None:
    assert put_back(now, opened(LONG, Spot(40, 42)), "mine") is None


def test_lines_that_moved_and_are_there_twice_are_not_guessed() -> None:
    assert put_back("new\n" + "a\nb\n" * 2, opened("a\nb\n", Spot(1, 2)), "x") is None


def test_a_window_holds_the_text_that_was_looked_for() -> None:
    text = "\n".join(["x" * 400] * 30 + ["return 'Add Item';"] + ["y" * 400] * 30)
    window = opened(text, Spot(near="add  item"))
    assert "Add Item" in window.text
    assert len(window.text) <= FORM_LIMIT - 200
    assert find(text, "‘Add Item’") == 31
    refused = open_window(text, Spot(near="Remove Item"), "a.js")
    assert isinstance(refused, Refusal)
    assert "“Remove Item” is not in `a.js`" in refused.say


@pytest.mark.parametrize(
    ("spot", "lines"),
    [(Spot(40, 70), (40, 70)), (Spot(70, 40), (40, 70)), (Spot(490, 600), (490, 500)), (Spot(1, 500), (1, 290))],
)
def test_a_window_is_what_was_asked_for_as_far_as_it_fits(spot: Spot, lines: tuple[int, int]) -> None:
    window = opened(LONG, spot)
    assert (window.first, window.last) == lines
    assert len(window.text) <= FORM_LIMIT - 200


@pytest.mark.parametrize(
    ("text", "spot", "said"),
    [
        ("a\nb\n", Spot(3, 4), "has 2 lines, so there is no line 3"),
        ("", Spot(1, 1), "has 0 lines"),
        ("x" * 5_000, Spot(1, 1), "alone has 5,000 characters"),
    ],
)
def test_what_cannot_be_opened_is_said(text: str, spot: Spot, said: str) -> None:
    refused = open_window(text, spot, "a.js")
    assert isinstance(refused, Refusal)
    assert said in refused.say
