"""Slack refuses, breaks, hangs, is gone, brings things twice and in any order: nothing is lost, nothing is double."""

from __future__ import annotations

import asyncio
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.core.messages import Note, Offer
from bot.core.verdict import Passed, Verdict
from bot.errors import CardGone, ChatError
from bot.localslack.faults import Fault
from bot.localslack.workspace import Delivering
from bot.localslack.world import dm_of
from bot.ports import Where
from bot.slack import answers, hooks
from bot.slack.buttons import value_of
from bot.slack.porter import BURST, SLOWER
from tests.slack.lobby import BUILD, WORKSHOP, Lobby, open_lobby, press, still, until, words

Seen = Callable[[object], None]
ADA, GRACE = "U0ADA", "U0GRACE"
TERMS = ("image", "container", "volume", "network", "registry", "layer", "tag", "port")


@pytest.fixture
async def lobby(tmp_path: Path) -> AsyncIterator[Lobby]:
    async with open_lobby(tmp_path) as lobby:
        yield lobby


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again after a tenth of a second, where it would be up to half a minute."""
    monkeypatch.setattr(answers, "LONGEST_PAUSE_S", 0.1)


def asked(lobby: Lobby) -> Counter[str]:
    """Return how often the bot has told Ada that it did not understand which word."""
    told = (message.text for message in lobby.said())
    return Counter(word for text in told for word in (f"zzq{n}" for n in range(200)) if f"{word} xxq" in text)


async def ask(lobby: Lobby, numbers: range) -> None:
    """Say words that nobody understands: each is answered with itself."""
    for number in numbers:
        await lobby.event(words(f"zzq{number} xxq"))


REFUSALS = [
    ("429", Fault("chat.postMessage", 3, status=429, retry_after_s=0)),
    ("500", Fault("chat.postMessage", 2, status=500)),
    ("502, with a page for people", Fault("chat.postMessage", 2, status=502)),
    ("an error of theirs", Fault("chat.postMessage", 2, error="internal_error")),
    ("429 for everything", Fault("*", 5, status=429, retry_after_s=0)),
    ("500 for everything", Fault("*", 5, status=500)),
]


async def test_f21_whatever_slack_refuses_for_now_is_said_in_the_end_and_once(lobby: Lobby, seen: Seen) -> None:
    for number, (what, fault) in enumerate(REFUSALS):
        lobby.space.premises.faults.add(fault)
        await ask(lobby, range(number * 3, number * 3 + 3))
        await until(lambda number=number: len(asked(lobby)) == number * 3 + 3, 15)
        lobby.space.premises.faults.clear()
        assert set(asked(lobby).values()) == {1}, what
    seen(f"{len(REFUSALS)} kinds of refusal: {len(asked(lobby))} answers, each once")


def impatient() -> aiohttp.ClientSession:
    """Return a session that gives up before an answer comes, and tries again when it was done."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=0.5))


@pytest.mark.parametrize("thread", ["", "in a thread"])
async def test_f21_a_message_that_slack_took_without_saying_so_is_not_posted_twice(
    tmp_path: Path, thread: str, seen: Seen
) -> None:
    async with impatient() as session, open_lobby(tmp_path, session=session) as lobby:
        root = await lobby.chat.show(Where(dm_of(ADA), ADA), Note("root")) if thread else ""
        lobby.space.premises.faults.add(Fault("chat.postMessage", 1, delay_s=0.55))
        ts = await lobby.chat.show(Where(dm_of(ADA), ADA, root), Note("once, please"))
        await still(lambda: len(lobby.said()), 0.8)
        assert [m.ts for m in lobby.said() if "once" in m.text] == [ts]
    seen("timed out, looked for, found")


async def test_f21_a_message_that_slack_did_not_take_is_posted_after_all(tmp_path: Path) -> None:
    async with impatient() as session, open_lobby(tmp_path, session=session) as lobby:
        lobby.space.premises.faults.add(Fault("chat.postMessage", 1, status=500, delay_s=0.55))
        await lobby.chat.show(Where(dm_of(ADA), ADA), Note("once, please"))
        await still(lambda: len(lobby.said()), 0.8)
        assert len([m for m in lobby.said() if "once" in m.text]) == 1


class Resolver(AbstractResolver):
    """Knows where `localhost` is, unless it is `down`."""

    def __init__(self) -> None:
        self.down = False

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if self.down:
            raise OSError(f"no name {host}")
        found: ResolveResult = {
            "hostname": host,
            "host": "127.0.0.1",
            "port": port,
            "family": family,
            "proto": 0,
            "flags": 0,
        }
        return [found]

    async def close(self) -> None:
        pass


