"""The WebSocket for people tells all they may see, and loses nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest


async def _feed(local: Any, who: str = "ada", **query: Any) -> aiohttp.ClientWebSocketResponse:
    params = {"as": who, "key": local.workspace.session_key, **{k: str(v) for k, v in query.items()}}
    ws: aiohttp.ClientWebSocketResponse = await local.session.ws_connect(
        f"{local.workspace.origin}/people/events", params=params
    )
    return ws


async def _next(ws: aiohttp.ClientWebSocketResponse, *, problems: bool = False) -> dict[str, Any]:
    """Return the next frame; no bot is connected here, and that alone is a problem to tell of."""
    while True:
        frame: dict[str, Any] = await ws.receive_json(timeout=5)
        if problems or frame["type"] != "problem":
            return frame


async def test_hello_comes_first_then_what_is_new(local: Any) -> None:
    await local.do("say", channel="dm", text="before")
    ws = await _feed(local)
    hello = await _next(ws)
    assert (hello["type"], hello["as"]) == ("hello", "U0ADA")
    await local.do("say", channel="dm", text="after")
    frame = await _next(ws)
    assert (frame["type"], frame["message"]["text"], frame["seq"] > hello["seq"]) == ("message", "after", True)
    await ws.close()


async def test_a_reader_that_comes_back_misses_nothing(local: Any) -> None:
    ws = await _feed(local)
    hello = await _next(ws)
    await local.do("say", channel="dm", text="one")
    last = (await _next(ws))["seq"]
    await ws.close()
    for text in ("two", "three"):
        await local.do("say", channel="dm", text=text)
    ws = await _feed(local, since=last, run=hello["run"])
    assert (await _next(ws))["type"] == "hello"
    got = [(await _next(ws))["message"]["text"] for _ in range(2)]
    assert got == ["two", "three"]
    await ws.close()


@pytest.mark.parametrize("query", [{"since": 1, "run": "another"}, {"since": 10_000}])
async def test_a_reader_of_another_run_is_told_to_load_again(local: Any, query: dict[str, Any]) -> None:
    ws = await _feed(local, **query)
    assert (await _next(ws))["type"] == "hello"
    assert (await _next(ws))["type"] == "reset"
    await local.do("say", channel="dm", text="go on")
    assert (await _next(ws))["message"]["text"] == "go on"
    await ws.close()


async def test_only_ones_own_things_are_told(local: Any) -> None:
    grace, everything = await _feed(local, "grace"), await _feed(local, "*")
    for ws in (grace, everything):
        await _next(ws)
    await local.client.chat_postMessage(channel="U0ADA", text="for Ada")
    await local.client.chat_postEphemeral(channel="C0WORKSHOP", user="U0ADA", text="psst")
    await local.client.chat_postMessage(channel="C0INSTRUCTORS", text="board")
    await local.client.chat_postMessage(channel="C0WORKSHOP", text="for all")
    assert (await _next(grace))["message"]["text"] == "for all"
    all_texts = [(await _next(everything))["message"]["text"] for _ in range(4)]
    assert all_texts == ["for Ada", "psst", "board", "for all"]
    await grace.close()
    await everything.close()


async def test_every_kind_of_change_is_told_with_its_html(local: Any) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "*x*"}}
    ws = await _feed(local, html=1)
    await _next(ws)
    told: list[dict[str, Any]] = []

    async def next_kind() -> str:
        told.append(await _next(ws))
        return str(told[-1]["type"])

    posted = await local.client.chat_postMessage(channel="U0ADA", text="x", blocks=[section])
    assert await next_kind() == "message"
    assert "<b>x</b>" in told[-1]["message"]["html"] or "<strong>x</strong>" in told[-1]["message"]["html"]
    await local.client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")
    assert await next_kind() == "message_changed"
    await local.client.assistant_threads_setStatus(channel_id="D0ADA", thread_ts="", status="is busy")
    assert await next_kind() == "status"
    await local.client.chat_delete(channel=posted["channel"], ts=posted["ts"])
    assert await next_kind() == "message_deleted"
    view = {"type": "home", "blocks": [section]}
    await local.client.views_publish(user_id="U0ADA", view=view)
    assert await next_kind() == "home"
    assert told[-1]["view"]["html"]
    modal = {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [section]}
    trigger = local.workspace.premises.passes.trigger("U0ADA")
    opened = await local.client.views_open(trigger_id=trigger, view=modal)
    assert await next_kind() == "view_opened"
    await local.client.views_update(view_id=opened["view"]["id"], view=modal)
    assert await next_kind() == "view_updated"
    await local.do("close", view_id=opened["view"]["id"])
    assert await next_kind() == "view_closed"
    assert (told[-1]["view_ids"], told[-1]["top"]) == ([opened["view"]["id"]], None)
    await local.api("chat.delete", channel="D0ADA", ts="1.000000")
    while (told_problem := await _next(ws, problems=True))["problem"]["code"] != "message_not_found":
        assert told_problem["type"] == "problem"
    await local.connect(local.app())
    assert await next_kind() == "bot"
    await local.do("leave", channel="docker-workshop")
    assert await next_kind() == "channel"
    assert told[-1]["channel"]["is_member"] is False
    assert [t["seq"] for t in told] == sorted({t["seq"] for t in told})
    await ws.close()


async def test_a_feed_ends_when_the_workspace_stops(local: Any) -> None:
    ws = await _feed(local)
    await _next(ws)
    await asyncio.wait_for(local.workspace.stop(), 5)
    assert (await ws.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
    await ws.close()
