"""What comes in from Slack: from whom, how often, and whose it is. Real Bolt, over the local workspace's sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core import words as our_words
from bot.core.messages import Note, Offer
from bot.core.workshop import StepRef
from bot.localslack import events
from bot.localslack.values import Message
from bot.localslack.world import BOT_USER, TEAM_ID, dm_of
from bot.ports import Where
from bot.slack.buttons import value_of
from bot.slack.middleware import DOUBLE_S
from tests.slack.lobby import BUILD, WORKSHOP, Lobby, open_lobby, press, still, until, words

Seen = Callable[[object], None]
ADA, GRACE = "U0ADA", "U0GRACE"
CLASS = "C0WORKSHOP"
FIRST = WORKSHOP.order[0]


@pytest.fixture
async def lobby(tmp_path: Path) -> AsyncIterator[Lobby]:
    async with open_lobby(tmp_path) as lobby:
        yield lobby


async def card_of(lobby: Lobby, channel: str = dm_of(ADA)) -> Message:
    """Put a card of Ada's into her direct message, or where others see it."""
    await lobby.at(ADA, BUILD)
    ts = await lobby.chat.show(Where(channel, ADA), Note("card", (Offer.HINT, Offer.CHECK), BUILD))
    return next(m for m in lobby.said(channel=channel) if m.ts == ts)


async def test_s04_an_event_that_comes_three_times_is_one_turn(lobby: Lobby, seen: Seen) -> None:
    event = words("status")
    for _ in range(3):
        assert (await lobby.event(event, "Ev1")).outcome == "acked"
    await until(lobby.said)
    assert await still(lambda: len(lobby.said())) == 1
    assert [entry.what for entry in await lobby.store.journal(ADA)] == ["SaidSomething"]
    seen("acknowledged 3 times, answered once")


async def test_s04_an_event_that_comes_again_after_a_restart_is_still_one_turn(tmp_path: Path, seen: Seen) -> None:
    event = words("```Dockerfile\nFROM node:24-alpine\n```", files=[])
    async with open_lobby(tmp_path) as first:
        await first.event(event, "Ev1")
        await until(first.said)
        space = first.space
        await first.handler.close_async()
        async with open_lobby(tmp_path, space=space) as second:
            before = await still(lambda: len(second.said()))
            assert (await second.event(event, "Ev1")).outcome == "acked"
            assert await still(lambda: len(second.said())) == before
            await second.event(event, "Ev2")
            await until(lambda: len(second.said()) > before)
            journal = [entry.what for entry in await second.store.journal(ADA)]
            assert journal == ["WroteFiles", "WroteFiles"]
    seen("one turn before and after the restart together")


#: what it is, what the event says, what its envelope says
OTHERS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("another workspace", {}, {"team_id": "T9EVIL"}),
    ("a shared channel's guest from outside", {"user_team": "T9EVIL", "team": "T9EVIL"}, {}),
    ("by way of another workspace", {"source_team": "T9EVIL"}, {}),
    ("another organisation", {}, {"team_id": "", "enterprise_id": "E9EVIL"}),
    ("a program", {"bot_id": "B9"}, {}),
    ("a program with a profile", {"bot_profile": {"id": "B9"}}, {}),
    ("ourselves", {"user": BOT_USER, "bot_id": "B0DOCENT"}, {}),
    ("nobody", {"user": None}, {}),
    ("an edit", {"subtype": "message_changed", "message": {"text": "start"}}, {}),
    ("a deletion", {"subtype": "message_deleted", "previous_message": {"text": "start"}}, {}),
    ("a copy with the mark of an edit", {"edited": {"user": ADA, "ts": "1.1"}}, {}),
]


