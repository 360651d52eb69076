"""What is done again and again, for as long as the bot runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from bot.errors import DocentError

log = structlog.get_logger(__name__)

Nap = Callable[[], Awaitable[object]]


async def rounds(name: str, look: Callable[[], Awaitable[object]], nap: Nap) -> None:
    """Look and nap until cancelled. What goes wrong is logged under this name, and the next round may do better."""
    while True:
        try:
            await look()
        except (DocentError, TimeoutError) as error:
            log.warning("round_broke_off", of=name, error=str(error) or "it took too long")
        except Exception:
            log.exception("bug", of=name)  # nobody else does it
        await nap()


def every(seconds: float) -> Nap:
    """Return a nap of always the same length."""
    return partial(asyncio.sleep, seconds)
