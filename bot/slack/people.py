"""Who somebody is and where their direct message is; asked of Slack once each."""

from __future__ import annotations

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatError

log = structlog.get_logger(__name__)


class People:
    """Names and direct messages, remembered for as long as the process lives."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._names: dict[str, str] = {}
        self._rooms: dict[str, str] = {}

    async def name(self, user: str) -> str:
        """Return the name the person is shown by; '' when Slack does not tell."""
        if user not in self._names:
            try:
                answer = await self._client.users_info(user=user)
            except SlackApiError as error:
                log.info("no_name", user=user, error=error.response["error"])
                return ""
            person = answer["user"]
            profile = person.get("profile", {})
            names = (profile.get("display_name"), profile.get("real_name"), person.get("real_name"), person.get("name"))
            self._names[user] = next((str(name) for name in names if name), "")
        return self._names[user]

    async def room(self, user: str) -> str:
        """Return the channel id of our direct message with the person. Raises `ChatError`."""
        if user not in self._rooms:
            try:
                answer = await self._client.conversations_open(users=user)
            except SlackApiError as error:
                raise ChatError(f"Slack opened no direct message ({error.response['error']}).") from error
            self._rooms[user] = str(answer["channel"]["id"])
        return self._rooms[user]

    def met(self, user: str, room: str) -> None:
        """Remember the direct message that somebody wrote in."""
        self._rooms[user] = room
