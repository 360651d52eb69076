"""Blocks, messages and views as plain text for a terminal. Pure.

What can be pressed is shown as `[ Label ]`, what can be chosen as its options, what can be filled in as its
label and what stands in it: the same words that `press`, `choose` and `fill` take.
"""

from collections.abc import Callable, Mapping, Sequence
from textwrap import indent

from bot.localslack.controls import Json, field, items, label, word
from bot.localslack.emoji import character, with_emoji
from bot.localslack.mrkdwn import Mention, Names, mention_words, to_plain
from bot.localslack.render import size_words

Values = Mapping[str, object]


def message_text(message: Json, names: Names) -> str:
    """Return the body of a Message: its blocks, or its text, then its files."""
    blocks = items(message, "blocks")
    body = blocks_text(blocks, names, field(message, "seen_values")) if blocks else ""
    parts = [body or to_plain(word(message, "text"), names)]
    for file in items(message, "files"):
        size = file.get("size")
        about = f" ({size_words(size)})" if isinstance(size, int) else ""
        alt = f": {word(file, 'alt')}" if word(file, "alt") else ""
        parts.append(f"[file] {word(file, 'name')}{about}{alt}")
    return "\n".join(part for part in parts if part)


def view_text(view: Json, names: Names) -> str:
    """Return a View with its title, its blocks, what is wrong with its inputs, and its buttons."""
    title = word(view, "title")
    body = blocks_text(items(view, "blocks"), names, field(view, "values"), field(view, "errors"))
    buttons = "  ".join(f"[ {word(view, name)} ]" for name in ("close", "submit") if word(view, name))
    return "\n".join(part for part in (f"== {title} ==" if title else "", body, buttons) if part)


def blocks_text(
    blocks: Sequence[Json], names: Names, values: Values | None = None, errors: Mapping[str, object] | None = None
) -> str:
    """Return blocks as lines of text; `values` and `errors` as in `render.blocks_html`."""
    shown = _Shown(names, values or {}, errors or {})
    return "\n".join(text for block in blocks if (text := _block(block, shown)))


class _Shown:
    """What a block's text depends on besides the block."""

    __slots__ = ("errors", "names", "values")

    def __init__(self, names: Names, values: Values, errors: Mapping[str, object]) -> None:
        self.names, self.values, self.errors = names, values, errors

    def text(self, text: object) -> str:
        if word(text, "type") == "mrkdwn":
            return to_plain(word(text, "text"), self.names)
        return label(text)

    def chosen(self, element: Json, block: Json) -> list[str]:
        """Return what stands in an element now, as values."""
        value = field(self.values, word(block, "block_id")).get(word(element, "action_id"))
        if value is None:
            value = next((preset for name, preset in element.items() if name.startswith("initial_")), None)
        found = value if isinstance(value, list) else [] if value is None else [value]
        return [word(one, "value") if isinstance(one, Mapping) else str(one) for one in found]


def _block(block: Json, shown: _Shown) -> str:
    made = _BLOCKS.get(word(block, "type"))
    return made(block, shown) if made else f"[{word(block, 'type') or 'block'}]"


def option_list(element: Json) -> list[Json]:
    """Return every option of an element, those in groups too."""
    grouped = [option for group in items(element, "option_groups") for option in items(group, "options")]
    return items(element, "options") + grouped


def element_text(element: Json, block: Json, shown: _Shown) -> str:
    """Return one element as text."""
    kind = word(element, "type")
    if kind == "image":
        return f"[picture: {word(element, 'alt_text')}]"
    if kind in ("button", "workflow_button", "icon_button"):
        return f"[ {label(field(element, 'text'))} ]"
    if kind == "feedback_buttons":
        sides = (label(field(field(element, side), "text")) for side in ("positive_button", "negative_button"))
        return "  ".join(f"[ {side} ]" for side in sides)
    if kind in ("static_select", "multi_static_select", "overflow", "radio_buttons", "checkboxes"):
        return _options(element, block, shown)
    written = ", ".join(shown.names.get(value, value) for value in shown.chosen(element, block))
    return written or f"<{label(field(element, 'placeholder')) or kind.replace('_', ' ')}>"


def _options(element: Json, block: Json, shown: _Shown) -> str:
    kind = word(element, "type")
    chosen = shown.chosen(element, block)
    many = kind in ("checkboxes", "multi_static_select")
    if kind in ("radio_buttons", "checkboxes"):
        left, right = "[]" if many else "()"
        lines = (
            f"{left}{'x' if word(one, 'value') in chosen else ' '}{right} {shown.text(field(one, 'text'))}"
            for one in option_list(element)
        )
        return "\n".join(lines)
    listed = " | ".join(
        ("*" if word(one, "value") in chosen else "") + shown.text(field(one, "text")) for one in option_list(element)
    )
    hint = label(field(element, "placeholder")) or ("More" if kind == "overflow" else "Choose")
    return f"{{ {hint}: {listed} }}"


def _section(block: Json, shown: _Shown) -> str:
    parts = [shown.text(field(block, "text"))]
    parts += [shown.text(cell) for cell in items(block, "fields")]
    if accessory := field(block, "accessory"):
        parts.append(element_text(accessory, block, shown))
    return "\n".join(part for part in parts if part)


def _header(block: Json, shown: _Shown) -> str:
    words = shown.text(field(block, "text"))
    return f"{words}\n{'─' * min(len(words), 60)}"


def _context(block: Json, shown: _Shown) -> str:
    return "  ".join(
        element_text(one, block, shown) if word(one, "type") == "image" else shown.text(one)
        for one in items(block, "elements")
    )


def _actions(block: Json, shown: _Shown) -> str:
    parts = [element_text(element, block, shown) for element in items(block, "elements")]
    return ("\n" if any("\n" in part for part in parts) else "  ").join(parts)


