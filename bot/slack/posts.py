"""One new message, posted once: where it is not known whether Slack took it, it is looked for before the next try."""

from __future__ import annotations

import secrets
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.answers import UNREACHED, surely_not_done, why
from bot.slack.blocks import Rendered

log = structlog.get_logger(__name__)

NO_PREVIEWS: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}  #: what an address shows may be anybody's
LOOK_AT = 15  #: messages of a conversation; ours is among the newest


class Post:
    """A message on its way to a channel or thread; `send` may be called until it returns."""

    def __init__(self, client: AsyncWebClient, channel: str, rendered: Rendered, thread: str = "") -> None:
        self._client = client
        self._channel = channel
        self._thread = thread
        self._text = rendered.text
        #: Slack keeps the ids of blocks, so ours is known by the first one
        self._mark = f"post-{secrets.token_hex(8)}"
        first, *others = rendered.blocks
        self._blocks = [{**first, "block_id": self._mark}, *others]
        self._maybe_there = False

    async def send(self) -> str:
        """Return the ts of the message. Raises what the call raised."""
        if self._maybe_there and (ts := await self._found()):
            return ts
        try:
            response = await self._client.chat_postMessage(
                channel=self._channel,
                text=self._text,
                blocks=self._blocks,
                thread_ts=self._thread or None,
                **NO_PREVIEWS,
            )
        except (SlackApiError, *UNREACHED) as error:
            self._maybe_there = self._maybe_there or not surely_not_done(error)
            raise
        return str(response["ts"])

    async def _found(self) -> str:
        """Return the ts of what an earlier try posted, '' when it did not or nobody may look there."""
        try:
            if self._thread:
                page = await self._client.conversations_replies(
                    channel=self._channel, ts=self._thread, oldest=self._thread, limit=999
                )
            else:
                page = await self._client.conversations_history(channel=self._channel, limit=LOOK_AT)
        except SlackApiError as error:
            if why(error) not in {"missing_scope", "not_in_channel", "channel_not_found", "thread_not_found"}:
                raise
            log.info("cannot_look", channel=self._channel, error=why(error))
            return ""
        for message in page["messages"]:
            if any(block.get("block_id") == self._mark for block in message.get("blocks", ())):
                log.info("was_posted_before", channel=self._channel)
                return str(message["ts"])
        return ""
