"""What instructors are told stands in their channel once, and is edited there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.messages import FeedbackCard
from bot.errors import ChatError
from bot.localslack.faults import Fault
from bot.localslack.runfile import PROXY_VARIABLES
from bot.localslack.values import Channel, Kind, Message
from bot.localslack.workspace import Workspace, start_workspace
from bot.localslack.world import BOT_USER
from bot.ports import Roles, Staff
from bot.progress.roles import SqlRoles
from bot.progress.store import open_store
from bot.slack.chat import SlackChat
from bot.slack.instructor import InstructorsChannel
from bot.slack.outbox import Outbox

MANIFEST = Path(__file__).parents[2] / "deploy" / "slack-manifest.yaml"
BARBARA = "U0BARBARA"
CARD = FeedbackCard("Ada <!channel> *bold*", 2, "Too fast <@U1>", "3 of 43 steps")


@pytest.fixture
async def space(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workspace]:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    space = await start_workspace(MANIFEST, port=0)
    yield space
    await space.stop()


@pytest.fixture
async def roles(tmp_path: Path) -> AsyncIterator[SqlRoles]:
    store = await open_store(tmp_path / "docent.sqlite")
    roles = SqlRoles(store.database)
    await roles.appoint(BARBARA)
    yield roles
    await store.close()


@pytest.fixture
async def staff(space: Workspace, roles: SqlRoles) -> AsyncIterator[Staff]:
    async for each in named(space, "#docent-instructors", roles):
        yield each


async def named(space: Workspace, name: str, roles: Roles) -> AsyncIterator[InstructorsChannel]:
    outbox = Outbox(paced=False)
    outbox.start()
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(space.bot_token, base_url=space.api_url, session=session)
        yield InstructorsChannel(client, SlackChat(client, session, outbox), name, roles)
        await outbox.stop()


def posted(space: Workspace) -> list[Message]:
    channel = next(c.id for c in space.premises.world.channels.values() if c.name == "docent-instructors")
    return list(space.premises.world.messages[channel].values())


async def test_a_feedback_is_posted_and_then_edited(space: Workspace, staff: Staff) -> None:
    before = len(posted(space))
    place = await staff.tell(CARD)
    assert await staff.tell(FeedbackCard("Ada", 5, "", "43 of 43 steps", again=True), place) == place
    (message,) = posted(space)[before:]
    assert "5 of 5" in str(message.blocks)
    assert "Too fast" not in str(message.blocks)


async def test_a_learners_words_mention_nobody(space: Workspace, staff: Staff) -> None:
    await staff.tell(CARD)
    message = posted(space)[-1]
    assert "<!channel>" not in message.text
    kinds = {part["type"] for block in message.blocks for line in block["elements"] for part in line["elements"]}
    assert kinds == {"text"}, "all of it is literal text"
    assert "Ada <!channel> *bold*" in str(message.blocks)


async def test_a_message_that_was_taken_away_is_posted_anew(space: Workspace, staff: Staff) -> None:
    channel = (await staff.tell(CARD)).partition("/")[0]
    place = await staff.tell(CARD, f"{channel}/1600000000.000001")
    assert place.startswith(f"{channel}/")
    assert place != f"{channel}/1600000000.000001"


@pytest.mark.parametrize("name", ["", "nobody-made-this"])
async def test_without_a_channel_nothing_is_told_and_nothing_breaks(
    space: Workspace, name: str, roles: SqlRoles
) -> None:
    async for staff in named(space, name, roles):
        assert await staff.tell(CARD) == ""


async def test_a_workspace_that_is_away_is_asked_again_later(space: Workspace, staff: Staff) -> None:
    space.premises.faults.add(Fault("conversations.list", error="ratelimited"))
    assert await staff.tell(CARD) == ""
    assert await staff.tell(CARD)


async def test_a_slack_that_cannot_be_reached_is_no_crash(space: Workspace, staff: Staff) -> None:
    await space.stop()
    assert await staff.tell(CARD) == ""


async def test_a_workspace_that_refuses_is_a_fault_of_the_chat(space: Workspace, staff: Staff) -> None:
    space.premises.faults.add(Fault("chat.postMessage", error="restricted_action"))
    with pytest.raises(ChatError, match="restricted_action"):
        await staff.tell(CARD)


async def test_s10_a_channel_that_a_learner_calls_the_instructors_gets_nothing(
    space: Workspace, roles: SqlRoles, seen: Callable[[object], None]
) -> None:
    made = Channel("C0FAKE", "staff-room", Kind.PUBLIC, frozenset({"U0ADA", BOT_USER}), "U0ADA", 1)
    space.premises.world.put_channel(made)
    async for staff in named(space, "staff-room", roles):
        assert await staff.tell(CARD) == ""
        assert not space.premises.world.messages["C0FAKE"]
        await roles.appoint("U0ADA")
        assert await staff.tell(CARD), "the role counts, by id, and at once"
    seen("the channel's name is nothing; its maker's role, by id, is")


async def test_s11_whoever_takes_an_instructors_name_is_still_a_learner(
    space: Workspace, roles: SqlRoles, seen: Callable[[object], None]
) -> None:
    world = space.premises.world
    world.people["U0ADA"] = replace(world.people["U0ADA"], name="barbara", real_name="Barbara")
    world.put_channel(replace(world.channels["C0INSTRUCTORS"], creator="U0ADA"))
    async for staff in named(space, "docent-instructors", roles):
        assert await staff.tell(CARD) == ""
    assert not await roles.is_instructor("U0ADA")
    seen("a name changes nothing")


async def test_s10_a_channel_that_the_operator_names_by_its_id_needs_no_maker(
    space: Workspace, roles: SqlRoles
) -> None:
    await roles.dismiss(BARBARA)
    async for staff in named(space, "docent-instructors", roles):
        assert await staff.tell(CARD) == ""
    async for staff in named(space, "C0INSTRUCTORS", roles):
        assert await staff.tell(CARD)