@pytest.mark.parametrize("kind", ["message", "app_mention"])
async def test_s06_s19_what_is_not_for_us_is_acknowledged_and_left(lobby: Lobby, kind: str, seen: Seen) -> None:
    where = {"channel": CLASS, "channel_type": "channel", "type": kind} if kind == "app_mention" else {}
    for what, event, body in OTHERS:
        assert (await lobby.event(words("start", **where) | event, **body)).outcome == "acked", what
    assert (await lobby.event(words("status", GRACE))).outcome == "acked"
    await until(lambda: lobby.said(GRACE))
    assert lobby.said(ADA) == []
    assert lobby.said(channel=CLASS) == []
    assert await lobby.store.journal(ADA) == []
    seen(f"{len(OTHERS)} kinds of others acknowledged, none answered")


async def test_s06_an_organisation_may_be_let_in_as_a_whole(tmp_path: Path) -> None:
    async with open_lobby(tmp_path, teams=(TEAM_ID, "E1OURS")) as lobby:
        await lobby.event(words("status", team="T5OTHER"), team_id="T5OTHER", enterprise_id="E1OURS")
        await until(lobby.said)


@pytest.mark.parametrize("kind", ["is_restricted", "is_ultra_restricted", "is_stranger"])
async def test_s06_a_guest_is_told_once_and_let_in_where_that_is_set(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch, seen: Seen
) -> None:
    as_guest(monkeypatch, **{kind: True})
    async with open_lobby(tmp_path / "closed") as lobby:
        for text in ("start", "status"):
            await lobby.event(words(text))
        await until(lobby.said)
        assert await still(lambda: len(lobby.said())) == 1
        assert "guest" in lobby.said()[0].text
        assert await lobby.store.journal(ADA) == []
    async with open_lobby(tmp_path / "open", guests=True) as lobby:
        await lobby.event(words("status"))
        await until(lobby.said)
        assert "guest" not in lobby.said()[0].text
    seen("told whom to ask; nothing recorded")


