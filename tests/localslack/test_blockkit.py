"""What Slack refuses, we refuse: tables of good and bad payloads, and slack_sdk's own validators as an oracle."""

# ruff: noqa: E501 - a table reads by the row

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import blocks as sdk
from slack_sdk.models.views import View

from bot.localslack.blockkit import (
    MESSAGE_CHARACTERS,
    Surface,
    message_characters,
    validate_blocks,
    validate_view,
)

Json = dict[str, Any]


def plain(text: str = "Words") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "*Words*") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(text: str = "One", value: str = "one") -> Json:
    return {"text": plain(text), "value": value}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Check my work"), "action_id": "check", **more}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def asks(element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": "b", "label": plain("Your Dockerfile"), "element": element, **more}


def typed(**more: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "text", **more}


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


def task(status: str = "complete", **more: Any) -> Json:
    return {"type": "task_card", "task_id": "t", "title": "Build", "status": status, **more}


def table(rows: int = 2, columns: int = 2) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}] * columns] * rows}


def container(**more: Any) -> Json:
    return {"type": "container", "title": plain(), "child_blocks": [section()], **more}


def modal(*blocks: Json, **more: Any) -> Json:
    body = list(blocks) or [section()]
    return {"type": "modal", "title": plain("Dockerfile"), "submit": plain("Send"), "blocks": body, **more}


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks) or [section()], **more}


def codes(blocks: object, surface: Surface = "message") -> set[tuple[str, str]]:
    return {(fault.pointer, fault.code) for fault in validate_blocks(blocks, surface)}


SELECT = {"type": "static_select", "action_id": "s", "options": [option()]}
IMAGE = {"type": "image", "image_url": "https://example.org/a.png", "alt_text": "A whale"}

GOOD: list[tuple[str, Surface, list[Json]]] = [
    ("no blocks at all in a message", "message", []),
    ("fifty blocks in a message", "message", [section()] * 50),
    ("a hundred blocks in a modal", "modal", [section()] * 100),
    ("three thousand characters in a section", "message", [section(text=mrkdwn("x" * 3000))]),
    ("ten fields without text", "home", [{"type": "section", "fields": [mrkdwn("x" * 2000)] * 10}]),
    ("a header of 150 characters", "message", [{"type": "header", "text": plain("x" * 150)}]),
    ("a button with everything", "message", [actions(button(style="primary", value="x" * 2000, url="https://a.b"))]),
    ("equal action_ids in different blocks", "message", [actions(button()), actions(button())]),
    ("a select beside a section", "message", [section(accessory=SELECT)]),
    ("a select that starts on one of its options", "message", [actions({**SELECT, "initial_option": option()})]),
    ("an overflow of five", "message", [section(accessory={"type": "overflow", "options": [option()] * 5})]),
    ("radio buttons with mrkdwn", "modal", [asks({"type": "radio_buttons", "options": [{**option(), "text": mrkdwn()}]})]),
    ("a context of words and pictures", "message", [{"type": "context", "elements": [mrkdwn(), IMAGE]}]),
    ("markdown in a message", "message", [{"type": "markdown", "text": "# Title\n```sh\ndocker ps\n```"}]),
    ("rich text of many kinds", "message", [rich({"type": "text", "text": "a", "style": {"bold": True}}, {"type": "emoji", "name": "whale"})]),
    ("a preformatted rich text", "message", [{"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x"}]}]}]),
    ("a plan with a task to come", "message", [{"type": "plan", "title": "Checks", "tasks": [task("pending")]}]),
    ("a task card alone", "message", [task(output=rich({"type": "text", "text": "ok"}))]),
    ("a table of a hundred by twenty", "message", [table(100, 20)]),
    ("a container that folds", "message", [container(is_collapsible=True, default_collapsed=True)]),
    ("a file input in a modal", "modal", [asks({"type": "file_input", "max_files": 10, "filetypes": ["txt"]})]),
    ("an alert in a modal", "modal", [{"type": "alert", "text": mrkdwn(), "level": "warning"}]),
    ("a card", "home", [{"type": "card", "title": plain(), "actions": [button(action_id=n) for n in "abc"]}]),
    ("a data table", "message", [{**table(2, 2), "type": "data_table", "caption": "Times"}]),
    ("feedback under a message", "message", [{"type": "context_actions", "elements": [{"type": "icon_button", "icon": "trash", "text": plain()}]}]),
]  # fmt: skip

