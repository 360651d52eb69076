"""Rounds go on whatever one of them meets, until they are cancelled."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from bot.errors import HostError
from bot.rounds import every, rounds


async def test_whatever_goes_wrong_in_one_round_the_next_one_begins() -> None:
    met: list[Exception | None] = [HostError("The engine is away."), TimeoutError(), ZeroDivisionError("a bug"), None]
    left, done = list(met), asyncio.Event()

    async def look() -> None:
        error = left.pop(0) if left else None
        if not left:
            done.set()
        if error:
            raise error

    with capture_logs() as logs:
        task = asyncio.create_task(rounds("gates", look, every(0)))
        async with asyncio.timeout(5):
            await done.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [(each["of"], each["log_level"]) for each in logs] == [
        ("gates", "warning"),
        ("gates", "warning"),
        ("gates", "error"),
    ]
    assert [each.get("error") for each in logs] == ["The engine is away.", "it took too long", None]
