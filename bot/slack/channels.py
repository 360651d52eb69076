"""Channels, as duties know them (`bot.ports.Channels`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.cohorts.making import ChannelSeen
from bot.errors import ChatError
from bot.slack.answers import UNREACHED, why
from bot.slack.legible import whole
from bot.slack.outbox import Outbox, Priority, Send
from bot.slack.people import People

log = structlog.get_logger(__name__)

PAGE = 200
#: we do not see it, or it is a conversation of a kind that we do not look into
HIDDEN = {"channel_not_found", "not_in_channel", "fetch_members_failed", "missing_scope"}
#: it is pinned, or cannot be: neither is worth a word
PINNED = {"already_pinned", "channel_not_found", "message_not_found", "not_pinnable", "is_archived", "missing_scope"}


class SlackChannels:
    """What one workspace tells of its channels."""

    def __init__(self, client: AsyncWebClient, outbox: Outbox, people: People) -> None:
        self._client = client
        self._outbox = outbox
        self._people = people

    async def members(self, channel: str) -> Sequence[str]:
        """Return who is in it, without programs and who is gone, as far as Slack tells; () where we are not.

        Raises `ChatError`.
        """
        found: list[str] = []
        cursor = ""
        while True:

            async def ask(cursor: str = cursor) -> Any:
                return await self._client.conversations_members(channel=channel, limit=PAGE, cursor=cursor)

            page = await self._call("conversations.members", channel, ask, HIDDEN)
            if page is None:
                return ()
            found += [str(user) for user in page["members"]]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        known = await self._people.among(found)
        none = {user for user, person in known.items() if person.bot or person.gone}
        return [user for user in found if user not in none]

    async def pin(self, channel: str, ts: str) -> None:
        """Pin a message (idempotent); quiet where we may not. Raises `ChatError`."""

        async def pin() -> Any:
            return await self._client.pins_add(channel=channel, timestamp=ts)

        await self._call("pins.add", channel, pin, PINNED)

    async def name(self, channel: str) -> str:
        """Return its name without #, '' when it is not to be seen. Raises `ChatError`."""

        seen = await self.seen(channel)
        return seen.name if seen else ""

    async def seen(self, channel: str) -> ChannelSeen | None:
        """Return it as we see it, None when we do not. Raises `ChatError`."""
        if channel.startswith("D"):
            return ChannelSeen(channel, talk=True)

        async def ask() -> Any:
            return await self._client.conversations_info(channel=channel)

        answer = await self._call("conversations.info", channel, ask, HIDDEN)
        return None if answer is None else read_channel(answer["channel"])

    async def _call(self, method: str, channel: str, call: Send, harmless: set[str]) -> Any:
        """Return what Slack answered; None for a refusal that is harmless."""
        try:
            return await self._outbox.send(method, channel, call, Priority.PROGRESS)
        except SlackApiError as error:
            if why(error) in harmless:
                log.info("not_told", method=method, channel=channel, error=why(error))
                return None
            raise ChatError(f"Slack refused {method} ({why(error)}).") from error
        except UNREACHED as error:
            raise ChatError(f"Slack could not be reached ({error}).") from error


def read_channel(channel: Mapping[str, Any]) -> ChannelSeen:
    """Return what `conversations.info` says of a channel. Source: docs.slack.dev, conversation object."""
    return ChannelSeen(
        id=str(channel["id"]),
        name=whole(str(channel.get("name") or "")),
        archived=bool(channel.get("is_archived")),
        ours=bool(channel.get("is_member")),
        talk=bool(channel.get("is_im") or channel.get("is_mpim")),
    )
