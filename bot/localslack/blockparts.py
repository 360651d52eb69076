"""What may stand inside a block: texts, options, rich text, buttons, menus and inputs, with their limits.

Source: slack_sdk.models validators, https://docs.slack.dev/reference/block-kit and, where these are silent,
what Slack was seen to refuse. Where two sources differ, the stricter one is kept: a card that passes here
must never be refused by Slack.
"""

from collections.abc import Iterator, Mapping

from bot.localslack.shape import (
    BlockError,
    Check,
    Rule,
    flag,
    many,
    not_both,
    number,
    record,
    some_of,
    string,
    tagged,
    whole,
)

Fields = Mapping[str, Check]


def typed(kind: str, need: Fields, may: Fields, rules: tuple[Rule, ...] = (), *, closed: bool = True) -> Check:
    """Return a check for an object whose `type` is `kind`."""
    return record({"type": string(one_of=(kind,)), **need}, may, rules, closed=closed)


# -- text ------------------------------------------------------------------------------------------------


def plain(most: int, least: int = 1) -> Check:
    """Return a check for a plain_text object of at most `most` characters."""
    return typed("plain_text", {"text": string(most, least)}, {"emoji": flag})


def _mrkdwn(most: int, least: int = 1) -> Check:
    return typed("mrkdwn", {"text": string(most, least)}, {"verbatim": flag})


def text(most: int) -> Check:
    """Return a check for a plain_text or mrkdwn object of at most `most` characters."""
    kinds = {"plain_text": plain(most), "mrkdwn": _mrkdwn(most)}
    return tagged(lambda: kinds, "text")


url = string(3000, 1, like=r"(https?://|mailto:|tel:|slack://)\S+", called="an http(s) address")
image_url = string(3000, 1, like=r"https?://\S+", called="an http(s) address")
slack_file = record(may={"id": string(), "url": string(3000)}, rules=(some_of("id", "url"), not_both("id", "url")))
id_string = string(255)
_style = string(one_of=("primary", "danger"))

# -- composition objects ---------------------------------------------------------------------------------

