"""A class at work while its bot is killed and its engine restarted: what was lost, said twice, or left behind?

The bot is a process of its own and joins the local workspace of this one, so that kill -9 is what it is in life. The
engine is a second one that nobody else uses. Learners press and type at random, one thing at a time, some of it
hostile; the course of the soak is drawn from a seed.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.localslack.person import NotSeenError, Person, RefusedError, Shown
from bot.localslack.runfile import without_proxies
from bot.localslack.tiers import Tiers
from bot.localslack.workspace import Workspace, start_workspace
from bot.progress.store import SqlStore, open_store
from bot.progress.tables import attempts, journal
from bot.sandbox.janitor.books import now
from bot.settings import Settings, read_settings, shipped
from bot.wiring import DATABASE, open_sandbox
from tests.chaos.leftovers import Leftovers, listed, told
from tests.chaos.work import ANSWER_S, VERDICT, Work, chosen
from tests.second_engine import SecondEngine

START_S = 60.0
SETTLE_S = 90.0  #: for the verdicts of what is under way when the last job was given


@dataclass(frozen=True, slots=True)
class Profile:
    """How long and how rough."""

    jobs: int
    learners: int
    kills: int
    restarts: int
    seed: int = 4


@dataclass
class Came:
    """What came of a soak."""

    took_s: float = 0
    jobs: Counter[str] = field(default_factory=Counter)  #: by kind
    ended: Counter[str] = field(default_factory=Counter)  #: how they ended: answered, unanswered, …
    unanswered: list[str] = field(default_factory=list)  #: what, and what was seen last
    after_kill_s: list[float] = field(default_factory=list)
    after_restart_s: list[float] = field(default_factory=list)
    attempts: int = 0
    lost: int = 0  #: attempts without a verdict
    twice: int = 0  #: attempts with more than one
    unsaid: int = 0  #: attempts that never showed theirs
    left: Leftovers = field(default_factory=Leftovers)  #: nobody's, after the last round
    leaked: Leftovers = field(default_factory=Leftovers)  #: there after everything was removed, and not before

    def as_json(self) -> dict[str, object]:
        """Return all of it as JSON values."""
        plain = {name: dict(v) if isinstance(v, Counter) else v for name, v in vars(self).items()}
        return plain | {"left": vars(self.left), "leaked": vars(self.leaked)}

    def rows(self) -> list[tuple[str, str]]:
        """Return what is printed, as name and value."""
        return [
            ("jobs", f"{self.jobs.total()} in {self.took_s:.0f} s ({_counted(self.jobs)})"),
            ("ended", _counted(self.ended)),
            ("kills of the bot", f"{len(self.after_kill_s)}; {_spread(self.after_kill_s)} to the first answer"),
            ("engine restarts", f"{len(self.after_restart_s)}; {_spread(self.after_restart_s)} to the first verdict"),
            ("attempts", f"{self.attempts}, {self.lost} lost, {self.unsaid} unsaid, {self.twice} with two verdicts"),
            ("nobody's things after the last round", str(self.left)),
            ("leaked", str(self.leaked)),
        ]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


def _spread(seconds: list[float]) -> str:
    if not seconds:
        return "none"
    return f"p50 {statistics.median(seconds):.1f} s, at most {max(seconds):.1f} s"


class BotProcess:
    """`docent serve`, to be killed."""

    def __init__(self, settings: Settings, space: Workspace, engine: str) -> None:
        self._settings = settings
        self._log = settings.data / "serve.log"
        self._env = {
            **os.environ,
            "SLACK_BOT_TOKEN": space.bot_token,
            "SLACK_APP_TOKEN": space.app_token,
            "DOCENT_SLACK_API_URL": space.api_url,
            "DOCKER_HOST": engine,
            "DOCENT_CLAIMS": str(settings.data / "claims"),
            "DOCENT_PACE": "false",
            "DOCENT_PICTURES": "false",
        }
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Return once it is connected."""
        said = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve", "--data", str(self._settings.data)),
                env=self._env,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(START_S):
            while b"Docent is connected" not in self._log.read_bytes()[said:]:
                assert self._process.returncode is None, self.tail()
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """Kill it with nothing said."""
        assert self._process
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> int:
        """Ask it to end, and return its exit code."""
        assert self._process
        if self._process.returncode is None:
            self._process.terminate()
        async with asyncio.timeout(60):
            return await self._process.wait()

    def tail(self) -> str:
        """Return the last of what it logged."""
        return self._log.read_text(errors="replace")[-4000:]


