"""A restart loses nothing: place, files, containers and the one board message stay."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.cli.local import joining, open_workspace
from bot.localslack.person import Person
from bot.localslack.workspace import Workspace
from bot.settings import read_settings
from bot.wiring import running_bot
from tests.e2e.conftest import School

pytestmark = [pytest.mark.e2e, pytest.mark.engine]


async def board(space: Workspace, *, saying: str) -> list[str]:
    """Return the instructors' messages once one of them says so."""
    barbara = await Person.connect(space.url, "Barbara")
    try:
        await barbara.go("docent-instructors")
        async with asyncio.timeout(20):
            while not any(saying in shown.text for shown in barbara.messages):
                await asyncio.sleep(0.1)
        return [shown.ts for shown in barbara.messages]
    finally:
        await barbara.close()


async def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    settings = read_settings(data=tmp_path / "data", board_every_s=1, pace=False)
    async with open_workspace(settings, 0) as space:
        ada = await Person.connect(space.url, "Ada")
        try:
            async with running_bot(joining(settings, space)):
                await ada.say("go 02")
                await ada.wait_for("step 1 of", 20)
                await ada.say("```notes.txt\nmilk\n```")
                await ada.wait_for("Saved", 10)
                await ada.say("docker run -d --name shop alpine sleep 300")
                await ada.wait_for(r"^\$ docker run", 20)
                first = await board(space, saying="1 active")
            async with running_bot(joining(settings, space)) as bot:
                await ada.say("cat notes.txt")
                assert "milk" in (await ada.wait_for(r"^\$ cat", 20)).text
                await ada.say("docker ps")
                assert "shop" in (await ada.wait_for(r"^\$ docker ps", 20)).text
                await ada.say("status")
                assert "02" in (await ada.wait_for("You are here", 20)).text
                assert await board(space, saying="1 active") == first, "the board is edited, not posted again"
                await bot.sandbox.demolish()
        finally:
            await ada.close()


async def test_a_person_who_comes_again_soon_is_not_greeted_again(school: School) -> None:
    for _ in range(2):
        ada = await school.enter("Ada")
        await ada.say("help")
        await ada.wait_for("Here is what you can say", 10)
    assert sum("Welcome to the workshop" in shown.text for shown in ada.messages) == 1
