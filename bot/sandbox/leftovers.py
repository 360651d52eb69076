"""What is still there of work that was given up: looked for, ended, and said when it cannot be."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import structlog

from bot.errors import HostError
from bot.sandbox.host import Host

log = structlog.get_logger(__name__)

PATIENCE_S = 1.5  #: the engine ends a build's step by itself when we hang up; after that we do
LONGEST_S = 4.5  #: what was given up is gone by then, or somebody is to look after this host
LOOK_AGAIN_S = 0.1


async def step_ended(host: Host, container: str) -> None:
    """Return when the container of a build's step is gone, removed by us where the engine does not; '' is none."""
    loop = asyncio.get_running_loop()
    began, forced = loop.time(), False
    try:
        async with asyncio.timeout(LONGEST_S):
            while container and (there := await host.inspect(container)) is not None:
                if not forced and loop.time() - began > PATIENCE_S:
                    forced = True
                    await host.remove(str(there["Id"]))
                await asyncio.sleep(LOOK_AGAIN_S)
    except (TimeoutError, HostError) as error:
        log.warning("step_not_ended", container=container, error=str(error))


async def discard(host: Host, container: str) -> None:
    """Remove a container that nobody was told of, because whoever asked for it gave up."""
    try:
        async with asyncio.timeout(LONGEST_S):
            await host.remove(container)
    except (TimeoutError, HostError) as error:
        log.warning("not_discarded", container=container, error=str(error))


@contextlib.asynccontextmanager
async def discarded_when_given_up(host: Host, container: str) -> AsyncIterator[None]:
    """Remove the container when the block is given up."""
    try:
        yield
    except asyncio.CancelledError:
        await discard(host, container)
        raise
