"""What each Block Kit block and view looks like, as one table: fields, limits, and what may stand where.

Source: as in `blockparts`, which holds what stands inside a block.
"""

from collections.abc import Iterator, Mapping

from bot.localslack.blockparts import (
    BESIDE_SECTION,
    IN_ACTIONS,
    IN_CONTEXT,
    IN_INPUT,
    UNDER_MESSAGE,
    Fields,
    button,
    id_string,
    image_element,
    image_url,
    plain,
    rich_text,
    slack_file,
    text,
    typed,
    url,
)
from bot.localslack.shape import (
    BlockError,
    Check,
    Rule,
    anything,
    either,
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

# -- blocks ----------------------------------------------------------------------------------------------


def _block(kind: str, need: Fields, may: Fields, *rules: Rule, closed: bool = True) -> Check:
    return typed(kind, need, {"block_id": id_string, **may}, rules, closed=closed)


def _divider_or_collapse(value: Mapping[str, object], at: str) -> Iterator[BlockError]:
    if value.get("is_collapsible") is True and value.get("has_header_divider") is True:
        yield BlockError(f"{at}/has_header_divider", "conflict", "cannot be set when is_collapsible is true")
    if value.get("default_collapsed") is True and value.get("is_collapsible") is not True:
        yield BlockError(f"{at}/default_collapsed", "conflict", "needs is_collapsible to be true")


def _even_rows(value: Mapping[str, object], at: str) -> Iterator[BlockError]:
    rows = value.get("rows")
    if isinstance(rows, list) and len({len(row) for row in rows if isinstance(row, list)}) > 1:
        yield BlockError(f"{at}/rows", "invalid_value", "every row must have as many cells as the first")


def _children(value: Mapping[str, object], at: str) -> Iterator[BlockError]:
    children = value.get("child_blocks")
    for index, child in enumerate(children if isinstance(children, list) else ()):
        if isinstance(child, dict) and child.get("type") in ("container", "carousel"):
            yield BlockError(f"{at}/child_blocks/{index}/type", "unknown_type", "cannot stand in a container")


CELLS: dict[str, Check] = {
    "raw_text": typed("raw_text", {"text": string(least=1)}, {}),
    "raw_number": typed("raw_number", {"value": number}, {"text": string(least=1)}),
    "rich_text": rich_text,
}
_cells = many(tagged(lambda: CELLS, "table cell"), 1, 20, noun="columns")
_column = either(
    record(may={"align": string(one_of=("left", "center", "right")), "is_wrapped": flag}),
    lambda value, at: iter(() if value is None else (BlockError(at, "wrong_type", "must be null"),)),
)
_source = typed("url", {"url": url, "text": string(least=1)}, {})
_task = _block(
    "task_card",
    {
        "task_id": string(least=1),
        "title": string(least=1),
        "status": string(one_of=("pending", "in_progress", "complete", "error")),
    },
    {"details": rich_text, "output": rich_text, "sources": many(_source, 0, 100)},
)
_any_block = tagged(lambda: BLOCKS, "block")
_card = _block(
    "card",
    {},
    {
        "hero_image": image_element,
        "icon": image_element,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "actions": many(button, 1, 3, noun="buttons"),
    },
    some_of("hero_image", "title", "actions", "body"),
)

BLOCKS: dict[str, Check] = {
    "section": _block(
        "section",
        {},
        {
            "text": text(3000),
            "fields": many(text(2000), 1, 10, noun="fields"),
            "accessory": tagged(lambda: BESIDE_SECTION, "section accessory"),
            "expand": flag,
        },
        some_of("text", "fields"),
    ),
    "header": _block("header", {"text": plain(150)}, {}),
    "divider": _block("divider", {}, {}),
    "context": _block(
        "context",
        {"elements": many(tagged(lambda: IN_CONTEXT, "context element"), 1, 10, noun="elements")},
        {},
    ),
    "actions": _block(
        "actions",
        {"elements": many(tagged(lambda: IN_ACTIONS, "action element"), 1, 25, noun="elements")},
        {},
    ),
    "context_actions": _block(
        "context_actions",
        {"elements": many(tagged(lambda: UNDER_MESSAGE, "context action"), 1, 5, noun="elements")},
        {},
    ),
    "image": _block(
        "image",
        {"alt_text": string(2000, 1)},
        {"image_url": image_url, "slack_file": slack_file, "title": plain(2000)},
        some_of("image_url", "slack_file"),
        not_both("image_url", "slack_file"),
    ),
    "input": _block(
        "input",
        {"label": plain(2000), "element": tagged(lambda: IN_INPUT, "input element")},
        {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
    ),
    "rich_text": rich_text,
    "markdown": _block("markdown", {"text": string(12_000, 1)}, {}),
    "video": _block(
        "video",
        {
            "alt_text": string(least=1),
            "title": plain(200),
            "video_url": image_url,
            "thumbnail_url": image_url,
        },
        {
            "title_url": image_url,
            "description": plain(200),
            "provider_icon_url": image_url,
            "provider_name": string(),
            "author_name": string(50),
        },
    ),
    "table": _block(
        "table",
        {"rows": many(_cells, 1, 100, noun="rows")},
        {"column_settings": many(_column, 0, 20)},
    ),
    "data_table": _block(
        "data_table",
        {"caption": string(least=1), "rows": many(_cells, 2, 201, noun="rows")},
        {"page_size": whole(1, 100), "row_header_column_index": whole(0, 19)},
        _even_rows,
    ),
    # drawn charts: only the name and the title are known to us, so the rest is let through
    "data_visualization": _block("data_visualization", {}, {"title": anything}, closed=False),
    "task_card": _task,
    "plan": _block("plan", {"title": string(least=1)}, {"tasks": many(_task, 0, 50, noun="tasks")}),
    "alert": _block(
        "alert",
        {"text": text(3000)},
        {"level": string(one_of=("default", "info", "warning", "error", "success"))},
    ),
    "card": _card,
    "carousel": _block("carousel", {"elements": many(_card, 1, 10, noun="cards")}, {}),
    "container": _block(
        "container",
        {"child_blocks": many(_any_block, 1, 10, noun="blocks")},
        {
            "title": plain(150),
            "rich_text_title": rich_text,
            "subtitle": text(150),
            "width": string(one_of=("narrow", "standard", "wide", "full")),
            "icon": image_element,
            "is_collapsible": flag,
            "default_collapsed": flag,
            "has_header_divider": flag,
        },
        some_of("title", "rich_text_title"),
        _divider_or_collapse,
        _children,
    ),
}

# -- views -----------------------------------------------------------------------------------------------

_any_view: Fields = {"private_metadata": string(3000), "callback_id": id_string, "external_id": id_string}
VIEWS: dict[str, Check] = {
    "modal": typed(
        "modal",
        {"title": plain(24), "blocks": anything},
        {
            **_any_view,
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": flag,
            "notify_on_close": flag,
            "submit_disabled": flag,
        },
    ),
    "home": typed("home", {"blocks": anything}, _any_view),
}
