"""kill -9 of the bot during a check, then a restart: one verdict, no container left over."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.authoring.load import load_workshop
from bot.localslack.person import Person
from bot.localslack.runfile import RunFile, read_run_file
from bot.progress.store import SqlStore, open_store
from bot.settings import shipped
from bot.wiring import DATABASE
from tests.e2e.conftest import come_to, slow_dockerfile, step_that_builds

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

VERDICT = r"Passed: all|Here is what to look at|We could not tell"
LESSONS = shipped("lessons") / "docker-workshop"


@asynccontextmanager
async def docent(*arguments: str, data: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run one docent process; it is asked to end when the block does, unless it is dead already."""
    log = (data / f"{arguments[0]}.log").open("ab")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments, "--data", str(data), stdout=log, stderr=log
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(60):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
                raise
        log.close()


async def run_file(data: Path) -> RunFile:
    async with asyncio.timeout(20):
        while (found := read_run_file(data / "workspace.json")) is None:
            await asyncio.sleep(0.05)
    return found


async def connected(data: Path) -> None:
    async with asyncio.timeout(60):
        while "Docent is connected" not in (data / "serve.log").read_text():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def records(data: Path) -> AsyncIterator[SqlStore]:
    store = await open_store(data / DATABASE)
    try:
        yield store
    finally:
        await store.close()


async def made_by_checks(instance: str) -> list[str]:
    """Return the engine's containers that some attempt of this instance made."""
    labels = ("--filter", f"label=docent.instance={instance}", "--filter", "label=docent.attempt")
    process = await asyncio.create_subprocess_exec(
        "docker", "ps", "--all", "--quiet", *labels, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await process.communicate()
    return printed.decode().split()


async def test_a_killed_bot_gives_one_verdict_after_its_restart(tmp_path: Path) -> None:
    workshop = load_workshop(LESSONS)
    ref = step_that_builds(workshop)
    async with docent("workspace", "--port", "0", data=tmp_path):
        space = await run_file(tmp_path)
        ada = await Person.connect(space.url, "Ada")
        try:
            async with docent("serve", "--local", data=tmp_path) as bot:
                await connected(tmp_path)
                await come_to(ada, workshop, ref)
                await ada.say(slow_dockerfile(4))
                await ada.wait_for("Updated|Saved", 20)
                await ada.press("Check my work")
                await ada.wait_for("Checking", 20)
                bot.kill()
                await bot.wait()
            async with docent("serve", "--local", data=tmp_path) as bot:
                await ada.wait_for(VERDICT, 90)
                cards = [message for message in ada.messages if re.search(VERDICT, message.text)]
                assert len(cards) == 1
            assert bot.returncode == 0, "asked to end, it ends well"
        finally:
            await ada.close()
    async with records(tmp_path) as store:
        assert await store.open_attempts() == []
        assert (await store.learner(ada.id)).tries.get(ref) == 1
        assert await made_by_checks(await store.note("instance")) == []
