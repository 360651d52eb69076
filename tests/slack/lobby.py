"""Docent's Slack side in this process: the local workspace, real Bolt over real sockets, and no Docker behind it."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from bot.authoring.load import load_workshop
from bot.check import Checks
from bot.classroom import Classroom, Follower
from bot.core.workshop import StepRef
from bot.fairness.intake import Intake
from bot.fairness.queue import Queue
from bot.localslack.person import Person
from bot.localslack.runfile import without_proxies
from bot.localslack.sockets import Answer
from bot.localslack.tiers import Tiers
from bot.localslack.values import Message
from bot.localslack.workspace import Delivering, Workspace, start_workspace
from bot.localslack.world import APP_ID, BOT_USER, TEAM_ID, dm_of
from bot.ports import Duty
from bot.progress.cohorts import SqlCohorts
from bot.progress.notebooks import SqlNotebooks
from bot.progress.roles import SqlRoles
from bot.progress.standings import SqlStandings
from bot.progress.store import SqlStore, open_store
from bot.settings import shipped
from bot.slack.channels import SlackChannels
from bot.slack.chat import SlackChat
from bot.slack.door import open_door
from bot.slack.duties import DutyListeners
from bot.slack.learner import LearnerListeners
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.slack.porter import Porter
from bot.slack.uploads import Uploads
from bot.staffroom.homes import on_home
from bot.workbench import Scribe, Workbench
from tests.fakes import MemoryCamera, MemoryDesk, MemorySandbox, MemoryStaff, farewell_of

LESSONS = shipped("lessons") / "docker-workshop"
MANIFEST = shipped("deploy") / "slack-manifest.yaml"
WORKSHOP = load_workshop(LESSONS)
BUILD = next(ref for ref, condition in WORKSHOP.conditions() if condition.probe == "build")
HASTY = Delivering(ack_timeout_s=1.0, retry_delays_s=(0.0, 0.1, 0.1))


@dataclass(slots=True)
class Lobby:
    """A workspace with a bot in it; `people` are brought in by `enter`."""

    space: Workspace
    store: SqlStore
    classroom: Classroom
    checks: Checks
    chat: SlackChat
    outbox: Outbox
    sandbox: MemorySandbox
    desk: MemoryDesk
    staff: MemoryStaff
    roles: SqlRoles
    cohorts: SqlCohorts
    people: People
    channels: SlackChannels
    duties: list[Duty]
    followers: list[Follower]
    enter: Callable[[str], Awaitable[Person]]
    handler: AsyncSocketModeHandler = field(init=False)  #: once the door is open

    def said(self, user: str = "U0ADA", channel: str = "") -> list[Message]:
        """Return what the bot has said in somebody's direct message, or elsewhere; ephemerals too."""
        messages = self.space.premises.world.messages[channel or dm_of(user)].values()
        return [m for m in messages if m.by_bot or m.user == BOT_USER]

    async def deliver(self, kind: str, payload: dict[str, Any]) -> Answer:
        """Send one envelope as Slack would; return what came back for it."""
        envelope = {"envelope_id": secrets.token_hex(8), "payload": payload, "type": kind}
        envelope["accepts_response_payload"] = kind != "events_api"
        return await self.space.premises.hub.sockets.exchange(envelope, 3.0)

    async def event(self, event: dict[str, Any], event_id: str = "", **more: Any) -> Answer:
        """Deliver an event."""
        body = {"token": "t", "team_id": TEAM_ID, "api_app_id": APP_ID, "type": "event_callback", "event": event}
        body |= {"event_id": event_id or f"Ev{secrets.token_hex(5)}", "event_time": 1, "authorizations": []}
        return await self.deliver("events_api", body | more)

    async def at(self, user: str, ref: StepRef) -> None:
        """Put somebody at a step."""
        learner = await self.store.learner(user, user)
        await self.store.record(replace(learner, at=ref, met_at=datetime.now(UTC)), "moved")


def words(text: str, user: str = "U0ADA", **more: Any) -> dict[str, Any]:
    """Return the event of a direct message."""
    event = {"type": "message", "channel": dm_of(user), "channel_type": "im", "user": user, "text": text}
    return event | {"ts": f"17{secrets.randbelow(10**8):08d}.{secrets.randbelow(10**6):06d}", "team": TEAM_ID} | more


