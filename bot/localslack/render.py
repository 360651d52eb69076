"""Blocks, messages and views as safe HTML. Pure: everything that came from outside is escaped here.

The page shows what this module makes and adds nothing to it, so one place decides what can reach a browser.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from html import escape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.localslack.controls import Json, control_html, field, items, label, tag, text_html, word
from bot.localslack.emoji import character, with_emoji
from bot.localslack.mrkdwn import Mention, Names, link_html, mention_words, to_html

Values = Mapping[str, object]


def message_html(message: Json, names: Names) -> str:
    """Return the body of a Message (see people.py): its blocks, or its text, its files, its reactions."""
    blocks = items(message, "blocks")
    if blocks:
        body = blocks_html(blocks, names, field(message, "seen_values"))
    elif text := word(message, "text"):
        body = tag("div", to_html(text, names), class_="text")
    else:
        body = ""
    reactions = "".join(_reaction(one) for one in items(message, "reactions"))
    files = "".join(_file(file) for file in items(message, "files"))
    return body + files + (tag("div", reactions, class_="reactions") if reactions else "")


def _reaction(reaction: Json) -> str:
    name, users = word(reaction, "name"), reaction.get("users")
    count = len(users) if isinstance(users, list) else 0
    return tag("span", f"{escape(character(name))} {count}", class_="reaction", title=f":{name}:")


def view_html(view: Json, names: Names) -> str:
    """Return the blocks of a View; its title and its buttons are drawn by the page."""
    return blocks_html(items(view, "blocks"), names, field(view, "values"), field(view, "errors"))


def blocks_html(
    blocks: Sequence[Json], names: Names, values: Values | None = None, errors: Mapping[str, object] | None = None
) -> str:
    """Return blocks as HTML; `values` is {block_id: {action_id: value}}, `errors` {block_id: words}."""
    shown = _Shown(names, values or {}, errors or {})
    return "".join(_block(block, shown) for block in blocks)


class _Shown:
    """What a block's HTML depends on besides the block."""

    __slots__ = ("errors", "names", "values")

    def __init__(self, names: Names, values: Values, errors: Mapping[str, object]) -> None:
        self.names, self.values, self.errors = names, values, errors

    def control(self, element: Json, block: Json) -> str:
        block_id = word(block, "block_id")
        value = field(self.values, block_id).get(word(element, "action_id"))
        labelled = word(block, "type") == "input"
        return control_html(element, block_id, self.names, value, labelled=labelled)


def _block(block: Json, shown: _Shown) -> str:
    made = _BLOCKS.get(word(block, "type"))
    if made is None:
        return tag("div", escape(f"[{word(block, 'type') or 'block'}]"), class_="unknown")
    return made(block, shown)


def _section(block: Json, shown: _Shown) -> str:
    text = tag("div", text_html(field(block, "text"), shown.names), class_="text") if "text" in block else ""
    cells = "".join(tag("div", text_html(cell, shown.names), class_="field") for cell in items(block, "fields"))
    beside = field(block, "accessory")
    accessory = ""
    if beside:
        image = word(beside, "type") == "image"
        accessory = tag("div", _image(beside) if image else shown.control(beside, block), class_="accessory")
    body = tag("div", text + (tag("div", cells, class_="fields") if cells else ""), class_="body")
    return tag("div", body + accessory, class_="block section")


def _header(block: Json, shown: _Shown) -> str:
    return tag("h2", text_html(field(block, "text"), shown.names), class_="block header")


def _divider(_block: Json, _shown: _Shown) -> str:
    return tag("hr", class_="block divider")


def _context(block: Json, shown: _Shown) -> str:
    inside = "".join(
        _image(element) if word(element, "type") == "image" else tag("span", text_html(element, shown.names))
        for element in items(block, "elements")
    )
    return tag("div", inside, class_="block context")


def _actions(block: Json, shown: _Shown) -> str:
    inside = "".join(shown.control(element, block) for element in items(block, "elements"))
    return tag("div", inside, class_="block actions", role="group", aria_label="Actions")


def _image_block(block: Json, shown: _Shown) -> str:
    title = text_html(field(block, "title"), shown.names)
    return tag("figure", _image(block) + (tag("figcaption", title) if title else ""), class_="block image")


def _image(image: Json) -> str:
    """Pictures from other servers are not fetched by the page (it works offline), so they become a named link."""
    alt = word(image, "alt_text")
    url = word(image, "image_url") or word(field(image, "slack_file"), "url")
    if url.startswith("/people/files/"):
        return tag("img", alt=alt, data_file=url)
    return tag("span", link_html(url, "🖼 " + escape(alt)), class_="picture", role="img", aria_label=alt)


