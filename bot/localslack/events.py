"""Events: what the bot hears of, as its manifest subscribes to it."""

from __future__ import annotations

import secrets

from bot.localslack.payloads import message_json, view_json
from bot.localslack.premises import Premises
from bot.localslack.values import Channel, Json, Kind, Message
from bot.localslack.world import APP_ID, BOT_USER, TEAM_ID, dm_of

_CHANNEL_TYPES = {Kind.PUBLIC: "channel", Kind.PRIVATE: "group", Kind.DM: "im"}
_MESSAGE_EVENTS = {Kind.PUBLIC: "message.channels", Kind.PRIVATE: "message.groups", Kind.DM: "message.im"}


def announce(premises: Premises, subscription: str, event: Json) -> bool:
    """Send an event if the manifest subscribes to it; say whether it does."""
    if subscription not in premises.manifest.bot_events:
        return False
    now = premises.clock()
    event_id = "Ev" + secrets.token_hex(6).upper()
    who = {"enterprise_id": None, "team_id": TEAM_ID, "user_id": BOT_USER}
    payload = {
        "token": "local-verification-token",
        "team_id": TEAM_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(now.timestamp()),
        "authorizations": [who | {"is_bot": True, "is_enterprise_install": False}],
        "is_ext_shared_channel": False,
        "event_context": f"4-{event_id}",
    }
    premises.hub.send_event(subscription, payload)
    return True


def _hears(channel: Channel) -> bool:
    return BOT_USER in channel.members


def message_posted(premises: Premises, message: Message) -> None:
    """Tell of a new message; the bot's own come back to it too, as from Slack."""
    channel = premises.world.channels[message.channel]
    if message.only_for or not _hears(channel):
        return
    event = message_json(premises.world, message, premises.origin)
    event |= {"channel": channel.id, "event_ts": message.ts}
    announce(premises, _MESSAGE_EVENTS[channel.kind], event | {"channel_type": _CHANNEL_TYPES[channel.kind]})
    # Source: https://docs.slack.dev/reference/events/app_mention/ (not sent for direct messages)
    if f"<@{BOT_USER}>" in message.text and channel.kind is not Kind.DM and not message.by_bot:
        announce(premises, "app_mention", event | {"type": "app_mention"})


def message_changed(premises: Premises, before: Message, after: Message) -> None:
    """Tell of an edit."""
    _about(premises, after, "message_changed", {"message": after, "previous_message": before})


def message_deleted(premises: Premises, before: Message) -> None:
    """Tell that a message is gone."""
    _about(premises, before, "message_deleted", {"previous_message": before}, deleted_ts=before.ts)


def _about(premises: Premises, message: Message, subtype: str, messages: dict[str, Message], **more: str) -> None:
    channel = premises.world.channels[message.channel]
    if message.only_for or not _hears(channel):
        return
    ts = premises.world.next_ts()
    shown = {name: message_json(premises.world, m, premises.origin) for name, m in messages.items()}
    event: Json = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel.id, "ts": ts}
    event |= {"event_ts": ts, "channel_type": _CHANNEL_TYPES[channel.kind], **shown, **more}
    announce(premises, _MESSAGE_EVENTS[channel.kind], event)


def member_joined(premises: Premises, channel: Channel, user: str, inviter: str | None = None) -> None:
    """Tell that somebody, or the bot, is now in a channel."""
    event: Json = {"type": "member_joined_channel", "user": user, "team": TEAM_ID}
    if inviter:
        event["inviter"] = inviter
    _membership(premises, channel, event)


def member_left(premises: Premises, channel: Channel, user: str) -> None:
    """Tell that somebody left a channel."""
    _membership(premises, channel, {"type": "member_left_channel", "user": user, "team": TEAM_ID})


def bot_removed(premises: Premises, channel: Channel, by: str) -> None:
    """Tell the bot that it was taken out of a channel. Source: docs.slack.dev, events channel_left and group_left."""
    event: Json = {"type": _kind(channel, "left"), "channel": channel.id, "actor_id": by}
    announce(premises, event["type"], event | {"event_ts": premises.world.next_ts()})


def channel_renamed(premises: Premises, channel: Channel) -> None:
    """Tell that a channel has another name. Source: docs.slack.dev, events channel_rename and group_rename."""
    shown = {"id": channel.id, "name": channel.name, "created": channel.created}
    _changed(premises, channel, {"type": _kind(channel, "rename"), "channel": shown})


def channel_archived(premises: Premises, channel: Channel, by: str) -> None:
    """Tell that a channel was archived, or came back. Source: docs.slack.dev, events channel_archive and others."""
    what = "archive" if channel.archived else "unarchive"
    _changed(premises, channel, {"type": _kind(channel, what), "channel": channel.id, "user": by})


def _changed(premises: Premises, channel: Channel, event: Json) -> None:
    if premises.world.can_read(BOT_USER, channel):  # all of them for public channels, whoever is in
        announce(premises, event["type"], event | {"event_ts": premises.world.next_ts()})


def _kind(channel: Channel, what: str) -> str:
    return f"{'group' if channel.kind is Kind.PRIVATE else 'channel'}_{what}"


def _membership(premises: Premises, channel: Channel, event: Json) -> None:
    if not _hears(channel):
        return
    letter = "G" if channel.kind is Kind.PRIVATE else "C"
    event |= {"channel": channel.id, "channel_type": letter, "event_ts": premises.world.next_ts()}
    announce(premises, event["type"], event)


def home_opened(premises: Premises, user: str, tab: str) -> bool:
    """Tell that a person looks at the bot's Home or messages; say whether the manifest subscribes to it."""
    event: Json = {"type": "app_home_opened", "user": user, "channel": dm_of(user), "tab": tab}
    home = premises.screens.homes.get(user)
    if home and tab == "home":
        event["view"] = view_json(home)
    return announce(premises, "app_home_opened", event | {"event_ts": premises.world.next_ts()})


def reaction_changed(premises: Premises, message: Message, user: str, name: str, *, added: bool) -> None:
    """Tell of an emoji under a message."""
    if message.only_for or not _hears(premises.world.channels[message.channel]):
        return
    kind = "reaction_added" if added else "reaction_removed"
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    event = {"type": kind, "user": user, "reaction": name, "item": item, "item_user": message.user}
    announce(premises, kind, event | {"event_ts": premises.world.next_ts()})


def file_shared(premises: Premises, file_id: str, user: str, channel: Channel) -> None:
    """Tell that a file was shared where the bot is."""
    if not _hears(channel):
        return
    event: Json = {"type": "file_shared", "file_id": file_id, "user_id": user, "channel_id": channel.id}
    announce(premises, "file_shared", event | {"file": {"id": file_id}, "event_ts": premises.world.next_ts()})
