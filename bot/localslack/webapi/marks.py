"""reactions.* and pins.*: marks on messages."""

from __future__ import annotations

from dataclasses import replace

from bot.localslack import events
from bot.localslack.premises import Premises
from bot.localslack.values import Json, Message, Reaction, Refused
from bot.localslack.webapi.call import Call
from bot.localslack.world import BOT_USER

#: Source: https://docs.slack.dev/reference/methods/pins.add/ (too_many_pins)
PINS_MAX = 100


def with_reaction(message: Message, user: str, name: str) -> Message:
    """Return the message with one more reaction. Raises: Refused."""
    at = {r.name: r for r in message.reactions}
    known = at.get(name, Reaction(name, ()))
    if user in known.users:
        raise Refused("already_reacted")
    at[name] = replace(known, users=(*known.users, user))
    return replace(message, reactions=tuple(at.values()))


def without_reaction(message: Message, user: str, name: str) -> Message:
    """Return the message with one reaction less. Raises: Refused."""
    at = {r.name: r for r in message.reactions}
    if name not in at or user not in at[name].users:
        raise Refused("no_reaction")
    at[name] = replace(at[name], users=tuple(u for u in at[name].users if u != user))
    return replace(message, reactions=tuple(r for r in at.values() if r.users))


def react(premises: Premises, message: Message, user: str, name: str, *, add: bool) -> None:
    """Put somebody's emoji under a message, or take it away, and tell of it. Raises: Refused."""
    changed = with_reaction(message, user, name) if add else without_reaction(message, user, name)
    premises.world.put(changed)
    events.reaction_changed(premises, changed, user, name, added=add)


def _reaction(call: Call, *, add: bool) -> Json:
    name = call.args.need("name", "invalid_name").strip(":")
    channel = call.channel()
    message = call.message(channel, call.args.need("timestamp", "no_item_specified"))
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    react(call.premises, message, BOT_USER, name, add=add)
    return {}


def add_reaction(call: Call) -> Json:
    """reactions.add."""
    return _reaction(call, add=True)


def remove_reaction(call: Call) -> Json:
    """reactions.remove."""
    return _reaction(call, add=False)


def _pin(call: Call, *, pinned: bool) -> Json:
    channel = call.channel()
    message = call.message(channel, call.args.need("timestamp", "no_item_specified"))
    if BOT_USER not in channel.members:
        raise Refused("not_in_channel")
    if message.pinned == pinned:
        raise Refused("already_pinned" if pinned else "no_pin")
    if pinned and sum(m.pinned for m in call.world.messages[channel.id].values()) >= PINS_MAX:
        raise Refused("too_many_pins")
    call.world.put(replace(message, pinned=pinned))
    return {}


def add_pin(call: Call) -> Json:
    """pins.add."""
    return _pin(call, pinned=True)


def remove_pin(call: Call) -> Json:
    """pins.remove."""
    return _pin(call, pinned=False)
