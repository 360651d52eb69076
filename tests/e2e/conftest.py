"""A whole Docent in this process: local workspace, real Bolt over real sockets, real engine."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from playwright.async_api import Page

from bot.cli.local import joining, open_workspace
from bot.core.workshop import StepRef, Workshop
from bot.localslack.person import Person, Shown
from bot.localslack.workspace import Workspace as Space
from bot.settings import Settings, read_settings
from bot.wiring import Bot, running_bot
from tests.e2e.pages import open_page


@dataclass(frozen=True, slots=True)
class School:
    """A running workspace with a running bot; `enter` brings a person in."""

    settings: Settings
    space: Space
    bot: Bot
    enter: Callable[[str], Awaitable[Person]]


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    """A school without Slack's pace, which `test_browser` keeps: most of a test's time would be waiting for it."""
    async with open_school(tmp_path, pace=False) as school:
        yield school


@pytest.fixture
async def page(school: School) -> AsyncIterator[Page]:
    async with open_page(school.space.url) as page:
        yield page


@asynccontextmanager
async def open_school(folder: Path, *, pace: bool = True) -> AsyncIterator[School]:
    """Run a school with its data below the folder; without `pace` it writes faster than Slack would let it."""
    async with AsyncExitStack() as stack:
        host = os.environ.get("DOCKER_HOST", "")
        settings = read_settings(data=folder / "data", board_every_s=1, docker_host=host, pace=pace, passing=True)
        space = await stack.enter_async_context(open_workspace(settings, 0, tiers="report" if pace else "off"))
        bot = await stack.enter_async_context(running_bot(joining(settings, space)))

        async def enter(name: str) -> Person:
            person = await Person.connect(space.url, name)
            stack.push_async_callback(person.close)
            return person

        stack.push_async_callback(bot.sandbox.demolish)  # a test that fails leaves nothing on the host either
        yield School(settings, space, bot, enter)


async def press_on(space: Space, person: str, shown: Shown, action_id: str) -> None:
    """Press a button of one very message, as a page that was not reloaded can."""
    block = next(b for b in shown.blocks if any(e.get("action_id") == action_id for e in b.get("elements", [])))
    body = {
        "as": person,
        "channel": shown.channel,
        "ts": shown.ts,
        "block_id": block["block_id"],
        "action_id": action_id,
    }
    async with (
        aiohttp.ClientSession(headers={"X-Docent-Key": space.session_key}) as http,
        http.post(f"{space.origin}/people/press", json=body) as answer,
    ):
        assert answer.status == 200, await answer.text()


def step_that_builds(workshop: Workshop) -> StepRef:
    """Return the first step whose check builds an image."""
    return next(ref for ref, condition in workshop.conditions() if condition.probe == "build")


async def come_to(ada: Person, workshop: Workshop, ref: StepRef) -> None:
    """Stand at the step with everything before it in its section done by skipping."""
    await ada.say("start")
    await ada.wait_for("step 1 of", 30)
    await ada.say(f"go {ref.section}")
    await ada.wait_for(f"{ref.section} ·", 10)
    section = workshop.section(ref.section)
    assert section
    for step in section.steps:
        if step.id == ref.step:
            return
        if step.checked:
            await ada.say("skip")
            await ada.wait_for("skip", 10)
            await ada.press("Yes, skip it")
        else:
            await ada.press("Next")
        await ada.wait_for(r"step \d of", 60)


def slow_dockerfile(seconds: int) -> str:
    """Return a message with a Dockerfile whose build takes a while: a layer that no cache has."""
    return f"```Dockerfile\nFROM node:24-alpine\nWORKDIR /app\nCOPY . .\nRUN sleep {seconds} && true {uuid4()}\n```"
