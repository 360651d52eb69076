"""Channels as people have them: made, joined, left, renamed, archived; and Slack's own commands for that."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from bot.localslack import events
from bot.localslack.asking import Ask, Declined
from bot.localslack.premises import Premises
from bot.localslack.values import Channel, Json, Kind
from bot.localslack.world import BOT_USER


async def join(ask: Ask) -> Json:
    """Come into a channel."""
    channel = ask.channel()
    if channel.archived:
        raise Declined("is_archived", f"#{channel.name} is archived.")
    if ask.person.id not in channel.members:
        _enter(ask.premises, channel, ask.person.id)
    return {}


async def leave(ask: Ask) -> Json:
    """Leave a channel."""
    channel = ask.own_channel()
    if channel.kind is Kind.DM:
        raise Declined("dm", "Nobody can leave a direct message.")
    _go(ask.premises, channel, ask.person.id)
    return {}


async def invite(ask: Ask) -> Json:
    """Bring somebody, or the bot, into a channel."""
    channel, user = ask.own_channel(), ask.user("user")
    if channel.kind is Kind.DM:
        raise Declined("dm", "A direct message stays between two.")
    if user not in channel.members:
        _enter(ask.premises, channel, user, ask.person.id)
    return {}


async def remove(ask: Ask) -> Json:
    """Take somebody, or the bot, out of a channel."""
    channel, user = ask.own_channel(), ask.user("user")
    if channel.kind is Kind.DM:
        raise Declined("dm", "A direct message stays between two.")
    if user not in channel.members:
        raise Declined("not_in_channel", f"They are not in #{channel.name}.")
    _go(ask.premises, channel, user, ask.person.id)
    return {}


async def make(ask: Ask) -> Json:
    """Make a channel with its maker in it."""
    name, world = _new_name(ask), ask.premises.world
    kind = Kind.PRIVATE if ask.flag("private") else Kind.PUBLIC
    person, created = ask.person.id, int(ask.premises.clock().timestamp())
    channel = Channel(world.next_id("C"), name, kind, frozenset({person}), person, created)
    world.put_channel(channel)
    return {"channel": channel.id}


async def rename(ask: Ask) -> Json:
    """Give a channel another name."""
    channel = _of_people(ask.own_channel())
    renamed = replace(channel, name=_new_name(ask))
    ask.premises.world.put_channel(renamed)
    events.channel_renamed(ask.premises, renamed)
    return {}


async def archive(ask: Ask) -> Json:
    """Put a channel away: its messages stay, nothing new comes."""
    channel = replace(_of_people(ask.own_channel()), archived=True)
    ask.premises.world.put_channel(channel)
    events.channel_archived(ask.premises, channel, ask.person.id)
    return {}


async def unarchive(ask: Ask) -> Json:
    """Bring an archived channel back."""
    channel = ask.channel()
    if not channel.archived:
        raise Declined("not_archived", f"#{channel.name} is not archived.")
    back = replace(channel, archived=False)
    ask.premises.world.put_channel(back)
    events.channel_archived(ask.premises, back, ask.person.id)
    return {}


def _new_name(ask: Ask) -> str:
    name = ask.text("name").lower().lstrip("#")
    if not 1 <= len(name) <= 80 or not all(c.isalnum() or c in "-_" for c in name):
        raise Declined("bad_name", "A channel's name is letters, digits, - and _, 80 at most.")
    if name in ask.premises.world.channel_names:
        raise Declined("name_taken", f"There is a channel #{name} already.")
    return name


def _of_people(channel: Channel) -> Channel:
    if channel.kind is Kind.DM:
        raise Declined("dm", "A direct message has no name and is not archived.")
    return channel


def _enter(premises: Premises, channel: Channel, user: str, inviter: str | None = None) -> None:
    joined = replace(channel, members=channel.members | {user})
    premises.world.put_channel(joined)
    events.member_joined(premises, joined, user, inviter)


def _go(premises: Premises, channel: Channel, user: str, by: str | None = None) -> None:
    left = replace(channel, members=channel.members - {user})
    premises.world.put_channel(left)
    if user == BOT_USER:
        events.bot_removed(premises, left, by or user)
    else:
        events.member_left(premises, left, user)


Command = Callable[[Ask, str], Awaitable[Json]]


def _built_in(act: Callable[[Ask], Awaitable[Json]], takes: str = "") -> Command:
    async def perform(ask: Ask, text: str) -> Json:
        given = {takes: text} if takes else {}
        await act(Ask(ask.premises, {**ask.given, **given}))
        return {"outcome": "done"}

    return perform


#: Slack's own commands; what brings a channel back is a button there.
#: Source: slack.com/help/articles/201259356, slash commands in Slack
BUILT_IN: Mapping[str, Command] = {
    "/invite": _built_in(invite, "user"),
    "/remove": _built_in(remove, "user"),
    "/leave": _built_in(leave),
    "/rename": _built_in(rename, "name"),
    "/archive": _built_in(archive),
    "/unarchive": _built_in(unarchive),
}
