"""Block Kit's interactive elements as native, labelled HTML controls. Pure.

Every control carries `data-block`, `data-action` and `data-type`: the page's script needs nothing else to act.
"""

from collections.abc import Callable, Iterable, Mapping
from html import escape

from bot.localslack.emoji import character, with_emoji
from bot.localslack.mrkdwn import Names, safe_url, to_html

Json = Mapping[str, object]
Attribute = str | int | bool | None


def tag(name: str, inside: str = "", /, **attributes: Attribute) -> str:
    """Return an element around HTML that is already safe; attributes are escaped, `None` and False left out.

    `class_` is `class`, and `_` in a name is `-`.
    """
    shown = "".join(
        f" {key.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{escape(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    return f"<{name}{shown}>" if name in ("input", "img", "hr", "br") else f"<{name}{shown}>{inside}</{name}>"


def field(value: object, name: str) -> Json:
    """Return the object under `name`, or an empty one: broken payloads are shown as far as they go."""
    inside = value.get(name) if isinstance(value, Mapping) else None
    return inside if isinstance(inside, Mapping) else {}


def items(value: object, name: str) -> list[Json]:
    """Return the objects listed under `name`."""
    inside = value.get(name) if isinstance(value, Mapping) else None
    return [entry for entry in inside if isinstance(entry, Mapping)] if isinstance(inside, list) else []


def word(value: object, name: str) -> str:
    """Return the string under `name`, or an empty one."""
    inside = value.get(name) if isinstance(value, Mapping) else None
    return inside if isinstance(inside, str) else ""


def text_html(text: object, names: Names) -> str:
    """Return a text object (or a bare string) as HTML."""
    if isinstance(text, str):
        return escape(with_emoji(text))
    if word(text, "type") == "mrkdwn":
        return to_html(word(text, "text"), names)
    return escape(with_emoji(word(text, "text"))).replace("\n", "<br>")


def label(text: object) -> str:
    """Return a text object as words for a label or an attribute, not escaped."""
    return with_emoji(word(text, "text"))


def control_html(element: Json, block_id: str, names: Names, value: object = None, *, labelled: bool = False) -> str:
    """Return the control of an element; `value` is what the person chose so far (see people.py, Value).

    `labelled` says that a visible label names it: a name of its own would hide that from screen readers.
    """
    kind = word(element, "type")
    made = _CONTROLS.get(kind)
    if made is None:
        return tag("span", escape(f"[{kind or 'element'}]"), class_="unknown")
    return made(element, _Place(element, block_id, names, labelled), value)


class _Place:
    """The attributes by which the script finds an element again, and what else a control needs to know."""

    __slots__ = ("attributes", "labelled", "names")

    def __init__(self, element: Json, block_id: str, names: Names, labelled: bool) -> None:
        confirm = field(element, "confirm")
        only = element.get("visible_to_user_ids")
        self.names = names
        self.labelled = labelled
        self.attributes: dict[str, Attribute] = {
            "data_block": block_id,
            "data_action": word(element, "action_id"),
            "data_type": word(element, "type"),
            "data_confirm_title": label(field(confirm, "title")) or None,
            "data_confirm_text": label(field(confirm, "text")) or None,
            "data_confirm_yes": label(field(confirm, "confirm")) or None,
            "data_confirm_no": label(field(confirm, "deny")) or None,
            "data_only": " ".join(map(str, only)) if isinstance(only, list) else None,
            "data_focus": element.get("focus_on_load") is True,
        }

    def name(self, hint: str) -> str | None:
        """Return the name for screen readers, where no visible label gives one."""
        return None if self.labelled else hint or None


def _button(element: Json, place: _Place, _value: object) -> str:
    style = word(element, "style")
    look = f"button {style}" if style in ("primary", "danger") else "button"
    name = word(element, "accessibility_label") or None
    inside = text_html(field(element, "text"), place.names)
    url = word(element, "url")
    if safe_url(url):
        return tag("a", inside, class_=look, href=url, target="_blank", rel="noopener noreferrer", aria_label=name,
                   **place.attributes)  # fmt: skip
    return tag("button", inside, type="button", class_=look, aria_label=name, **place.attributes)


def _icon_button(element: Json, place: _Place, _value: object) -> str:
    name = word(element, "accessibility_label") or label(field(element, "text"))
    sign = character(word(element, "icon")).strip(":").replace("_", " ")
    return tag("button", escape(sign), type="button", class_="button icon", aria_label=name, title=name,
               **place.attributes)  # fmt: skip


def _feedback(element: Json, place: _Place, _value: object) -> str:
    made = ""
    for side, sign in (("positive_button", "👍"), ("negative_button", "👎")):
        button = field(element, side)
        name = label(field(button, "text"))
        made += tag("button", sign, type="button", class_="button icon", aria_label=name, title=name,
                    data_value=word(button, "value"), **place.attributes)  # fmt: skip
    return made


def _overflow(element: Json, place: _Place, _value: object) -> str:
    entries = "".join(
        tag("button", text_html(field(option, "text"), place.names), type="button", class_="menu-item",
            data_value=word(option, "value"), **place.attributes)
        for option in items(element, "options")
    )  # fmt: skip
    summary = tag("summary", "⋯", class_="button icon", aria_label="More actions", title="More actions")
    return tag("details", summary + tag("div", entries, class_="menu"), class_="overflow")


def _grouped_options(element: Json) -> list[tuple[str, list[Json]]]:
    groups = [(label(field(group, "label")), items(group, "options")) for group in items(element, "option_groups")]
    return groups or [("", items(element, "options"))]


def _chosen(element: Json, value: object) -> list[str]:
    """Return the values that are chosen now: the person's, or else the element's own preset."""
    if value is not None:
        return [str(entry) for entry in value] if isinstance(value, list) else [str(value)]
    if "initial_option" in element:
        return [word(field(element, "initial_option"), "value")]
    if options := items(element, "initial_options"):
        return [word(option, "value") for option in options]
    for name, preset in element.items():
        if name.startswith("initial_"):
            return [str(entry) for entry in preset] if isinstance(preset, list) else [str(preset)]
    return []


def _static_select(element: Json, place: _Place, value: object) -> str:
    chosen = _chosen(element, value)
    inside = ""
    for name, options in _grouped_options(element):
        made = "".join(
            tag("option", escape(label(field(option, "text"))), value=word(option, "value"),
                selected=word(option, "value") in chosen)
            for option in options
        )  # fmt: skip
        inside += tag("optgroup", made, label=name) if name else made
    return _select(element, place, inside, chosen)


def _select(element: Json, place: _Place, options_html: str, chosen: list[str]) -> str:
    hint = label(field(element, "placeholder")) or "Choose an option"
    first = tag("option", escape(hint), value="", disabled=True, selected=not chosen, hidden=True)
    return tag("select", first + options_html, class_="select", aria_label=place.name(hint), **place.attributes)


def _from_names(prefixes: str) -> Callable[[Json, _Place, object], str]:
    def made(element: Json, place: _Place, value: object) -> str:
        chosen = _chosen(element, value)
        listed = ((key, name) for key, name in place.names.items() if key[:1] in prefixes)
        return _select(
            element,
            place,
            "".join(tag("option", escape(name), value=key, selected=key in chosen) for key, name in listed),
            chosen,
        )

    return made


def _external(element: Json, place: _Place, value: object) -> str:
    """A text field that asks the bot for its options while one types; the script fills the list below it."""
    hint = label(field(element, "placeholder")) or "Type to search"
    box = tag("input", type="search", class_="input", placeholder=hint, aria_label=place.name(hint), autocomplete="off",
              value=", ".join(_chosen(element, value)) or None, **place.attributes)  # fmt: skip
    return tag("div", box + tag("div", "", class_="menu", hidden=True), class_="external")


def _listed(kind: str) -> Callable[[Json, _Place, object], str]:
    def made(element: Json, place: _Place, value: object) -> str:
        groups = _grouped_options(element)
        inside = "".join(
            (tag("div", escape(name), class_="group") if name else "")
            + _choices(kind, options, place, _chosen(element, value))
            for name, options in groups
        )
        return _choice_list(kind, inside, place)

    return made


def _choices(kind: str, options: Iterable[Json], place: _Place, chosen: list[str]) -> str:
    made = ""
    for option in options:
        described = text_html(field(option, "description"), place.names)
        box = tag("input", type=kind, name=f"{place.attributes['data_block']}.{place.attributes['data_action']}",
                  value=word(option, "value"), checked=word(option, "value") in chosen)  # fmt: skip
        words = tag("span", text_html(field(option, "text"), place.names))
        made += tag("label", box + words + (tag("small", described) if described else ""), class_="choice")
    return made


def _choice_list(kind: str, inside: str, place: _Place) -> str:
    return tag("div", inside, class_="choices", role="radiogroup" if kind == "radio" else "group", **place.attributes)


def _many_names(prefixes: str) -> Callable[[Json, _Place, object], str]:
    def made(element: Json, place: _Place, value: object) -> str:
        options: list[Json] = [
            {"text": {"type": "plain_text", "text": name}, "value": key}
            for key, name in place.names.items()
            if key[:1] in prefixes
        ]
        return _choice_list("checkbox", _choices("checkbox", options, place, _chosen(element, value)), place)

    return made


def _typed(kind: str) -> Callable[[Json, _Place, object], str]:
    def made(element: Json, place: _Place, value: object) -> str:
        written = str(value) if value is not None else word(element, "initial_value")
        hint = label(field(element, "placeholder"))
        length = {f"{side}length": element.get(f"{side}_length") for side in ("min", "max")}
        sizes = {key: size for key, size in length.items() if isinstance(size, int)}
        rest = {**place.attributes, **sizes, "placeholder": hint or None, "aria_label": place.name(hint)}
        if element.get("multiline") is True or word(element, "type") == "rich_text_input":
            # a newline right after the tag is dropped by browsers, so one is given away
            return tag("textarea", "\n" + escape(written), class_="input", rows=8, spellcheck="false", **rest)
        numbers = {side: word(element, f"{side}_value") or None for side in ("min", "max")} if kind == "number" else {}
        step = "any" if element.get("is_decimal_allowed") is True else None
        return tag("input", type=kind, class_="input", value=written or None, step=step, **numbers, **rest)

    return made


def _picked(kind: str) -> Callable[[Json, _Place, object], str]:
    def made(element: Json, place: _Place, value: object) -> str:
        chosen = _chosen(element, value)
        hint = label(field(element, "placeholder")) or {"date": "Date", "time": "Time"}.get(kind, "Date and time")
        seconds = chosen[0] if kind == "datetime-local" and chosen else None
        return tag("input", type=kind, class_="input", aria_label=place.name(hint), data_seconds=seconds,
                   value=chosen[0] if chosen and not seconds else None, **place.attributes)  # fmt: skip

    return made


def _file_input(element: Json, place: _Place, _value: object) -> str:
    types = element.get("filetypes")
    accept = ",".join(f".{name}" for name in types) if isinstance(types, list) else None
    many = element.get("max_files") != 1
    return tag("input", type="file", class_="input", multiple=many, accept=accept,
               aria_label=place.name("Choose files"), **place.attributes)  # fmt: skip


_CONTROLS: dict[str, Callable[[Json, _Place, object], str]] = {
    "button": _button,
    "workflow_button": _button,
    "icon_button": _icon_button,
    "feedback_buttons": _feedback,
    "overflow": _overflow,
    "static_select": _static_select,
    "external_select": _external,
    "users_select": _from_names("UW"),
    "channels_select": _from_names("C"),
    "conversations_select": _from_names("CDUW"),
    "multi_static_select": _listed("checkbox"),
    "multi_external_select": _external,
    "multi_users_select": _many_names("UW"),
    "multi_channels_select": _many_names("C"),
    "multi_conversations_select": _many_names("CDUW"),
    "radio_buttons": _listed("radio"),
    "checkboxes": _listed("checkbox"),
    "plain_text_input": _typed("text"),
    "rich_text_input": _typed("text"),
    "email_text_input": _typed("email"),
    "url_text_input": _typed("url"),
    "number_input": _typed("number"),
    "datepicker": _picked("date"),
    "timepicker": _picked("time"),
    "datetimepicker": _picked("datetime-local"),
    "file_input": _file_input,
}
