"""What the bot writes: checked as Slack checks it, kept as Slack keeps it, told as Slack tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.localslack import events
from bot.localslack.blockkit import (
    MESSAGE_CHARACTERS,
    BlockError,
    message_characters,
    validate_blocks,
    validate_view,
)
from bot.localslack.changes import StatusSet
from bot.localslack.elements import complete
from bot.localslack.premises import Premises
from bot.localslack.values import Json, Message, Refused
from bot.localslack.world import BOT_USER

#: Source: https://docs.slack.dev/reference/methods/chat.postMessage/ (longer text is cut)
TEXT_MAX = 40_000
#: Source: https://docs.slack.dev/reference/methods/chat.update/ (longer text is refused)
UPDATE_TEXT_MAX = 4_000
#: Source: https://docs.slack.dev/reference/methods/chat.postMessage/ (markdown_text)
MARKDOWN_MAX = 12_000
#: Source: https://docs.slack.dev/reference/methods/views.open/ (view_too_large)
VIEW_MAX_BYTES = 250_000


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says."""

    text: str
    blocks: tuple[Json, ...]
    attachments: tuple[Json, ...] = ()


def content(
    text: str | None, blocks: Any, attachments: Any, markdown: str | None = None, *, text_max: int | None = None
) -> Content:
    """Return what the arguments of chat.* or a response URL say. Raises: Refused."""
    if markdown is not None:
        if text or blocks:
            raise Refused("markdown_text_conflict")
        if len(markdown) > MARKDOWN_MAX:
            raise Refused("msg_too_long")
        text, blocks = markdown, [{"type": "markdown", "text": markdown}]
    if not (text or blocks or attachments):
        raise Refused("no_text")
    if text_max and len(text or "") > text_max:
        raise Refused("msg_too_long")
    return Content((text or "")[:TEXT_MAX], checked_blocks(blocks), _attachments(attachments))


def checked_blocks(blocks: Any) -> tuple[Json, ...]:
    """Return a message's blocks as they are kept. Raises: Refused."""
    if blocks in (None, []):
        return ()
    if not isinstance(blocks, list):
        raise Refused("invalid_blocks_format")
    errors = validate_blocks(blocks, "message")
    if errors:
        raise Refused("invalid_blocks", **_explained(errors))
    if message_characters(blocks) > MESSAGE_CHARACTERS:
        raise Refused("msg_blocks_too_long")
    return tuple(complete(blocks))


def _attachments(attachments: Any) -> tuple[Json, ...]:
    if attachments in (None, []):
        return ()
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise Refused("invalid_attachments")
    if len(attachments) > 100:
        raise Refused("too_many_attachments")
    return tuple({**a, "blocks": list(checked_blocks(a["blocks"]))} if a.get("blocks") else a for a in attachments)


def checked_view(view: Any, surface: str) -> Json:
    """Return a view that may be shown on `surface` (modal or home). Raises: Refused."""
    if not isinstance(view, dict):
        raise Refused("invalid_arguments", response_metadata={"messages": ["[ERROR] view must be an object"]})
    if view.get("type") != surface:
        message = f"[ERROR] must be of type {surface} [json-pointer:/view/type]"
        raise Refused("invalid_arguments", response_metadata={"messages": [message]})
    if len(str(view).encode()) > VIEW_MAX_BYTES:
        raise Refused("view_too_large")
    errors = validate_view(view)
    if errors:
        # views.* say so in other words than chat.*
        raise Refused("invalid_arguments", response_metadata=_explained(errors)["response_metadata"])
    return dict(view)


def _explained(errors: Sequence[BlockError]) -> Json:
    listed = [{"pointer": e.pointer, "code": e.code, "message": e.message} for e in errors]
    messages = [f"[ERROR] {e.message} [json-pointer:{e.pointer}]" for e in errors]
    return {"errors": listed, "response_metadata": {"messages": messages}}


def bot_posts(premises: Premises, message: Message) -> Message:
    """Post a message of the bot; the status line of its conversation ends."""
    if not message.text and not message.files:
        premises.problems.found(
            "no_top_level_text", "A message has blocks but no text: notifications and screen readers show nothing."
        )
    posted = premises.world.post(message)
    end_status(premises, message.channel, message.thread_ts)
    events.message_posted(premises, posted)
    return posted


def bot_edits(premises: Premises, before: Message, after: Message) -> Message:
    """Replace a message of the bot."""
    changed = premises.world.put(replace(after, edited_ts=premises.world.next_ts()))
    events.message_changed(premises, before, changed)
    return changed


def bot_deletes(premises: Premises, message: Message) -> None:
    """Delete a message of the bot."""
    premises.world.remove(message)
    events.message_deleted(premises, message)


def new_message(premises: Premises, channel: str, said: Content, **more: Any) -> Message:
    """Return a message of the bot that is not posted yet."""
    ts = premises.world.next_ts()
    return Message(
        channel,
        ts,
        BOT_USER,
        said.text,
        blocks=said.blocks,
        attachments=said.attachments,
        by_bot=True,
        **more,
    )


def end_status(premises: Premises, channel: str, thread_ts: str | None) -> None:
    """Take the status line away; one without a thread ends with any message of its conversation."""
    for key in ((channel, thread_ts or ""), (channel, "")):
        if premises.assistant.statuses.pop(key, None):
            told = StatusSet(channel, key[1] or None, "")
            premises.journal.tell(told, premises.world.channels[channel].members)
