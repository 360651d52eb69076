"""Work on another thread's event loop, and wait for its end there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


async def across(home: asyncio.AbstractEventLoop, work: Callable[[], Awaitable[T]]) -> T:
    """Perform the work on another loop and return what it returned.

    When this is cancelled, so is the work, and it is waited for: its containers are gone when this returns.
    """
    result: Future[T] = Future()
    tasks: list[asyncio.Task[T]] = []

    def hand_over(task: asyncio.Task[T]) -> None:
        if task.cancelled():
            result.cancel()
        elif (error := task.exception()) is not None:
            result.set_exception(error)
        else:
            result.set_result(task.result())

    async def perform() -> T:
        return await work()

    def begin() -> None:
        tasks.append(home.create_task(perform()))
        tasks[0].add_done_callback(hand_over)

    def cancel() -> None:  # runs after `begin`, which may still be on its way
        tasks[0].cancel()

    home.call_soon_threadsafe(begin)
    waiting = asyncio.wrap_future(result)
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        home.call_soon_threadsafe(cancel)
        await asyncio.wait({waiting})
        raise
