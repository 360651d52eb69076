"""Give up work of each kind at any moment, again and again, and measure how soon nothing of it is left on the host.

    deploy/bench cancel [--rounds 10] [--json]      needs a real engine with prepared images

What may not be left: containers (a build's steps too, which carry no label of ours), processes in the build's control
group, networks and volumes that the work made, and names of images. Layers of a build that was cut stay as the
builder's cache, like those of one that failed; they go by the host's watermarks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import secrets
import statistics
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.core.specs import BuildSpec, HttpAsk, HttpSpec
from bot.handin.plan import BuildPlan, CopyOut, ExecPlan, Output, Plan, RunPlan
from bot.sandbox.cgroup import Cgroups
from bot.sandbox.host import Host
from bot.sandbox.recipe import Limits
from bot.sandbox.sandbox import DockerSandbox

GIVE_UP_AFTER_S = 20.0
BAR_S = 5.0
FILES = {f"src/{n}.bin": random.Random(n).randbytes(60_000) for n in range(70)}  # noqa: S311 - only bytes


@dataclass
class Ground:
    """A sandbox of this run's own, and who works in it."""

    sandbox: DockerSandbox
    host: Host
    groups: Cgroups
    kept: frozenset[str] = frozenset()  #: what stood before the work
    learner: str = "U1"

    async def things(self) -> frozenset[str]:
        """Return everything that is left on the host: a word and a name each."""
        ours = f"docent.instance={self.sandbox.books.instance}"
        found = {f"container {each.engine_name}" for each in await self.host.containers(ours)}
        found |= {f"step {each}" for each in await self._steps()}
        found |= {f"network {each['Name']}" for each in await self.host.networks(ours)}
        found |= {f"volume {each.engine_name}" for each in await self.host.volumes(ours)}
        mine = f"docent-{self.sandbox.books.instance}/*"
        found |= {f"name {tag}" for image in await self.host.named_images(mine) for tag in image.tags}
        return frozenset(found | {f"process {pid}" for pid in self._processes()})

    async def _steps(self) -> list[str]:
        """Return the containers of our builds' steps: only their control group says whose they are."""
        rows = (await self.host.must("GET", "/containers/json", params={"all": "1"})).json
        steps = []
        for row in rows:
            if not row.get("Labels", {}).get("docent.instance"):
                raw = await self.host.inspect(row["Id"]) or {}
                if self.sandbox.books.instance in str((raw.get("HostConfig") or {}).get("CgroupParent", "")):
                    steps.append(str(row["Id"])[:12])
        return steps

    def _processes(self) -> list[str]:
        found: list[str] = []
        for parent in self.groups.parents[:1]:
            for group in (parent / "docent-build").glob(f"{self.sandbox.books.instance}-*/**/cgroup.procs"):
                try:
                    found += group.read_text().split()
                except OSError:
                    continue
        return found


Work = Callable[[Ground], Coroutine[Any, Any, object]]


async def build(ground: Ground, dockerfile: str) -> Output:
    files = {**FILES, "Dockerfile": dockerfile.replace("ONCE", secrets.token_hex(4)).encode()}
    return await ground.sandbox.run(ground.learner, BuildPlan(("cut:latest",)), files, lambda _: None)


def building(*lines: str) -> Work:
    return lambda ground: build(ground, "\n".join(["FROM alpine", *lines, ""]))


def doing(plan: Plan) -> Work:
    return lambda ground: ground.sandbox.run(ground.learner, plan, {}, lambda _: None)


async def converse(ground: Ground) -> None:
    plan = RunPlan("alpine", ("sh",), interactive=True, tty=True, remove=True)
    opened = await ground.sandbox.converse(ground.learner, plan, {})
    assert not isinstance(opened, Output), opened
    try:
        while await opened.hear():
            continue
    finally:
        await opened.close()


def checking(spec: BuildSpec | HttpSpec) -> Work:
    async def check(ground: Ground) -> None:
        attempt = random.randrange(1, 10**9)  # noqa: S311 - only a number
        files = {**FILES, "Dockerfile": f"FROM alpine\nRUN sleep 30 # {attempt}\n".encode()}
        try:
            while True:
                await ground.sandbox.probe(ground.learner, spec, files, attempt=attempt, again=False)
        finally:
            await ground.sandbox.release(attempt)

    return check


