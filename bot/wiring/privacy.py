"""Privacy joined with what learners have: people see, get and delete what is kept about them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.workshop import Workshop
from bot.errors import ChatError
from bot.progress.persons import SqlPersons
from bot.progress.store import SqlStore
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import Settings
from bot.staffroom.forgetting import Forgetting
from bot.staffroom.privacy import Privacy
from bot.staffroom.telling import Telling
from bot.wiring.beside import Works
from bot.wiring.clock import now
from bot.wiring.instructors import Instructors
from bot.wiring.learners import Learners
from bot.wiring.slack import Slack

#: what Slack says of the token of an app that is not there. Source: docs.slack.dev, auth.test, errors
NO_TOKEN = {"account_inactive", "invalid_auth", "token_revoked", "token_expired", "app_uninstalled"}


def wire_privacy(
    settings: Settings,
    workshop: Workshop,
    store: SqlStore,
    sandbox: DockerSandbox,
    slack: Slack,
    instructors: Instructors,
    learners: Learners,
) -> Works:
    """Append the duty of privacy, and return what goes on for it while the bot runs."""
    persons, chat, room = SqlPersons(store.database), slack.chat, slack.people.room

    async def removed() -> bool:
        return await token_gone(slack.client)

    @asynccontextmanager
    async def alone(user: str) -> AsyncIterator[None]:
        async with learners.classroom.alone(user):
            learners.allowances.forget(user)
            yield

    forgetting = Forgetting(
        workshop,
        persons,
        store,
        learners.desk,
        sandbox,
        alone,
        sandbox.demolish,
        Telling(chat, room),
        chat,
        room,
        now,
    )
    privacy = Privacy(
        persons,
        forgetting,
        store,
        instructors.cohorts,
        instructors.channel,
        chat,
        room,
        now,
        keep_days=settings.keep_days,
        team=slack.team,
        removed=removed,
        goodbye=slack.left.set,
    )
    instructors.duties.append(privacy.duty())
    return {"privacy": privacy.keep}


async def token_gone(client: AsyncWebClient) -> bool:
    """Tell whether Slack takes our token no more. Raises: `ChatError` when it does not say."""
    try:
        await client.auth_test()
    except SlackApiError as error:
        if error.response["error"] in NO_TOKEN:
            return True
        raise ChatError(f"Slack does not say whether we are still there ({error.response['error']}).") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise ChatError(f"Slack could not be reached ({error}).") from error
    return False
