"""Slack's mrkdwn, parsed once and shown twice: as safe HTML and as plain text. Pure.

The grammar is Slack's, not Markdown's: `*bold*`, `_italic_`, `~strike~`, `` `code` ``, fences, `>` quotes,
`<url|label>`, `<@U…>`, `<#C…>`, `<!here>`, emoji shortcodes. Whatever does not close stays as it was typed.

Source: https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal, assert_never

from bot.localslack.emoji import with_emoji

Names = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Words:
    """Text as it is, shortcodes still inside."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Text shown letter for letter; a fence is a block of its own."""

    text: str
    fence: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """Text between a pair of marks."""

    mark: Literal["*", "_", "~"]
    inside: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An address with its label."""

    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A person (`@`), a channel (`#`) or everybody (`!`) by id, with the label the sender gave."""

    kind: Literal["@", "#", "!"]
    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Lines that begin with `>`."""

    inside: tuple["Node", ...]


Node = Words | Code | Marked | Link | Mention | Quote

#: Puts a parsed piece aside and returns what stands for it.
_Hold = Callable[[Node], str]

_FENCE = re.compile(r"```\n?(.+?)```\n?", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_ANGLE = re.compile(r"<([@#!]?)([^<>|\n]{1,3000})(?:\|([^<>\n]*))?>")
_BARE = re.compile(r"https?://[^\s<>\"'`\ue000\ue001]+[^\s<>\"'`\ue000\ue001.,;:!?)\]*_~]")
_SAFE_URL = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
#: A mark opens after the line's start or something that is no letter, and closes before the same.
_MARK = re.compile(
    r"(?<![A-Za-z0-9])(?:(?P<b>\*)(?=[^\s*])(?P<bold>[^*\n]*[^\s*])\*"
    r"|(?P<i>_)(?=[^\s_])(?P<italic>[^_\n]*[^\s_])_"
    r"|(?P<s>~)(?=[^\s~])(?P<strike>[^~\n]*[^\s~])~)(?![A-Za-z0-9])"
)
#: Stands for a piece that is already parsed, while marks are looked for around it.
_HELD = re.compile("\ue000(\\d+)\ue001")


def safe_url(url: str) -> bool:
    """Return whether `url` may become a link."""
    return bool(_SAFE_URL.match(url))


def parse(text: str) -> list[Node]:
    """Return the nodes of a mrkdwn text; `&lt; &gt; &amp;` come back as the characters they stand for."""
    text = text.replace("\ue000", "").replace("\ue001", "").replace("\r\n", "\n")
    nodes: list[Node] = []
    done = 0
    for fence in _FENCE.finditer(text):
        nodes += _lines(text[done : fence.start()])
        nodes.append(Code(_plain_chars(fence[1]).rstrip("\n"), fence=True))
        done = fence.end()
    return nodes + _lines(text[done:])


def _lines(text: str) -> list[Node]:
    """Parse text without fences, gathering quoted lines."""
    nodes: list[Node] = []
    quoted: list[str] = []
    plain: list[str] = []

    def flush() -> None:
        if quoted:
            nodes.append(Quote(tuple(_inline("\n".join(quoted)))))
            quoted.clear()
        if plain:
            nodes.extend(_inline("\n".join(plain)))
            plain.clear()

    for line in text.split("\n") if text else ():
        mark = next((m for m in ("&gt;", ">") if line.startswith(m)), None)
        if mark is None:
            if quoted:
                flush()
            plain.append(line)
        else:
            if plain:
                plain.append("")
                flush()
            quoted.append(line.removeprefix(mark).removeprefix(" "))
    flush()
    return nodes


def _inline(text: str) -> list[Node]:
    held: list[Node] = []

    def hold(node: Node) -> str:
        held.append(node)
        return f"\ue000{len(held) - 1}\ue001"

    text = _CODE.sub(lambda found: hold(Code(_plain_chars(found[1]), fence=False)), text)
    text = _ANGLE.sub(lambda found: _angle(found, hold), text)
    text = _BARE.sub(lambda found: hold(Link(_plain_chars(found[0]), _plain_chars(found[0]))), text)
    return _marks(text, held)


def _angle(found: re.Match[str], hold: _Hold) -> str:
    kind, body, label = found[1], found[2], _plain_chars(found[3] or "")
    match kind:
        case "@" | "#" if re.fullmatch(r"[A-Z0-9]+", body):
            return hold(Mention("@" if kind == "@" else "#", body, label))
        case "!":
            return hold(_special(body, label))
        case "" if safe_url(body) and " " not in body:
            url = _plain_chars(body)
            return hold(Link(url, label or url.removeprefix("mailto:")))
        case _:
            return found[0]


def _special(body: str, label: str) -> Node:
    if body in ("here", "channel", "everyone"):
        return Mention("!", body, "")
    return Words(label or f"<!{body}>")


def _marks(text: str, held: Sequence[Node]) -> list[Node]:
    nodes: list[Node] = []
    done = 0
    for found in _MARK.finditer(text):
        nodes += _released(text[done : found.start()], held)
        kind: Literal["*", "_", "~"] = "*" if found["b"] else "_" if found["i"] else "~"
        inside = found["bold"] or found["italic"] or found["strike"]
        nodes.append(Marked(kind, tuple(_marks(inside, held))))
        done = found.end()
    return nodes + _released(text[done:], held)


def _released(text: str, held: Sequence[Node]) -> list[Node]:
    """Return words, and the held pieces among them."""
    pieces = _HELD.split(text)
    nodes: list[Node] = []
    for index, piece in enumerate(pieces):
        if index % 2:
            nodes.append(held[int(piece)])
        elif piece:
            nodes.append(Words(_plain_chars(piece)))
    return nodes


def _plain_chars(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def to_html(text: str, names: Names) -> str:
    """Return `text` as HTML with everything escaped; `names` gives shown names for ids."""
    return "".join(_html(node, names) for node in parse(text))


_TAGS = {"*": "strong", "_": "em", "~": "s"}


def _html(node: Node, names: Names) -> str:
    match node:
        case Words(text):
            return escaped_words(text)
        case Code(text, fence=True):
            return f"<pre><code>{escape(text)}</code></pre>"
        case Code(text):
            return f"<code>{escape(text)}</code>"
        case Marked(mark, inside):
            tag = _TAGS[mark]
            return f"<{tag}>{''.join(_html(child, names) for child in inside)}</{tag}>"
        case Link(url, label):
            return link_html(url, escaped_words(label))
        case Mention():
            return f'<span class="mention">{escape(mention_words(node, names))}</span>'
        case Quote(inside):
            return f"<blockquote>{''.join(_html(child, names) for child in inside)}</blockquote>"
        case _:
            assert_never(node)


def escaped_words(text: str) -> str:
    """Return plain words as HTML: escaped, emoji in place, line breaks kept."""
    return escape(with_emoji(text)).replace("\n", "<br>")


def link_html(url: str, label_html: str) -> str:
    """Return a link that opens apart, or only its label where the address is of a kind we do not open."""
    if not safe_url(url):
        return label_html
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{label_html}</a>'


def mention_words(mention: Mention, names: Names) -> str:
    """Return `@ada`, `#general` or `@channel`."""
    sign = "#" if mention.kind == "#" else "@"
    return sign + names.get(mention.id, mention.label or mention.id).lstrip("@#")


def to_plain(text: str, names: Names) -> str:
    """Return `text` as words for a terminal: marks gone, fences indented by nothing, links with their address."""
    return "".join(_plain(node, names) for node in parse(text)).strip("\n")


def _plain(node: Node, names: Names) -> str:
    match node:
        case Words(text):
            return with_emoji(text)
        case Code(text, fence=True):
            return f"\n{text}\n"
        case Code(text):
            return f"`{text}`"
        case Marked(_, inside):
            return "".join(_plain(child, names) for child in inside)
        case Link(url, label):
            return label if label == url else f"{label} ({url})"
        case Mention():
            return mention_words(node, names)
        case Quote(inside):
            words = "".join(_plain(child, names) for child in inside)
            return "\n".join(f"> {line}" for line in words.split("\n")) + "\n"
        case _:
            assert_never(node)
