"""Slack's JSON for the things of the workspace, as the Web API and events carry it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from bot.localslack.elements import state_values
from bot.localslack.values import Channel, Json, Kind, Message, Person, Reaction, SlackFile, View
from bot.localslack.world import APP_ID, BOT_ID, BOT_USER, TEAM_ID, World


def message_json(world: World, message: Message, origin: str) -> Json:
    """Return a message as conversations.history and events show it."""
    shown: Json = {"type": "message", "ts": message.ts, "user": message.user, "text": message.text}
    shown["team"] = TEAM_ID
    if message.by_bot:
        shown |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": bot_profile(world)}
    if message.username:
        shown["username"] = message.username
    if message.blocks:
        shown["blocks"] = list(message.blocks)
    if message.attachments:
        shown["attachments"] = list(message.attachments)
    for name in ("subtype", "thread_ts", "metadata"):
        value = getattr(message, name)
        if value is not None:
            shown[name] = value
    if message.is_reply:
        root = world.find(message.channel, str(message.thread_ts))
        shown["parent_user_id"] = root.user if root else BOT_USER
    if message.edited_ts:
        shown["edited"] = {"user": message.user, "ts": message.edited_ts}
    if message.files:
        shown["files"] = [file_json(world.files[f], origin) for f in message.files]
    return shown | _under(world, message)


def _under(world: World, message: Message) -> Json:
    """Return what hangs on a message: reactions, replies, pins, a stream."""
    more: Json = {}
    if message.reactions:
        more["reactions"] = [reaction_json(r) for r in message.reactions]
    if message.pinned:
        more["pinned_to"] = [message.channel]
    if message.stream:
        more["streaming_state"] = "in_progress" if message.stream.open else "completed"
    replies = world.replies.get((message.channel, message.ts), [])
    if replies:
        by_ts = [world.messages[message.channel][ts] for ts in replies]
        users = list(dict.fromkeys(m.user for m in by_ts))
        more |= {"reply_count": len(replies), "reply_users_count": len(users), "reply_users": users}
        more |= {"latest_reply": replies[-1], "is_locked": False, "subscribed": False}
    return more


def reaction_json(reaction: Reaction) -> Json:
    """Return a reaction."""
    return {"name": reaction.name, "users": list(reaction.users), "count": len(reaction.users)}


def bot_profile(world: World) -> Json:
    """Return who a bot message is from."""
    profile = {"id": BOT_ID, "deleted": False, "name": world.bot_name, "updated": 0}
    return profile | {"app_id": APP_ID, "user_id": BOT_USER, "team_id": TEAM_ID}


def file_json(file: SlackFile, origin: str) -> Json:
    """Return a file; its `url_private` is on this server and wants the bot's token."""
    path = f"{origin}/files-pri/{TEAM_ID}-{file.id}"
    name = quote(file.name)
    extension = file.name.rpartition(".")[2].lower() if "." in file.name else "text"
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "alt_txt": file.alt,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": extension,
        "pretty_type": extension.upper(),
        "user": file.user,
        "user_team": TEAM_ID,
        "editable": False,
        "size": len(file.content),
        "mode": "hosted",
        "is_external": False,
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "url_private": f"{path}/{name}",
        "url_private_download": f"{path}/download/{name}",
        "permalink": f"{origin}/files/{file.user}/{file.id}/{name}",
        "has_rich_preview": False,
        "file_access": "visible",
    }


def channel_json(channel: Channel, user: str) -> Json:
    """Return a conversation as `user` (the bot, mostly) sees it."""
    base: Json = {"id": channel.id, "created": channel.created, "is_archived": channel.archived}
    base |= {"context_team_id": TEAM_ID, "is_org_shared": False, "updated": channel.created * 1000}
    if channel.kind is Kind.DM:
        other = next(m for m in channel.members if m != BOT_USER)
        return base | {"is_im": True, "user": other, "is_user_deleted": False, "priority": 0}
    private = channel.kind is Kind.PRIVATE
    return base | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not private,
        "is_group": private,
        "is_im": False,
        "is_mpim": False,
        "is_private": private,
        "is_general": False,
        "is_shared": False,
        "is_member": user in channel.members,
        "creator": channel.creator,
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": channel.created},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }


def person_json(person: Person) -> Json:
    """Return a member of the workspace."""
    profile = {"real_name": person.real_name, "display_name": person.real_name, "team": TEAM_ID}
    profile |= {"real_name_normalized": person.real_name, "display_name_normalized": person.real_name}
    member = _member(person.id, person.name, person.real_name, profile, is_bot=False)
    label = person.tz.rpartition("/")[2].replace("_", " ")
    return member | {"tz": person.tz, "tz_label": label, "tz_offset": person.tz_offset}


def bot_json(world: World) -> Json:
    """Return the bot's own user."""
    profile: Json = {"real_name": world.bot_name, "display_name": world.bot_name, "team": TEAM_ID}
    profile |= {"bot_id": BOT_ID, "api_app_id": APP_ID, "always_active": True}
    return _member(BOT_USER, world.bot_name.lower(), world.bot_name, profile, is_bot=True)


def _member(user_id: str, name: str, real_name: str, profile: Mapping[str, object], *, is_bot: bool) -> Json:
    return {
        "id": user_id,
        "team_id": TEAM_ID,
        "name": name,
        "real_name": real_name,
        "deleted": False,
        "tz": "Etc/UTC",
        "tz_label": "UTC",
        "tz_offset": 0,
        "profile": dict(profile),
        "is_admin": False,
        "is_owner": False,
        "is_bot": is_bot,
        "is_app_user": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "updated": 0,
    }


def view_json(view: View, offered: Mapping[tuple[str, str], list[Json]] | None = None) -> Json:
    """Return a view with its state, as payloads and views.* answers carry it."""
    body = view.body
    return {
        "id": view.id,
        "team_id": TEAM_ID,
        "type": view.type,
        "blocks": view.blocks,
        "private_metadata": body.get("private_metadata", ""),
        "callback_id": body.get("callback_id", ""),
        "state": {"values": state_values(view.blocks, view.values, offered)},
        "hash": view.hash,
        "title": body.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": bool(body.get("clear_on_close", False)),
        "notify_on_close": bool(body.get("notify_on_close", False)),
        "close": body.get("close"),
        "submit": body.get("submit"),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id,
        "app_id": APP_ID,
        "external_id": body.get("external_id", ""),
        "app_installed_team_id": TEAM_ID,
        "bot_id": BOT_ID,
    }