class Soak:
    """One soak under way."""

    def __init__(
        self, profile: Profile, engine: SecondEngine, bot: BotProcess, space: Workspace, store: SqlStore
    ) -> None:
        self._store, self._idle, self._over = store, 0, asyncio.Event()
        self.shown: set[tuple[str, str]] = set()  #: cards with a verdict, by channel and time
        self._profile, self._engine, self._bot, self._space = profile, engine, bot, space
        self._dice = random.Random(profile.seed)  # noqa: S311 - drawn again alike, not secret
        self.came = Came()
        self._given = 0
        self._back_at = 0.0
        self._answers: list[float] = []
        self._verdicts: list[float] = []

    async def run(self) -> None:
        """Have everybody work while things break; return when all jobs were given and answered, or given up."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            for number in range(1, self._profile.learners + 1):
                tasks.create_task(self._learner(f"Learner {number:04d}", random.Random(self._dice.random())))  # noqa: S311
            tasks.create_task(self._trouble())
            tasks.create_task(self._end())
        self.came.took_s = time.monotonic() - began

    async def _learner(self, name: str, dice: random.Random) -> None:
        async with Person(self._space.url, name) as person:
            person.watch(self._see)
            work = Work(person, lambda: self._back_at)
            await work.begin()
            while self._given < self._profile.jobs:
                self._given += 1
                job = chosen(dice)
                self.came.jobs[job.kind] += 1
                try:
                    verdict = await work.do(job)
                except NotSeenError as error:
                    self.came.ended["unanswered"] += 1
                    self.came.unanswered.append(f"{job.kind} {job.lines[-1]}: {str(error)[-200:]}")
                    continue
                except RefusedError as error:
                    self.came.ended[f"refused: {str(error)[:40]}"] += 1
                    continue
                self.came.ended["with a verdict" if verdict else "answered"] += 1
                self._answers.append(time.monotonic())
                if verdict:
                    self._verdicts.append(time.monotonic())
            self._idle += 1
            await self._over.wait()

    def _see(self, shown: Shown) -> None:
        if re.search(VERDICT, shown.text):
            self.shown.add((shown.channel, shown.ts))

    async def _end(self) -> None:
        """Let everybody go once what is under way has its verdict, on its card too."""
        while self._idle < self._profile.learners:
            await asyncio.sleep(0.1)
        await _settled(self._store)
        await asyncio.sleep(2)
        self._over.set()

    async def _trouble(self) -> None:
        """Kill and restart, evenly over the jobs, at moments of no meaning."""
        kinds = ["kill"] * self._profile.kills + ["restart"] * self._profile.restarts
        self._dice.shuffle(kinds)
        for number, kind in enumerate(kinds, 1):
            due = self._profile.jobs * number // (len(kinds) + 1)
            while self._given < due:
                await asyncio.sleep(0.02)
            await asyncio.sleep(self._dice.random() * 2)
            if kind == "kill":
                await self._kill()
            else:
                await self._restart(number)

    async def _kill(self) -> None:
        await self._bot.kill()
        at = time.monotonic()
        await self._bot.start()
        self._back_at = time.monotonic()
        await self._first(self._answers, at, self.came.after_kill_s)

    async def _restart(self, number: int) -> None:
        if number % 2:
            await asyncio.to_thread(self._engine.kill)
        else:
            await asyncio.to_thread(self._engine.stop)
        await asyncio.sleep(self._dice.random() * 5)
        await asyncio.to_thread(self._engine.start)
        await self._first(self._verdicts, time.monotonic(), self.came.after_restart_s)

    async def _first(self, seen: list[float], at: float, kept: list[float]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(ANSWER_S):
                while not seen or seen[-1] < at:
                    await asyncio.sleep(0.02)
        kept.append(next((each for each in seen if each >= at), time.monotonic()) - at)


@asynccontextmanager
async def classroom(
    folder: Path, engine: SecondEngine, learners: int, socket: Path | None = None
) -> AsyncIterator[tuple[Settings, BotProcess, Workspace]]:
    """Open a workspace with so many learners, and a bot that may be killed and finds its engine at the socket."""
    without_proxies(os.environ)
    async with AsyncExitStack() as stack:
        settings = read_settings(data=folder / "data", docker_host=engine.url, pictures=False)
        settings.data.mkdir(parents=True, exist_ok=True)
        manifest = shipped("deploy") / "slack-manifest.yaml"
        space = await start_workspace(manifest, tiers=Tiers.OFF, more_learners=learners)
        stack.push_async_callback(space.stop)
        bot = BotProcess(settings, space, f"unix://{socket}" if socket else engine.url)
        await bot.start()
        stack.push_async_callback(bot.stop)
        yield settings, bot, space


async def soak(profile: Profile, folder: Path, engine: SecondEngine) -> Came:
    """Return what came of a soak."""
    before = await asyncio.to_thread(listed, engine)
    async with classroom(folder, engine, profile.learners) as (settings, bot, space):
        store = await open_store(settings.data / DATABASE)
        try:
            running = Soak(profile, engine, bot, space, store)
            await running.run()
            await bot.stop()
            await _counted_attempts(store, running)
            await _cleaned(settings, store, engine, running.came, before)
        finally:
            await store.close()
    return running.came


async def _settled(store: SqlStore) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            while await store.open_attempts():
                await asyncio.sleep(0.2)


async def _counted_attempts(store: SqlStore, running: Soak) -> None:
    came = running.came

    def count(db: sa.Connection) -> None:
        rows = db.execute(sa.select(attempts)).all()
        closings = db.execute(sa.select(journal.c.detail).where(journal.c.what == "AttemptClosed")).scalars()
        ends = Counter(closing.split()[0] for closing in closings)
        came.attempts = len(rows)
        came.lost = sum(1 for row in rows if row.closed_at is None)
        came.twice = sum(1 for number in ends.values() if number > 1)
        # one that was withdrawn has none to show; one whose card was never placed shows it in a message of its own
        due = Counter(row.channel for row in rows if row.verdict)
        shown = Counter(channel for channel, _ in running.shown)
        came.unsaid = sum((due - shown).values())

    await store.database.look(count)


async def _cleaned(settings: Settings, store: SqlStore, engine: SecondEngine, came: Came, before: Leftovers) -> None:
    """Do what the next start would, then remove everything, and see what is left each time."""
    sandbox = await open_sandbox(settings, store)
    try:
        await sandbox.janitor.round((), frozenset(), alive=False)
        came.left = (await asyncio.to_thread(listed, engine)).nobodys(sandbox.books)
        await sandbox.demolish()
        # nobody else builds on this engine, so no layer is too young to be looked at
        await sandbox.janitor.layers.sweep(now() + timedelta(minutes=1))
        came.leaked = told(engine, (await asyncio.to_thread(listed, engine)).beyond(before))
    finally:
        await sandbox.close()
