"""Interactive elements: find them in blocks, fill in ids as Slack does, turn a person's value into Slack's state."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.localslack.values import Json, Values

#: Where a chosen thing goes in Slack's state, by element type.
SINGLE_ID: Mapping[str, str] = {
    "users_select": "selected_user",
    "channels_select": "selected_channel",
    "conversations_select": "selected_conversation",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
MANY_IDS: Mapping[str, str] = {
    "multi_users_select": "selected_users",
    "multi_channels_select": "selected_channels",
    "multi_conversations_select": "selected_conversations",
}
ONE_OPTION = frozenset({"static_select", "external_select", "radio_buttons", "overflow"})
MANY_OPTIONS = frozenset({"multi_static_select", "multi_external_select", "checkboxes"})
TEXTS = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input"})
BUTTONS = frozenset({"button", "icon_button", "feedback_buttons", "workflow_button"})
OTHERS = frozenset({"file_input", "rich_text_input"})
INTERACTIVE = frozenset(SINGLE_ID) | frozenset(MANY_IDS) | ONE_OPTION | MANY_OPTIONS | TEXTS | BUTTONS | OTHERS
#: These keep nothing after the press, so they are not part of a state.
STATELESS = BUTTONS | {"overflow"}

_BLOCKS = frozenset(
    {
        *("section", "header", "divider", "context", "actions", "image", "input", "rich_text", "video"),
        *("markdown", "plan", "task_card", "context_actions", "file", "table", "container", "carousel"),
        *("card", "alert", "data_table", "data_visualization", "call"),
    }
)


class NotAChoice(ValueError):
    """The element does not take this value; the message says what it takes."""


@dataclass(frozen=True, slots=True)
class Found:
    """An element and the block it stands in."""

    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        """Return the block's id."""
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        """Return the element's id inside the block."""
        return str(self.element["action_id"])


def complete(blocks: Iterable[Json]) -> list[Json]:
    """Return the blocks as Slack keeps them: every block and interactive element has its id."""
    return [_completed(block) for block in blocks]


def _completed(node: Any) -> Any:
    if isinstance(node, list):
        return [_completed(item) for item in node]
    if not isinstance(node, dict):
        return node
    done = {key: _completed(value) for key, value in node.items()}
    kind = done.get("type")
    if kind in _BLOCKS:
        done.setdefault("block_id", secrets.token_urlsafe(4))
    elif kind in INTERACTIVE:
        done.setdefault("action_id", secrets.token_urlsafe(4))
    elif kind == "plain_text" and isinstance(done.get("text"), str):
        done.setdefault("emoji", True)
    elif kind == "mrkdwn":
        done.setdefault("verbatim", False)
    return done


def walk(blocks: Iterable[Json]) -> Iterator[Found]:
    """Yield every interactive element with its nearest block, in reading order."""
    for block in blocks:
        yield from _within(block, block)


def _within(node: Any, block: Json) -> Iterator[Found]:
    if isinstance(node, list):
        for item in node:
            yield from _within(item, block)
        return
    if not isinstance(node, dict):
        return
    kind = node.get("type")
    if kind in INTERACTIVE and "action_id" in node:
        yield Found(block, node)
        return
    nearest = node if kind in _BLOCKS else block
    for value in node.values():
        if isinstance(value, dict | list):
            yield from _within(value, nearest)


def find(blocks: Iterable[Json], block_id: str, action_id: str) -> Found | None:
    """Return the element with these ids."""
    matches = (f for f in walk(blocks) if f.block_id == block_id and f.action_id == action_id)
    return next(matches, None)


def visible_to(element: Json, user: str) -> bool:
    """Say whether the element is shown to `user`."""
    only = element.get("visible_to_user_ids")
    return not only or user in only


def _options(element: Json) -> list[Json]:
    groups = element.get("option_groups") or []
    return [*(element.get("options") or []), *(o for g in groups for o in g.get("options", []))]


