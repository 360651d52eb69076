"""Envelopes: one socket each, acknowledged in time or sent again, through refreshes and cuts."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest
from slack_bolt.response import BoltResponse

from bot.localslack.socketmode import percentiles
from bot.localslack.workspace import Delivering

HASTY = Delivering(ack_timeout_s=0.3, retry_delays_s=(0.0, 0.02, 0.02))


async def _link(local: Any) -> aiohttp.ClientWebSocketResponse:
    """Connect as a bot that acknowledges nothing by itself."""
    opened = await local.api("apps.connections.open", token=local.workspace.app_token)
    ws = await local.session.ws_connect(opened["url"])
    hello = await ws.receive_json(timeout=5)
    assert hello["type"] == "hello"
    return ws


async def test_an_event_nobody_acknowledges_comes_four_times(start: Any) -> None:
    local = await start(delivering=HASTY)
    ws = await _link(local)
    await local.do("say", channel="dm", text="hi")
    got = [await ws.receive_json(timeout=10) for _ in range(4)]
    assert [(e["retry_attempt"], e["retry_reason"]) for e in got] == [
        (0, ""),
        (1, "timeout"),
        (2, "timeout"),
        (3, "timeout"),
    ]
    assert len({e["payload"]["event_id"] for e in got}) == 1
    assert len({e["envelope_id"] for e in got}) == 4
    await local.until(lambda: local.workspace.premises.hub.unacked == 4)
    assert "not_acknowledged" in await local.problems()
    await ws.close()


async def test_bolt_does_not_acknowledge_an_event_without_a_listener(start: Any) -> None:
    local = await start(delivering=HASTY)
    await local.connect(local.app())
    await local.do("say", channel="dm", text="hi")
    await local.until(lambda: len(local.workspace.premises.hub.deliveries) == 4)
    assert {d.outcome for d in local.workspace.premises.hub.deliveries} == {"timeout"}


async def test_a_retry_says_so_to_bolt_and_ends_when_it_is_acknowledged(start: Any) -> None:
    local = await start(delivering=HASTY)
    app = local.app()
    tries: list[Any] = []

    @app.middleware
    async def slow_at_first(req: Any, next_: Any) -> Any:
        tries.append(req.headers.get("x-slack-retry-num"))
        if len(tries) == 1:
            return BoltResponse(status=500)
        return await next_()

    @app.event("message")
    async def learner_wrote() -> None:
        return None

    await local.connect(app)
    await local.do("say", channel="dm", text="hi")
    await local.until(lambda: local.workspace.premises.hub.acks == 1)
    assert tries == [["0"], ["1"]]
    assert local.workspace.premises.hub.retries == 1


async def test_what_was_said_while_nobody_was_connected_arrives_later(start: Any) -> None:
    local = await start(delivering=Delivering(ack_timeout_s=2.0, retry_delays_s=(0.0, 0.5, 0.5)))
    app = local.app()
    heard: list[str] = []

    @app.event("message")
    async def learner_wrote(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    await local.do("say", channel="dm", text="is anybody there?")
    await local.connect(app)
    await local.until(lambda: heard == ["is anybody there?"])


async def test_a_press_with_nobody_connected_or_no_answer_says_which(start: Any) -> None:
    local = await start(delivering=HASTY)
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    await local.client.chat_postMessage(channel="U0ADA", text="c", blocks=[{"type": "actions", "elements": [button]}])
    card = await local.from_bot()
    assert (await local.press(card, "go"))["outcome"] == "no_socket"
    answer = await local.do("say", channel="dm", text="/docent hint")
    assert answer["message"] == '/docent failed with the error "dispatch_failed"'
    ws = await _link(local)
    assert (await local.press(card, "go"))["outcome"] == "timeout"
    answer = await local.do("say", channel="dm", text="/docent hint")
    assert answer["message"] == '/docent failed with the error "operation_timeout"'
    await ws.close()


async def test_an_event_on_a_socket_that_went_away_does_not_wait_for_its_deadline(start: Any) -> None:
    local = await start(delivering=Delivering(ack_timeout_s=60, retry_delays_s=(0.0,)))
    ws = await _link(local)
    await local.do("say", channel="dm", text="catch me")
    await ws.receive_json(timeout=5)
    await ws.close()
    ws = await _link(local)
    again = await ws.receive_json(timeout=5)
    assert (again["retry_attempt"], again["payload"]["event"]["text"]) == (1, "catch me")
    await ws.close()


async def test_messages_arrive_in_the_order_they_were_said(local: Any) -> None:
    ws = await _link(local)
    for n in range(200):
        await local.do("say", channel="dm", text=str(n))
    heard = []
    for _ in range(200):
        envelope = await ws.receive_json(timeout=5)
        heard.append(envelope["payload"]["event"]["text"])
        await ws.send_json({"envelope_id": envelope["envelope_id"]})
    assert heard == [str(n) for n in range(200)]
    await ws.close()


async def test_each_envelope_goes_to_one_of_two_sockets(local: Any) -> None:
    first, second = await _link(local), await _link(local)
    for n in range(4):
        await local.do("say", channel="dm", text=str(n))
    got = [await ws.receive_json(timeout=5) for ws in (first, second, first, second)]
    assert sorted(e["payload"]["event"]["text"] for e in got) == ["0", "1", "2", "3"]
    await first.close()
    await second.close()


@pytest.mark.parametrize("fault", ["refresh", "drop"])
async def test_nothing_is_lost_when_the_sockets_are_refreshed_or_cut(local: Any, fault: str) -> None:
    app = local.app()
    heard: list[str] = []

    @app.event("message")
    async def learner_wrote(event: dict[str, Any]) -> None:
        heard.append(event["text"])

    await local.connect(app)
    for n in range(20):
        if n == 10:
            await local.debug("sockets", do=fault)
        await local.do("say", channel="dm", text=str(n))
        await asyncio.sleep(0)
    await local.until(lambda: set(heard) >= {str(n) for n in range(20)}, seconds=20)


async def test_while_connections_are_refused_nobody_gets_in(local: Any) -> None:
    await local.debug("sockets", do="refuse")
    opened = await local.api("apps.connections.open", token=local.workspace.app_token)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await local.session.ws_connect(opened["url"])
    await local.debug("sockets", do="accept")
    ws = await local.session.ws_connect(opened["url"])
    await ws.close()


async def test_a_ticket_is_good_for_one_connection(local: Any) -> None:
    opened = await local.api("apps.connections.open", token=local.workspace.app_token)
    ws = await local.session.ws_connect(opened["url"])
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await local.session.ws_connect(opened["url"])
    await ws.close()


async def test_the_eleventh_connection_is_one_too_many(local: Any) -> None:
    lines = [await _link(local) for _ in range(10)]
    opened = await local.api("apps.connections.open", token=local.workspace.app_token)
    eleventh = await local.session.ws_connect(opened["url"])
    assert json.loads((await eleventh.receive(timeout=5)).data)["reason"] == "too_many_websockets"
    for ws in [*lines, eleventh]:
        await ws.close()


async def test_the_bots_own_posts_come_back_to_it(local: Any) -> None:
    ws = await _link(local)
    posted = await local.client.chat_postMessage(channel="U0ADA", text="mine")
    event = (await ws.receive_json(timeout=5))["payload"]["event"]
    assert (event["ts"], event["user"], event["bot_id"]) == (posted["ts"], "U0DOCENT", "B0DOCENT")
    await local.client.chat_update(channel=posted["channel"], ts=posted["ts"], text="mine too")
    event = (await ws.receive_json(timeout=5))["payload"]["event"]
    assert (event["subtype"], event["message"]["text"]) == ("message_changed", "mine too")
    await ws.close()


async def test_a_frame_that_is_no_acknowledgement_is_a_problem_not_a_crash(local: Any) -> None:
    ws = await _link(local)
    for frame in ("not json", "[]", "{}", '{"envelope_id": "unknown"}'):
        await ws.send_str(frame)
    await local.do("say", channel="dm", text="still there?")
    assert (await ws.receive_json(timeout=5))["payload"]["event"]["text"] == "still there?"
    assert "bad_frame" in await local.problems()
    await ws.close()


def test_percentiles_of_nothing_are_zero_and_of_many_are_ordered() -> None:
    assert percentiles([]) == {"p50": 0.0, "p99": 0.0, "max": 0.0}
    assert percentiles([float(n) for n in range(100)]) == {"p50": 50.0, "p99": 99.0, "max": 99.0}
