from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.staffroom.authority import Authority
from bot.staffroom.guide import WORDS, Guide
from tests.slack.lobby import Lobby, open_lobby, until


@pytest.fixture
async def lobby(tmp_path: Path) -> AsyncIterator[Lobby]:
    def wire(lobby: Lobby) -> None:
        lobby.duties.append(Guide(lobby.roles, Authority(lobby.roles, lobby.cohorts)).duty())

    async with open_lobby(tmp_path, wire=wire) as here:
        yield here


async def test_an_instructor_is_told_what_to_say_in_a_message_and_on_home(lobby: Lobby) -> None:
    await lobby.roles.appoint("U0BARBARA")
    barbara = await lobby.enter("barbara")
    await barbara.go("dm")
    await barbara.say("instructor")
    await until(lambda: any(m.text.startswith("For instructors: cohort, board") for m in lobby.said("U0BARBARA")))
    home = await barbara.open_home()
    assert home is not None
    assert all(f"/docent {word}" in home.text for word, _ in WORDS)


async def test_a_learner_is_told_who_can_make_them_one(lobby: Lobby) -> None:
    ada = await lobby.enter("ada")
    await ada.go("dm")
    await ada.say("instructor")
    await until(lambda: any("That is for instructors" in m.text for m in lobby.said()))
    home = await ada.open_home()
    assert home is not None
    assert "For instructors" not in home.text