@pytest.mark.parametrize("more", [{"team_id": "T9EVIL"}, {"is_bot": True}, {"deleted": True}])
async def test_s06_whom_slack_calls_a_stranger_a_program_or_gone_is_left(
    tmp_path: Path, more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_guest(monkeypatch, **more)
    async with open_lobby(tmp_path) as lobby:
        await lobby.event(words("start"))
        assert await still(lambda: len(lobby.said())) == 0
        assert await lobby.store.journal(ADA) == []


def as_guest(monkeypatch: pytest.MonkeyPatch, **more: Any) -> None:
    """Let the workspace say more of its people."""
    from bot.localslack.webapi import users

    plain = users.person_json
    monkeypatch.setattr(users, "person_json", lambda person: plain(person) | more)


#: each thing that a button of ours can do; that of instructors is nobody's own, and asks for the role
OWNED = [offer for offer in Offer if offer is not Offer.LET_GO_ON]
BUTTONS = [
    *((f"offer:{offer}", value_of(ADA, BUILD, "all" if offer is Offer.RESET_SURE else "docker ps")) for offer in OWNED),
    ("go:02", value_of(ADA, None, "02")),
    ("answer:0", value_of(ADA, BUILD, "q")),
    ("offer:hint", value_of("", BUILD)),
    ("offer:check", "nonsense"),
]


async def test_s07_a_button_of_another_says_so_and_changes_nothing(lobby: Lobby, seen: Seen) -> None:
    card = await card_of(lobby, CLASS)
    await lobby.at(GRACE, FIRST)
    ada, grace = await lobby.store.learner(ADA), await lobby.store.learner(GRACE)

    def whispered() -> list[Message]:
        return [message for message in lobby.said(channel=CLASS) if message.only_for == GRACE]

    for number, (action, value) in enumerate(BUTTONS, start=1):
        assert (await lobby.deliver("interactive", press(GRACE, action, value, card))).outcome == "acked"
        await until(lambda number=number: len(whispered()) == number)
    assert all(our_words.FOREIGN_CARD in message.text for message in whispered())
    assert await lobby.store.learner(ADA) == ada
    after = await lobby.store.learner(GRACE)
    assert (after.at, after.passed, after.hints, after.tries) == (grace.at, grace.passed, grace.hints, grace.tries)
    assert lobby.said(ADA) == []
    assert [message for message in lobby.said(channel=CLASS) if not message.only_for] == [card]
    assert lobby.sandbox.ran == []
    assert lobby.desk.submitted == []
    seen(f"{len(BUTTONS)} buttons: told whose it is, both records as before")


async def test_s07_a_form_that_was_opened_for_another_changes_nothing(lobby: Lobby) -> None:
    await lobby.at(ADA, BUILD)
    view = {"id": "V1", "type": "modal", "callback_id": "editor", "blocks": [], "hash": "1"}
    view |= {"private_metadata": f"{dm_of(GRACE)}|{value_of(ADA, BUILD, 'Dockerfile#new')}"}
    view |= {"state": {"values": {"content": {"content": {"type": "plain_text_input", "value": "FROM evil"}}}}}
    body = press(GRACE, "x", "y") | {"type": "view_submission", "view": view}
    assert (await lobby.deliver("interactive", body)).outcome == "acked"
    await until(lambda: any(our_words.FOREIGN_CARD in m.text for m in lobby.said(GRACE)))
    assert await lobby.store.files(ADA) == {}
    assert await lobby.store.files(GRACE) == {}


async def test_s07_a_reply_in_anothers_thread_reaches_no_program_of_theirs(lobby: Lobby) -> None:
    ada = await lobby.enter("Ada")
    await ada.say("docker run -it alpine sh")
    await until(lambda: any("Reply" in m.text for m in lobby.said(ADA)))
    root = next(m for m in lobby.said(ADA) if "Reply" in m.text)
    await lobby.event(words("exit", GRACE, thread_ts=root.ts), "Ev1")
    await lobby.event(words("status", GRACE))
    await until(lambda: lobby.said(GRACE))
    assert lobby.sandbox.conversations[0].typed == []


async def test_s09_an_old_button_is_answered_and_changes_nothing(lobby: Lobby, seen: Seen) -> None:
    card = await card_of(lobby)
    old = StepRef("01", "no-such-step")
    presses = [(f"offer:{offer}", value_of(ADA, old)) for offer in (Offer.NEXT, Offer.CHECK, Offer.HINT, Offer.SKIP)]
    before = await lobby.store.learner(ADA)
    for action, value in [*presses, ("answer:0", value_of(ADA, old, "q"))]:
        for _ in range(2):
            said = len(lobby.said())
            await lobby.deliver("interactive", press(ADA, action, value, card))
            await until(lambda said=said: len(lobby.said()) > said)
            await asyncio.sleep(DOUBLE_S)  # sooner it would be a double click, and be dropped
    after = await lobby.store.learner(ADA)
    assert (after.at, after.passed, after.skipped, after.hints) == (
        before.at,
        before.passed,
        before.skipped,
        before.hints,
    )
    assert after.answers == before.answers
    assert lobby.desk.submitted == []
    seen("answered kindly, twice; nothing changed")


async def test_s09_a_check_that_is_pressed_again_while_it_runs_is_one_check(lobby: Lobby) -> None:
    card = await card_of(lobby)
    for _ in range(3):
        await lobby.deliver("interactive", press(ADA, "offer:check", value_of(ADA, BUILD), card))
        await asyncio.sleep(DOUBLE_S)
    await until(lambda: lobby.desk.submitted)
    assert len(lobby.desk.submitted) == 1
    assert len(await lobby.store.open_attempts()) == 1


async def test_s15_a_double_click_is_one_press(lobby: Lobby, seen: Seen) -> None:
    card = await card_of(lobby)
    payloads = [press(ADA, "offer:hint", value_of(ADA, BUILD), card) for _ in range(3)]
    assert [a.outcome for a in await asyncio.gather(*(lobby.deliver("interactive", p) for p in payloads))] == [
        "acked"
    ] * 3
    await until(lambda: len(lobby.said()) > 1)
    assert await still(lambda: len(lobby.said())) == 2, "the card, and one hint"
    seen("3 presses acknowledged, one hint")


async def test_s15_a_form_that_is_sent_twice_is_kept_once_and_a_race_of_two_forms_has_one_winner(
    lobby: Lobby, seen: Seen
) -> None:
    await lobby.at(ADA, BUILD)

    def form(view: str, text: str) -> dict[str, Any]:
        made = {"id": view, "type": "modal", "callback_id": "editor", "blocks": [], "hash": "1"}
        made |= {"private_metadata": f"{dm_of(ADA)}|{value_of(ADA, BUILD, 'Dockerfile#new')}"}
        made |= {"state": {"values": {"content": {"content": {"type": "plain_text_input", "value": text}}}}}
        return press(ADA, "x", "y") | {"type": "view_submission", "view": made}

    twice = [form("V1", "FROM node:24-alpine\n")] * 2 + [form("V1", "FROM node:24-alpine\n")]
    await asyncio.gather(*(lobby.deliver("interactive", body) for body in twice))
    await until(lobby.said)
    await still(lambda: len(lobby.said()))
    assert sum("Saved" in m.text or "Updated" in m.text for m in lobby.said()) == 1
    await asyncio.gather(*(lobby.deliver("interactive", form(f"V{n}", f"FROM alpine\n# {n}\n")) for n in (2, 3)))
    await still(lambda: len(lobby.said()))
    assert sum("Saved" in m.text or "Updated" in m.text for m in lobby.said()) == 1, "the others were opened before it"
    assert (await lobby.store.files(ADA))["Dockerfile"] == b"FROM node:24-alpine\n"
    seen("sent 3 times, kept once; of forms opened before, none overwrites it")


async def test_s19_a_message_that_is_edited_or_deleted_afterwards_runs_once(lobby: Lobby, seen: Seen) -> None:
    ada = await lobby.enter("Ada")
    await ada.say("docker run -d alpine")
    await until(lambda: lobby.sandbox.ran)
    channel, world = dm_of(ADA), lobby.space.premises.world
    mine = next(m for m in world.messages[channel].values() if not m.by_bot)
    after = replace(mine, text="docker run -d alpine sleep 9", edited_ts=world.next_ts())
    events.message_changed(lobby.space.premises, mine, world.put(after))
    world.remove(after)
    events.message_deleted(lobby.space.premises, after)
    await ada.say("status")
    await ada.wait_for("steps proved", 5)
    assert len(lobby.sandbox.ran) == 1
    seen("run once")


@pytest.mark.parametrize("kind", ["message", "message_attachment"])
async def test_s20_a_copy_of_a_card_answers_in_private_and_never_where_it_was_copied_to(
    lobby: Lobby, kind: str, seen: Seen
) -> None:
    await lobby.at(ADA, BUILD)
    url = f"{lobby.space.origin}/actions/none"
    body = press(ADA, "offer:hint", value_of(ADA, BUILD))
    body |= {"container": {"type": kind, "message_ts": "1.1", "channel_id": CLASS}, "message": {"ts": "1.1"}}
    body |= {"channel": {"id": CLASS, "name": "class"}}
    await lobby.deliver("interactive", body | {"response_url": url})
    await until(lobby.said)
    assert lobby.said(channel=CLASS) == []
    foreign = body | {"user": {"id": GRACE, "team_id": TEAM_ID}, "trigger_id": "t2"}
    await lobby.deliver("interactive", foreign)
    await until(lambda: lobby.said(channel=CLASS))
    (whispered,) = lobby.said(channel=CLASS)
    assert whispered.only_for == GRACE
    assert our_words.FOREIGN_CARD in whispered.text
    seen("its owner is answered in the direct message, anybody else by a whisper")


async def test_what_slack_itself_cannot_read_is_answered_all_the_same(lobby: Lobby) -> None:
    await lobby.event(words("half \ud83d a pair \0 and NUL"))
    await until(lobby.said)
    assert "\ud83d" not in lobby.said()[0].text
    await lobby.event(words("```notes.txt\nhalf \ud83d a pair\n```"))
    await until(lambda: len(lobby.said()) > 1)
    assert (await lobby.store.files(ADA))["notes.txt"].decode() == "half � a pair\n"