def press(user: str, action_id: str, value: str, message: Message | None = None, **more: Any) -> dict[str, Any]:
    """Return the payload of a press, on a message of ours or on none."""
    body: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": user, "name": user, "team_id": TEAM_ID},
        "team": {"id": TEAM_ID, "domain": "x"},
        "api_app_id": APP_ID,
        "trigger_id": secrets.token_hex(8),
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": "1.2"}],
        "container": {"type": "view", "view_id": "V1"},
    }
    if message is not None:
        body["container"] = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
        body |= {"channel": {"id": message.channel, "name": "directmessage"}, "message": {"ts": message.ts}}
    return body | more


@asynccontextmanager
async def open_lobby(
    folder: Path,
    *,
    delivering: Delivering = HASTY,
    teams: Collection[str] = (TEAM_ID,),
    guests: bool = False,
    paced: bool = False,
    hasty_people: bool = True,
    more_learners: int = 0,
    tiers: Tiers = Tiers.OFF,
    space: Workspace | None = None,
    session: aiohttp.ClientSession | None = None,
    api_url: str = "",
    wire: Callable[[Lobby], object] = lambda lobby: None,
) -> AsyncIterator[Lobby]:
    """Run a bot in a workspace of its own, or in one that is there; its records are below the folder.

    `paced` is how it sends, `hasty_people` that they may send as much as they like. `wire` fills the lobby's duties and
    followers, before anybody comes in.
    """
    without_proxies(os.environ)
    async with AsyncExitStack() as stack:
        if space is None:
            space = await start_workspace(MANIFEST, delivering=delivering, tiers=tiers, more_learners=more_learners)
            stack.push_async_callback(space.stop)
        store = await open_store(folder / "docent.sqlite")
        stack.push_async_callback(store.close)
        if session is None:
            session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)))
        client = AsyncWebClient(space.bot_token, base_url=api_url or space.api_url, session=session)
        outbox = Outbox(paced=paced)
        outbox.start()
        stack.push_async_callback(outbox.stop, 5)
        chat, sandbox, desk, staff = SlackChat(client, session, outbox), MemorySandbox(), MemoryDesk(), MemoryStaff()
        queue = Queue(desk, slots=2, most=99)
        duties: list[Duty] = []
        followers: list[Follower] = []
        scribe, camera = Scribe(chat, SqlNotebooks(store.database)), MemoryCamera()
        bench = Workbench(
            store, SqlStandings(store.database), sandbox, scribe, lambda path: (LESSONS / path).read_bytes(), camera
        )
        farewell = farewell_of(WORKSHOP, store, chat, bench, staff, camera)
        classroom = Classroom(
            WORKSHOP,
            store,
            scribe,
            sandbox,
            Intake(WORKSHOP, store, scribe, queue),
            bench,
            farewell,
            start_files={"package.json": b"{}"},
            clock=lambda: datetime.now(UTC),
            refresh_board=lambda: None,
            home_panels=on_home(duties),
            followers=followers,
        )
        stack.push_async_callback(classroom.stop, 5)
        checks = Checks(WORKSHOP, store, scribe, sandbox, queue, classroom, bench.rebuilds, lambda: datetime.now(UTC))
        people = People(client, outbox)
        porter = Porter(people, chat, teams, guests=guests, paced=not hasty_people)
        uploads = Uploads(session, space.bot_token, api_url or space.api_url)
        listeners = LearnerListeners(classroom, people, porter, chat, uploads)
        here = space

        async def enter(name: str) -> Person:
            person = await Person.connect(here.url, name)
            stack.push_async_callback(person.close)
            return person

        lobby = Lobby(
            here,
            store,
            classroom,
            checks,
            chat,
            outbox,
            sandbox,
            desk,
            staff,
            SqlRoles(store.database),
            SqlCohorts(store.database),
            people,
            SlackChannels(client, outbox, people),
            duties,
            followers,
            enter,
        )
        wire(lobby)
        duty = DutyListeners(duties, people, porter, chat, uploads, BOT_USER)
        app = open_door(client, teams, duty, listeners)
        handler = AsyncSocketModeHandler(app, space.app_token, web_client=client, ping_interval=1)
        lobby.handler = handler
        stack.push_async_callback(handler.close_async)
        await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt gives it no types
        await space.premises.hub.sockets.wait_for_one(5)
        yield lobby


async def until(holds: Callable[[], object], within_s: float = 10) -> None:
    """Return once it holds."""
    async with asyncio.timeout(within_s):
        while not holds():
            await asyncio.sleep(0.01)


async def still(count: Callable[[], int], quiet_s: float = 0.3) -> int:
    """Return a count once it has not changed for a while."""
    last, since = count(), asyncio.get_running_loop().time()
    while asyncio.get_running_loop().time() - since < quiet_s:
        await asyncio.sleep(0.02)
        if count() != last:
            last, since = count(), asyncio.get_running_loop().time()
    return last
