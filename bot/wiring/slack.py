"""The line to Slack: one session, one client, one door out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import OperatorError
from bot.settings import Settings
from bot.slack.channels import SlackChannels
from bot.slack.chat import SlackChat
from bot.slack.hours import SlackHours
from bot.slack.outbox import Outbox
from bot.slack.people import People

SLACK_S, SLACK_CONNECT_S = 30.0, 10.0  #: for one call; slack_sdk sets no time of its own for a session that is shared


@dataclass(frozen=True, slots=True)
class Slack:
    """What talks to Slack. `teams` are the ids of who may come in, `workspace` is the name of ours."""

    session: aiohttp.ClientSession
    client: AsyncWebClient
    chat: SlackChat
    people: People
    channels: SlackChannels
    hours: SlackHours
    us: str  #: our own user id
    teams: tuple[str, ...]
    workspace: str
    team: str = ""  #: the workspace that the token is for
    left: asyncio.Event = field(default_factory=asyncio.Event)  #: it removed us, and all that was kept of it is deleted


@asynccontextmanager
async def open_slack(settings: Settings) -> AsyncIterator[Slack]:
    """Have the line open; what waits in the outbox is sent before it closes. Raises: `OperatorError`."""
    limits = aiohttp.ClientTimeout(total=SLACK_S, sock_connect=SLACK_CONNECT_S)
    async with aiohttp.ClientSession(timeout=limits) as session:
        client = AsyncWebClient(settings.slack_bot_token, base_url=settings.slack_api_url, session=session)
        us, team, workspace = await who_we_are(client)
        outbox = Outbox(paced=settings.pace)
        outbox.start()
        try:
            chat, people = SlackChat(client, session, outbox), People(client, outbox)
            channels = SlackChannels(client, outbox, people)
            hours = SlackHours(client, outbox, people)
            teams = settings.teams or (team,)
            yield Slack(session, client, chat, people, channels, hours, us, teams, workspace, team)
        finally:
            await outbox.stop()


async def who_we_are(client: AsyncWebClient) -> tuple[str, str, str]:
    """Return our user id, and id and name of the workspace that the token is for.

    Raises: `OperatorError` when Slack refuses it.
    """
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        raise OperatorError(f"Slack refused the bot token: {error.response['error']}.") from error
    except aiohttp.ClientError as error:
        raise OperatorError(f"Slack could not be reached: {error}.") from error
    return str(answer["user_id"]), str(answer["team_id"]), str(answer.get("team") or "")