def initial(element: Json) -> Any:
    """Return the value the element starts with, as a person would give it; None for nothing."""
    for key in ("initial_value", "initial_date", "initial_time", "initial_date_time", "initial_user"):
        if element.get(key) is not None:
            return element[key]
    for key in ("initial_users", "initial_channel", "initial_channels"):
        if element.get(key):
            return element[key]
    for key in ("initial_conversation", "initial_conversations"):
        if element.get(key):
            return element[key]
    if element.get("initial_option"):
        return element["initial_option"]["value"]
    if element.get("initial_options"):
        return [o["value"] for o in element["initial_options"]]
    return None


def state_of(element: Json, value: Any, offered: Iterable[Json] = ()) -> Json:
    """Return Slack's state of an element that holds `value`; `offered` are options of an external select.

    Raises: NotAChoice.
    """
    kind = str(element["type"])
    state: Json = {"type": kind}
    if kind in TEXTS:
        return state | {"value": _text(value)}
    if kind in ONE_OPTION:
        known = [*_options(element), *offered]
        return state | {"selected_option": _option(known, value) if value not in (None, "") else None}
    if kind in MANY_OPTIONS:
        known = [*_options(element), *offered]
        return state | {"selected_options": [_option(known, v) for v in _list(value)]}
    if kind in SINGLE_ID:
        return state | {SINGLE_ID[kind]: value if value not in ("", []) else None}
    if kind in MANY_IDS:
        return state | {MANY_IDS[kind]: _list(value)}
    if kind == "file_input":
        return state | {"files": _list(value)}
    if kind == "rich_text_input":
        return state | {"rich_text_value": _rich(_text(value))}
    if kind == "feedback_buttons":
        return state | {"value": _feedback(element, value)}
    return state


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str | int | float):
        raise NotAChoice("This field takes text.")
    return str(value)


def _list(value: Any) -> list[Any]:
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _option(known: Iterable[Json], value: Any) -> Json:
    for option in known:
        if option.get("value") == value:
            return {k: v for k, v in option.items() if k in ("text", "value", "description")}
    raise NotAChoice(f"{value!r} is not one of the choices.")


def _rich(text: str | None) -> Json | None:
    if text is None:
        return None
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def _feedback(element: Json, value: Any) -> Any:
    both = [element.get("positive_button", {}).get("value"), element.get("negative_button", {}).get("value")]
    if value not in both:
        raise NotAChoice(f"{value!r} is neither of the two buttons.")
    return value


def is_empty(state: Json) -> bool:
    """Say whether a state holds nothing."""
    return not any(v for k, v in state.items() if k != "type")


def state_values(
    blocks: Iterable[Json], values: Values, offered: Mapping[tuple[str, str], list[Json]] | None = None
) -> dict[str, dict[str, Json]]:
    """Return Slack's `state.values` for blocks that hold a person's values."""
    state: dict[str, dict[str, Json]] = {}
    for found in walk(blocks):
        if found.element["type"] in STATELESS:
            continue
        given = values.get(found.block_id, {})
        value = given[found.action_id] if found.action_id in given else initial(found.element)
        options = (offered or {}).get((found.block_id, found.action_id), [])
        state.setdefault(found.block_id, {})[found.action_id] = _kept(found.element, value, options)
    return state


def _kept(element: Json, value: Any, offered: list[Json]) -> Json:
    # After an update a kept value may no longer be among the options: Slack then shows the element empty.
    try:
        return state_of(element, value, offered)
    except NotAChoice:
        return state_of(element, None)


def values_of(blocks: Iterable[Json], values: Values) -> dict[str, dict[str, Any]]:
    """Return what each element holds as a person would give it, initial values included; empty ones left out."""
    held: dict[str, dict[str, Any]] = {}
    for found in walk(blocks):
        if found.element["type"] in STATELESS:
            continue
        given = values.get(found.block_id, {})
        value = given[found.action_id] if found.action_id in given else initial(found.element)
        if value not in (None, "", []):
            held.setdefault(found.block_id, {})[found.action_id] = value
    return held
