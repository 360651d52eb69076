"""kill -9 of the bot in each state of a check: one verdict after its restart, and nothing left."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.authoring.load import load_workshop
from bot.localslack.person import Person
from bot.progress.store import open_store
from bot.sandbox.janitor.books import now
from bot.settings import shipped
from bot.wiring import DATABASE, open_sandbox
from tests.chaos.__main__ import IMAGES
from tests.chaos.leftovers import listed
from tests.chaos.relay import Relay
from tests.chaos.soak import classroom
from tests.chaos.work import VERDICT
from tests.e2e.conftest import come_to
from tests.second_engine import SecondEngine, second_engine

pytestmark = pytest.mark.chaos

Seen = Callable[[object], None]
SOLUTION = """```Dockerfile
FROM node:24-alpine
WORKDIR /app
COPY . .
RUN npm install --omit=dev
CMD ["node", "src/index.js"]
EXPOSE 3000
```"""
#: State → the request at which the bot is killed, and whether the engine had done it. '' is not about the engine.
STATES = [
    ("queued", "", False),
    ("planned", r"GET /v[\d.]+/images/", False),
    ("context built", r"POST /v[\d.]+/build", False),
    ("building", r"POST /v[\d.]+/build", True),
    ("built", r"POST /v[\d.]+/images/[^/]+/tag", False),
    ("named", r"POST /v[\d.]+/images/[^/]+/tag", True),
    ("created", r"POST /v[\d.]+/containers/create", True),
    ("started", r"POST /v[\d.]+/containers/[^/]+/start", True),
    ("looking", r"POST /v[\d.]+/containers/[^/]+/wait", False),
    ("cleaning", r"DELETE /v[\d.]+/containers/", False),
    ("verdict known", "Checking", False),
    ("posted", "verdict", False),
]


@pytest.fixture(scope="module")
def engine() -> Iterator[SecondEngine]:
    with second_engine(images=IMAGES) as made:
        yield made


@pytest.fixture
async def relay(engine: SecondEngine) -> AsyncIterator[Relay]:
    folder = Path(tempfile.mkdtemp(prefix="docent-relay-"))  # pytest's own is too long a name for a socket
    made = Relay(folder / "engine.sock", engine.socket)
    await made.open()
    yield made
    await made.close()
    shutil.rmtree(folder)


@pytest.mark.parametrize(("state", "request_", "answered"), STATES, ids=[f"F01 {row[0]}" for row in STATES])
async def test_killed_in_any_state_of_a_check_there_is_one_verdict_and_nothing_left(
    state: str, request_: str, answered: bool, tmp_path: Path, engine: SecondEngine, relay: Relay, seen: Seen
) -> None:
    before = await asyncio.to_thread(listed, engine)
    workshop = load_workshop(shipped("lessons") / "docker-workshop")
    ref = next(ref for ref, condition in workshop.conditions() if condition.probe == "image")
    async with classroom(tmp_path, engine, 1, relay.path) as (settings, bot, space):
        async with Person(space.url, "Learner 0001") as ada:
            await come_to(ada, workshop, ref)
            await ada.say(SOLUTION)
            await ada.wait_for("Saved|Updated", 30)
            await ada.say("docker build -t getting-started .")
            await ada.wait_for(r"^\$ docker build", 60)
            await ada.say(SOLUTION.replace("EXPOSE 3000", f"ENV AT={time.time_ns()}\nEXPOSE 3000"))
            await ada.wait_for("Saved|Updated", 30)
            if request_.startswith(("GET", "POST", "DELETE")):
                relay.stop_at(request_, answered=answered)
            await ada.say("check")
            if request_.startswith(("GET", "POST", "DELETE")):
                async with asyncio.timeout(60):
                    await relay.reached.wait()
            elif request_ == "verdict":
                await ada.wait_for(VERDICT, 90)
            else:
                await ada.wait_for("Checking|queue|line", 30)
            await bot.kill()
            relay.go_on()
            began = time.monotonic()
            await bot.start()
            if request_ != "verdict":
                await ada.wait_for(VERDICT, 90)
            took_s = time.monotonic() - began
            cards = {shown.ts for shown in ada.messages if any(word in shown.text for word in VERDICT.split("|"))}
            assert len(cards) == 1
        assert await bot.stop() == 0
        store = await open_store(settings.data / DATABASE)
        sandbox = await open_sandbox(settings, store)
        try:
            assert await store.open_attempts() == []
            closings = [each for each in await store.journal(ada.id) if each.what == "AttemptClosed"]
            assert len(closings) == 1
            await sandbox.janitor.round((), frozenset(), alive=False)
            left = (await asyncio.to_thread(listed, engine)).nobodys(sandbox.books)
            assert left.total() == 0, str(left)
            await sandbox.demolish()
            await sandbox.janitor.layers.sweep(now() + timedelta(minutes=1))
            assert (await asyncio.to_thread(listed, engine)).beyond(before).total() == 0
        finally:
            await sandbox.close()
            await store.close()
    seen(f"killed {state}: one verdict {took_s:.1f} s after")
