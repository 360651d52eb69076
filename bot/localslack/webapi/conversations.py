"""conversations.*: channels and direct messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.localslack import events
from bot.localslack.payloads import channel_json, message_json
from bot.localslack.values import Channel, Json, Kind, Message, Refused
from bot.localslack.webapi.call import HISTORY_SCOPES, READ_SCOPES, Call, page
from bot.localslack.world import BOT_USER, dm_of

_TYPES = {"public_channel": Kind.PUBLIC, "private_channel": Kind.PRIVATE, "im": Kind.DM}


def open_(call: Call) -> Json:
    """conversations.open."""
    users = [u for u in (call.args.text("users") or "").split(",") if u]
    given = call.args.text("channel")
    if len(users) > 1:
        raise Refused("not_supported_by_local_workspace")
    if not users and not given:
        raise Refused("users_list_not_supplied")
    if users and users[0] not in call.world.people:
        raise Refused("user_not_found")
    channel = call.world.channels.get(dm_of(users[0]) if users else str(given))
    if channel is None or channel.kind is not Kind.DM:
        raise Refused("channel_not_found")
    shown = channel_json(channel, BOT_USER) if call.args.flag("return_im") else {"id": channel.id}
    return {"channel": shown, "no_op": True, "already_open": True}


def info(call: Call) -> Json:
    """conversations.info."""
    channel = call.channel()
    call.require_scope(READ_SCOPES[channel.kind])
    return {"channel": channel_json(channel, BOT_USER)}


def _listed(call: Call) -> list[Channel]:
    asked = (call.args.text("types") or "public_channel").split(",")
    kinds = {_TYPES[name.strip()] for name in asked if name.strip() in _TYPES}
    if len(kinds) != len(set(asked) - {"mpim"}):
        raise Refused("invalid_types")
    for kind in sorted(kinds):
        call.require_scope(READ_SCOPES[kind])
    known = [c for c in call.world.channels.values() if call.world.can_read(BOT_USER, c)]
    hide_archived = call.args.flag("exclude_archived")
    return [c for c in known if c.kind in kinds and not (hide_archived and c.archived)]


def list_(call: Call) -> Json:
    """conversations.list."""
    return _channels(call, _listed(call))


def users_conversations(call: Call) -> Json:
    """users.conversations."""
    user = call.user() if call.args.text("user") else BOT_USER
    return _channels(call, [c for c in _listed(call) if user in c.members])


def _channels(call: Call, channels: Sequence[Channel]) -> Json:
    shown, cursor = page([channel_json(c, BOT_USER) for c in channels], call, 100, 1000)
    return {"channels": shown, "response_metadata": {"next_cursor": cursor}}


def members(call: Call) -> Json:
    """conversations.members."""
    channel = call.channel()
    call.require_scope(READ_SCOPES[channel.kind])
    ids = [{"id": m} for m in sorted(channel.members)]
    shown, cursor = page(ids, call, 100, 1000)
    return {"members": [m["id"] for m in shown], "response_metadata": {"next_cursor": cursor}}


def _readable(call: Call) -> Channel:
    channel = call.channel()
    call.require_scope(HISTORY_SCOPES[channel.kind])
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _between(call: Call, messages: Sequence[Message]) -> list[Message]:
    oldest, latest = call.args.text("oldest") or "0", call.args.text("latest")
    inclusive = call.args.flag("inclusive")

    def inside(ts: str) -> bool:
        low, high = float(oldest), float(latest) if latest else float("inf")
        return low <= float(ts) <= high if inclusive else low < float(ts) < high

    try:
        return [m for m in messages if inside(m.ts)]
    except ValueError:
        raise Refused("invalid_ts_oldest") from None


def history(call: Call) -> Json:
    """conversations.history, newest first."""
    channel = _readable(call)
    found = list(reversed(_between(call, call.world.roots(channel.id))))
    return _messages(call, found, channel)


def replies(call: Call) -> Json:
    """conversations.replies, the root first."""
    channel = _readable(call)
    ts = call.args.need("ts", "thread_not_found")
    message = call.world.find(channel.id, ts)
    if message is None or message.only_for:
        raise Refused("thread_not_found")
    root_ts = message.thread_ts or message.ts
    thread = call.world.thread(channel.id, root_ts)
    return _messages(call, [*thread[:1], *_between(call, thread[1:])], channel)


def _messages(call: Call, found: Sequence[Message], channel: Channel) -> Json:
    whole = [message_json(call.world, m, call.premises.origin) for m in found]
    shown, cursor = page(whole, call, 100, 999)
    pins = sum(m.pinned for m in call.world.messages[channel.id].values())
    answer: Json = {"messages": shown, "has_more": bool(cursor), "pin_count": pins}
    return answer | {"response_metadata": {"next_cursor": cursor}}


def join(call: Call) -> Json:
    """conversations.join."""
    channel = call.channel()
    if channel.kind is not Kind.PUBLIC:
        raise Refused("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refused("is_archived")
    if BOT_USER in channel.members:
        return {"channel": channel_json(channel, BOT_USER), "warning": "already_in_channel"}
    joined = replace(channel, members=channel.members | {BOT_USER})
    call.world.put_channel(joined)
    events.member_joined(call.premises, joined, BOT_USER)
    return {"channel": channel_json(joined, BOT_USER)}
