"""The smallest parts of a message: text that cannot be misread, buttons, rich text; pure.

Every text goes through `bot.slack.legible` here; limits are cut after that, here and nowhere else, with a visible "…".
Source of limits: docs.slack.dev/reference/block-kit (section 3,000; header 150; button 75; value 2,000;
markdown 12,000) and bolt-js issue 2509 (about 13,200 characters of blocks in one message).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from bot.core.panels import ISOLATE, ISOLATE_END
from bot.slack.legible import apart, inert, legible, literal

Block = dict[str, Any]
Element = dict[str, Any]

MESSAGE_TEXT = 3_800  #: `text` of a message that may be edited later (chat.update refuses more than 4,000)
OUTPUT_TEXT = 7_500  #: characters of command output shown in one message


def cut(text: str, limit: int) -> str:
    """Return the text, at most `limit` characters, with a visible … where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def cut_middle(text: str, limit: int) -> str:
    """Return the text with its middle left out, saying how much: errors stand at the end, causes at the start."""
    text = legible(text)  # before it is cut, so that no half of a token is left that nobody knows for one
    if len(text) <= limit:
        return text
    note = f"\n… {len(text) - limit:,} characters left out …\n"
    head = (limit - len(note)) // 3
    tail = limit - len(note) - head
    return text[:head] + note + text[-tail:]


_HALF = re.compile(r"&[a-z]{0,3}$")


def mrkdwn(text: str, limit: int) -> str:
    """Return a text that Slack shows literally, cut where no escaped sign is cut in two."""
    shown = apart(text, literal)
    return shown if len(shown) <= limit else _HALF.sub("", shown[: limit - 1]).rstrip() + "…"


def plain(text: str, limit: int = 75) -> Element:
    """Return a plain_text object; never empty."""
    return {"type": "plain_text", "text": cut(apart(text, legible), limit) or " ", "emoji": True}


def header(text: str) -> Block:
    """Return a header block."""
    return {"type": "header", "text": plain(text, 150)}


def context(text: str) -> Block:
    """Return a context block of one literal line."""
    # verbatim: Slack looks for no addresses and no names in it
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": mrkdwn(text, 2_000) or " ", "verbatim": True}]}


def markdown(text: str) -> Block:
    """Return a markdown block, in which no word of others acts."""
    return {"type": "markdown", "text": cut(apart(text, inert), 9_000) or " "}


def divider() -> Block:
    """Return a divider."""
    return {"type": "divider"}


def button(label: str, action_id: str, value: str, *, style: str = "", spoken: str = "") -> Element:
    """Return a button; `style` is '', `primary` or `danger`, `spoken` is what a screen reader says instead."""
    made: Element = {"type": "button", "text": plain(label), "action_id": action_id, "value": cut(value, 2_000)}
    if style:
        made["style"] = style
    if spoken:
        made["accessibility_label"] = legible(spoken)[:75]
    return made


def actions(*elements: Element) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "elements": list(elements)[:25]}


def rich(*parts: Element) -> Block:
    """Return a rich_text block of sections, lists and preformatted parts."""
    return {"type": "rich_text", "elements": list(parts)}


def line(*elements: Element) -> Element:
    """Return one rich text section; empty text elements are left out, as Slack refuses them."""
    kept = [e for e in elements if e.get("type") != "text" or e["text"]]
    return {"type": "rich_text_section", "elements": kept or [{"type": "text", "text": " "}]}


def preformatted(text: str) -> Element:
    """Return text in a fixed-width box, literally: nothing in it is a mention, a link or a format."""
    return {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": legible(text) or " "}]}


def quote(text: str) -> Element:
    """Return somebody's words as a quotation, literally."""
    return {"type": "rich_text_quote", "elements": [{"type": "text", "text": legible(text) or " "}]}


def say(text: str, *, bold: bool = False, code: bool = False, italic: bool = False) -> Element:
    """Return literal text with a style."""
    style = {name: True for name, on in (("bold", bold), ("code", code), ("italic", italic)) if on}
    element: Element = {"type": "text", "text": legible(text)}
    if style:
        element["style"] = style
    return element


_INLINE = re.compile(
    rf"(?:\*\*)?{ISOLATE}([^{ISOLATE}{ISOLATE_END}\n]+){ISOLATE_END}(?:\*\*)?|`([^`\n]+)`|\*\*([^*\n]+)\*\*"
)


def inline(text: str) -> list[Element]:
    """Return rich text elements for a sentence of ours with `code`, **bold** and names (`bot.core.panels`) in it."""
    elements: list[Element] = []
    at = 0
    for found in _INLINE.finditer(text):
        elements.append(say(text[at : found.start()]))
        name, code, bold = found.groups()
        elements.append(_name(name) if name else say(code, code=True) if code else say(bold, bold=True))
        at = found.end()
    elements.append(say(text[at:]))
    return [e for e in elements if e["text"]]


def _name(name: str) -> Element:
    element = say(name, bold=True)
    return element | {"text": f"{ISOLATE}{element['text']}{ISOLATE_END}"}


def moment(at: datetime, before: str) -> Block:
    """Return a small line that says when something was, in the reader's own time.

    Source: docs.slack.dev, rich text block, date element.
    """
    date = {"type": "date", "timestamp": int(at.timestamp()), "format": "{time}", "fallback": f"{at:%H:%M %Z}"}
    return rich(line(say(before, italic=True), date | {"style": {"italic": True}}))