BAD: list[tuple[str, Surface, object, str, str]] = [
    ("blocks that are no list", "message", {"type": "section"}, "/blocks", "wrong_type"),
    ("a block that is no object", "message", ["section"], "/blocks/0", "wrong_type"),
    ("a block of no type", "message", [{}], "/blocks/0/type", "missing_field"),
    ("a block nobody knows", "message", [{"type": "sectoin"}], "/blocks/0/type", "unknown_type"),
    ("an unknown key", "message", [section(colour="red")], "/blocks/0/colour", "unknown_field"),
    ("null where an object belongs", "message", [section(accessory=None)], "/blocks/0/accessory", "wrong_type"),
    ("51 blocks in a message", "message", [section()] * 51, "/blocks", "too_many"),
    ("101 blocks in a Home", "home", [section()] * 101, "/blocks", "too_many"),
    ("no blocks in a Home", "home", [], "/blocks", "too_few"),
    ("a section with nothing", "message", [{"type": "section"}], "/blocks/0", "missing_field"),
    ("a section text of 3001", "message", [section(text=mrkdwn("x" * 3001))], "/blocks/0/text/text", "too_long"),
    ("an empty section text", "message", [section(text=mrkdwn(""))], "/blocks/0/text/text", "too_short"),
    ("a field of 2001", "message", [section(fields=[mrkdwn("x" * 2001)])], "/blocks/0/fields/0/text", "too_long"),
    ("eleven fields", "message", [section(fields=[mrkdwn()] * 11)], "/blocks/0/fields", "too_many"),
    ("emoji on mrkdwn", "message", [section(text={**mrkdwn(), "emoji": True})], "/blocks/0/text/emoji", "unknown_field"),
    ("a header in mrkdwn", "message", [{"type": "header", "text": mrkdwn()}], "/blocks/0/text/type", "invalid_value"),
    ("a header of 151", "message", [{"type": "header", "text": plain("x" * 151)}], "/blocks/0/text/text", "too_long"),
    ("a block_id of 256", "message", [section(block_id="x" * 256)], "/blocks/0/block_id", "too_long"),
    ("a block_id used twice", "message", [section(block_id="x")] * 2, "/blocks/1/block_id", "duplicate"),
    ("a button label of 76", "message", [actions(button(text=plain("x" * 76)))], "/blocks/0/elements/0/text/text", "too_long"),
    ("an empty button label", "message", [actions(button(text=plain("")))], "/blocks/0/elements/0/text/text", "too_short"),
    ("a button label in mrkdwn", "message", [actions(button(text=mrkdwn()))], "/blocks/0/elements/0/text/type", "invalid_value"),
    ("a button value of 2001", "message", [actions(button(value="x" * 2001))], "/blocks/0/elements/0/value", "too_long"),
    ("a button of a strange style", "message", [actions(button(style="loud"))], "/blocks/0/elements/0/style", "invalid_value"),
    ("a button to javascript:", "message", [actions(button(url="javascript:alert(1)"))], "/blocks/0/elements/0/url", "invalid_value"),
    ("an accessibility label of 76", "message", [actions(button(accessibility_label="x" * 76))], "/blocks/0/elements/0/accessibility_label", "too_long"),
    ("a button for eleven people", "message", [actions(button(visible_to_user_ids=["U1"] * 11))], "/blocks/0/elements/0/visible_to_user_ids", "too_many"),
    ("two equal action_ids in a block", "message", [actions(button(), button())], "/blocks/0/elements/1/action_id", "duplicate"),
    ("26 actions", "message", [actions(*(button(action_id=str(n)) for n in range(26)))], "/blocks/0/elements", "too_many"),
    ("no actions", "message", [actions()], "/blocks/0/elements", "too_few"),
    ("eleven things in a context", "message", [{"type": "context", "elements": [mrkdwn()] * 11}], "/blocks/0/elements", "too_many"),
    ("a button in a context", "message", [{"type": "context", "elements": [button()]}], "/blocks/0/elements/0/type", "unknown_type"),
    ("a text input among actions", "message", [actions(typed())], "/blocks/0/elements/0/type", "unknown_type"),
    ("a button in an input", "modal", [asks(button())], "/blocks/0/element/type", "unknown_type"),
    ("an option text of 76", "message", [actions({**SELECT, "options": [option("x" * 76)]})], "/blocks/0/elements/0/options/0/text/text", "too_long"),
    ("an option value of 151", "message", [actions({**SELECT, "options": [option("x", "x" * 151)]})], "/blocks/0/elements/0/options/0/value", "too_long"),
    ("101 options", "message", [actions({**SELECT, "options": [option()] * 101})], "/blocks/0/elements/0/options", "too_many"),
    ("a select without options", "message", [actions({"type": "static_select"})], "/blocks/0/elements/0", "missing_field"),
    ("options and groups", "message", [actions({**SELECT, "option_groups": [{"label": plain(), "options": [option()]}]})], "/blocks/0/elements/0", "conflict"),
    ("a preset that is no option", "message", [actions({**SELECT, "initial_option": option("Two", "two")})], "/blocks/0/elements/0", "invalid_value"),
    ("an overflow of six", "message", [section(accessory={"type": "overflow", "options": [option()] * 6})], "/blocks/0/accessory/options", "too_many"),
    ("eleven radio buttons", "message", [actions({"type": "radio_buttons", "options": [option()] * 11})], "/blocks/0/elements/0/options", "too_many"),
    ("eleven checkboxes", "message", [actions({"type": "checkboxes", "options": [option()] * 11})], "/blocks/0/elements/0/options", "too_many"),
    ("a picture without alt_text", "message", [{"type": "image", "image_url": "https://a.b/c"}], "/blocks/0/alt_text", "missing_field"),
    ("a picture of nothing", "message", [{"type": "image", "alt_text": "x"}], "/blocks/0", "missing_field"),
    ("a placeholder of 151", "modal", [asks(typed(placeholder=plain("x" * 151)))], "/blocks/0/element/placeholder/text", "too_long"),
    ("a max_length of 3001", "modal", [asks(typed(max_length=3001))], "/blocks/0/element/max_length", "invalid_value"),
    ("least above most", "modal", [asks(typed(min_length=5, max_length=4))], "/blocks/0/element/min_length", "conflict"),
    ("eleven files", "modal", [asks({"type": "file_input", "max_files": 11})], "/blocks/0/element/max_files", "invalid_value"),
    ("a file input in a message", "message", [asks({"type": "file_input"})], "/blocks/0/element/type", "not_allowed_here"),
    ("two that want the focus", "modal", [asks(typed(focus_on_load=True), block_id=b) for b in "ab"], "/blocks/1/element/focus_on_load", "conflict"),
    ("an alert in a message", "message", [{"type": "alert", "text": mrkdwn()}], "/blocks/0/type", "not_allowed_here"),
    ("markdown in a modal", "modal", [{"type": "markdown", "text": "x"}], "/blocks/0/type", "not_allowed_here"),
    ("a plan in a Home", "home", [{"type": "plan", "title": "x"}], "/blocks/0/type", "not_allowed_here"),
    ("a table in a modal", "modal", [table()], "/blocks/0/type", "not_allowed_here"),
    ("markdown inside a Home's container", "home", [container(child_blocks=[{"type": "markdown", "text": "x"}])], "/blocks/0/child_blocks/0/type", "not_allowed_here"),
    ("markdown of 12,001", "message", [{"type": "markdown", "text": "x" * 12_001}], "/blocks/0/text", "too_long"),
    ("markdown of 12,001 in two", "message", [{"type": "markdown", "text": "x" * n} for n in (12_000, 1)], "/blocks/1/text", "too_long"),
    ("101 rows", "message", [table(101, 1)], "/blocks/0/rows", "too_many"),
    ("21 columns", "message", [table(1, 21)], "/blocks/0/rows/0", "too_many"),
    ("two tables", "message", [table(), table()], "/blocks", "too_many"),
    ("a data table without caption", "message", [{**table(2, 2), "type": "data_table"}], "/blocks/0/caption", "missing_field"),
    ("a task that is completed", "message", [task("completed")], "/blocks/0/status", "invalid_value"),
    ("a task to come outside a plan", "message", [task("pending")], "/blocks/0/status", "invalid_value"),
    ("a plan and a task card", "message", [{"type": "plan", "title": "x"}, task()], "/blocks", "conflict"),
    ("a container of eleven", "message", [container(child_blocks=[section()] * 11)], "/blocks/0/child_blocks", "too_many"),
    ("a container without title", "message", [{"type": "container", "child_blocks": [section()]}], "/blocks/0", "missing_field"),
    ("a container folded that cannot fold", "message", [container(default_collapsed=True)], "/blocks/0/default_collapsed", "conflict"),
    ("a container in a container", "message", [container(child_blocks=[container()])], "/blocks/0/child_blocks/0/type", "unknown_type"),
    ("a card body of 201", "home", [{"type": "card", "body": mrkdwn("x" * 201)}], "/blocks/0/body/text", "too_long"),
    ("a card of four buttons", "home", [{"type": "card", "actions": [button()] * 4}], "/blocks/0/actions", "too_many"),
    ("eleven cards", "home", [{"type": "carousel", "elements": [{"type": "card", "title": plain()}] * 11}], "/blocks/0/elements", "too_many"),
    ("an unknown rich text part", "message", [rich({"type": "shout", "text": "x"})], "/blocks/0/elements/0/elements/0/type", "unknown_type"),
    ("a dispatch that is no word", "modal", [asks(typed(dispatch_action_config={"trigger_actions_on": ["enter"]}))], "/blocks/0/element/dispatch_action_config/trigger_actions_on/0", "invalid_value"),
]  # fmt: skip

