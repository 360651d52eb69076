"""What one learner's attacks cost their neighbours: `deploy/bench neighbours [--json]`.

Eve attacks through the real bot, one case of the catalogue after the other; meanwhile Ada presses **Check my work** and
Grace asks for her place. Each case is compared with the minutes just before and just after it, in which nobody attacks:
a machine that does something else for a while is slow for both.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bot.authoring.rehearse import Rehearsal
from bot.authoring.stage import CHECK_S, ENDED, Player
from bot.core.workshop import Step, StepRef
from bot.localslack.person import Person
from tests.load.staged import LESSONS, Staged, staged, timed

CHECKS = 16  #: of Ada's while one attack goes on
MOST = 1.5  #: how much slower a neighbour's check may be, 95th percentile
ACK_S = 1.0  #: within which everybody is answered, 99th percentile


def build(*lines: str) -> tuple[str, str]:
    """Return the Dockerfile and the command of an attack in a build."""
    return "FROM alpine\n" + "".join(f"RUN {line}\n" for line in lines), "docker build --no-cache -t bad ."


def run(script: str) -> tuple[str, str]:
    """Return no Dockerfile and the command of an attack in a container."""
    return "", f"docker run --rm alpine sh -c '{script}'"


#: case → Dockerfile ('' for none) and command
ATTACKS = {
    "B01 fork bomb in a build": build("f() { f | f & }; f; sleep 15"),
    "B02 memory in a build": build("tail /dev/zero; tail /dev/zero; tail /dev/zero; true"),
    "B04 disk in a build": build("for i in 1 2 3 4 5 6 7 8; do head -c 250000000 /dev/zero > /f$i; done"),
    "B05 inodes in a build": build("mkdir /d; cd /d; i=0; while [ $i -lt 200000 ]; do : > $i; i=$((i+1)); done"),
    "B07 output of a build": build("yes"),
    "B09 a build that sleeps": build("sleep 300"),
    "B17 processors in a build": build("for i in 1 2 3 4; do while :; do :; done & done; sleep 15"),
    "N06 questions without end": run("while :; do nslookup x.example >/dev/null 2>&1; done"),
    "N10 zombies and a deaf child": run("trap : TERM; for i in $(seq 500); do (true &) ; done; sleep 15"),
    "N14 writes without end": run("while :; do head -c 200000000 /dev/zero > /tmp/f; done"),
    "B01 fork bomb in a container": run("f() { f | f & }; f; sleep 15"),
    "B02 memory in a container": run("tail /dev/zero"),
    "B17 processors in a container": run("for i in 1 2 3 4; do while :; do :; done & done; sleep 15"),
}


@dataclass(frozen=True, slots=True)
class Impact:
    """What was seen while something went on, and in the quiet minutes around it; seconds."""

    case: str
    checks: Sequence[float]
    answers: Sequence[float]
    quiet: Sequence[float] = ()  #: Ada's checks

    @property
    def check_p95(self) -> float:
        """Return the 95th percentile of Ada's checks."""
        return p95(self.checks)

    @property
    def answer_p99(self) -> float:
        """Return the 99th percentile of Grace's answers."""
        return statistics.quantiles(self.answers, n=100, method="inclusive")[-1]

    @property
    def slower(self) -> float:
        """Return how much slower Ada's checks were than in the quiet minutes around."""
        return self.check_p95 / p95(self.quiet)


