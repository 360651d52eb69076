"""The workspace comes back as it was: ids, times, replies, files, Homes."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from bot.localslack.savefile import SaveFileError, write

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


async def _live(local: Any) -> None:
    root = await local.do("say", channel="dm", text="hello")
    await local.client.chat_postMessage(channel="U0ADA", text="reply", thread_ts=root["ts"], blocks=[SECTION])
    await local.client.chat_postEphemeral(channel="D0ADA", user="U0ADA", text="gone tomorrow")
    await local.do("react", channel="dm", ts=root["ts"], name="tada")
    await local.upload("Dockerfile", b"\x00FROM", channel="dm")
    await local.client.views_publish(user_id="U0ADA", view={"type": "home", "blocks": [SECTION]})
    await local.do("channel", "barbara", name="staff", private=True)
    await local.api("chat.startStream", channel="D0ADA", thread_ts=root["ts"], markdown_text="half a")


async def test_everything_worth_keeping_comes_back(start: Any, tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state.json"
    first = await start(state=state)
    await _live(first)
    before = [m for m in await first.messages() if not m["ephemeral"]]
    home = await first.get("/people/home", **{"as": "ada"})
    channels = await first.get("/people/channels", **{"as": "barbara"})
    await first.workspace.stop()
    assert stat.S_IMODE(state.stat().st_mode) == 0o600

    second = await start(state=state)
    assert await second.messages() == before
    assert await second.get("/people/home", **{"as": "ada"}) == home
    assert await second.get("/people/channels", **{"as": "barbara"}) == channels
    thread = await second.messages(thread_ts=before[0]["ts"])
    assert [m["text"] for m in thread] == ["hello", "reply", "half a"]
    assert [m["streaming"] for m in thread] == [False, False, False]
    async with second.session.get(
        second.workspace.origin + before[1]["files"][0]["url"], params={"as": "ada"}, headers=second.key
    ) as answer:
        assert await answer.read() == b"\x00FROM"
    update = await second.client.chat_update(channel="D0ADA", ts=thread[1]["ts"], text="still mine")
    assert update["message"]["thread_ts"] == before[0]["ts"]
    newest = await second.do("say", channel="dm", text="later")
    assert newest["ts"] > thread[-1]["ts"]


async def test_a_change_is_on_disk_without_a_stop(start: Any, tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    local = await start(state=state)
    await local.do("say", channel="dm", text="remember me")

    async def written() -> bool:
        return state.exists() and "remember me" in state.read_text()

    await local.eventually(written)
    assert _half_written(tmp_path) == []


def _half_written(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir() if p.name.startswith(".")]


@pytest.mark.parametrize("content", ["", "nonsense", "[]", '{"version": 99}', '{"version": 1}'])
async def test_a_strange_file_is_refused_and_left_alone(start: Any, tmp_path: Path, content: str) -> None:
    state = tmp_path / "state.json"
    state.write_text(content)
    with pytest.raises(SaveFileError, match=r"state\.json"):
        await start(state=state)
    assert state.read_text() == content


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    write(state, {"version": 1})
    with pytest.raises(TypeError):
        write(state, {"version": {1, 2}})
    assert json.loads(state.read_text()) == {"version": 1}
    with pytest.raises(SaveFileError):
        write(state / "below-a-file.json", {})
