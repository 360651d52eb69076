"""What Slack's own client checks in a modal before it hands it in. Pure."""

from __future__ import annotations

import math
import re
from typing import Any

from bot.localslack.elements import Found, is_empty, state_of, walk
from bot.localslack.values import Json, Values

REQUIRED = "Please complete this required field."


def faults(blocks: list[Json], values: Values, offered: dict[tuple[str, str], list[Json]]) -> dict[str, str]:
    """Return what is wrong with what was filled in, by block id; empty when it may be handed in.

    Raises: NotAChoice, for a value that the element cannot hold at all.
    """
    found = {}
    held = values
    for item in walk(b for b in blocks if b["type"] == "input"):
        value = held.get(item.block_id, {}).get(item.action_id)
        state = state_of(item.element, value, offered.get((item.block_id, item.action_id), []))
        fault = _fault(item, state)
        if fault:
            found[item.block_id] = fault
    return found


def _fault(item: Found, state: Json) -> str | None:
    element = item.element
    if is_empty(state):
        return None if item.block.get("optional") else REQUIRED
    match element["type"]:
        case "plain_text_input":
            return _length(element, str(state["value"]))
        case "number_input":
            return _number(element, str(state["value"]))
        case "email_text_input":
            good = re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", str(state["value"]))
            return None if good else "Please enter a valid email address."
        case "url_text_input":
            good = re.fullmatch(r"https?://\S+", str(state["value"]))
            return None if good else "Please enter a valid URL."
        case "file_input" | "multi_static_select" | "checkboxes":
            return _count(element, state)
        case _:
            return None


def _length(element: Json, text: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(text) < least:
        return f"Please write at least {least} characters; there are {len(text)}."
    if len(text) > most:
        return f"Please write at most {most} characters; there are {len(text)}."
    return None


def _number(element: Json, text: str) -> str | None:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (not element.get("is_decimal_allowed") and not number.is_integer()):
        return "Please enter a valid number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and number < float(least):
        return f"Please enter {least} or more."
    if most is not None and number > float(most):
        return f"Please enter {most} or less."
    return None


def _count(element: Json, state: Json) -> str | None:
    chosen: list[Any] = state.get("files") or state.get("selected_options") or []
    most = element.get("max_files", 10) if element["type"] == "file_input" else element.get("max_selected_items")
    return f"Please choose at most {most}." if most and len(chosen) > most else None
