"""The engine goes away during a check: said to be our side, the job is kept, and goes on when it is back.

The real engine stays up for everybody else; the bot reaches it through a relay of ours that can be cut.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.cli.local import joining, open_workspace
from bot.localslack.person import Person
from bot.settings import read_settings
from bot.wiring import running_bot
from tests.e2e.conftest import School, come_to, slow_dockerfile, step_that_builds

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.engine,
    # docker-py leaves its socket open when the engine goes away between our knock and its connect
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


class Relay:
    """A unix socket that leads to the engine until it is cut."""

    def __init__(self, path: Path, engine: str) -> None:
        self.path = path
        self._engine = engine
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, path=str(self.path))

    async def cut(self) -> None:
        assert self._server
        self._server.close()
        for line in list(self._lines):
            line.transport.abort()
        self.path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(self._engine)
        self._lines |= {writer, there_writer}
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await asyncio.gather(self._pipe(reader, there_writer), self._pipe(there_reader, writer))
        for line in (writer, there_writer):
            self._lines.discard(line)
            line.close()

    async def _pipe(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


@pytest.fixture
async def relay(tmp_path: Path) -> AsyncIterator[Relay]:
    engine = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://")
    made = Relay(tmp_path / "engine.sock", engine)
    await made.open()
    yield made
    await made.cut()


async def test_a_check_waits_for_the_engine_and_then_gives_its_verdict(tmp_path: Path, relay: Relay) -> None:
    settings = read_settings(data=tmp_path / "data", docker_host=f"unix://{relay.path}", pace=False)
    async with open_workspace(settings, 0) as space, running_bot(joining(settings, space)) as bot:
        ada = await Person.connect(space.url, "Ada")
        try:
            ref = step_that_builds(bot.workshop)
            await come_to(ada, bot.workshop, ref)
            await ada.say(slow_dockerfile(3))
            await ada.wait_for("Updated|Saved", 20)
            await ada.press("Check my work")
            await ada.wait_for("Checking", 20)
            await relay.cut()
            waiting = await ada.wait_for("Our side has a problem", 60)
            assert "costs you nothing" in waiting.text
            assert (await bot.store.learner(ada.id)).tries == {}

            await ada.say("docker ps")
            said = await ada.wait_for("Our side", 60)
            assert "lost" in said.text
            await ada.say("what is an image?")
            await ada.wait_for("image", 10)

            await relay.open()
            await ada.wait_for("Passed: all|Here is what to look at", 90)
            assert (await bot.store.learner(ada.id)).tries == {ref: 1}
            assert await bot.store.open_attempts() == []
        finally:
            await ada.close()
            await bot.sandbox.demolish()


async def test_a_second_press_is_told_that_the_check_runs(school: School) -> None:
    ada = await school.enter("Ada")
    await come_to(ada, school.bot.workshop, step_that_builds(school.bot.workshop))
    await ada.say(slow_dockerfile(3))
    await ada.wait_for("Updated|Saved", 20)
    await ada.press("Check my work")
    await ada.wait_for("Checking", 20)
    await ada.say("check")
    await ada.wait_for("already checking", 10)
    await ada.wait_for("Here is what to look at", 90)
    assert len(await school.bot.store.open_attempts()) == 0