FRESH = HttpSpec(image="app", port=3000, fresh=True, asks=(HttpAsk(get="/"),), wait_s=30)
#: what is done, and between which moments it is given up
KINDS: dict[str, tuple[Work, tuple[float, float]]] = {
    "build, mid-RUN": (building("RUN sleep 60 # ONCE"), (0.0, 2.0)),
    "build, a RUN that will not end": (
        building("RUN trap '' TERM; setsid nohup sleep 60 & sleep 60 # ONCE"),
        (0.5, 2.0),
    ),
    "build, mid-COPY": (building(*["COPY . /ONCE"] * 30), (0.0, 1.5)),
    "build, mid-commit": (building(*["RUN head -c 40000000 /dev/urandom > /ONCE"] * 20), (0.3, 3.0)),
    "check that builds": (checking(BuildSpec()), (0.0, 2.0)),
    "check with a container of its own": (checking(FRESH), (0.0, 2.0)),
    "docker run": (
        doing(RunPlan("alpine", ("sleep", "60"))),
        (0.0, 1.0),
    ),
    "docker run -d": (
        doing(RunPlan("alpine", ("sleep", "60"), detach=True)),
        (0.0, 0.25),
    ),
    "docker exec": (
        doing(ExecPlan("app", ("sleep", "60"))),
        (0.0, 0.5),
    ),
    "docker cp": (
        doing(CopyOut("app", "/etc", ".", ".")),
        (0.0, 1.0),
    ),
    "docker run -it": (converse, (0.0, 1.5)),
}


@dataclass
class Cancels:
    """What was measured of one kind."""

    took_s: list[float] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    had: set[str] = field(default_factory=set)  #: kinds of things that were there when it was given up


async def cut(ground: Ground, work: Work, after_s: float, into: Cancels) -> None:
    """Give the work up after so long, and measure until nothing of it is left."""
    task = asyncio.create_task(work(ground))
    await asyncio.wait({task}, timeout=after_s)
    into.had |= {each.partition(" ")[0] for each in await ground.things() - ground.kept}
    began = time.monotonic()
    task.cancel()
    await asyncio.wait({task})
    while True:
        left = await ground.things() - ground.kept
        took_s = time.monotonic() - began
        if not left or took_s > GIVE_UP_AFTER_S:
            break
        await asyncio.sleep(0.02)
    if not task.cancelled() and task.exception() is not None:
        into.left.append(f"{task.exception()!r}")
    into.took_s.append(took_s)
    into.left += left


async def measured(ground: Ground, kinds: Sequence[str], rounds: int) -> dict[str, Cancels]:
    """Return what came of each kind, `rounds` times each, given up at moments spread over its course."""
    found = {kind: Cancels() for kind in kinds}
    for turn in range(rounds):
        for kind in kinds:
            work, (first, last) = KINDS[kind]
            await cut(ground, work, first + (last - first) * turn / max(1, rounds - 1), found[kind])
    return found


@asynccontextmanager
async def ground_of(url: str = "") -> AsyncIterator[Ground]:
    """Give a sandbox in which a container `app` runs, and everything is warm."""
    from bot.sandbox.engine import Engine

    host, ids = Host(Engine(url)), {}
    for name in ("alpine:latest", "docent-verifier:latest"):
        detail = await host.image(name)
        assert detail is not None, f"{name} is not prepared: run `docent images prepare`"
        ids[name] = detail.id
    bases = {"alpine:latest": ids["alpine:latest"]}
    limits = Limits(foreground_s=60, build_deadline_s=60)
    sandbox = DockerSandbox(f"c{secrets.token_hex(4)}", bases, ids["docent-verifier:latest"], limits, url=url)
    try:
        ground = Ground(sandbox, host, await sandbox._builds.cgroups())
        files = {"Dockerfile": b'FROM alpine\nCMD ["sleep", "600"]\n'}
        await sandbox.run("U1", BuildPlan(("app:latest",)), files, lambda _: None)
        await sandbox.run("U1", RunPlan("app", name="app", detach=True), {}, lambda _: None)
        await sandbox._verifiers.warm(sandbox._setup.owner("U1"))
        await sandbox.run("U1", CopyOut("app", "/etc/hostname", ".", "."), {}, lambda _: None)
        ground.kept = await ground.things()
        yield ground
    finally:
        await sandbox.demolish()
        await sandbox.close()


def p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[98] if len(values) > 1 else max(values)


def table(found: dict[str, Cancels]) -> str:
    lines = [f"{'given up':36} {'n':>4} {'p50 s':>7} {'p99 s':>7} {'worst':>7}  {'had':34} left"]
    for kind, each in [*found.items(), ("all", all_of(found))]:
        figures = f"{statistics.median(each.took_s):7.2f} {p99(each.took_s):7.2f} {max(each.took_s):7.2f}"
        had = ", ".join(sorted(each.had))
        lines.append(f"{kind:36} {len(each.took_s):4} {figures}  {had:34} {', '.join(each.left) or 'nothing'}")
    return "\n".join(lines)


def all_of(found: dict[str, Cancels]) -> Cancels:
    each = found.values()
    return Cancels([t for e in each for t in e.took_s], [x for e in each for x in e.left])


async def main(rounds: int, *, as_json: bool) -> int:
    async with ground_of() as ground:
        found = await measured(ground, list(KINDS), rounds)
    everything = all_of(found)
    figures = {"cancels": len(everything.took_s), "p99_s": round(p99(everything.took_s), 2)}
    figures["left"] = len(everything.left)
    print(json.dumps(figures) if as_json else table(found))  # noqa: T201 - what it is for
    return int(bool(everything.left) or figures["p99_s"] > BAR_S)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="How soon is nothing left of work that was given up?")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    raise SystemExit(asyncio.run(main(given.rounds, as_json=given.json)))
