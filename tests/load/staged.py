"""The real bot in its own process, joined to a local workspace in this one: what measurements are taken of."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.authoring.load import load_workshop
from bot.core.workshop import Workshop
from bot.localslack.runfile import without_proxies
from bot.localslack.workspace import Workspace, start_workspace
from bot.progress.store import SqlStore, open_store
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import read_settings, shipped
from bot.wiring import DATABASE, open_sandbox

LESSONS = shipped("lessons") / "docker-workshop"


@dataclass(frozen=True, slots=True)
class Staged:
    """A bot that runs. `began`: when its process was started, by `time.perf_counter`."""

    url: str
    space: Workspace
    bot: asyncio.subprocess.Process
    store: SqlStore
    sandbox: DockerSandbox
    workshop: Workshop
    began: float


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Return the seconds that the work took."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


@asynccontextmanager
async def staged(data: Path, more_learners: int = 0, *, pace: bool = False) -> AsyncIterator[Staged]:
    """Run the bot while the block runs, with or without Slack's pace; nothing of it stays on the host."""
    without_proxies(os.environ)
    os.environ["DOCENT_PACE"] = str(pace).lower()
    manifest = shipped("deploy") / "slack-manifest.yaml"
    space = await start_workspace(manifest, run_file=data / "workspace.json", more_learners=more_learners)
    store = await open_store(data / DATABASE)  # made before, as on every start but the first
    sandbox = await open_sandbox(read_settings(data=data), store)
    began = time.perf_counter()
    serve = (sys.executable, "-m", "bot", "serve", "--local", "--data", str(data))
    bot = await asyncio.create_subprocess_exec(*serve, stderr=asyncio.subprocess.PIPE)
    drained: asyncio.Task[None] | None = None
    try:
        # a message that waits too long for its reader is sent again only after a minute, as Slack does
        drained = await _connected(bot)
        yield Staged(space.url, space, bot, store, sandbox, load_workshop(LESSONS), began)
    finally:
        if bot.returncode is None:
            bot.terminate()
        await bot.wait()
        if drained is not None:
            drained.cancel()  # only now: a bot that ends has much to say, and waits for its reader
        await sandbox.demolish()
        await sandbox.close()
        await store.close()
        await space.stop()


async def _connected(bot: asyncio.subprocess.Process) -> asyncio.Task[None]:
    """Wait until the bot says that it is connected; return what goes on reading, so that it never waits for us."""
    assert bot.stderr
    async with asyncio.timeout(60):
        while line := await bot.stderr.readline():
            if b"connected" in line:
                break
    stderr = bot.stderr

    async def drain() -> None:
        while await stderr.readline():
            pass

    return asyncio.create_task(drain())
