"""One call of a method: its arguments, and what it may touch."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.localslack.premises import Premises
from bot.localslack.tiers import Tier
from bot.localslack.values import Channel, Json, Kind, Message, Refused
from bot.localslack.world import BOT_USER, World, dm_of

#: The scope that reads about a conversation, by its kind.
READ_SCOPES = {Kind.PUBLIC: "channels:read", Kind.PRIVATE: "groups:read", Kind.DM: "im:read"}
HISTORY_SCOPES = {Kind.PUBLIC: "channels:history", Kind.PRIVATE: "groups:history", Kind.DM: "im:history"}


class Args:
    """The arguments as they came: strings of a form, or the values of a JSON body."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given

    def text(self, name: str) -> str | None:
        """Return a string, None when it is absent or empty."""
        value = self._given.get(name)
        if value is None or value == "":
            return None
        return value if isinstance(value, str) else json.dumps(value)

    def need(self, name: str, error: str = "invalid_arguments") -> str:
        """Return a string that must be there. Raises: Refused."""
        value = self.text(name)
        if value is None:
            message = f"[ERROR] missing required field: {name}"
            raise Refused(error, response_metadata={"messages": [message]})
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean; the SDK writes 1 and 0."""
        return str(self._given.get(name, "")).lower() in ("1", "true")

    def integer(self, name: str, default: int) -> int:
        """Return a whole number. Raises: Refused."""
        value = self._given.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError:
            raise Refused("invalid_arguments") from None

    def json(self, name: str, error: str = "invalid_arguments") -> Any:
        """Return a JSON value, written as such or as a string; None when absent. Raises: Refused."""
        value = self._given.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise Refused(error) from None

    def has(self, name: str) -> bool:
        """Say whether the argument was given at all."""
        return self._given.get(name) is not None

    def shown(self) -> Json:
        """Return the arguments for the record, without tokens."""
        return {k: v for k, v in self._given.items() if k != "token"}


@dataclass(frozen=True, slots=True)
class Call:
    """One call on its way."""

    premises: Premises
    args: Args

    @property
    def world(self) -> World:
        """Return the workspace's tables."""
        return self.premises.world

    def require_scope(self, *any_of: str) -> None:
        """Refuse unless the manifest grants one of the scopes. Raises: Refused."""
        granted = self.premises.manifest.bot_scopes
        if granted.isdisjoint(any_of):
            raise Refused("missing_scope", needed=",".join(any_of), provided=",".join(sorted(granted)))

    def channel(self, name: str = "channel") -> Channel:
        """Return a conversation that the bot can know of. Raises: Refused."""
        given = self.args.need(name, "channel_not_found")
        channel = self.world.channels.get(given)
        if channel is None or not self.world.can_read(BOT_USER, channel):
            raise Refused("channel_not_found")
        return channel

    def channel_to_write(self, name: str = "channel") -> Channel:
        """Return a conversation that the bot may post to; a person's id means their direct message. Raises: Refused."""
        given = self.args.need(name, "channel_not_found")
        if given in self.world.people:
            given = dm_of(given)
        if given.startswith("#"):
            given = self.world.channel_names.get(given[1:], given)
        channel = self.world.channels.get(given)
        if channel is None or not self.world.can_read(BOT_USER, channel):
            raise Refused("channel_not_found")
        if channel.archived:
            raise Refused("is_archived")
        public_write = "chat:write.public" in self.premises.manifest.bot_scopes
        if BOT_USER not in channel.members and not public_write:
            raise Refused("not_in_channel")
        return channel

    def user(self, name: str = "user") -> str:
        """Return the id of a person or the bot. Raises: Refused."""
        given = self.args.need(name, "user_not_found")
        if given != BOT_USER and given not in self.world.people:
            raise Refused("user_not_found")
        return given

    def message(self, channel: Channel, ts: str) -> Message:
        """Return a message that everybody in the channel sees. Raises: Refused."""
        message = self.world.find(channel.id, ts)
        if message is None or message.only_for:
            raise Refused("message_not_found")
        return message


Handler = Callable[[Call], Json]


@dataclass(frozen=True, slots=True)
class Method:
    """One method of the Web API. `token`: which kind it takes (bot, app or none)."""

    handler: Handler
    tier: Tier
    #: all of these are needed; scopes that depend on the arguments are the handler's affair
    scopes: tuple[str, ...] = ()
    token: str = "bot"  # noqa: S105 - a kind of token


def page(items: list[Json], call: Call, default: int, most: int) -> tuple[list[Json], str]:
    """Return the page of a list that the cursor asks for, and the next cursor. Raises: Refused."""
    limit = call.args.integer("limit", default) or default
    if not 1 <= limit <= most:
        raise Refused("invalid_limit")
    cursor = call.args.text("cursor") or "at:0"
    if not cursor.startswith("at:") or not cursor[3:].isdigit():
        raise Refused("invalid_cursor")
    start = int(cursor[3:])
    end = start + limit
    return items[start:end], f"at:{end}" if end < len(items) else ""