BAD_VIEWS: list[tuple[str, object, str, str]] = [
    ("a view that is no object", [], "/view", "wrong_type"),
    ("a view of a strange type", {"type": "workflow_step"}, "/view/type", "unknown_type"),
    ("a modal without title", {"type": "modal", "blocks": [section()]}, "/view/title", "missing_field"),
    ("a title of 25", modal(title=plain("x" * 25)), "/view/title/text", "too_long"),
    ("a title in mrkdwn", modal(title=mrkdwn()), "/view/title/type", "invalid_value"),
    ("a submit of 25", modal(submit=plain("x" * 25)), "/view/submit/text", "too_long"),
    ("private metadata of 3001", modal(private_metadata="x" * 3001), "/view/private_metadata", "too_long"),
    ("a callback_id of 256", modal(callback_id="x" * 256), "/view/callback_id", "too_long"),
    ("a Home with a submit", home(submit=plain()), "/view/submit", "unknown_field"),
    ("a view without blocks", {"type": "home"}, "/view/blocks", "missing_field"),
    ("an input without submit", {"type": "modal", "title": plain(), "blocks": [asks(typed())]}, "/view/submit", "missing_field"),
    ("a fault deep inside", modal(asks(typed(max_length=0))), "/view/blocks/0/element/max_length", "invalid_value"),
    ("markdown in a Home", home({"type": "markdown", "text": "x"}), "/view/blocks/0/type", "not_allowed_here"),
]  # fmt: skip


