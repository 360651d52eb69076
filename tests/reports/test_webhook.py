"""Another system is told what happens: in order, once, signed, and patiently when it fails, is slow or goes away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.core.cohorts.cohort import NEW, Cohort, Seat, SeatState
from bot.core.cohorts.help import HelpThread
from bot.core.learner import Learner
from bot.core.verdict import Failed, Fault, Passed, Verdict
from bot.core.workshop import StepRef
from bot.ports import Where
from bot.progress.cohorts import SqlCohorts
from bot.progress.helping import SqlHelpThreads
from bot.progress.letters import SqlLetters, pseudonym
from bot.progress.store import SqlStore, open_store
from bot.reports import webhook as module
from bot.reports.signing import headers, wait
from bot.reports.webhook import Webhook
from bot.settings import shipped
from tests.slack.lobby import until

SECRET = "a secret of the operator"
STEP, OTHER = StepRef("02", "build"), StepRef("02", "run")
FAILED = Verdict((("builds", Failed("BUILD_FAILED", "it builds", "it stopped")),))


@dataclass(slots=True)
class Receiver:
    """A system that takes calls. `status` is what it answers, `held` keeps it from answering."""

    url: str = ""
    status: int = 200
    held: asyncio.Event = field(default_factory=asyncio.Event)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    open: int = 0
    most: int = 0
    runner: web.AppRunner | None = None

    async def take(self, request: web.Request) -> web.Response:
        self.open += 1
        self.most = max(self.most, self.open)
        try:
            body = await request.read()
            await self.held.wait()
            self.calls.append((dict(request.headers), body))
            elsewhere = {"Location": f"{self.url}/elsewhere"} if self.status == 307 else {}
            return web.Response(status=self.status, headers=elsewhere)
        finally:
            self.open -= 1

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls]

    async def start(self, port: int = 0) -> int:
        app = web.Application()
        app.router.add_post("/{tail:.*}", self.take)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", port)
        await site.start()
        port = self.runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}/told"
        return port

    async def stop(self) -> None:
        if self.runner:
            await self.runner.cleanup()
            self.runner = None


@dataclass(slots=True)
class Clock:
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now


@dataclass(slots=True)
class Post:
    store: SqlStore
    letters: SqlLetters
    receiver: Receiver
    clock: Clock = field(default_factory=Clock)

    @asynccontextmanager
    async def running(self, at_once: int = 4) -> AsyncIterator[Webhook]:
        hook = Webhook(self.receiver.url, SECRET, self.letters, at_once=at_once, clock=self.clock)
        task = asyncio.create_task(hook.keep())
        try:
            yield hook
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def checked(self, user: str, verdict: Verdict | None, ref: StepRef = STEP) -> None:
        """Let a check of somebody end as the bot does: closed with the record in one transaction, then told."""
        learner = await self.store.learner(user, user)
        attempt = await self.store.open_attempt(learner, ref, Where("D", user))
        assert attempt is not None
        if verdict and verdict.passed:
            learner = replace(learner, passed={**learner.passed, ref: datetime.now(UTC)})
        await self.store.close_attempt(attempt.id, verdict, learner)
        await self.store.record(learner, "CheckEnded")


@pytest.fixture
async def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Post]:
    monkeypatch.setattr(module, "LOOK_S", 0.02)
    store = await open_store(tmp_path / "docent.sqlite")
    receiver = Receiver()
    receiver.held.set()
    await receiver.start()
    letters = SqlLetters(store.database, SECRET, pseudonyms=False)
    await letters.collect(datetime.now(UTC))
    yield Post(store, letters, receiver)
    await receiver.stop()
    await store.close()


async def test_passes_failures_and_the_end_are_told_in_order_and_signed(post: Post) -> None:
    async with post.running() as hook:
        await post.checked("U1", FAILED)
        await post.checked("U1", Verdict((("builds", Fault("ours")),)))  # ours, so nobody is told
        await post.checked("U1", None)
        await post.checked("U1", Verdict((("builds", Passed()),)))
        learner = await post.store.learner("U1")
        now = datetime.now(UTC)
        passed = {**learner.passed, OTHER: now}
        await post.store.record(replace(learner, passed=passed, finished_at=now), "AskedForNext")
        await post.store.record(replace(learner, passed=passed, finished_at=now), "AskedForStatus")
        hook.wake()
        await until(lambda: len(post.receiver.calls) == 4)
    told = [(each["type"], each["step"], each["verdict"], each["code"]) for each in post.receiver.told]
    assert told == [
        ("check.failed", "02/build", "failed", "BUILD_FAILED"),
        ("step.passed", "02/build", "passed", None),
        ("step.passed", "02/run", "passed", None),
        ("workshop.finished", None, None, None),
    ]
    assert {each["learner"] for each in post.receiver.told} == {"U1"}
    assert len({each["id"] for each in post.receiver.told}) == 4
    assert all(datetime.fromisoformat(each["at"]).utcoffset() == timedelta(0) for each in post.receiver.told)


async def test_a_step_that_was_passed_before_is_not_passed_again_by_a_later_check(post: Post) -> None:
    async with post.running():
        passed = Verdict((("builds", Passed()),))
        await post.checked("U1", passed)
        learner = await post.store.learner("U1")
        attempt = await post.store.open_attempt(learner, STEP, Where("D", "U1"))
        assert attempt is not None
        await post.store.close_attempt(attempt.id, passed, learner)
        await post.checked("U1", FAILED)
        await until(lambda: len(post.receiver.calls) == 2)
    assert [each["type"] for each in post.receiver.told] == ["step.passed", "check.failed"]


async def test_the_snippet_of_the_documentation_knows_a_genuine_call(post: Post) -> None:
    text = (shipped("deploy") / "README.md").read_text()
    names: dict[str, Any] = {}
    exec(text.split("```python\n")[1].split("```")[0], names)  # noqa: S102 - that it runs is what is tested
    genuine = names["genuine"]
    async with post.running():
        await post.checked("U1", FAILED)
        await until(lambda: post.receiver.calls)
    got, body = post.receiver.calls[0]
    assert genuine(SECRET, got, body)
    assert not genuine(SECRET, got, body.replace(b"failed", b"passed"))
    assert not genuine("another secret", got, body)
    assert not genuine(SECRET, got | {"Docent-Timestamp": str(int(got["Docent-Timestamp"]) + 1)}, body)
    old = headers(SECRET, "e", body, datetime.now(UTC) - timedelta(minutes=6))
    assert not genuine(SECRET, old, body)
    assert got["Docent-Event"] == json.loads(body)["id"]


async def test_what_is_not_taken_comes_again_with_the_same_id_and_holds_up_only_its_learner(post: Post) -> None:
    post.receiver.status = 500
    async with post.running():
        await post.checked("U1", FAILED)
        await post.checked("U1", FAILED, OTHER)
        await until(lambda: post.receiver.calls)
        post.receiver.status = 200
        await post.checked("U2", FAILED)
        await until(lambda: any(each["learner"] == "U2" for each in post.receiver.told))
        assert [each["learner"] for each in post.receiver.told] == ["U1", "U2"]
        post.clock.now += timedelta(seconds=5)
        await until(lambda: len(post.receiver.calls) == 4)
    first, _, again, second = post.receiver.told
    assert again == first
    assert (again["step"], second["step"]) == ("02/build", "02/run")


@pytest.mark.parametrize("status", [307, 400, 404, 410, 503])
async def test_nothing_but_a_2xx_is_taken_and_no_redirect_is_followed(post: Post, status: int) -> None:
    post.receiver.status = status
    async with post.running():
        await post.checked("U1", FAILED)
        await until(lambda: post.receiver.calls)
        assert await post.letters.due(post.clock.now + timedelta(hours=1), (), 9)
    assert len(post.receiver.calls) == 1


async def test_who_goes_away_is_told_when_it_is_back_also_by_another_process(post: Post) -> None:
    port = int(post.receiver.url.split(":")[2].split("/")[0])
    await post.receiver.stop()
    async with post.running():
        await post.checked("U1", FAILED)
        async with asyncio.timeout(10):
            while not (kept := await post.letters.due(post.clock.now + timedelta(days=1), (), 9)) or not kept[0].tries:
                await asyncio.sleep(0.01)
    post.clock.now += timedelta(minutes=1)
    await post.receiver.start(port)
    async with post.running():
        await until(lambda: post.receiver.calls)
    assert [each["type"] for each in post.receiver.told] == ["check.failed"]


async def test_who_is_slow_is_called_by_so_many_at_once_and_nobody_waits(post: Post) -> None:
    post.receiver.held.clear()
    async with post.running(at_once=2):
        for user in ("U1", "U2", "U3", "U4"):
            await post.checked(user, FAILED)
        await until(lambda: post.receiver.open == 2)
        await post.checked("U1", FAILED, OTHER)  # the bot goes on meanwhile
        assert (await post.store.learner("U1")).id == "U1"
        post.receiver.held.set()
        await until(lambda: len(post.receiver.calls) == 5)
    assert post.receiver.most == 2
    assert [each["step"] for each in post.receiver.told if each["learner"] == "U1"] == ["02/build", "02/run"]


async def test_who_never_answers_is_given_up_for_now(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CALL_S", 0.1)
    post.receiver.held.clear()
    async with post.running():
        await post.checked("U1", FAILED)
        async with asyncio.timeout(10):
            while not (kept := await post.letters.due(post.clock.now + timedelta(days=1), (), 9)) or not kept[0].tries:
                await asyncio.sleep(0.01)
    post.receiver.held.set()


async def test_after_a_day_a_letter_is_given_up_and_the_next_one_goes(post: Post) -> None:
    post.receiver.status = 500
    async with post.running():
        await post.checked("U1", FAILED)
        await until(lambda: post.receiver.calls)
        post.receiver.status = 200
        post.clock.now += timedelta(days=1, minutes=1)
        async with asyncio.timeout(10):
            while await post.letters.due(post.clock.now + timedelta(days=1), (), 9):
                await asyncio.sleep(0.01)
        post.clock.now = datetime.now(UTC)
        await post.checked("U1", FAILED, OTHER)
        await until(lambda: len(post.receiver.calls) == 2)
    assert [each["step"] for each in post.receiver.told] == ["02/build", "02/run"]


async def test_only_what_happens_after_the_address_was_set_is_told(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "new.sqlite")
    letters = SqlLetters(store.database, SECRET, pseudonyms=False)
    post = Post(store, letters, Receiver())
    await post.checked("U1", FAILED)
    assert await letters.collect(datetime.now(UTC)) == 0
    await post.checked("U1", FAILED)
    assert await letters.collect(datetime.now(UTC) + timedelta(days=2)) == 0  # it was switched off for two days
    await post.checked("U1", FAILED)
    assert await letters.collect(datetime.now(UTC)) == 1
    assert await letters.collect(datetime.now(UTC)) == 0
    await store.close()


async def test_learners_of_a_nameless_course_or_all_have_pseudonyms(post: Post) -> None:
    rows = SqlCohorts(post.store.database)
    cohort = await rows.keep(Cohort(NEW, "Quiet", "C1", "w", frozenset(), nameless=True))
    await rows.seat(Seat(cohort.id, "U1", SeatState.TAKEN, post.clock.now))
    for user in ("U1", "U2"):
        await post.checked(user, FAILED)
    await post.letters.collect(post.clock.now)
    found = {
        each.learner: json.loads(each.body)["learner"] for each in await post.letters.due(datetime.now(UTC), (), 9)
    }
    assert found == {"U1": pseudonym(SECRET, "U1"), "U2": "U2"}
    await post.checked("U3", FAILED)
    await SqlLetters(post.store.database, SECRET, pseudonyms=True).collect(datetime.now(UTC))
    (last,) = await post.letters.due(datetime.now(UTC), ("U1", "U2"), 9)
    assert json.loads(last.body)["learner"] == pseudonym(SECRET, "U3")
    assert "U3" not in last.body
    assert pseudonym(SECRET, "U3") != pseudonym("another secret", "U3")


def test_pauses_grow_to_a_quarter_of_an_hour_and_are_spread() -> None:
    assert [wait(tries, 0.5).total_seconds() for tries in (1, 2, 3, 10, 60)] == [1, 2, 4, 512, 900]
    assert wait(5, 0) < wait(5, 1)
    assert wait(1, 0.5, 30).total_seconds() == 30
    assert wait(1, 0.5, 10**6).total_seconds() == 900


def test_a_learner_who_never_started_is_nobodys_news() -> None:
    from bot.core.cohorts.news import news

    assert list(news(Learner("U1", "Ada"), None, datetime.now(UTC), None)) == []


async def test_a_question_to_the_instructors_is_told_with_the_step_they_are_at(post: Post) -> None:
    cohort = await SqlCohorts(post.store.database).keep(Cohort(NEW, "Loud", "C1", "w", frozenset()))
    await post.store.record(Learner("U1", "Ada", at=OTHER), "moved")
    threads, now = SqlHelpThreads(post.store.database), datetime.now(UTC)
    for user in ("U1", "U2"):
        assert await threads.ask(HelpThread(0, cohort.id, user, user, "Why?", "Run it", "nothing", now, now), once=user)
    async with post.running():
        await until(lambda: len(post.receiver.calls) == 2)
    assert [(each["type"], each["learner"], each["step"]) for each in post.receiver.told] == [
        ("help.asked", "U1", "02/run"),
        ("help.asked", "U2", None),
    ]
