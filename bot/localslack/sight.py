"""What a person can press, choose and fill in on a set of blocks, by the words they see. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.localslack.controls import Json, field, items, label, word
from bot.localslack.emoji import with_emoji
from bot.localslack.mrkdwn import to_plain
from bot.localslack.terminal import option_list

PRESSED = frozenset({"button", "workflow_button", "icon_button", "feedback_buttons"})
CHOSEN_ONE = frozenset(
    {"static_select", "external_select", "radio_buttons", "overflow", "users_select", "channels_select"}
    | {"conversations_select"}
)
CHOSEN_MANY = frozenset(
    {"checkboxes", "multi_static_select", "multi_external_select", "multi_users_select", "multi_channels_select"}
    | {"multi_conversations_select"}
)
WRITTEN = frozenset(
    {"plain_text_input", "rich_text_input", "email_text_input", "url_text_input", "number_input"}
    | {"datepicker", "timepicker", "datetimepicker"}
)


@dataclass(frozen=True, slots=True)
class Control:
    """One element of a block, with every label people may call it by (the first is the one to show)."""

    type: str
    labels: tuple[str, ...]
    block_id: str
    action_id: str
    options: tuple[tuple[str, str], ...] = ()
    in_input: bool = False
    value: str | None = None


def controls(blocks: Iterable[Json], viewer: str) -> Iterator[Control]:
    """Yield the interactive elements of blocks in reading order; those meant for other people are left out."""
    above = ""
    for block in blocks:
        kind = word(block, "type")
        if kind == "container":
            yield from controls(items(block, "child_blocks"), viewer)
        elif kind == "carousel":
            yield from controls(items(block, "elements"), viewer)
        elif kind == "input":
            yield from _named(field(block, "element"), block, [label(field(block, "label"))], viewer)
        elif kind == "section":
            above = _words(field(block, "text"))
            yield from _named(field(block, "accessory"), block, [above], viewer)
        else:
            # a question stands above its answers, so they may be called by it
            for element in items(block, "elements") + items(block, "actions"):
                yield from _named(element, block, [above], viewer)


def _words(text: Json) -> str:
    return to_plain(word(text, "text"), {}) if word(text, "type") == "mrkdwn" else label(text)


def _named(element: Json, block: Json, around: list[str], viewer: str) -> Iterator[Control]:
    kind = word(element, "type")
    only = element.get("visible_to_user_ids")
    if kind in ("", "image") or (isinstance(only, list) and viewer not in only):
        return
    if kind == "feedback_buttons":
        for side in ("positive_button", "negative_button"):
            button = field(element, side)
            yield _control(element, block, [label(field(button, "text"))], value=word(button, "value"))
        return
    own = [label(field(element, "text")), word(element, "accessibility_label"), label(field(element, "placeholder"))]
    if kind in PRESSED:
        names = own if word(block, "type") != "section" else [*own, *around]
    else:
        names = [*around, *own] if word(block, "type") == "input" else [*own, *around]
    if kind == "overflow":
        names.append("More actions")
    yield _control(element, block, names, in_input=word(block, "type") == "input")


def _control(
    element: Json, block: Json, names: list[str], *, in_input: bool = False, value: str | None = None
) -> Control:
    return Control(
        type=word(element, "type"),
        labels=tuple(name for name in names if name) or (word(element, "action_id"),),
        block_id=word(block, "block_id"),
        action_id=word(element, "action_id"),
        options=tuple((_words(field(one, "text")), word(one, "value")) for one in option_list(element)),
        in_input=in_input,
        value=value,
    )


def same_words(one: str, other: str) -> bool:
    """Return whether two labels read the same: case, spaces, emoji and marks around them aside."""
    return _core(one) == _core(other)


def _core(text: str) -> str:
    spoken = re.sub(r"\s+", " ", with_emoji(text)).strip().casefold()
    bare = re.sub(r"^[^\w]+|[^\w]+$", "", spoken)
    return bare or spoken


def labelled(found: Iterable[Control], name: str) -> Control | None:
    """Return the first control that is called `name`; letter for letter wins over nearly the same."""
    listed = list(found)
    exact = next((one for one in listed if with_emoji(name).strip() in one.labels), None)
    return exact or next((one for one in listed if any(same_words(name, each) for each in one.labels)), None)


def option_named(control: Control, name: str) -> str | None:
    """Return the value of the option that reads `name`, or that has it as its value."""
    for text, value in control.options:
        if text == with_emoji(name).strip():
            return value
    return next((value for text, value in control.options if same_words(text, name) or value == name), None)
