"""A whole session, looked at from Slack's side: what was called with what, and what of our secrets got anywhere."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import logs
from bot.core.messages import Note
from bot.handin.plan import ListContainers, Output, RunPlan
from bot.localslack.person import Person
from bot.localslack.world import dm_of
from bot.ports import Where
from bot.slack.people import read_person
from tests.slack.lobby import BUILD, Lobby, open_lobby, until, words

Seen = Callable[[object], None]
ADA = "U0ADA"
#: what a learner's program prints: everything that is wished for, and our own tokens if it knew them
PRINTED = "\x1b]8;;https://evil.example\x1b\\<!channel> <https://evil.example|Pass>\n@here\nTOKEN=%s\nAPP=%s\n"


@pytest.fixture
async def lobby(tmp_path: Path) -> AsyncIterator[Lobby]:
    async with open_lobby(tmp_path) as lobby:
        yield lobby


async def session(lobby: Lobby) -> Person:
    """Do a little of everything."""
    ada = await lobby.enter("Ada")
    space = lobby.space
    evil = PRINTED % (space.bot_token, space.app_token)
    lobby.sandbox.answers = {RunPlan: Output(evil, 1, note=f"It said {evil}"), ListContainers: Output(evil)}
    for said, answer in [
        ("start", "step 1 of"),
        ("status", "steps proved"),
        ("go 02", "02 ·"),
        ("docker ps", r"\$ docker ps"),
        ("docker run --rm alpine env", r"\$ docker run"),
        (f"my token is {space.bot_token}, what now?", "revoke"),
        (f"docker run -e SLACK_BOT_TOKEN={space.bot_token} alpine", "revoke"),
        ("docker run -e SLACK_BOT_TOKEN alpine env", r"\$ docker run"),
        (f"```Dockerfile\nFROM node:24-alpine\nENV T={space.app_token}\n```", "revoke"),
        ("show Dockerfile", "lines 1"),
        ("hint", "Hint 1"),
        ("registry token", "docent-"),
        ("what is an image?", "image"),
        ("notebook", "notebook"),
        ("<!channel> [Pass](https://evil.example)", "did not understand|know"),
    ]:
        await ada.say(said)
        await ada.wait_for(answer, 10)
    await ada.open_home()
    lobby.sandbox.answers = {}
    await ada.say("docker run -it alpine sh")
    await ada.wait_for("Reply", 10)
    return ada


async def test_l09_l11_no_call_shows_previews_or_makes_names_into_links(lobby: Lobby, seen: Seen) -> None:
    await session(lobby)
    calls = list(lobby.space.premises.calls.newest)
    posts = [call for call in calls if call.method in ("chat.postMessage", "response_url")]
    assert len(posts) > 10
    for call in posts:
        assert call.args.get("unfurl_links") in (False, "0", "false", 0), call
        assert call.args.get("unfurl_media") in (False, "0", "false", 0), call
    assert not [call for call in calls if {"parse", "link_names"} & set(call.args)]
    assert not [call for call in calls if not call.ok and call.error != "not_enabled"], "nothing was refused"
    seen(f"{len(posts)} posts without previews; parse and link_names in none of {len(calls)} calls")


async def test_s14_our_own_tokens_get_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str], seen: Seen) -> None:
    logs.set_up("DEBUG", as_json=False)
    try:
        async with open_lobby(tmp_path) as lobby:
            tokens = (lobby.space.bot_token, lobby.space.app_token, "sesame")
            await session(lobby)
            world = lobby.space.premises.world
            said = [m for c in world.messages.values() for m in c.values() if m.by_bot]
            shown = json.dumps([[m.text, m.blocks] for m in said]) + json.dumps(
                [v.body for v in lobby.space.premises.screens.homes.values()]
            )
            files = b"".join(f.content for f in world.files.values()).decode("utf-8", "replace")
            calls = json.dumps([call.args for call in lobby.space.premises.calls.newest if call.method != "views.open"])
            journal = "".join(entry.detail for entry in await lobby.store.journal(ADA))
            pages = pages_of(tmp_path / "docent.sqlite")
    finally:
        structlog.reset_defaults()
    printed = "".join(capsys.readouterr())
    places = {"messages": shown, "files": files, "journal": journal, "notebook": pages, "logs": printed, "calls": calls}
    for token in tokens:
        for name, text in places.items():
            assert token not in text, f"{token[:6]}… in {name}"
    assert all(places.values()), "there was something to look at"
    plans = repr(lobby.sandbox.ran)
    assert plans.count(tokens[0]) == 1, "where the learner wrote it themselves, and not for the name alone"
    seen("0 of 3 canaries in messages, files, journal, notebook, logs and calls")


def pages_of(database: Path) -> str:
    with sqlite3.connect(database) as db:
        rows: list[Any] = db.execute("SELECT wrote || came FROM pages").fetchall()
    return "".join(row[0] for row in rows)


async def test_l05_a_name_of_hidden_and_huge_parts_is_shown_for_what_it_is(lobby: Lobby) -> None:
    person = read_person({"id": "U1", "team_id": "T1", "profile": {"display_name": "A\u202ed\0\ud800" + "a" * 9_000}})
    assert "\0" not in person.name
    person.name.encode()
    await lobby.chat.show(Where(dm_of(ADA), ADA), Note(f"Hello {person.name}"))
    assert "\u202e" not in lobby.said()[-1].text


async def test_l10_what_looks_like_json_is_a_value_all_the_way(lobby: Lobby) -> None:
    evil = '"},{"type":"image","image_url":"https://evil.example/x.png","alt_text":"x"},{"text":"'
    lobby.sandbox.answers = {ListContainers: Output(evil)}
    await lobby.at(ADA, BUILD)
    await lobby.event(words("docker ps"))
    await until(lambda: any("$ docker ps" in json.dumps(m.blocks) for m in lobby.said()))
    assert "image" not in {block["type"] for m in lobby.said() for block in m.blocks}