@pytest.mark.parametrize(("blocks", "surface"), [pytest.param(b, s, id=name) for name, s, b in GOOD])
def test_what_slack_takes_is_taken(blocks: list[Json], surface: Surface) -> None:
    assert validate_blocks(blocks, surface) == []


@pytest.mark.parametrize(
    ("blocks", "surface", "pointer", "code"), [pytest.param(b, s, p, c, id=name) for name, s, b, p, c in BAD]
)
def test_what_slack_refuses_is_refused_at_its_place(blocks: object, surface: Surface, pointer: str, code: str) -> None:
    assert (pointer, code) in codes(blocks, surface)


@pytest.mark.parametrize(("view", "pointer", "code"), [pytest.param(*rest, id=name) for name, *rest in BAD_VIEWS])
def test_bad_views_are_refused_at_their_place(view: object, pointer: str, code: str) -> None:
    assert (pointer, code) in {(fault.pointer, fault.code) for fault in validate_view(view)}


@pytest.mark.parametrize("view", [modal(), home(), modal(asks(typed()), private_metadata="x" * 3000)])
def test_good_views_are_taken(view: Json) -> None:
    assert validate_view(view) == []


def test_a_fault_says_what_was_seen_and_what_is_allowed() -> None:
    (fault,) = validate_blocks([section(text=mrkdwn("x" * 3001))], "message")
    assert fault.message == "must be at most 3000 characters, has 3001"


