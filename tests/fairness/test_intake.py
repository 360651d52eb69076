"""Checks are taken in as long as there is room, one a learner, and the newest counts; on a real desk."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest

from bot.core.events import TypedCommands, WroteFiles
from bot.core.fairness.words import MUCH_TO_DO, NEWER_COUNTS, STILL_WAITS
from bot.core.messages import CheckState, Note, Offer
from bot.core.words import ALREADY_CHECKING
from bot.handin.command import read_commands
from tests.fairness.conftest import BUILD, WORKSHOP, Hall, until

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
NEWER = WroteFiles((("Dockerfile", b"FROM node:24-alpine\n"),), "editor")


async def closed(hall: Hall) -> list[object]:
    return [entry.detail for entry in await hall.store.journal("U1") if entry.what == "AttemptClosed"]


async def test_v17_of_two_submissions_that_race_the_newest_counts_and_there_is_one_verdict(
    hall: Hall, seen: Callable[[object], None]
) -> None:
    await hall.enrol("U1")
    await hall.check("U1")
    await until(lambda: hall.sandbox.looks)
    await hall.turn("U1", NEWER)
    await hall.check("U1")
    hall.sandbox.held.set()
    await until(lambda: [card.state for card in hall.cards("U1")] == [CheckState.ENDED])
    assert "Dockerfile" in hall.sandbox.looks[-1][1]
    assert Note(NEWER_COUNTS) in hall.said("U1")
    learner = await hall.store.learner("U1")
    assert (learner.open_attempt, learner.tries) == (None, {BUILD: 1})
    assert await closed(hall) == ["1 withdrawn", "2 not passed"]
    seen("the older was withdrawn, one verdict")


async def test_v17_pressed_many_times_at_once_there_is_one_check(hall: Hall) -> None:
    await hall.enrol("U1")
    await hall.check(*["U1"] * 20)
    hall.sandbox.held.set()
    await until(lambda: [card.state for card in hall.cards("U1")] == [CheckState.ENDED])
    assert (await hall.store.learner("U1")).tries == {BUILD: 1}
    assert hall.said("U1").count(Note(ALREADY_CHECKING, ref=BUILD)) == 19
    assert await closed(hall) == ["1 not passed"]


@pytest.mark.parametrize("hall", [{"slots": 1}], indirect=True)
async def test_a_check_that_waits_keeps_its_place_and_sees_what_was_changed_meanwhile(hall: Hall) -> None:
    await hall.enrol("U0", "U1", "U2")
    for user in ("U0", "U1", "U2"):
        await hall.check(user)
    await until(lambda: hall.sandbox.looks)
    await hall.turn("U1", NEWER)
    await hall.check("U1")
    assert Note(STILL_WAITS) in hall.said("U1")
    assert await hall.desk.waiting() == [2, 3]
    hall.sandbox.held.set()
    await until(lambda: all(card.state is CheckState.ENDED for user in ("U1", "U2") for card in hall.cards(user)))
    looks = [files for user, files in hall.sandbox.looks if user == "U1"]
    assert all("Dockerfile" in files for files in looks)
    assert await closed(hall) == ["2 not passed"]


@pytest.mark.parametrize("hall", [{"slots": 1, "most": 3}], indirect=True)
async def test_f29_a_full_queue_says_when_to_come_back_and_costs_nothing(
    hall: Hall, seen: Callable[[object], None]
) -> None:
    users = [f"U{number}" for number in range(8)]
    await hall.enrol(*users)
    await hall.check(users[0])
    await until(lambda: hall.sandbox.looks)
    await hall.check(*users[1:])
    turned_away = [user for user in users if not hall.cards(user)]
    assert len(turned_away) == 4
    assert len(await hall.desk.waiting()) == 3
    for user in turned_away * 10:  # ten minutes of somebody who tries once a minute
        await hall.check(user)
    for user in turned_away:
        said = [m for m in hall.said(user) if isinstance(m, Note)]
        assert len(said) == 11
        assert all("try again in about a minute" in m.text and m.offers == (Offer.CHECK,) for m in said)
        assert (await hall.store.learner(user)).open_attempt is None
    hall.sandbox.held.set()
    await until(lambda: all(hall.cards(user) for user in users if user not in turned_away))
    await until(lambda: not any(c.state is not CheckState.ENDED for user in users for c in hall.cards(user)))
    await hall.check(*turned_away[:3])
    await until(lambda: all(card.state is CheckState.ENDED for user in turned_away[:3] for card in hall.cards(user)))
    assert [(await hall.store.learner(user)).tries for user in turned_away[:3]] == [{BUILD: 1}] * 3
    seen("4 of 8 turned away 11 times, all checked later")


@pytest.mark.parametrize("hall", [{"slots": 1}], indirect=True)
async def test_a_card_tells_place_and_wait_and_is_edited_when_they_have_changed_much(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.check.QUEUE_EVERY_S", 0.02)
    users = [f"U{number}" for number in range(5)]
    await hall.enrol(*users)
    for user in users:
        await hall.check(user)
        await until(lambda: hall.sandbox.looks)
    (card,) = hall.cards("U4")
    assert (card.ahead, card.eta_s) == (3, 20.0)
    following = asyncio.create_task(hall.checks.follow_queue())
    hall.queue.learn(600.0)
    await until(lambda: hall.cards("U4")[0].eta_s > 100)
    following.cancel()


async def test_s12_one_learner_cannot_pile_up_commands_without_end(hall: Hall) -> None:
    hall.sandbox.gate = asyncio.Event()
    await hall.enrol("U1")
    for _ in range(15):
        await hall.turn("U1", TypedCommands(read_commands("docker ps")))
    refused = [m for m in hall.said("U1") if isinstance(m, Note) and m.text == MUCH_TO_DO]
    assert len(refused) == 1  # said once, not five times
    hall.sandbox.gate.set()
    await until(lambda: len(hall.sandbox.ran) == 10)
    await hall.turn("U1", TypedCommands(read_commands("docker ps")))
    await until(lambda: len(hall.sandbox.ran) == 11)


async def test_on_a_busy_host_a_check_waits_longer_for_what_starts(hall: Hall) -> None:
    step = next(ref for ref, condition in WORKSHOP.conditions() if condition.probe == "container")
    await hall.enrol("U1", "U2", ref=step)
    hall.sandbox.held.set()
    await hall.check("U1")
    await until(lambda: hall.sandbox.waited)
    hall.sandbox.strained = 2.5
    hall.sandbox.waited.clear()
    await hall.check("U2")
    spec = next(condition.with_ for ref, condition in WORKSHOP.conditions() if ref == step)
    await until(lambda: spec.wait_s * 2.5 in hall.sandbox.waited)  # type: ignore[union-attr]


@pytest.mark.parametrize("jump_s", [-3600.0, 3600.0])
async def test_f17_a_clock_that_jumps_while_checks_run_and_wait_loses_and_doubles_none(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, jump_s: float
) -> None:
    users = ["U1", "U2", "U3", "U4"]
    await hall.enrol(*users)
    await hall.check(*users)
    await until(lambda: len({user for user, _ in hall.sandbox.looks}) == 2)
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + jump_s)
    hall.sandbox.held.set()
    await until(lambda: all(card.state is CheckState.ENDED for user in users for card in hall.cards(user)))
    await hall.check("U1")  # and the next, in the new time
    await until(lambda: [card.state for card in hall.cards("U1")] == [CheckState.ENDED] * 2)
    await hall.desk.sweep()
    assert [(await hall.store.learner(user)).tries for user in users] == [{BUILD: 2}, *[{BUILD: 1}] * 3]
    assert all(card.took_s < 60 for user in users for card in hall.cards(user))
