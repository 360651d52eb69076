"""What the client checks before a modal is handed in."""

from __future__ import annotations

from typing import Any

import pytest

from bot.localslack.forms import REQUIRED, faults

OPTIONS = [{"text": {"type": "plain_text", "text": v}, "value": v} for v in "abc"]


def block(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "block_id": "b", "element": {"action_id": "a", **element}, **more}


@pytest.mark.parametrize(
    ("element", "value", "fault"),
    [
        ({"type": "plain_text_input"}, None, REQUIRED),
        ({"type": "plain_text_input"}, "x", None),
        ({"type": "plain_text_input", "min_length": 2}, "x", "at least 2"),
        ({"type": "plain_text_input", "max_length": 2}, "xxx", "at most 2"),
        ({"type": "plain_text_input"}, "x" * 3001, "at most 3000"),
        ({"type": "number_input"}, "1.5", "valid number"),
        ({"type": "number_input", "is_decimal_allowed": True}, "1.5", None),
        ({"type": "number_input"}, "nan", "valid number"),
        ({"type": "number_input", "min_value": "3"}, "2", "3 or more"),
        ({"type": "number_input", "max_value": "3"}, "4", "3 or less"),
        ({"type": "email_text_input"}, "ada", "valid email"),
        ({"type": "email_text_input"}, "ada@example.com", None),
        ({"type": "url_text_input"}, "localhost", "valid URL"),
        ({"type": "checkboxes", "options": OPTIONS}, [], REQUIRED),
        ({"type": "multi_static_select", "options": OPTIONS, "max_selected_items": 1}, ["a", "b"], "at most 1"),
        ({"type": "file_input", "max_files": 1}, ["F1", "F2"], "at most 1"),
    ],
)
def test_each_element_says_what_it_lacks(element: dict[str, Any], value: Any, fault: str | None) -> None:
    found = faults([block(element)], {"b": {"a": value}}, {})
    assert (fault in found["b"]) if fault else not found


def test_an_optional_input_may_stay_empty() -> None:
    assert faults([block({"type": "plain_text_input"}, optional=True)], {}, {}) == {}
