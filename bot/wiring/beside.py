"""Work that goes on beside everything else, for as long as a part of the bot is open."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

CANCEL_AGAIN_S = 2.0
#: name → what begins it
Works = Mapping[str, Callable[[], Coroutine[Any, Any, None]]]


@asynccontextmanager
async def beside(works: Works) -> AsyncIterator[None]:
    """Begin each work in this order, under its name, and cancel them after the block, the last one first."""
    async with AsyncExitStack() as stack:
        for name, work in works.items():
            await stack.enter_async_context(background(work(), name))
        yield


@asynccontextmanager
async def background(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Run a coroutine beside the block and cancel it after."""
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        # told again, because a library may swallow it once (`asyncio.wait_for` of Python 3.11 does)
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=CANCEL_AGAIN_S)
        with contextlib.suppress(asyncio.CancelledError):
            await task