def _input(block: Json, shown: _Shown) -> str:
    block_id = word(block, "block_id")
    optional = tag("span", " (optional)", class_="optional") if block.get("optional") is True else ""
    name = tag("span", text_html(field(block, "label"), shown.names) + optional, class_="label")
    hint = text_html(field(block, "hint"), shown.names)
    element = field(block, "element")
    grouped = word(element, "type") in ("checkboxes", "radio_buttons") or word(element, "type").startswith("multi_")
    control = shown.control(element, block)
    error = word(shown.errors, block_id)
    words = (tag("span", hint, class_="hint") if hint else "") + tag(
        "span", escape(error), class_="field-error", role="alert", hidden=not error
    )
    inside = tag("legend", name) + control if grouped else tag("label", name + control)
    return tag("fieldset" if grouped else "div", inside + words, class_="block input-block", data_input=block_id,
               data_dispatch=block.get("dispatch_action") is True)  # fmt: skip


def _markdown(block: Json, _shown: _Shown) -> str:
    return tag("div", markdown_html(word(block, "text")), class_="block markdown")


def markdown_html(text: str) -> str:
    """Return standard Markdown as HTML; HTML inside it is shown as it is written, pictures are not loaded."""
    made: str = _markdown_parser().render(with_emoji(text))
    return made


@cache
def _markdown_parser() -> MarkdownIt:
    # a single newline is a space, as in Slack's markdown blocks (seen by github.com/arkedge/hubhook/pull/342)
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.disable(["image"])
    rules = parser.renderer.rules  # type: ignore[attr-defined]  # the protocol leaves out what RendererHTML has
    rules["link_open"] = lambda tokens, index, *_rest: (
        f'<a href="{escape(str(tokens[index].attrGet("href") or ""))}" target="_blank" rel="noopener noreferrer">'
    )
    # the page's policy forbids style attributes, so a column's alignment is a class
    for cell in ("th", "td"):
        rules[f"{cell}_open"] = partial(_cell_open, cell)
    return parser


