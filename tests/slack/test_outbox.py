"""The outbox keeps Slack's limits and loses nothing that matters."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.localslack.tiers import RateLimits, Tier, Tiers
from bot.slack import outbox as module
from bot.slack.outbox import Outbox, Priority


@pytest.fixture
async def outbox() -> AsyncIterator[Outbox]:
    box = Outbox()
    box.start()
    yield box
    await box.stop(drain_s=1)


class Answer(dict[str, Any]):
    """What slack_sdk hands to SlackApiError."""

    def __init__(self, status: int, **headers: str) -> None:
        super().__init__(ok=False, error="ratelimited" if status == 429 else "restricted_action")
        self.status_code = status
        self.headers = headers


def sender(log: list[str], name: str, fails: list[Exception] | None = None) -> Any:
    async def send() -> str:
        if fails:
            raise fails.pop(0)
        log.append(name)
        return name

    return send


async def test_messages_of_one_channel_arrive_in_the_order_they_were_said(outbox: Outbox) -> None:
    log: list[str] = []
    sends = [outbox.send("chat.postMessage", "D1", sender(log, str(i)), Priority.ANSWER) for i in range(5)]
    assert await asyncio.gather(*sends) == ["0", "1", "2", "3", "4"]
    assert log == ["0", "1", "2", "3", "4"]


async def test_a_newer_edit_takes_the_place_of_one_that_waits(outbox: Outbox) -> None:
    log: list[str] = []
    gate = asyncio.Event()

    async def slow() -> str:
        await gate.wait()
        return "first"

    first = asyncio.create_task(outbox.send("chat.update", "D1", slow, Priority.PROGRESS, key="D1/1"))
    await asyncio.sleep(0)
    older = asyncio.create_task(outbox.send("chat.update", "D1", sender(log, "2"), Priority.PROGRESS, key="D1/1"))
    newer = asyncio.create_task(outbox.send("chat.update", "D1", sender(log, "3"), Priority.PROGRESS, key="D1/1"))
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(first, older, newer) == ["first", "3", "3"]
    assert log == ["3"], "the edit in the middle is never sent"


async def test_a_final_is_never_overtaken_by_progress_that_still_waits(outbox: Outbox) -> None:
    log: list[str] = []
    gate = asyncio.Event()

    async def slow() -> None:
        await gate.wait()

    holding = asyncio.create_task(outbox.send("chat.postMessage", "D1", slow, Priority.ANSWER))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(outbox.send("chat.update", "D1", sender(log, "progress"), Priority.PROGRESS, key="k"))
    await asyncio.sleep(0)
    final = asyncio.create_task(outbox.send("chat.update", "D1", sender(log, "final"), Priority.FINAL, key="k"))
    await asyncio.sleep(0)
    gate.set()
    await asyncio.gather(holding, waiting, final)
    assert log == ["final"]


async def test_a_429_pauses_its_method_and_is_tried_again(outbox: Outbox) -> None:
    log: list[str] = []
    refused = SlackApiError("no", Answer(429, **{"Retry-After": "0"}))
    assert await outbox.send("chat.update", "D1", sender(log, "x", [refused, refused]), Priority.FINAL) == "x"
    assert outbox.refused == 2


async def test_what_slack_refuses_for_good_reaches_the_caller(outbox: Outbox) -> None:
    refusal = SlackApiError("no", Answer(200))
    with pytest.raises(SlackApiError):
        await outbox.send("chat.update", "D1", sender([], "x", [refusal]), Priority.FINAL)


async def test_one_busy_channel_does_not_hold_up_another(outbox: Outbox) -> None:
    gate = asyncio.Event()

    async def slow() -> None:
        await gate.wait()

    held = asyncio.create_task(outbox.send("chat.postMessage", "D1", slow, Priority.ANSWER))
    assert await outbox.send("chat.postMessage", "D2", sender([], "other"), Priority.ANSWER) == "other"
    gate.set()
    await held


async def test_a_channel_gets_a_short_burst_and_then_waits_its_turn() -> None:
    now = 100.0
    box = Outbox(clock=lambda: now)
    log: list[str] = []
    box.start()
    sends = [
        asyncio.create_task(box.send("chat.postMessage", "D1", sender(log, str(i)), Priority.ANSWER)) for i in range(9)
    ]
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(log) == int(module.CHANNEL_BURST)
    now += 2.0
    box._wake.set()
    for _ in range(50):
        await asyncio.sleep(0)
    assert len(log) == int(module.CHANNEL_BURST) + 2
    for task in sends:
        task.cancel()
    await asyncio.gather(*sends, return_exceptions=True)
    await box.stop(drain_s=0)


async def test_stopping_sends_what_is_left() -> None:
    box = Outbox()
    log: list[str] = []
    box.start()
    sends = [
        asyncio.create_task(box.send("chat.update", f"D{i}", sender(log, str(i)), Priority.FINAL)) for i in range(9)
    ]
    await asyncio.sleep(0)
    async with asyncio.timeout(4):  # it ends when all is sent, and not when its patience does
        await box.stop(drain_s=5)
    await asyncio.gather(*sends)
    assert sorted(log) == [str(i) for i in range(9)]


@pytest.mark.parametrize("ticks", range(8))
async def test_it_stops_even_when_something_comes_in_that_very_moment(ticks: int) -> None:
    box = Outbox()
    box.start()
    log: list[str] = []
    sends = [
        asyncio.create_task(box.send("chat.postMessage", "D1", sender(log, str(i)), Priority.ANSWER)) for i in range(6)
    ]
    async with asyncio.timeout(5):
        while len(log) < int(module.CHANNEL_BURST):  # the rest waits for its turn
            await asyncio.sleep(0)
        stopping = asyncio.create_task(box.stop(drain_s=0))
        for _ in range(ticks):
            await asyncio.sleep(0)
        box._wake.set()
        await stopping
    for send in sends:
        send.cancel()
    assert box.waiting == 3


def test_calls_that_are_held_up_on_their_way_still_keep_slacks_pace() -> None:
    began = datetime(2026, 1, 1, tzinfo=UTC)
    arrived = began
    limits = RateLimits(Tiers.ENFORCE, lambda: arrived)
    bucket, sent_s = module.Bucket(module.CHANNEL_RATE, module.CHANNEL_BURST), 0.0
    for number in range(30):
        sent_s += bucket.wait_s(sent_s)
        bucket.wait_s(sent_s)
        bucket.take()
        # the first ones are held up, the later ones are not
        arrived = began + timedelta(seconds=sent_s + (0.4 if number < 4 else 0.0))
        assert limits.wait_s("chat.postMessage", Tier.POST, "D1") == 0


async def test_what_waits_goes_when_all_that_was_on_its_way_ends_in_one_moment() -> None:
    log: list[str] = []
    gate = asyncio.Event()

    async def send() -> None:
        await gate.wait()
        log.append("sent")

    box = Outbox(paced=False)
    box.start()
    many = module.IN_FLIGHT + 1
    sends = [asyncio.create_task(box.send("chat.postMessage", f"D{n}", send, Priority.ANSWER)) for n in range(many)]
    async with asyncio.timeout(30):
        while box.waiting != 1:
            await asyncio.sleep(0)
    gate.set()
    try:
        async with asyncio.timeout(5):
            await asyncio.gather(*sends)
    finally:
        await box.stop(drain_s=0)
    assert len(log) == many
