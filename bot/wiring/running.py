"""A running bot: its parts opened in order, and closed the other way round."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from bot.authoring.load import load_workshop
from bot.core.workshop import Workshop
from bot.errors import OperatorError
from bot.expiry import Expiry
from bot.logs import conceal
from bot.ports import Duty, Sandbox
from bot.progress.store import SqlStore
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import Settings
from bot.wiring.beside import beside
from bot.wiring.door import connected
from bot.wiring.duties import wire_duties
from bot.wiring.host import care, open_host
from bot.wiring.instructors import wire_instructors
from bot.wiring.learners import follow, open_desk, wire_learners
from bot.wiring.records import open_records
from bot.wiring.slack import open_slack
from bot.wiring.telling import teller

log = structlog.get_logger(__name__)
Hands = Callable[[Sandbox, Workshop], Sandbox]


@dataclass(frozen=True, slots=True)
class Bot:
    """A bot that is running."""

    workshop: Workshop
    store: SqlStore
    sandbox: DockerSandbox
    expiry: Expiry
    left: asyncio.Event  #: the workspace removed us, and everything is deleted
    duties: Sequence[Duty] = ()


@asynccontextmanager
async def running_bot(settings: Settings, hands: Hands | None = None) -> AsyncIterator[Bot]:
    """Run the bot while the block runs: connected, its desk working, its board kept.

    `hands` may put something in the place of the host for learners' work, which only rehearsals do.
    Raises: `OperatorError` for what the operator can mend, `AuthorError` for a broken workshop.
    """
    if not (settings.slack_bot_token and settings.slack_app_token):
        raise OperatorError("Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN, or run `docent local` to try without Slack.")
    conceal(settings.slack_bot_token, settings.slack_app_token)
    workshop = load_workshop(settings.workshop)
    async with (
        open_records(settings) as store,
        open_host(settings, store) as sandbox,
        open_slack(settings) as slack,
    ):
        instructors = await wire_instructors(settings, workshop, store, sandbox, slack)
        work = hands(sandbox, workshop) if hands else sandbox
        learners = await wire_learners(settings, workshop, store, sandbox, slack, instructors, work)
        duties = wire_duties(settings, workshop, store, sandbox, slack, instructors, learners)
        sandbox.disk.tell = teller(slack.chat, slack.people)
        async with (
            beside(care(settings, store, sandbox, instructors)),
            open_desk(settings, store, learners),
            beside(duties),
            beside(follow(slack, learners)),
            connected(settings, slack, learners.classroom, instructors.duties),
        ):
            log.info("running", workshop=workshop.id, steps=len(workshop.order), data=str(settings.data))
            yield Bot(workshop, store, sandbox, learners.expiry, slack.left, tuple(instructors.duties))
