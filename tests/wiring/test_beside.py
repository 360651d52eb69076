import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from bot.wiring.beside import beside


def work(told: list[str], name: str) -> Callable[[], Coroutine[Any, Any, None]]:
    async def go_on() -> None:
        told.append(f"{name} begins")
        try:
            await asyncio.Event().wait()
        finally:
            told.append(f"{name} ends")

    return go_on


async def test_what_began_first_ends_last() -> None:
    told: list[str] = []
    async with beside({"gate": work(told, "gate"), "board": work(told, "board")}):
        await asyncio.sleep(0)
        assert told == ["gate begins", "board begins"]
    assert told[2:] == ["board ends", "gate ends"]


async def test_all_works_end_when_the_block_fails() -> None:
    told: list[str] = []

    async def fail() -> None:
        async with beside({"gate": work(told, "gate"), "board": work(told, "board")}):
            await asyncio.sleep(0)
            raise ValueError("the block")

    with pytest.raises(ValueError, match="the block"):
        await fail()
    assert told[2:] == ["board ends", "gate ends"]


async def test_a_work_that_swallows_its_cancel_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.wiring.beside.CANCEL_AGAIN_S", 0.01)
    told: list[str] = []

    async def deaf_once() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.append("swallowed")
        await asyncio.Event().wait()

    async with beside({"deaf": deaf_once}):
        await asyncio.sleep(0)
    assert told == ["swallowed"]
