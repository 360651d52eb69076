"""Elements: ids as Slack gives them, and a person's value as Slack's state."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.localslack.elements import (
    NotAChoice,
    complete,
    find,
    initial,
    is_empty,
    state_of,
    state_values,
    values_of,
    walk,
)


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def options(*values: str) -> list[dict[str, Any]]:
    return [{"text": plain(v.upper()), "value": v} for v in values]


SELECT = {"type": "static_select", "action_id": "s", "options": options("a", "b")}
BOXES = {"type": "checkboxes", "action_id": "c", "options": options("a", "b", "c")}


@pytest.mark.parametrize(
    ("element", "value", "state"),
    [
        ({"type": "plain_text_input"}, "x", {"value": "x"}),
        ({"type": "plain_text_input"}, "", {"value": None}),
        ({"type": "number_input"}, 3, {"value": "3"}),
        (SELECT, "b", {"selected_option": options("a", "b")[1]}),
        (SELECT, None, {"selected_option": None}),
        (
            {"type": "static_select", "option_groups": [{"options": options("z")}]},
            "z",
            {"selected_option": options("z")[0]},
        ),
        (BOXES, ["c", "a"], {"selected_options": [options("c")[0], options("a")[0]]}),
        ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
        ({"type": "multi_users_select"}, ["U1"], {"selected_users": ["U1"]}),
        ({"type": "datepicker"}, "2026-01-31", {"selected_date": "2026-01-31"}),
        ({"type": "file_input"}, ["F1"], {"files": ["F1"]}),
        ({"type": "rich_text_input"}, None, {"rich_text_value": None}),
        ({"type": "button"}, None, {}),
    ],
)
def test_a_value_becomes_slacks_state(element: dict[str, Any], value: Any, state: dict[str, Any]) -> None:
    assert state_of(element, value) == {"type": element["type"], **state}


@pytest.mark.parametrize(
    ("element", "value"), [(SELECT, "z"), (BOXES, ["a", "z"]), ({"type": "plain_text_input"}, ["x"])]
)
def test_what_the_element_does_not_offer_is_no_choice(element: dict[str, Any], value: Any) -> None:
    with pytest.raises(NotAChoice):
        state_of(element, value)


def test_an_external_select_takes_what_was_offered() -> None:
    element = {"type": "external_select"}
    with pytest.raises(NotAChoice):
        state_of(element, "x")
    assert state_of(element, "x", options("x"))["selected_option"]["value"] == "x"


def test_ids_are_filled_in_where_they_are_missing_and_kept_where_they_are_not() -> None:
    blocks = [
        {"type": "section", "text": plain("x"), "accessory": {"type": "button", "text": plain("Go")}},
        {"type": "actions", "block_id": "mine", "elements": [{**SELECT, "action_id": "sel"}]},
        {
            "type": "container",
            "child_blocks": [{"type": "actions", "elements": [{"type": "button", "text": plain("y")}]}],
        },
    ]
    done = complete(blocks)
    found = list(walk(done))
    assert len({f.block_id for f in found}) == 3
    assert [f.element["type"] for f in found] == ["button", "static_select", "button"]
    assert (found[1].block_id, found[1].action_id) == ("mine", "sel")
    assert find(done, "mine", "sel") == found[1]
    assert find(done, "mine", "other") is None
    assert complete(done) == done


def test_initial_values_count_until_something_else_is_chosen() -> None:
    element = {**SELECT, "initial_option": options("a")[0]}
    blocks = [{"type": "input", "block_id": "b", "label": plain("l"), "element": element}]
    assert values_of(blocks, {}) == {"b": {"s": "a"}}
    assert values_of(blocks, {"b": {"s": "b"}}) == {"b": {"s": "b"}}
    assert values_of(blocks, {"b": {"s": None}}) == {}
    assert state_values(blocks, {})["b"]["s"]["selected_option"]["value"] == "a"


def test_a_kept_value_that_is_no_longer_offered_shows_as_empty() -> None:
    blocks = [{"type": "actions", "block_id": "b", "elements": [SELECT]}]
    assert state_values(blocks, {"b": {"s": "gone"}})["b"]["s"]["selected_option"] is None


@given(st.lists(st.sampled_from("abc"), unique=True))
def test_a_state_is_empty_exactly_when_nothing_is_chosen(chosen: list[str]) -> None:
    assert is_empty(state_of(BOXES, chosen)) is (not chosen)


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"initial_value": "x"}, "x"),
        ({"initial_options": options("a", "b")}, ["a", "b"]),
        ({"initial_users": ["U1"]}, ["U1"]),
        ({"initial_conversation": "C1"}, "C1"),
        ({}, None),
    ],
)
def test_an_element_starts_with_its_initial_value(element: dict[str, Any], value: Any) -> None:
    assert initial(element) == value
