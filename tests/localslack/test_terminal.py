"""Blocks in a terminal: the words that `press`, `choose` and `fill` take are the words one sees."""

# ruff: noqa: E501 - a table reads by the row

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.localslack.sight import controls, labelled, option_named
from bot.localslack.terminal import blocks_text, message_text, view_text

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str, value: str) -> Json:
    return {"text": plain(text), "value": value}


BUTTONS = {"type": "actions", "block_id": "b", "elements": [
    {"type": "button", "text": plain(":white_check_mark: Check my work"), "action_id": "check"},
    {"type": "static_select", "action_id": "go", "placeholder": plain("Go to"), "options": [option("One", "1"), option("Two", "2")]},
    {"type": "overflow", "action_id": "o", "options": [option("Skip", "s")]}]}  # fmt: skip


def test_buttons_and_menus_are_shown_with_their_labels_and_options() -> None:
    assert blocks_text([BUTTONS], {}) == "[ ✅ Check my work ]  { Go to: One | Two }  { More: Skip }"


def test_what_is_chosen_is_marked() -> None:
    assert "Go to: One | *Two" in blocks_text([BUTTONS], {}, {"b": {"go": "2"}})


def test_radio_buttons_stand_below_each_other() -> None:
    radio: Json = {
        "type": "radio_buttons",
        "action_id": "r",
        "options": [option("A", "a"), option("B", "b")],
        "initial_option": option("B", "b"),
    }
    assert blocks_text([{"type": "actions", "elements": [radio]}], {}) == "( ) A\n(x) B"


def test_a_form_is_shown_with_its_inputs_errors_and_buttons() -> None:
    element = {"type": "plain_text_input", "action_id": "t", "placeholder": plain("FROM …")}
    block = {
        "type": "input",
        "block_id": "f",
        "label": plain("Dockerfile"),
        "hint": plain("First FROM."),
        "element": element,
    }
    view = {"title": "Write it", "submit": "Save", "close": "Later", "blocks": [block], "errors": {"f": "Empty"}}
    assert view_text(view, {}) == "== Write it ==\nDockerfile: <FROM …>\n  First FROM.\n  ! Empty\n[ Later ]  [ Save ]"
    filled = view | {"values": {"f": {"t": "a\nb"}}, "errors": {}}
    assert "Dockerfile:\na\nb\n  First FROM." in view_text(filled, {})


def test_a_plan_says_how_each_task_stands() -> None:
    said = {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "got 404"}]}],
    }
    tasks = [
        {"type": "task_card", "title": "Builds", "status": "complete"},
        {"type": "task_card", "title": "Serves", "status": "error", "output": said},
    ]
    assert (
        blocks_text([{"type": "plan", "title": "Checks", "tasks": tasks}], {})
        == "Checks\n  ✓ Builds\n  ✗ Serves\n      got 404"
    )


def test_a_table_has_straight_columns() -> None:
    rows = [[{"type": "raw_text", "text": t} for t in row] for row in (("ID", "IMAGE"), ("a1b2", "x"))]
    assert blocks_text([{"type": "table", "rows": rows}], {}) == "ID    IMAGE\na1b2  x"


def test_a_picture_is_told_by_its_alt_text() -> None:
    picture = {"name": "app.png", "size": 120, "alt": "Your app with one item"}
    assert message_text({"text": "Here", "files": [picture]}, {}).endswith(
        "app.png (120 bytes): Your app with one item"
    )


def test_a_message_without_blocks_is_its_text_and_files_are_named() -> None:
    message = {"text": "Here *it* is", "files": [{"name": "Dockerfile", "size": 120}]}
    assert message_text(message, {}) == "Here it is\n[file] Dockerfile (120 bytes)"


@given(st.recursive(st.none() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["type", "text", "elements", "element", "options", "label", "accessory", "rows", "tasks", "child_blocks"]),
    inner | st.sampled_from(["section", "actions", "input", "table", "plan", "container", "static_select", "mrkdwn"]), max_size=4), max_leaves=12))  # fmt: skip
def test_no_block_is_too_broken_to_show_or_to_look_through(block: object) -> None:
    blocks: list[Json] = [block] if isinstance(block, dict) else []
    assert isinstance(blocks_text(blocks, {}), str)
    list(controls(blocks, "U1"))


def test_a_control_is_found_by_what_one_reads() -> None:
    found = list(controls([BUTTONS], "U1"))
    for name in ("✅ Check my work", ":white_check_mark: Check my work", "check my work", " Check  my work "):
        control = labelled(found, name)
        assert control is not None, name
        assert control.action_id == "check"
    assert labelled(found, "Check") is None


def test_a_question_names_its_answers() -> None:
    radio: Json = {"type": "radio_buttons", "action_id": "r", "options": [option("A", "a")]}
    blocks: list[Json] = [{"type": "section", "text": mrkdwn("*Which one?*")}, {"type": "actions", "elements": [radio]}]
    control = labelled(controls(blocks, "U1"), "Which one?")
    assert control is not None
    assert option_named(control, "a") == "a"


def test_what_is_meant_for_others_is_not_there() -> None:
    button = {"type": "button", "text": plain("Open the gate"), "action_id": "g", "visible_to_user_ids": ["U2"]}
    blocks: list[Json] = [
        {"type": "container", "child_blocks": [{"type": "section", "text": mrkdwn("x"), "accessory": button}]}
    ]
    assert list(controls(blocks, "U1")) == []
    assert [c.action_id for c in controls(blocks, "U2")] == ["g"]
