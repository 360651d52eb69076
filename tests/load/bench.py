"""Measure the real bot on this machine and print the figures beside their bars: `deploy/bench [--json]`.

The local workspace runs in this process, the bot in its own, so that its memory is its own. Ratios are taken
in one run; no figure is asserted anywhere.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from bot.authoring.load import load_workshop
from bot.authoring.rehearse import Rehearsal
from bot.authoring.stage import ENDED, REBUILT, Player
from bot.core.workshop import StepRef
from bot.localslack.person import Person
from bot.progress.pins import Pins
from bot.progress.store import SqlStore
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import read_settings
from bot.wiring import pinned_images
from tests.load.board import built
from tests.load.figure import Figure
from tests.load.staged import LESSONS, Staged, staged, timed

BY_HAND = Path(__file__).with_name("same_by_hand.sh")
ROUNDS = 5
DEV = (
    "docker run -dp 127.0.0.1:3000:3000 --name dev -w /app --mount type=bind,src=.,target=/app node:24-alpine "
    'sh -c "npm install && npm run dev"'
)


async def answers(ada: Person) -> list[float]:
    """Return the time from each message to its answer."""

    async def ask() -> None:
        await ada.say("status")
        await ada.wait_for("steps proved", 10)

    return [await timed(ask) for _ in range(40)]


async def checks(ada: Person, refs: list[StepRef], play: Player, *, fresh: bool = False) -> dict[StepRef, float]:
    """Return the time from the press to the verdict for each step of section 02, solving them in order.

    With `fresh` the package file changes right before the first check that builds, so that it has to install anew.
    """
    took = {}
    workshop = load_workshop(LESSONS)
    section = workshop.section("02")
    assert section

    async def press() -> None:
        await ada.press("Check my work")
        await ada.wait_for(ENDED, 120)

    for step in section.steps:
        ref = StepRef("02", step.id)
        await play.perform(step.solve)
        if fresh and any(condition.probe == "build" for condition in step.conditions):
            await change_package(ada)
        if ref in refs:
            took[ref] = await timed(press)
        await play.press_next(ref)
    return took


async def change_package(ada: Person) -> None:
    """Change package.json, so that no cache has the install step."""
    package = json.loads((LESSONS / "app" / "package.json").read_text())
    package["description"] = f"made at {time.time_ns()}"
    await ada.upload("package.json", content=json.dumps(package, indent=2).encode())
    await ada.wait_for("Saved|Updated", 10)


async def rebuilds(ada: Person, rehearsal: Rehearsal, sandbox: DockerSandbox, last: str) -> float:
    """Return the time from the press to the summary, after everything up to this section was done and then lost.

    The package file is one that no cache knows, so every image is really built.
    """
    workshop = load_workshop(LESSONS)
    sections = [each for each in workshop.sections if "02" <= each.id <= last]
    await rehearsal.begin(sections[0])
    await change_package(ada)
    for section in sections:
        scenes = await rehearsal.solve(section)
        assert all(scene.ok for scene in scenes), scenes
    await sandbox.clean(ada.id)
    await ada.say("rebuild")
    await ada.wait_for("Rebuild your sandbox", 10)

    async def press() -> None:
        await ada.press("Rebuild")
        shown = await ada.wait_for(REBUILT, 120)
        assert "Your sandbox is back" in shown.text, shown.text

    return await timed(press)


async def pictures(ada: Person) -> tuple[float, float, float]:
    """Return the time from the words to a picture of the app: the first, the median of later ones, and of layers."""

    async def show(words: str, name: str) -> float:
        async def ask() -> None:
            await ada.say(words)
            await ada.wait_for(name, 60)

        return await timed(ask)

    first, *later = [await show("show my app", "my-app.png") for _ in range(ROUNDS + 1)]
    drawn = [await show("docker image history getting-started", "layers.png") for _ in range(ROUNDS)]
    return first, statistics.median(later), statistics.median(drawn)


async def edits(ada: Person) -> float:
    """Return the median time from the words of an edit until the running container serves it, asked with `curl`."""
    await ada.say("docker rm -f todo")
    await ada.wait_for(r"^\$ docker rm", 60)
    await ada.say(DEV)
    await ada.wait_for(r"^\$ docker run", 60)

    async def serves(text: str) -> None:
        async with asyncio.timeout(60):
            while True:
                await ada.say("curl http://localhost:3000/js/app.js")
                if text in (await ada.wait_for(r"^\$ curl", 30)).text:
                    return

    async def edit(old: str, new: str) -> None:
        await ada.say(f"replace `'{old}'` with `'{new}'` in src/static/js/app.js")
        await ada.wait_for("Updated", 30)
        await serves(f"'{new}'")

    await serves("'Add Item'")
    names = ["Add Item", *(f"Add {number}" for number in range(ROUNDS))]
    return statistics.median([await timed(partial(edit, old, new)) for old, new in pairwise(names)])


async def commands(ada: Person, sandbox: DockerSandbox, alpine: str) -> float:
    """Return the median of what a command in chat takes beyond the same command of the docker CLI; `dev` runs."""
    dev = sandbox._setup.owner(ada.id).container("dev")
    pairs = [
        ("docker ps", ["ps"]),
        ("docker images", ["images"]),
        ("docker logs dev", ["logs", dev]),
        ("docker exec dev true", ["exec", dev, "true"]),
        ("docker run --rm alpine echo hello", ["run", "--rm", "--network", "none", alpine, "echo", "hello"]),
    ]

    async def ask(line: str) -> None:
        await ada.say(line)
        await ada.wait_for(rf"^\$ {line}", 30)

    async def cli(words: list[str]) -> None:
        made = await asyncio.create_subprocess_exec("docker", *words, stdout=asyncio.subprocess.DEVNULL)
        await made.wait()

    beyond = []
    for line, words in pairs * ROUNDS:
        ours = await timed(partial(ask, line))
        beyond.append(ours - await timed(partial(cli, words)))
    return statistics.median(beyond)


async def looked(store: SqlStore, newest: int) -> float:
    """Return the time that the checks of the last round took without queue and Slack: evidence and judging alone."""
    took = []
    for number in range(1, newest + 1):
        attempt = await store.attempt(number)
        if attempt and attempt.verdict:
            took.append(attempt.verdict.took_s)
    return sum(took[-newest // ROUNDS :])


def by_hand(base: str, folder: Path) -> float:
    """Return the median time of the same by the docker CLI and curl, cached."""
    project = folder / "project"
    shutil.copytree(LESSONS / "app", project, ignore=shutil.ignore_patterns("node_modules"))
    solution = next((LESSONS / "02-containerize" / "solutions").rglob("Dockerfile")).read_text()
    (project / "Dockerfile").write_text(solution.replace("node:24-alpine", base))
    environment = os.environ | {"DOCKER_BUILDKIT": "0"}
    runs = []
    for _ in range(ROUNDS + 1):
        began = time.perf_counter()
        subprocess.run([str(BY_HAND), str(project)], check=True, env=environment, stderr=subprocess.DEVNULL)
        runs.append(time.perf_counter() - began)
    return statistics.median(runs[1:])


async def measure(data: Path) -> list[Figure]:
    """Return every figure."""
    async with staged(data) as stage:
        return await figures_of(stage, data)


async def figures_of(stage: Staged, data: Path) -> list[Figure]:
    """Return every figure of a bot that has just been started."""
    workshop, store, sandbox = stage.workshop, stage.store, stage.sandbox
    refs = list(dict.fromkeys(r for r, c in workshop.conditions() if r.section == "02" and c.probe != "answer"))
    async with Person(stage.url, "Ada") as ada:
        await ada.say("start")
        await ada.wait_for("step 1 of", 30)
        started = time.perf_counter() - stage.began
        waits = await answers(ada)
        play = Player(workshop, LESSONS, ada, store)
        rehearsal = Rehearsal(workshop, play, store, sandbox, lambda _: None)
        rounds: list[dict[StepRef, float]] = []
        for _ in range(ROUNDS):
            await rehearsal.begin(workshop.section("02"))  # type: ignore[arg-type]
            rounds.append(await checks(ada, refs, play))
            await play.start_over()
        warm = [sum(one.values()) for one in rounds[1:]]
        looking = await looked(store, len(refs) * ROUNDS)
        await rehearsal.begin(workshop.section("02"))  # type: ignore[arg-type]
        fresh = sum((await checks(ada, refs, play, fresh=True)).values())
        lost_early = await rebuilds(ada, rehearsal, sandbox, "05")
        bot = psutil.Process(stage.bot.pid)
        before = bot.memory_info().rss / 2**20
        first, later, drawn = await pictures(ada)
        grown = bot.memory_info().rss / 2**20 - before
        edited = await edits(ada)
        pins = await asyncio.to_thread(pinned_images, read_settings(data=data), Pins(store.database))
        beyond = await commands(ada, sandbox, pins["alpine:latest"])
        last = max(section.id for section in workshop.sections if section.id <= "08")
        lost_late = await rebuilds(ada, rehearsal, sandbox, last)
        resident = bot.memory_info().rss / 2**20
        hand = await asyncio.to_thread(by_hand, pins["node:24-alpine"], data)
    check = statistics.median(warm)
    return [
        Figure("bot started to first answer", started, "s", "≤ 2 s to the first event"),
        Figure("answer to a message, median", statistics.median(waits) * 1e3, "ms", "≤ 300 ms"),
        Figure("answer to a message, 95th percentile", statistics.quantiles(waits, n=20)[-1] * 1e3, "ms", "≤ 300 ms"),
        Figure(f"check of section 02, warm, {len(refs)} presses, median", check, "s", "≤ 2 s"),
        Figure("the same with a fresh npm install", fresh, "s", "≤ 5 s"),
        Figure("of it, evidence and judging alone", looking, "s", "—"),
        Figure("what it looks at, by docker CLI and curl, cached", hand, "s", "—"),
        Figure("evidence and judging against that", looking / hand, "×", "≤ 0.7"),
        Figure("rebuild after 02 to 05, nothing cached", lost_early, "s", "≤ 30 s"),
        Figure(f"rebuild after 02 to {last}, nothing cached", lost_late, "s", "≤ 30 s"),
        Figure("edit in chat until the running container serves it, median", edited, "s", "≤ 2 s"),
        Figure("a command in chat beyond the docker CLI's time, median", beyond, "s", "≤ 1 s"),
        Figure("picture of the app, the first", first, "s", "—"),
        Figure("picture of the app, later ones, median", later, "s", "≤ 3 s"),
        Figure("layers printed and drawn, median", drawn, "s", "≤ 3 s"),
        Figure(f"bot grown by {2 * ROUNDS + 1} pictures", grown, "MB", "—"),
        Figure("bot resident", resident, "MB", "≤ 120 MB"),
        *built(),
    ]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="docent-bench-") as folder:
        figures = asyncio.run(measure(Path(folder)))
    if "--json" in sys.argv:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))  # noqa: T201
        return
    table = Table("figure", "measured", "bar", box=None)
    for figure in figures:
        table.add_row(figure.name, f"{figure.value:.2f} {figure.unit}", figure.bar)
    Console().print(table)


if __name__ == "__main__":
    main()
