"""A bot in small, for tests that kill it: a real store and a real desk in one folder.

Run as `python desk_process.py FOLDER`. Verifying or publishing an attempt stops for ever while FOLDER has a
file `hold-verify` or `hold-publish`, and the host is down while it has `down`; each thing done is a line of
FOLDER/log. Ends by itself once no attempt is open.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bot.core.verdict import Fault, Passed, Verdict
from bot.desk import Desk
from bot.errors import EngineDown
from bot.progress.lock import hold
from bot.progress.store import open_store


async def main(folder: Path) -> None:
    store = await open_store(folder / "docent.db")
    desk = Desk()

    def say(*words: object) -> None:
        with (folder / "log").open("a") as file:
            print(*words, file=file, flush=True)

    async def held(name: str) -> None:
        while (folder / f"hold-{name}").exists():
            await asyncio.sleep(0.01)

    async def verify(attempt: int) -> Verdict:
        say("verify", attempt)
        await held("verify")
        if (folder / "down").exists():
            raise EngineDown("No engine answers.")
        return Verdict((("holds", Passed(f"attempt {attempt}")),), 0.1)

    async def publish(attempt: int, verdict: Verdict) -> None:
        say("publish", attempt)
        if (folder / "hold-publish-first").exists():
            await held("publish")
        closed = await store.close_attempt(attempt, verdict, None)
        say("closed" if closed else "closed before", attempt)
        await held("publish")

    async def lose(attempt: int, reason: str) -> None:
        say("lost", attempt, reason)
        await store.close_attempt(attempt, Verdict((("holds", Fault(reason)),)), None)

    await desk.start(verify, publish, lose, store.open_attempts, folder / "desk", slots=2, poll_s=0.05, sweep_s=0.3)
    say("ready")
    while await store.open_attempts():
        await asyncio.sleep(0.02)
    await desk.stop(5)
    await store.close()


if __name__ == "__main__":
    with hold(Path(sys.argv[1]) / "docent.lock"):
        asyncio.run(main(Path(sys.argv[1])))