async def test_f21_while_no_name_is_known_answers_wait(tmp_path: Path, seen: Seen) -> None:
    resolver = Resolver()
    connector = aiohttp.TCPConnector(resolver=resolver, force_close=True, use_dns_cache=False)
    async with aiohttp.ClientSession(connector=connector) as session, open_lobby(tmp_path / "a") as first:
        port = first.space.origin.rpartition(":")[2]
        await first.handler.close_async()
        local = f"http://localhost:{port}/api/"
        async with open_lobby(tmp_path / "b", space=first.space, session=session, api_url=local) as lobby:
            await ask(lobby, range(1))
            await until(lambda: len(asked(lobby)) == 1)
            resolver.down = True
            await ask(lobby, range(1, 4))
            assert await still(lambda: len(asked(lobby))) == 1
            resolver.down = False
            await until(lambda: len(asked(lobby)) == 4)
            assert await still(lambda: sum(asked(lobby).values())) == 4
    seen("3 answers waited, each came once")


async def test_f21_ten_cut_lines_lose_and_double_nothing(tmp_path: Path, seen: Seen) -> None:
    patient = Delivering(ack_timeout_s=1.0, retry_delays_s=(0.0, 0.3, 0.6))
    async with open_lobby(tmp_path, delivering=patient) as lobby:
        ada, sockets = await lobby.enter("Ada"), lobby.space.premises.hub.sockets
        for number in range(10):
            await ada.say(f"zzq{number * 2} xxq")
            (sockets.refresh if number % 3 == 2 else sockets.drop)()
            await ada.say(f"zzq{number * 2 + 1} xxq")
            await sockets.wait_for_one(5)
        await until(lambda: len(asked(lobby)) == 20, 20)
        assert await still(lambda: sum(asked(lobby).values()), 0.8) == 20
        retries = lobby.space.premises.hub.retries
    seen(f"10 cuts, {retries} deliveries again: 20 of 20 answered once")


async def test_f21_a_status_line_that_cannot_be_shown_loses_no_output(lobby: Lobby) -> None:
    lobby.space.premises.faults.add(Fault("assistant.threads.setStatus", None, status=502))
    await lobby.event(words("docker ps"))
    await until(lambda: any("docker ps" in str(m.blocks) for m in lobby.said()))


async def test_f21_a_verdict_is_shown_once_slack_is_back(lobby: Lobby) -> None:
    attempt = await open_check(lobby)
    lobby.space.premises.faults.add(Fault("chat.update", 3, status=500))
    step = WORKSHOP.step(BUILD)
    assert step
    verdict = Verdict(tuple((condition.id, Passed("seen")) for condition in step.conditions))
    for _ in range(2):
        await lobby.checks.publish(attempt, verdict)
    card = await lobby.store.attempt(attempt)
    assert card
    assert card.verdict
    finals = [m for m in lobby.said() if "Passed" in str(m.blocks) and m.ts == card.card]
    assert len(finals) == 1
    assert len([entry for entry in await lobby.store.journal(ADA) if entry.what == "CheckEnded"]) == 1


async def open_check(lobby: Lobby) -> int:
    """Begin a check by a press, as a learner does; return its number."""
    await lobby.at(ADA, BUILD)
    ts = await lobby.chat.show(Where(dm_of(ADA), ADA), Note("card", (Offer.CHECK,), BUILD))
    card = next(m for m in lobby.said() if m.ts == ts)
    await lobby.deliver("interactive", press(ADA, "offer:check", value_of(ADA, BUILD), card))
    await until(lambda: lobby.desk.submitted)
    return lobby.desk.submitted[0]


async def test_f22_whatever_comes_thrice_and_in_any_order_is_taken_once(lobby: Lobby, seen: Seen) -> None:
    for round_, seed in enumerate((1, 2, 3)):
        numbers = range(round_ * 10, round_ * 10 + 10)
        events = [(words(f"zzq{n} xxq"), f"Ev{n}") for n in numbers] * 3
        random.Random(seed).shuffle(events)  # noqa: S311 - any order will do
        got = await asyncio.gather(*(lobby.event(event, name) for event, name in events))
        assert {answer.outcome for answer in got} == {"acked"}
    await until(lambda: len(asked(lobby)) == 30)
    assert await still(lambda: sum(asked(lobby).values())) == 30
    assert len(await lobby.store.journal(ADA)) == 30
    seen("90 deliveries, shuffled: 30 turns")


async def test_f22_a_press_that_comes_thrice_is_one(lobby: Lobby) -> None:
    await lobby.at(ADA, BUILD)
    ts = await lobby.chat.show(Where(dm_of(ADA), ADA), Note("card", (Offer.CHECK,), BUILD))
    card = next(m for m in lobby.said() if m.ts == ts)
    body = press(ADA, "offer:check", value_of(ADA, BUILD), card)
    for _ in range(3):
        assert (await lobby.deliver("interactive", body)).outcome == "acked"
    await until(lambda: lobby.desk.submitted)
    await still(lambda: len(lobby.desk.submitted))
    assert len(lobby.desk.submitted) == 1


# response_urls


def hook(lobby: Lobby, ts: str) -> str:
    return f"{lobby.space.origin}/actions/{lobby.space.premises.passes.hook(dm_of(ADA), ADA, ts)}"


