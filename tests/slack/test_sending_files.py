"""Files leave through the outbox, and arrive with their words for those who do not see pictures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChatError
from bot.localslack.faults import Fault
from bot.localslack.runfile import PROXY_VARIABLES
from bot.localslack.workspace import Workspace, start_workspace
from bot.ports import Keepsake, Where
from bot.slack.chat import SlackChat
from bot.slack.outbox import Outbox

MANIFEST = Path(__file__).parents[2] / "deploy" / "slack-manifest.yaml"
FILE = Keepsake("app.png", b"\x89PNG\r\n\x1a\n", "Your app with one item", "Here is <your> app.")


@pytest.fixture
async def space(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workspace]:
    for name in PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    space = await start_workspace(MANIFEST, port=0)
    yield space
    await space.stop()


@pytest.fixture
async def chat(space: Workspace) -> AsyncIterator[SlackChat]:
    outbox = Outbox(paced=False)
    outbox.start()
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient(space.bot_token, base_url=space.api_url, session=session)
        yield SlackChat(client, session, outbox)
        await outbox.stop()


async def ada(space: Workspace) -> tuple[Where, Any]:
    async with aiohttp.ClientSession(headers={"X-Docent-Key": space.session_key}) as session:
        person = next(each for each in space.premises.world.people.values() if each.name.lower() == "ada")
        channel = next(c for c in space.premises.world.channels.values() if person.id in c.members and c.id[0] == "D")
        async with session.get(
            f"{space.origin}/people/history", params={"as": person.id, "channel": channel.id}
        ) as answer:
            return Where(channel.id, person.id), (await answer.json()).get("messages", [])


async def test_a_picture_arrives_with_its_sentence_and_its_alt_text(space: Workspace, chat: SlackChat) -> None:
    where, _ = await ada(space)
    await chat.send_file(where, FILE)
    _, messages = await ada(space)
    (file,) = messages[-1]["files"]
    assert (file["name"], file["alt"], file["size"]) == ("app.png", "Your app with one item", len(FILE.content))
    assert messages[-1]["text"] == "Here is &lt;your&gt; app."


async def test_a_step_that_fails_is_done_again_and_the_picture_comes_once(space: Workspace, chat: SlackChat) -> None:
    where, before = await ada(space)
    space.premises.faults.add(Fault("files.completeUploadExternal", status=429, retry_after_s=0))
    await chat.send_file(where, FILE)
    _, after = await ada(space)
    assert len(after) == len(before) + 1


async def test_a_workspace_that_refuses_files_is_a_fault_of_the_chat(space: Workspace, chat: SlackChat) -> None:
    where, _ = await ada(space)
    space.premises.faults.add(Fault("files.getUploadURLExternal", error="missing_scope"))
    with pytest.raises(ChatError, match="missing_scope"):
        await chat.send_file(where, FILE)
