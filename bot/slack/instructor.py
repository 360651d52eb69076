"""The channel that instructors of all read."""

from __future__ import annotations

from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.messages import Message
from bot.ports import Roles
from bot.slack.answers import UNREACHED, why
from bot.slack.chat import SlackChat

log = structlog.get_logger(__name__)


class InstructorsChannel:
    """The channel that instructors read (`ports.Staff`): `name` is its id, or its name if an instructor made it.

    Anybody can make a channel of any name and invite us; what learners did is told to nobody for that.
    """

    def __init__(self, client: AsyncWebClient, chat: SlackChat, name: str, roles: Roles) -> None:
        self._client = client
        self._chat = chat
        self._roles = roles
        self._name = name
        self._id = ""

    async def tell(self, message: Message, place: str = "") -> str:
        """Show the message in the channel, in place of what stands at `place`; return where, '' without a channel."""
        channel, _, ts = place.partition("/")
        channel = channel or await self.find()
        if not channel:
            return ""
        return f"{channel}/{await self._chat.board(channel, ts, message)}"

    async def find(self) -> str:
        """Return the channel's id; '' when none is set or it is not found (yet)."""
        if self._id:
            return self._id
        wanted = self._name.lstrip("#")
        if not wanted:
            return ""
        try:
            found = await self._look_up(wanted)
        except SlackApiError as error:
            log.warning("no_instructors_channel", error=why(error))
            return ""
        except UNREACHED as error:
            log.warning("no_instructors_channel", error=str(error))
            return ""
        if found is None:
            log.warning("no_instructors_channel", channel=wanted, advice="make the channel and invite Docent to it")
        elif found["id"] != wanted and not await self._roles.is_instructor(str(found.get("creator", ""))):
            advice = "name its id in DOCENT_INSTRUCTORS_CHANNEL, or its maker: docent instructors add U…"
            log.warning("not_made_by_an_instructor", channel=wanted, creator=found.get("creator"), advice=advice)
        else:
            self._id = str(found["id"])
        return self._id

    async def _look_up(self, wanted: str) -> dict[str, Any] | None:
        """Return the channel of this id or name among those that we see."""
        cursor = ""
        while True:
            page = await self._client.conversations_list(
                types="public_channel,private_channel", exclude_archived=True, limit=200, cursor=cursor
            )
            for channel in page["channels"]:
                if wanted in (channel["id"], channel["name"]):
                    return dict(channel)
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return None