_confirm = record({"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)}, {"style": _style})


def _option(text: Check) -> Check:
    return record({"text": text, "value": string(150, 1)}, {"description": text, "url": url})


_menu_option = _option(plain(75))
_list_option = _option(text(75))
_options = many(_menu_option, 1, 100, noun="options")
_groups = many(record({"label": plain(75), "options": _options}), 1, 100, noun="groups")
_filter = record(
    may={
        "include": many(string(one_of=("im", "mpim", "private", "public")), 1, 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
    rules=(some_of("include", "exclude_external_shared_channels", "exclude_bot_users"),),
)
_dispatch = record({"trigger_actions_on": many(string(one_of=("on_enter_pressed", "on_character_entered")), 1, 2)})


def _initial_among_options(value: Mapping[str, object], at: str) -> Iterator[BlockError]:
    """Slack refuses a preset that is not, letter for letter, one of the options."""
    options = _every_option(value)
    chosen = value.get("initial_options")
    presets = chosen if isinstance(chosen, list) else [value[k] for k in ("initial_option",) if k in value]
    if options and any(preset not in options for preset in presets):
        yield BlockError(at, "invalid_value", "the initial option must be exactly one of the options")


def _every_option(value: Mapping[str, object]) -> list[object]:
    found: list[object] = []
    if isinstance(options := value.get("options"), list):
        found += options
    if isinstance(groups := value.get("option_groups"), list):
        for group in groups:
            if isinstance(group, dict) and isinstance(inside := group.get("options"), list):
                found += inside
    return found


def _bounds(low: str, high: str) -> Rule:
    def rule(value: Mapping[str, object], at: str) -> Iterator[BlockError]:
        try:
            least, most = float(str(value[low])), float(str(value[high]))
        except (KeyError, ValueError):
            return
        if least > most:
            yield BlockError(f"{at}/{low}", "conflict", f"{low} must not be more than {high}")

    return rule


# -- rich text -------------------------------------------------------------------------------------------

_marks = record(
    may=dict.fromkeys(
        ("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag
    )
)
_styled: Fields = {"style": _marks}
RICH_PARTS: dict[str, Check] = {
    "text": typed("text", {"text": string(least=1)}, _styled),
    "link": typed("link", {"url": string(3000, 1)}, {"text": string(), "unsafe": flag, **_styled}),
    "user": typed("user", {"user_id": string(least=1)}, _styled),
    "usergroup": typed("usergroup", {"usergroup_id": string(least=1)}, _styled),
    "team": typed("team", {"team_id": string(least=1)}, _styled),
    "channel": typed("channel", {"channel_id": string(least=1)}, _styled),
    "emoji": typed(
        "emoji",
        {"name": string(least=1)},
        {"unicode": string(), "skin_tone": whole(2, 6), "url": string(), **_styled},
    ),
    "broadcast": typed("broadcast", {"range": string(one_of=("here", "channel", "everyone"))}, _styled),
    "color": typed("color", {"value": string(like=r"#[0-9A-Fa-f]{6}", called="a colour such as #3fa9f5")}, _styled),
    "date": typed(
        "date",
        {"timestamp": number, "format": string(least=1)},
        {"url": string(3000), "fallback": string(), **_styled},
    ),
}
_parts = many(tagged(lambda: RICH_PARTS, "rich text element"), 0, 1000)
border = whole(0, 1)
_rich_section = typed("rich_text_section", {"elements": _parts}, {})
RICH_ELEMENTS: dict[str, Check] = {
    "rich_text_section": _rich_section,
    "rich_text_list": typed(
        "rich_text_list",
        {"elements": many(_rich_section, 1, 1000), "style": string(one_of=("bullet", "ordered"))},
        {"indent": whole(0, 8), "offset": whole(0, 10_000), "border": border},
    ),
    "rich_text_preformatted": typed(
        "rich_text_preformatted", {"elements": _parts}, {"border": border, "language": string(50)}
    ),
    "rich_text_quote": typed("rich_text_quote", {"elements": _parts}, {"border": border}),
}
rich_text = typed(
    "rich_text",
    {"elements": many(tagged(lambda: RICH_ELEMENTS, "rich text element"), 0, 1000)},
    {"block_id": id_string},
)

# -- elements --------------------------------------------------------------------------------------------


def _element(kind: str, need: Fields, may: Fields, *rules: Rule) -> Check:
    return typed(kind, need, {"action_id": id_string, **may}, rules)


_asks: Fields = {"placeholder": plain(150), "focus_on_load": flag}
_menu: Fields = {**_asks, "confirm": _confirm}
_static: Fields = {**_menu, "options": _options, "option_groups": _groups}
_static_rules = (
    some_of("options", "option_groups"),
    not_both("options", "option_groups"),
    _initial_among_options,
)
_ids = many(string(least=1), 1, 100)
_most: Fields = {"max_selected_items": whole(1, 100)}
_to_where: Fields = {"response_url_enabled": flag}
_where: Fields = {"default_to_current_conversation": flag, "filter": _filter}

MENUS: dict[str, Check] = {
    "static_select": _element("static_select", {}, {**_static, "initial_option": _menu_option}, *_static_rules),
    "external_select": _element(
        "external_select", {}, {**_menu, "initial_option": _menu_option, "min_query_length": whole(0, 1000)}
    ),
    "users_select": _element("users_select", {}, {**_menu, "initial_user": string(least=1)}),
    "conversations_select": _element(
        "conversations_select", {}, {**_menu, **_where, **_to_where, "initial_conversation": string(least=1)}
    ),
    "channels_select": _element("channels_select", {}, {**_menu, **_to_where, "initial_channel": string(least=1)}),
    "multi_static_select": _element(
        "multi_static_select",
        {},
        {**_static, **_most, "initial_options": many(_menu_option, 1, 100)},
        *_static_rules,
    ),
    "multi_external_select": _element(
        "multi_external_select",
        {},
        {**_menu, **_most, "initial_options": many(_menu_option, 1, 100), "min_query_length": whole(0, 1000)},
    ),
    "multi_users_select": _element("multi_users_select", {}, {**_menu, **_most, "initial_users": _ids}),
    "multi_conversations_select": _element(
        "multi_conversations_select", {}, {**_menu, **_most, **_where, "initial_conversations": _ids}
    ),
    "multi_channels_select": _element("multi_channels_select", {}, {**_menu, **_most, "initial_channels": _ids}),
}
_picker: Fields = {**_asks, "confirm": _confirm}
CHOICES: dict[str, Check] = {
    "checkboxes": _element(
        "checkboxes",
        {"options": many(_list_option, 1, 10, noun="options")},
        {"initial_options": many(_list_option, 1, 10), "confirm": _confirm, "focus_on_load": flag},
        _initial_among_options,
    ),
    "radio_buttons": _element(
        "radio_buttons",
        {"options": many(_list_option, 1, 10, noun="options")},
        {"initial_option": _list_option, "confirm": _confirm, "focus_on_load": flag},
        _initial_among_options,
    ),
    "datepicker": _element(
        "datepicker",
        {},
        {**_picker, "initial_date": string(like=r"\d{4}-\d\d-\d\d", called="a date YYYY-MM-DD")},
    ),
    "timepicker": _element(
        "timepicker",
        {},
        {
            **_picker,
            "initial_time": string(like=r"([01]\d|2[0-3]):[0-5]\d", called="HH:mm"),
            "timezone": string(),
        },
    ),
    "datetimepicker": _element(
        "datetimepicker",
        {},
        {"initial_date_time": whole(0, 9_999_999_999), "confirm": _confirm, "focus_on_load": flag},
    ),
}
_only_for = {"visible_to_user_ids": many(string(least=1), 1, 10, noun="people")}
_workflow = record(
    {
        "trigger": record(
            {"url": url},
            {"customizable_input_parameters": many(record({"name": string(), "value": string()}), 0, 100)},
        )
    }
)
button = _element(
    "button",
    {"text": plain(75)},
    {
        "value": string(2000),
        "url": url,
        "style": _style,
        "confirm": _confirm,
        "accessibility_label": string(75),
        "agent_prompt": string(4000),
        "agent_prompt_display": string(),
        **_only_for,
    },
)
PRESSED: dict[str, Check] = {
    "button": button,
    "workflow_button": _element(
        "workflow_button",
        {"text": plain(75), "workflow": _workflow},
        {"style": _style, "accessibility_label": string(75)},
    ),
    "overflow": _element("overflow", {"options": many(_menu_option, 1, 5, noun="options")}, {"confirm": _confirm}),
}
image_element = typed(
    "image",
    {"alt_text": string(2000, 1)},
    {"image_url": image_url, "slack_file": slack_file},
    (some_of("image_url", "slack_file"), not_both("image_url", "slack_file")),
)
_typing: Fields = {**_asks, "dispatch_action_config": _dispatch}
TYPED: dict[str, Check] = {
    "plain_text_input": _element(
        "plain_text_input",
        {},
        {
            **_typing,
            "initial_value": string(3000),
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        },
        _bounds("min_length", "max_length"),
    ),
    "email_text_input": _element("email_text_input", {}, {**_typing, "initial_value": string()}),
    "url_text_input": _element("url_text_input", {}, {**_typing, "initial_value": string()}),
    "number_input": _element(
        "number_input",
        {"is_decimal_allowed": flag},
        {
            **_typing,
            **dict.fromkeys(("initial_value", "min_value", "max_value"), string(like=r"-?\d+(\.\d+)?")),
        },
        _bounds("min_value", "max_value"),
    ),
    "file_input": _element("file_input", {}, {"filetypes": many(string(least=1), 1, 100), "max_files": whole(1, 10)}),
}
_rich_text_input: dict[str, Check] = {
    "rich_text_input": _element(
        "rich_text_input",
        {},
        {**_typing, "initial_value": rich_text, "min_lines": whole(1, 1000), "max_lines": whole(1, 1000)},
    )
}
_feedback = record({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
UNDER_MESSAGE: dict[str, Check] = {
    "feedback_buttons": _element("feedback_buttons", {"positive_button": _feedback, "negative_button": _feedback}, {}),
    "icon_button": _element(
        "icon_button",
        {"icon": string(least=1), "text": plain(75)},
        {"accessibility_label": string(75), "value": string(2000), "confirm": _confirm, **_only_for},
    ),
}
IN_CONTEXT: dict[str, Check] = {"image": image_element, "plain_text": plain(3000), "mrkdwn": _mrkdwn(3000)}
BESIDE_SECTION: dict[str, Check] = {**PRESSED, **MENUS, **CHOICES, "image": image_element}
IN_ACTIONS: dict[str, Check] = {**PRESSED, **MENUS, **CHOICES, **_rich_text_input}
IN_INPUT: dict[str, Check] = {**TYPED, **MENUS, **CHOICES, **_rich_text_input}