@pytest.mark.parametrize(
    "how", ["S16 used up", "S16 expired", "S16 of nobody", "S16 broken", "S16 hangs", "S16 refused"]
)
async def test_a_final_finds_its_way_when_the_response_url_does_not(
    lobby: Lobby, how: str, monkeypatch: pytest.MonkeyPatch, seen: Seen
) -> None:
    where = Where(dm_of(ADA), ADA)
    ts = await lobby.chat.show(where, Note("card"))
    url, passes = hook(lobby, ts), lobby.space.premises.passes
    match how.removeprefix("S16 "):
        case "used up":
            for _ in range(5):
                passes.use_hook(url.rpartition("/")[2])
        case "expired":
            monkeypatch.setattr(passes, "_clock", lambda: lobby.space.premises.clock() + timedelta(hours=1))
        case "of nobody":
            url = f"{lobby.space.origin}/actions/none"
        case "broken":
            lobby.space.premises.faults.add(Fault("response_url", status=500))
        case "hangs":
            monkeypatch.setattr(hooks, "ANSWER_S", 0.2)
            lobby.space.premises.faults.add(Fault("response_url", delay_s=0.6))
        case _:
            url = "http://127.0.0.1:1/none"
    await lobby.chat.update(where.channel, ts, Note("the verdict"), owner=ADA, final=True, response_url=url)
    await still(lambda: len(lobby.said()))
    assert ["the verdict" in m.text for m in lobby.said()] == [True]
    seen("shown by chat.update")


async def test_s16_the_last_use_is_kept_for_the_final(lobby: Lobby) -> None:
    where = Where(dm_of(ADA), ADA)
    ts = await lobby.chat.show(where, Note("card"))
    url = hook(lobby, ts)
    for number in range(6):
        await lobby.chat.update(where.channel, ts, Note(f"{number}"), owner=ADA, final=False, response_url=url)
    used = lobby.space.premises.calls.hooks
    await lobby.chat.update(where.channel, ts, Note("the verdict"), owner=ADA, final=True, response_url=url)
    assert used == hooks.USES - 1
    assert lobby.space.premises.calls.hooks == hooks.USES
    assert "the verdict" in lobby.said()[0].text


# gone in the middle


@pytest.mark.parametrize(
    "error", ["token_revoked", "account_inactive", "is_archived", "user_disabled", "channel_not_found"]
)
async def test_s17_a_check_of_somebody_who_is_gone_is_closed_and_cleaned(lobby: Lobby, error: str, seen: Seen) -> None:
    attempt = await open_check(lobby)
    for method in ("chat.update", "chat.postMessage", "chat.postEphemeral", "assistant.threads.setStatus"):
        lobby.space.premises.faults.add(Fault(method, None, error=error))
    verdict = await lobby.checks.verify(attempt)
    with pytest.raises((ChatError, CardGone)):
        await lobby.checks.publish(attempt, verdict)
    assert lobby.sandbox.released == [attempt]
    assert await lobby.store.open_attempts() == []
    lobby.space.premises.faults.clear()
    await lobby.event(words("status", GRACE))
    await until(lambda: lobby.said(GRACE))
    seen("closed and released; others go on")


# floods


async def test_s12_a_flood_of_one_is_acknowledged_cut_and_told_once(tmp_path: Path, seen: Seen) -> None:
    async with open_lobby(tmp_path, hasty_people=False) as lobby:
        flood = [asyncio.create_task(lobby.event(words(f"zzq{n} xxq"))) for n in range(200)]
        began = asyncio.get_running_loop().time()
        await lobby.event(words("status", GRACE))
        await until(lambda: lobby.said(GRACE))
        waited = asyncio.get_running_loop().time() - began
        assert {answer.outcome for answer in await asyncio.gather(*flood)} == {"acked"}
        await still(lambda: len(lobby.said()), 0.6)
        taken = len(await lobby.store.journal(ADA))
        assert BURST <= taken <= BURST + 10
        assert len([m for m in lobby.said() if SLOWER[:30] in m.text]) == 1
        assert len(lobby.said()) == taken + 1
    seen(f"200 at once: all acknowledged, {taken} taken, told once; a neighbour was answered in {waited:.1f} s")


async def test_s12_many_at_once_are_all_acknowledged_and_answered(tmp_path: Path, seen: Seen) -> None:
    many = 60
    async with open_lobby(
        tmp_path, hasty_people=False, more_learners=many, delivering=Delivering(ack_timeout_s=3.0)
    ) as lobby:
        people = [f"U0L{n:04d}" for n in range(1, many + 1)]
        got = await asyncio.gather(*(lobby.event(words("status", user)) for user in people))
        assert {answer.outcome for answer in got} == {"acked"}
        await until(lambda: all(lobby.said(user) for user in people), 30)
        assert {len(lobby.said(user)) for user in people} == {1}
    seen(f"{many} people at once: all acknowledged within 3 s, each answered once")


def test_a_refusal_is_read_however_it_looks() -> None:
    class Strange:
        status = 502

    class Texts:
        status_code, data = 500, "broken on purpose"

    from slack_sdk.errors import SlackApiError

    shapes: list[tuple[Any, str]] = [(Strange(), "http_502"), (Texts(), "http_500"), ({"error": "fatal"}, "fatal")]
    for response, name in shapes:
        assert answers.why(SlackApiError("x", response)) == name
    assert answers.pause_for(SlackApiError("x", Strange()), 0) is not None
