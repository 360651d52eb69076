"""Who somebody is: known before they come, asked again now and then, and never waited for twice."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.localslack.faults import Fault
from bot.localslack.runfile import without_proxies
from bot.localslack.workspace import Workspace, start_workspace
from bot.slack import answers
from bot.slack.outbox import Outbox
from bot.slack.people import ASK_AGAIN_S, People
from tests.slack.lobby import until

MANIFEST = Path(__file__).parents[2] / "deploy" / "slack-manifest.yaml"


class Clock:
    """Says what time it is."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def space() -> AsyncIterator[Workspace]:
    without_proxies(os.environ)
    space = await start_workspace(MANIFEST, more_learners=450)
    yield space
    await space.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def people(space: Workspace, clock: Clock) -> AsyncIterator[People]:
    outbox = Outbox(paced=False)
    outbox.start()
    async with aiohttp.ClientSession() as session:
        yield People(AsyncWebClient(space.bot_token, base_url=space.api_url, session=session), outbox, clock)
        await outbox.stop(1)


def asked(space: Workspace) -> int:
    return space.premises.calls.calls["users.info"]


async def test_members_are_known_before_they_come(space: Workspace, people: People) -> None:
    await people.fill()
    for user in ("U0ADA", "U0L0001", "U0L0450"):
        assert await people.who(user)
    assert asked(space) == 0
    assert space.premises.calls.calls["users.list"] == 3


async def test_who_was_not_listed_is_asked_about_once(space: Workspace, people: People) -> None:
    person = await people.who("U0ADA")
    assert person
    assert person.name == "Ada"
    assert await people.who("U0ADA") == person
    assert asked(space) == 1


async def test_after_an_hour_news_are_fetched_and_nobody_waits_for_them(
    space: Workspace, people: People, clock: Clock
) -> None:
    await people.who("U0ADA")
    clock.now += ASK_AGAIN_S + 1
    space.premises.faults.add(Fault("users.info", 1, delay_s=0.3))
    assert await people.who("U0ADA")
    assert await people.who("U0ADA")
    await until(lambda: asked(space) == 2)


async def test_where_slack_does_not_tell_nobody_is_made_up(
    space: Workspace, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "LONGEST_PAUSE_S", 0.01)
    space.premises.faults.add(Fault("*", None, status=500))
    await people.fill()
    assert await people.who("U0ADA") is None
    space.premises.faults.clear()
    assert await people.who("U0ADA")


async def test_of_a_large_class_all_are_asked_about_at_once_and_not_again_for_a_while(
    space: Workspace, people: People, clock: Clock
) -> None:
    calls = space.premises.calls.calls
    users = [*space.premises.world.people, "U0NOBODY"]
    found = await people.among(users)
    assert found.keys() == set(space.premises.world.people)
    assert (calls["users.list"], calls["users.info"]) == (3, 1)
    clock.now = ASK_AGAIN_S - 1
    await people.among(users)
    assert calls["users.list"] == 3
    clock.now = ASK_AGAIN_S
    await people.among(users)
    assert calls["users.list"] == 6


async def test_who_is_a_program_or_gone_is_not_present_and_whom_slack_does_not_tell_of_is(people: People) -> None:
    await people.fill()
    assert await people.present(["U0ADA", "U0DOCENT", "U0NOBODY"]) == ["U0ADA", "U0NOBODY"]
