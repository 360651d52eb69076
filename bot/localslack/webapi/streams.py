"""chat.startStream, appendStream, stopStream: a message that grows.

Source: https://docs.slack.dev/reference/methods/chat.startStream/ and its siblings.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.localslack.posting import MARKDOWN_MAX, Content, bot_posts, checked_blocks, new_message
from bot.localslack.values import Json, Kind, Message, Refused, Stream
from bot.localslack.webapi.call import Call
from bot.localslack.webapi.chat import thread_of
from bot.localslack.world import BOT_USER, TEAM_ID

STATUSES = frozenset({"pending", "in_progress", "complete", "error"})
#: Source: Microsoft's Agents SDK documents it for task updates; second hand
TASK_TEXT_MAX = 256


def start(call: Call) -> Json:
    """chat.startStream."""
    channel = call.channel_to_write()
    args = call.args
    thread_ts = thread_of(call, channel)
    if thread_ts is None:
        raise Refused("invalid_arguments")
    if channel.kind is not Kind.DM:
        if args.text("recipient_user_id") is None:
            raise Refused("missing_recipient_user_id")
        if args.text("recipient_team_id") != TEAM_ID:
            raise Refused("missing_recipient_team_id")
    mode = args.text("task_display_mode") or "timeline"
    if mode not in ("timeline", "plan"):
        raise Refused("invalid_arguments")
    stream = _grown(call, Stream(open=True, mode=mode))
    empty = new_message(call.premises, channel.id, Content("", ()), thread_ts=thread_ts)
    message = bot_posts(call.premises, _drawn(replace(empty, text=stream.text or "…"), stream))
    return {"channel": channel.id, "ts": message.ts}


def append(call: Call) -> Json:
    """chat.appendStream."""
    message, stream = _open_stream(call)
    grown = call.world.put(_drawn(message, _grown(call, stream)))
    return {"channel": grown.channel, "ts": grown.ts}


def stop(call: Call) -> Json:
    """chat.stopStream."""
    message, stream = _open_stream(call)
    stream = _grown(call, stream)
    last = checked_blocks(call.args.json("blocks", "invalid_blocks_format"))
    ended = replace(stream, open=False, blocks=(*stream.blocks, *last))
    done = call.world.put(_drawn(message, ended))
    return {"channel": done.channel, "ts": done.ts, "message": {"text": done.text, "ts": done.ts}}


def _open_stream(call: Call) -> tuple[Message, Stream]:
    message = call.message(call.channel(), call.args.need("ts", "message_not_found"))
    if message.user != BOT_USER:
        raise Refused("message_not_owned_by_app")
    if message.stream is None or not message.stream.open:
        raise Refused("message_not_in_streaming_state")
    return message, message.stream


def _grown(call: Call, stream: Stream) -> Stream:
    """Return the stream with this call's text and chunks in it. Raises: Refused."""
    text = call.args.text("markdown_text") or ""
    chunks = call.args.json("chunks") or []
    if text and chunks:
        raise Refused("cannot_provide_both_markdown_text_and_chunks")
    if len(stream.text) + len(text) > MARKDOWN_MAX:
        raise Refused("msg_too_long")
    stream = replace(stream, text=stream.text + text)
    for chunk in chunks:
        stream = _with_chunk(stream, chunk)
    return stream


def _with_chunk(stream: Stream, chunk: Any) -> Stream:
    match chunk:
        case {"type": "markdown_text", "text": str(text)}:
            return replace(stream, text=stream.text + text)
        case {"type": "plan_update", "title": str(title)}:
            return replace(stream, plan_title=title)
        case {"type": "task_update", "id": str(task_id), "title": str(), "status": status}:
            if status not in STATUSES:
                raise Refused("invalid_chunks", response_metadata={"messages": [f"[ERROR] status {status!r}"]})
            for name in ("details", "output"):
                if len(str(chunk.get(name) or "")) > TASK_TEXT_MAX:
                    raise Refused("invalid_chunks", response_metadata={"messages": [f"[ERROR] {name} too long"]})
            return replace(stream, tasks={**stream.tasks, task_id: _task(chunk)})
        case {"type": "blocks", "blocks": blocks}:
            return replace(stream, blocks=(*stream.blocks, *checked_blocks(blocks)))
        case _:
            raise Refused("invalid_chunks")


def _task(chunk: Json) -> Json:
    card: Json = {"type": "task_card", "task_id": chunk["id"], "title": chunk["title"], "status": chunk["status"]}
    for name in ("details", "output"):
        if chunk.get(name):
            section = {"type": "rich_text_section", "elements": [{"type": "text", "text": chunk[name]}]}
            card[name] = {"type": "rich_text", "elements": [section]}
    return card | ({"sources": chunk["sources"]} if chunk.get("sources") else {})


def _drawn(message: Message, stream: Stream) -> Message:
    """Return the message as the stream makes it look."""
    blocks: list[Json] = [{"type": "markdown", "block_id": "stream", "text": stream.text}] if stream.text else []
    tasks = [{**t, "block_id": f"task-{t['task_id']}"[:255]} for t in stream.tasks.values()]
    if stream.mode == "plan" and (tasks or stream.plan_title):
        title = stream.plan_title or "Plan"
        bare = [{k: v for k, v in t.items() if k != "block_id"} for t in tasks]
        blocks.append({"type": "plan", "block_id": "plan", "title": title, "tasks": bare})
    else:
        blocks += tasks
    return replace(message, text=stream.text or message.text, blocks=(*blocks, *stream.blocks), stream=stream)