def test_a_message_is_measured_by_all_its_words() -> None:
    short = [section(text=mrkdwn("x" * 3000))] * 4
    assert message_characters(short) < MESSAGE_CHARACTERS
    assert message_characters([*short, section(text=mrkdwn("x" * 2000))]) > MESSAGE_CHARACTERS


# -- slack_sdk's models as a one-way oracle: what they reject, we reject -----------------------------------

LENGTHS = st.sampled_from(
    [0, 1, 24, 25, 30, 31, 75, 76, 100, 101, 150, 151, 255, 256, 300, 301, 2000, 2001, 3000, 3001]
)
SEEDS: list[Json] = [blocks[0] for _, surface, blocks in GOOD if len(blocks) == 1]


def _strings(value: object, put: Callable[[str], None] | None = None) -> list[Callable[[str], None]]:
    """Every place in `value` that holds words, as a way to put other words there."""
    match value:
        case dict():
            return [p for k, v in value.items() if k != "type" for p in _strings(v, partial(value.__setitem__, k))]
        case list():
            return [p for i, v in enumerate(value) for p in _strings(v, partial(value.__setitem__, i))]
        case str():
            return [put] if put else []
        case _:
            return []


def _lists(value: object) -> list[list[Any]]:
    match value:
        case dict():
            return [found for inside in value.values() for found in _lists(inside)]
        case list():
            return [value, *(found for inside in value for found in _lists(inside))]
        case _:
            return []


@st.composite
def spoiled_blocks(draw: st.DrawFn) -> Json:
    """A good block with a text made longer or shorter, a list repeated or emptied, or a field taken away."""
    block: Json = json.loads(json.dumps(draw(st.sampled_from(SEEDS))))
    for _ in range(draw(st.integers(0, 3))):
        match draw(st.sampled_from(["text", "list", "drop"])):
            case "text" if places := _strings(block):
                draw(st.sampled_from(places))("x" * draw(LENGTHS))
            case "list" if lists := _lists(block):
                chosen = draw(st.sampled_from(lists))
                chosen[:] = chosen * draw(st.sampled_from([0, 2, 6, 11, 26, 101]))
            case "drop":
                block.pop(draw(st.sampled_from(sorted(block.keys() - {"type"}) or ["type"])), None)
            case _:
                pass
    return block


def sdk_rejects(block: Json) -> bool:
    """Whether slack_sdk's own model of the block refuses it. Unknown types are dropped by it, so not judged."""
    try:
        parsed = sdk.Block.parse(block)
        if parsed is not None:
            parsed.to_dict()
    except SlackObjectFormationError:
        return True
    except (TypeError, KeyError, AttributeError):
        return "type" in block  # a required argument was missing
    return False


@given(spoiled_blocks())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_slack_sdk_rejects_we_reject(block: Json) -> None:
    surface: Surface = "modal" if block.get("type") in ("alert", "input") else "message"
    if sdk_rejects(block):
        assert validate_blocks([block], surface), block


def test_the_oracle_does_reject_things() -> None:
    assert sdk_rejects({"type": "header", "text": plain("x" * 151)})
    assert not sdk_rejects({"type": "header", "text": plain("x" * 150)})


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 3001), st.integers(0, 120), st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_slack_sdk_rejects_in_a_view_we_reject(
    title: int, submit: int, metadata: int, blocks: int, as_home: bool
) -> None:
    view: Json = {
        "type": "home" if as_home else "modal",
        "title": plain("x" * title),
        "submit": plain("x" * submit),
        "private_metadata": "x" * metadata,
        "blocks": [section()] * blocks,
    }
    try:
        View(**view).to_dict()
    except SlackObjectFormationError:
        assert validate_view(view)


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "text", "elements", "blocks", "options", "value"]), inner, max_size=4
        )
    ),
    max_leaves=15,
)


@given(JSONISH)
def test_any_json_is_judged_without_a_crash(value: object) -> None:
    validate_view(value)
    validate_blocks(value, "message")
    validate_blocks([value], "modal")
