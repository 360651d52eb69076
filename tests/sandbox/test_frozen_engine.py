"""A real engine that is stopped in its tracks: it takes connections and answers nothing, as one in trouble does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from bot.errors import EngineDown, EngineTimeout, HostError
from bot.sandbox.engine import Engine, Lane
from bot.sandbox.host import Host
from tests.sandbox.test_engine_contract import commands_on, learners_way
from tests.second_engine import SecondEngine, second_engine

pytestmark = [pytest.mark.engine, pytest.mark.hostile]


@pytest.fixture
def own() -> Iterator[SecondEngine]:
    with second_engine() as engine:
        yield engine


async def test_f04_a_frozen_engine_costs_one_deadline_each_then_nothing_and_is_used_again_once_it_moves(
    own: SecondEngine, seen: Callable[[object], None]
) -> None:
    engine = Engine(own.url)
    host = Host(engine)
    await host.version()
    with own.frozen():
        began = time.monotonic()
        for _ in range(3):
            with pytest.raises(EngineTimeout):
                await engine.ask(Lane.CONTROL, "GET", "/containers/json", deadline_s=0.5)
        assert time.monotonic() - began < 5
        with pytest.raises(EngineDown, match="leave it in peace"):
            await host.info()
    began = time.monotonic()
    async with asyncio.timeout(30):
        while True:
            try:
                await host.info()
                break
            except HostError:
                await asyncio.sleep(0.1)
    back_s = time.monotonic() - began
    async with commands_on(own.url) as do:
        await learners_way(do)
    seen(f"left in peace after 3 calls, used again {back_s:.1f} s after it moved")
