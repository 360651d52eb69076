"""Channels, as duties know them (`bot.ports.Channels`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatError
from bot.slack.answers import UNREACHED, why
from bot.slack.legible import whole
from bot.slack.outbox import Outbox, Priority, Send
from bot.slack.people import People

log = structlog.get_logger(__name__)

PAGE = 200
HIDDEN = {"channel_not_found", "not_in_channel", "fetch_members_failed"}
#: it is pinned, or cannot be: neither is worth a word
PINNED = {"already_pinned", "channel_not_found", "message_not_found", "not_pinnable", "is_archived", "missing_scope"}


class SlackChannels:
    """What one workspace tells of its channels."""

    def __init__(self, client: AsyncWebClient, outbox: Outbox, people: People) -> None:
        self._client = client
        self._outbox = outbox
        self._people = people

    async def members(self, channel: str) -> Sequence[str]:
        """Return who is in it, without programs and who is gone; () where we are not. Raises `ChatError`."""
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
        known = [(user, await self._people.who(user)) for user in found]
        return [user for user, person in known if person is not None and not (person.bot or person.gone)]

    async def pin(self, channel: str, ts: str) -> None:
        """Pin a message (idempotent); quiet where we may not. Raises `ChatError`."""

        async def pin() -> Any:
            return await self._client.pins_add(channel=channel, timestamp=ts)

        await self._call("pins.add", channel, pin, PINNED)

    async def name(self, channel: str) -> str:
        """Return its name without #, '' when it is not to be seen. Raises `ChatError`."""

        async def ask() -> Any:
            return await self._client.conversations_info(channel=channel)

        answer = await self._call("conversations.info", channel, ask, HIDDEN)
        return "" if answer is None else whole(str(answer["channel"].get("name") or ""))

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
