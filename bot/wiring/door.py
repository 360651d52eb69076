"""The door in: from here on Slack brings what people do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from bot.classroom import Classroom
from bot.ports import Duty
from bot.settings import Settings
from bot.slack.door import open_door
from bot.slack.duties import DutyListeners
from bot.slack.learner import LearnerListeners
from bot.slack.porter import Porter
from bot.slack.uploads import Uploads
from bot.wiring.slack import Slack


@asynccontextmanager
async def connected(
    settings: Settings, slack: Slack, classroom: Classroom, duties: Sequence[Duty]
) -> AsyncIterator[None]:
    """Be connected over Socket Mode while the block runs; a new group of listeners is registered here."""
    uploads = Uploads(slack.session, settings.slack_bot_token, settings.slack_api_url)
    porter = Porter(slack.people, slack.chat, slack.teams, guests=settings.guests, paced=settings.pace)
    duty = DutyListeners(duties, slack.people, porter, slack.chat, uploads, slack.us)
    learners = LearnerListeners(classroom, slack.people, porter, slack.chat, uploads)
    app = open_door(slack.client, slack.teams, duty, learners, paced=settings.pace)
    handler = AsyncSocketModeHandler(app, settings.slack_app_token, web_client=slack.client)
    try:
        await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt gives it no types
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
