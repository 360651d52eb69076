"""What Slack makes of what a person types: escaped text with links and mentions, and rich text beside it. Pure.

Slack's composer is not kind to commands: `a && b` arrives as `a &amp;&amp; b`, `curl http://localhost:3000` as
`curl <http://localhost:3000>`, `README.md` as `<http://README.md|README.md>`. A bot that works here
copes with that.
Source: https://docs.slack.dev/messaging/formatting-message-text/ (escaping, mentions, links).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bot.localslack.values import Json

_URL = r"(?P<url>https?://[^\s<>|`\"']*[^\s<>|`\"'.,;:!?)\]}])"
#: Endings that Slack takes for those of web addresses; files such as app.py are caught by it too.
_DOMAIN = (
    r"(?P<domain>(?<![\w@./:-])(?:[\w-]+\.)+(?:com|org|net|io|dev|app|edu|gov|info|co|ai|me|uk|de|fr|md|py|sh|rs|ch)"
    r"(?::\d+)?(?:/[\w./-]*\w)?(?![\w@-]|\.\w))"
)
_MENTION = r"(?P<mention>@[\w-]+)"
_CHANNEL = r"(?P<channel>#[\w-]+)"
_TOKENS = re.compile("|".join((_URL, _DOMAIN, _MENTION, _CHANNEL)))
_FENCE = re.compile(r"```\n?(.*?)```", re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")


def escape(text: str) -> str:
    """Return text with Slack's three control characters escaped."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Return what `escape` was given."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def slack_text(typed: str, users: Mapping[str, str], channels: Mapping[str, str]) -> str:
    """Return the `text` of a typed message; `users` and `channels` map lower-case names to ids."""
    out = []
    for kind, value in _pieces(typed, users, channels):
        match kind:
            case "text":
                out.append(escape(value))
            case "url":
                out.append(f"<{escape(value)}>")
            case "domain":
                out.append(f"<http://{escape(value)}|{escape(value)}>")
            case "user":
                out.append(f"<@{value}>")
            case _:
                out.append(f"<#{value}>")
    return "".join(out)


def _pieces(typed: str, users: Mapping[str, str], channels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield (kind, value) for every stretch of the text; together they make up all of it."""
    at = 0
    for found in _TOKENS.finditer(typed):
        kind, value = str(found.lastgroup), found.group()
        if kind == "mention":
            kind, value = "user", users.get(value[1:].lower(), "")
        elif kind == "channel":
            value = channels.get(value[1:].lower(), "")
        if not value:
            continue
        if found.start() > at:
            yield "text", typed[at : found.start()]
        yield kind, value
        at = found.end()
    if at < len(typed):
        yield "text", typed[at:]


def rich_text(typed: str, users: Mapping[str, str], channels: Mapping[str, str]) -> Json:
    """Return the rich_text block that Slack puts beside the text of a person's message."""
    elements: list[Json] = []
    at = 0
    for fence in _FENCE.finditer(typed):
        _add_section(elements, typed[at : fence.start()], users, channels)
        inner = list(_rich(fence[1].rstrip("\n"), users, channels, {}))
        elements.append({"type": "rich_text_preformatted", "elements": inner, "border": 0})
        at = fence.end()
    _add_section(elements, typed[at:], users, channels)
    return {"type": "rich_text", "elements": elements}


def _add_section(elements: list[Json], typed: str, users: Mapping[str, str], channels: Mapping[str, str]) -> None:
    # the line break between a sentence and its code block belongs to neither
    typed = typed.removeprefix("\n") if elements else typed
    if not typed:
        return
    parts: list[Json] = []
    at = 0
    for code in _CODE.finditer(typed):
        parts += _rich(typed[at : code.start()], users, channels, {})
        parts += _rich(code[1], users, channels, {"style": {"code": True}})
        at = code.end()
    parts += _rich(typed[at:], users, channels, {})
    elements.append({"type": "rich_text_section", "elements": parts})


def _rich(typed: str, users: Mapping[str, str], channels: Mapping[str, str], style: Json) -> Iterator[Json]:
    for kind, value in _pieces(typed, users, channels):
        match kind:
            case "text":
                yield {"type": "text", "text": value} | style
            case "url":
                yield {"type": "link", "url": value} | style
            case "domain":
                yield {"type": "link", "url": f"http://{value}", "text": value} | style
            case "user":
                yield {"type": "user", "user_id": value}
            case _:
                yield {"type": "channel", "channel_id": value}