def _image(block: Json, shown: _Shown) -> str:
    title = shown.text(field(block, "title"))
    return f"[picture: {word(block, 'alt_text')}]" + (f" {title}" if title else "")


def _input(block: Json, shown: _Shown) -> str:
    optional = " (optional)" if block.get("optional") is True else ""
    element = element_text(field(block, "element"), block, shown)
    line = "\n" if "\n" in element else " "
    hint = shown.text(field(block, "hint"))
    error = word(shown.errors, word(block, "block_id"))
    made = f"{shown.text(field(block, 'label'))}{optional}:{line}{element}"
    return made + (f"\n  {hint}" if hint else "") + (f"\n  ! {error}" if error else "")


def _markdown(block: Json, _shown: _Shown) -> str:
    return with_emoji(word(block, "text")).strip("\n")


def _rich_text(block: Json, shown: _Shown) -> str:
    return "\n".join(_rich_element(element, shown) for element in items(block, "elements"))


def _rich_element(element: Json, shown: _Shown) -> str:
    kind = word(element, "type")
    if kind == "rich_text_list":
        depth = element.get("indent")
        start = "  " * (depth if isinstance(depth, int) else 0)
        ordered = word(element, "style") == "ordered"
        return "\n".join(
            f"{start}{f'{number}.' if ordered else '•'} {_parts(entry, shown)}"
            for number, entry in enumerate(items(element, "elements"), 1)
        )
    words = _parts(element, shown)
    return indent(words, "> ") if kind == "rich_text_quote" else words


def _parts(element: Json, shown: _Shown) -> str:
    return "".join(_rich_part(part, shown) for part in items(element, "elements"))


def _rich_part(part: Json, shown: _Shown) -> str:
    match word(part, "type"):
        case "link":
            text, url = word(part, "text"), word(part, "url")
            return f"{text} ({url})" if text and text != url else url
        case "emoji":
            return character(word(part, "name"))
        case "user":
            return mention_words(Mention("@", word(part, "user_id"), ""), shown.names)
        case "channel":
            return mention_words(Mention("#", word(part, "channel_id"), ""), shown.names)
        case "broadcast":
            return f"@{word(part, 'range')}"
        case "date":
            return word(part, "fallback") or str(part.get("timestamp", ""))
        case _:
            return word(part, "text") or word(part, "value")


_SIGNS = {"complete": "✓", "in_progress": "…", "error": "✗", "pending": "·"}


def _task(task: Json, shown: _Shown) -> str:
    line = f"{_SIGNS.get(word(task, 'status'), '·')} {with_emoji(word(task, 'title'))}"
    below = [_rich_text(field(task, name), shown) for name in ("details", "output") if field(task, name)]
    below += [f"{word(one, 'text')} ({word(one, 'url')})" for one in items(task, "sources")]
    return "\n".join([line, *(indent(words, "    ") for words in below if words)])


def _plan(block: Json, shown: _Shown) -> str:
    tasks = "\n".join(_task(task, shown) for task in items(block, "tasks"))
    return with_emoji(word(block, "title")) + ("\n" + indent(tasks, "  ") if tasks else "")


def _table(block: Json, shown: _Shown) -> str:
    rows = block.get("rows")
    cells = (
        [[_cell(cell, shown) for cell in row] for row in rows if isinstance(row, list)]
        if isinstance(rows, list)
        else []
    )
    columns = max((len(row) for row in cells), default=0)
    widths = [max((len(row[i]) for row in cells if i < len(row)), default=0) for i in range(columns)]
    lines = ["  ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip() for row in cells]
    caption = word(block, "caption")
    return "\n".join([caption, *lines] if caption else lines)


def _cell(cell: object, shown: _Shown) -> str:
    if not isinstance(cell, Mapping):
        return ""
    words = _rich_text(cell, shown) if word(cell, "type") == "rich_text" else word(cell, "text")
    return (with_emoji(words) or str(cell.get("value", ""))).replace("\n", " ")


def _alert(block: Json, shown: _Shown) -> str:
    return f"! {shown.text(field(block, 'text'))}"


def _card(block: Json, shown: _Shown) -> str:
    parts = [shown.text(field(block, name)) for name in ("title", "subtitle", "body")]
    parts.append("  ".join(element_text(button, block, shown) for button in items(block, "actions")))
    return "\n".join(part for part in parts if part)


def _carousel(block: Json, shown: _Shown) -> str:
    return "\n\n".join(_card(card, shown) for card in items(block, "elements"))


def _container(block: Json, shown: _Shown) -> str:
    rich = field(block, "rich_text_title")
    title = _rich_text(rich, shown) if rich else shown.text(field(block, "title"))
    subtitle = shown.text(field(block, "subtitle"))
    inside = "\n".join(text for child in items(block, "child_blocks") if (text := _block(child, shown)))
    return f"{title}{f' — {subtitle}' if subtitle else ''}\n{indent(inside, '  ')}"


def _video(block: Json, shown: _Shown) -> str:
    return f"[video: {shown.text(field(block, 'title'))}] {word(block, 'video_url')}"


def _chart(block: Json, _shown: _Shown) -> str:
    title = block.get("title")
    return f"[chart: {title if isinstance(title, str) else label(title)}]"


_BLOCKS: dict[str, Callable[[Json, _Shown], str]] = {
    "section": _section,
    "header": _header,
    "divider": lambda _block, _shown: "─" * 24,
    "context": _context,
    "actions": _actions,
    "context_actions": _actions,
    "image": _image,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "task_card": _task,
    "plan": _plan,
    "table": _table,
    "data_table": _table,
    "data_visualization": _chart,
    "alert": _alert,
    "card": _card,
    "carousel": _carousel,
    "container": _container,
    "video": _video,
}