def _cell_open(cell: str, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    side = str(tokens[index].attrGet("style") or "").removeprefix("text-align:")
    return f'<{cell} class="{side}">' if side in ("left", "center", "right") else f"<{cell}>"


def _rich_text(block: Json, shown: _Shown) -> str:
    return tag("div", rich_html(block, shown.names), class_="block rich")


def rich_html(block: Json, names: Names) -> str:
    """Return a rich_text object as HTML."""
    return "".join(_rich_element(element, names) for element in items(block, "elements"))


def _rich_element(element: Json, names: Names) -> str:
    parts = "".join(_rich_part(part, names) for part in items(element, "elements"))
    match word(element, "type"):
        case "rich_text_preformatted":
            return tag("pre", tag("code", parts))
        case "rich_text_quote":
            return tag("blockquote", parts)
        case "rich_text_list":
            entries = "".join(
                tag("li", "".join(_rich_part(part, names) for part in items(entry, "elements")))
                for entry in items(element, "elements")
            )
            depth = element.get("indent")
            ordered = word(element, "style") == "ordered"
            return tag("ol" if ordered else "ul", entries, class_=f"indent-{depth}" if isinstance(depth, int) else None)
        case _:
            return tag("div", parts, class_="text")


def _rich_part(part: Json, names: Names) -> str:
    match word(part, "type"):
        case "text":
            made = escape(word(part, "text")).replace("\n", "<br>")
        case "link":
            made = link_html(word(part, "url"), escape(word(part, "text") or word(part, "url")))
        case "emoji":
            made = escape(character(word(part, "name")))
        case "user":
            made = _mention(Mention("@", word(part, "user_id"), ""), names)
        case "channel":
            made = _mention(Mention("#", word(part, "channel_id"), ""), names)
        case "broadcast":
            made = _mention(Mention("!", word(part, "range"), ""), names)
        case "date":
            made = escape(word(part, "fallback") or str(part.get("timestamp", "")))
        case kind:
            made = escape(word(part, "value") or word(part, "text") or f"[{kind}]")
    style = field(part, "style")
    for name, element in (("code", "code"), ("strike", "s"), ("italic", "em"), ("bold", "strong"), ("underline", "u")):
        if style.get(name) is True:
            made = tag(element, made)
    return made


def _mention(mention: Mention, names: Names) -> str:
    return tag("span", escape(mention_words(mention, names)), class_="mention")


_TASK_SIGNS = {"complete": ("✓", "done"), "in_progress": ("", "in progress"), "error": ("✕", "failed")}


def _task(task: Json, shown: _Shown) -> str:
    status = word(task, "status")
    sign, said = _TASK_SIGNS.get(status, ("", "to come"))
    mark = tag("span", sign, class_=f"sign {status if status in _TASK_SIGNS else 'pending'}", role="img",
               aria_label=said)  # fmt: skip
    inside = tag("div", escape(with_emoji(word(task, "title"))), class_="task-title")
    for name in ("details", "output"):
        if rich := rich_html(field(task, name), shown.names):
            inside += tag("div", rich, class_=f"task-{name}")
    links = "".join(link_html(word(one, "url"), escape(word(one, "text"))) for one in items(task, "sources"))
    return mark + tag("div", inside + (tag("div", links, class_="sources") if links else ""), class_="task-body")


def _task_card(block: Json, shown: _Shown) -> str:
    return tag("div", _task(block, shown), class_="block task")


def _plan(block: Json, shown: _Shown) -> str:
    tasks = "".join(tag("li", _task(task, shown), class_="task") for task in items(block, "tasks"))
    title = tag("div", escape(with_emoji(word(block, "title"))), class_="plan-title")
    return tag("div", title + tag("ol", tasks), class_="block plan")


def _table(block: Json, shown: _Shown) -> str:
    rows = block.get("rows")
    made = ""
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        cells = row if isinstance(row, list) else []
        kind = "td" if index else "th"
        made += tag("tr", "".join(tag(kind, _cell(cell, shown.names)) for cell in cells))
    caption = word(block, "caption")
    head = tag("caption", escape(caption)) if caption else ""
    return tag("div", tag("table", head + made), class_="block table", tabindex="0", role="group",
               aria_label=caption or "Table")  # fmt: skip


def _cell(cell: object, names: Names) -> str:
    if not isinstance(cell, Mapping):
        return ""
    if word(cell, "type") == "rich_text":
        return rich_html(cell, names)
    return escape(with_emoji(word(cell, "text") or str(cell.get("value", ""))))


_ALERT_SIGNS = {"warning": "⚠️", "error": "⛔", "success": "✅", "info": "ℹ️"}


def _alert(block: Json, shown: _Shown) -> str:
    level = word(block, "level")
    sign = _ALERT_SIGNS.get(level, "🔔")
    words = tag("div", text_html(field(block, "text"), shown.names))
    return tag("div", tag("span", sign, aria_hidden="true") + words, role="alert",
               class_=f"block alert {level if level in _ALERT_SIGNS else ''}".rstrip())  # fmt: skip


def _card(block: Json, shown: _Shown) -> str:
    made = "".join(_image(image) for image in (field(block, "hero_image"), field(block, "icon")) if image)
    for name in ("title", "subtitle", "body"):
        if text := field(block, name):
            made += tag("div", text_html(text, shown.names), class_=f"card-{name}")
    buttons = "".join(shown.control(button, block) for button in items(block, "actions"))
    return tag("div", made + (tag("div", buttons, class_="actions") if buttons else ""), class_="block card")


def _carousel(block: Json, shown: _Shown) -> str:
    cards = "".join(_card(card, shown) for card in items(block, "elements"))
    return tag("div", cards, class_="block carousel", tabindex="0", role="group", aria_label="Cards")


def _container(block: Json, shown: _Shown) -> str:
    rich = field(block, "rich_text_title")
    title = rich_html(rich, shown.names) if rich else text_html(field(block, "title"), shown.names)
    subtitle = text_html(field(block, "subtitle"), shown.names)
    head = tag("span", title, class_="container-title") + (tag("small", subtitle) if subtitle else "")
    inside = tag("div", "".join(_block(child, shown) for child in items(block, "child_blocks")), class_="inside")
    if block.get("is_collapsible") is True:
        folded = block.get("default_collapsed") is True
        # the script keeps what a person opened open when the message is edited
        return tag("details", tag("summary", head) + inside, class_="block container", open=not folded,
                   data_fold=word(block, "block_id"))  # fmt: skip
    return tag("div", tag("div", head, class_="container-head") + inside, class_="block container")


def _video(block: Json, shown: _Shown) -> str:
    title = text_html(field(block, "title"), shown.names)
    return tag("div", link_html(word(block, "title_url") or word(block, "video_url"), "▶ " + title), class_="block")


def _chart(block: Json, _shown: _Shown) -> str:
    title = block.get("title")
    words = title if isinstance(title, str) else label(title)
    return tag("div", "📊 " + escape(words), class_="block picture", role="img", aria_label=words or "Chart")


def _file(file: Json) -> str:
    name, url, size = word(file, "name"), word(file, "url"), file.get("size")
    if word(file, "mimetype") in ("image/png", "image/jpeg", "image/gif", "image/webp"):
        return tag(
            "figure",
            tag("img", alt=word(file, "alt") or name, data_file=url) + tag("figcaption", escape(name)),
            class_="block image",
        )
    about = tag("small", escape(size_words(size))) if isinstance(size, int) else ""
    words = tag("span", "📄", aria_hidden="true") + tag("span", escape(name), class_="file-name") + about
    return tag("a", words, class_="block file", data_file=url, download=name, href="#")


def size_words(size: int) -> str:
    """Return a size in bytes as people say it."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.1f} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


_BLOCKS: dict[str, Callable[[Json, _Shown], str]] = {
    "section": _section,
    "header": _header,
    "divider": _divider,
    "context": _context,
    "actions": _actions,
    "context_actions": _actions,
    "image": _image_block,
    "input": _input,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "task_card": _task_card,
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