def p95(times: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(times, n=20, method="inclusive")[-1]


async def checks(ada: Person, play: Player, ref: StepRef, step: Step) -> list[float]:
    """Return the times from a press to its verdict, which is a pass each time."""

    async def press() -> None:
        await ada.press("Check my work")
        shown = await ada.wait_for(ENDED, CHECK_S)
        assert "Passed: all" in shown.text, shown.text

    took = []
    for _ in range(CHECKS):
        await play.reset_step(step)
        await play.perform(act for act in step.solve if act.answer)  # forgotten with the step
        took.append(await timed(press))
    return took


@asynccontextmanager
async def asking(grace: Person) -> AsyncIterator[list[float]]:
    """Ask for the place again and again while the block runs; gives the times of the answers."""
    took: list[float] = []

    async def ask() -> None:
        await grace.say("status")
        await grace.wait_for("steps proved", 30)

    async def again() -> None:
        while True:
            took.append(await timed(ask))
            await asyncio.sleep(0.2)

    task = asyncio.create_task(again())
    try:
        yield took
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def attacking(eve: Person, dockerfile: str, command: str) -> AsyncIterator[None]:
    """Attack while the block runs, and wait for the end of the last attack; one that ended is begun again.

    Containers of theirs that would go on in the background are removed then: the minutes that follow are quiet.
    """
    if dockerfile:
        await eve.upload("Dockerfile", content=dockerfile.encode())
        await eve.wait_for("Saved|Updated", 30)
    over = asyncio.Event()

    async def attack() -> None:
        while not over.is_set():
            await eve.say(command)
            await eve.wait_for(r"^\$ docker|busy|paused|wait", 200)

    task = asyncio.create_task(attack())
    try:
        yield
    finally:
        over.set()
        await task
        await eve.say("docker ps -q")
        running = re.findall(r"^[0-9a-f]{12}$", (await eve.wait_for(r"^\$ docker ps -q", 60)).text, re.MULTILINE)
        if running:
            await eve.say(f"docker rm -f {' '.join(running)}")
            await eve.wait_for(rf"^\$ docker rm -f (?s:.*){running[-1]}", 60)


async def impact(
    stage: Staged, people: dict[str, Person], ref: StepRef, case: str, attack: tuple[str, str] | None
) -> Impact:
    """Return what Ada and Grace see while Eve attacks, or does nothing."""
    step = stage.workshop.step(ref)
    assert step
    play = Player(stage.workshop, LESSONS, people["Ada"], stage.store)
    async with AsyncExitStack() as stack:
        if attack:
            await stack.enter_async_context(attacking(people["Eve"], *attack))
        answers = await stack.enter_async_context(asking(people["Grace"]))
        return Impact(case, await checks(people["Ada"], play, ref, step), tuple(answers))


async def ready(stage: Staged, ada: Person) -> StepRef:
    """Let Ada get to the step of section 02 whose check asks her running app, and pass it once."""
    section = stage.workshop.section("02")
    assert section
    play = Player(stage.workshop, LESSONS, ada, stage.store)
    await Rehearsal(stage.workshop, play, stage.store, stage.sandbox, lambda _: None).begin(section)
    asked = [ref for ref, condition in stage.workshop.conditions() if ref.section == "02" and condition.probe == "http"]
    for step in section.steps:
        await play.perform(step.solve)
        if step.checked:
            assert "Passed: all" in await play.check(step), step.id
        if StepRef("02", step.id) == asked[-1]:
            return asked[-1]
        await play.press_next(StepRef("02", step.id))
    raise AssertionError("no step of section 02 asks the app")


async def measure(data: Path, told: Callable[[str], None]) -> list[Impact]:
    """Return what every attack cost."""
    async with staged(data) as stage, AsyncExitStack() as stack:
        names = {"Ada": "Ada", "Grace": "Grace", "Eve": "Linus"}  # the workspace has no Eve
        people = {name: await stack.enter_async_context(Person(stage.url, there)) for name, there in names.items()}
        ref = await ready(stage, people["Ada"])
        for name in ("Grace", "Eve"):
            await people[name].say("start")
            await people[name].wait_for("step 1 of", 30)
        seen = []
        before = await impact(stage, people, ref, "nobody attacks", None)
        for case, attack in ATTACKS.items():
            during = await impact(stage, people, ref, case, attack)
            after = await impact(stage, people, ref, "nobody attacks", None)
            seen.append(replace(during, quiet=(*before.checks, *after.checks)))
            before = after
            told(f"{case}: check p95 {during.check_p95:.2f} s ({seen[-1].slower:.2f} ×)")
        return seen


def main() -> None:
    """Measure and print."""
    told = partial(print, file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="docent-neighbours-") as folder:
        seen = asyncio.run(measure(Path(folder), told))
    if "--json" in sys.argv:
        print(json.dumps([asdict(each) for each in seen], indent=1))  # noqa: T201
        return
    table = Table(
        "while", "quiet, p95", "check, p95", f"slower (≤ {MOST} ×)", f"answers, p99 (≤ {ACK_S:g} s)", box=None
    )
    for each in seen:
        told_s = (
            f"{p95(each.quiet):.2f} s",
            f"{each.check_p95:.2f} s",
            f"{each.slower:.2f} ×",
            f"{each.answer_p99:.2f} s",
        )
        table.add_row(each.case, *told_s)
    Console(width=120).print(table)
    worst = max(each.slower for each in seen)
    print(f"worst: {worst:.2f} × of the quiet p95; answers p99 {max(e.answer_p99 for e in seen):.2f} s")  # noqa: T201


if __name__ == "__main__":
    main()
