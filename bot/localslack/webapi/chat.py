"""chat.*: post, edit, delete."""

from __future__ import annotations

from dataclasses import replace

from bot.localslack.payloads import message_json
from bot.localslack.posting import (
    TEXT_MAX,
    UPDATE_TEXT_MAX,
    bot_deletes,
    bot_edits,
    bot_posts,
    content,
    new_message,
)
from bot.localslack.values import Channel, Json, Message, Refused
from bot.localslack.webapi.call import Call
from bot.localslack.world import BOT_USER


def post_message(call: Call) -> Json:
    """chat.postMessage."""
    channel = call.channel_to_write()
    args = call.args
    blocks = args.json("blocks", "invalid_blocks_format")
    said = content(args.text("text"), blocks, args.json("attachments"), args.text("markdown_text"))
    if len(args.text("text") or "") > TEXT_MAX:
        call.premises.problems.found("text_cut", f"A text over {TEXT_MAX} characters was cut.", "chat.postMessage")
    thread_ts = thread_of(call, channel)
    broadcast = thread_ts and args.flag("reply_broadcast")
    message = new_message(
        call.premises,
        channel.id,
        said,
        thread_ts=thread_ts,
        subtype="thread_broadcast" if broadcast else None,
        metadata=args.json("metadata"),
        username=_custom_name(call),
    )
    posted = bot_posts(call.premises, message)
    return {"channel": channel.id, "ts": posted.ts, "message": _shown(call, posted)}


def _custom_name(call: Call) -> str | None:
    name = call.args.text("username")
    # Without the scope Slack shows the bot's own name and says nothing.
    return name if "chat:write.customize" in call.premises.manifest.bot_scopes else None


def thread_of(call: Call, channel: Channel) -> str | None:
    """Return the root that a reply goes under; a reply to a reply goes under its root. Raises: Refused."""
    thread_ts = call.args.text("thread_ts")
    if thread_ts is None:
        return None
    root = call.world.find(channel.id, thread_ts)
    if root is None or root.only_for:
        raise Refused("thread_not_found")
    return root.thread_ts or root.ts


def _shown(call: Call, message: Message) -> Json:
    return message_json(call.world, message, call.premises.origin)


def post_ephemeral(call: Call) -> Json:
    """chat.postEphemeral."""
    channel = call.channel_to_write()
    user = call.args.need("user", "user_not_found")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    args = call.args
    blocks = args.json("blocks", "invalid_blocks_format")
    said = content(args.text("text"), blocks, args.json("attachments"), args.text("markdown_text"))
    message = new_message(call.premises, channel.id, said, thread_ts=args.text("thread_ts"), only_for=user)
    call.world.post(message)
    return {"message_ts": message.ts}


def _own(call: Call, error: str) -> Message:
    channel = call.channel()
    message = call.message(channel, call.args.need("ts", "message_not_found"))
    if message.user != BOT_USER:
        raise Refused(error)
    return message


def update(call: Call) -> Json:
    """chat.update."""
    before = _own(call, "cant_update_message")
    if before.stream and before.stream.open:
        raise Refused("streaming_state_conflict")
    args = call.args
    blocks = args.json("blocks", "invalid_blocks_format")
    attachments = args.json("attachments")
    markdown = args.text("markdown_text")
    said = content(args.text("text"), blocks, attachments, markdown, text_max=UPDATE_TEXT_MAX)
    # Source: https://docs.slack.dev/reference/methods/chat.update/: blocks left out stay, an empty list removes them
    after = replace(
        before,
        text=said.text if args.has("text") or markdown else before.text,
        blocks=said.blocks if blocks is not None or markdown else before.blocks,
        attachments=said.attachments if attachments is not None else before.attachments,
        metadata=args.json("metadata") or before.metadata,
    )
    changed = bot_edits(call.premises, before, after)
    return {"channel": changed.channel, "ts": changed.ts, "text": changed.text, "message": _shown(call, changed)}


def delete(call: Call) -> Json:
    """chat.delete."""
    message = _own(call, "cant_delete_message")
    bot_deletes(call.premises, message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """chat.getPermalink."""
    channel = call.channel()
    message = call.message(channel, call.args.need("message_ts", "message_not_found"))
    link = f"{call.premises.origin}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}
