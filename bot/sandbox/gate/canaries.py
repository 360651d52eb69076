"""Attacks on this host, through exactly the requests that learners' containers and builds get.

One container and one build attack everything that can be attacked from inside; one container and one build print
without end, and one build refuses to end. None of them leaves a container, an image or a file.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import EngineTimeout, HostError
from bot.handin.plan import BuildPlan, Refusal, RunPlan
from bot.sandbox import recipe
from bot.sandbox.builds import Builds
from bot.sandbox.cgroup import BUILD_PIDS
from bot.sandbox.context import OURS, packed
from bot.sandbox.engine import EngineSaid, Lane
from bot.sandbox.gate.judging import Bounds, Place, Saw, Seen
from bot.sandbox.gate.listener import Heard, listening, own_address
from bot.sandbox.gate.telling import ENGINE_CAPABILITIES, events, gateways, hits, mask, run_line, told
from bot.sandbox.pool import Networks
from bot.sandbox.setup import Setup

NAME = "docent-canary:latest"  #: what the canary's Dockerfiles are from
LEARNER = "canary"  #: no id of Slack's looks so
SCRATCH = "/scratch"  #: as if the image had declared it as a volume
ATTACK_S = 40.0
GONE_S = 10.0
TIME_S, LINGER_S = 4.0, 60.0  #: the deadline of the build that refuses to end, and when it would
FLOOD = {"run": 96, "build": 320}  #: lines of 64 KB: three times what is kept, twice what a build may print
KEPT_MB = 2.1  #: of a container's output, and what the log adds to it


@dataclass(frozen=True, slots=True)
class Recipes:
    """The requests under attack; tests take a limit out of them to see the canary notice."""

    container: Callable[..., recipe.Request] = recipe.container
    build: Callable[..., dict[str, str]] = recipe.build


EXACT = Recipes()


@dataclass(frozen=True, slots=True)
class Attacked:
    """What was seen at one place, and what the requests allow there."""

    seen: Seen
    bounds: Bounds


class Canaries:
    """The attacks on one host. `image` is the canary's id; `owner` is nobody's, and made anew for each."""

    def __init__(self, setup: Setup, image: str, recipes: Recipes = EXACT) -> None:
        self._setup = setup
        self._image = image
        self._recipes = recipes
        self._owner = setup.owner(LEARNER)
        self._builds = Builds(setup)
        self._networks = Networks(setup)

    async def attack(self) -> Mapping[Place, Attacked]:
        """Return what the attacks came to, in containers and in builds. Raises `HostError`."""
        await self.clear()
        try:
            lingers = asyncio.create_task(self.time())
            try:
                run = await self.run()
                build = await self.build()
                build = replace(build, seen={**build.seen, "time": await lingers})
            finally:
                lingers.cancel()
                await asyncio.gather(lingers, return_exceptions=True)
        finally:
            with contextlib.suppress(HostError):
                await self.clear()
        return {Place.RUN: run, Place.BUILD: build}

    async def run(self, *only: str) -> Attacked:
        """Return what a container's attacks came to, all or `only` these. Raises `HostError`."""
        limits = self._setup.limits
        await self._networks.ensure(self._owner)
        bounds = Bounds(
            pids=limits.pids,
            mem_mb=limits.mem_mb,
            cpus=limits.cpus,
            files=1024,
            shm_mb=16,
            disk_mb=0,
            output_mb=KEPT_MB,
            capabilities=mask(recipe.CAPABILITIES),
            closed=False,
        )
        async with self._ear() as (nonce, heard):
            question = await self._question(nonce, bounds, heard, near=True)
            said = await self._in_container("attack", question | {"scratch": SCRATCH, "only": only})
            seen = told(said.decode("utf-8", "replace"), nonce)
            if heard:
                seen["hits"] = hits(heard)
        if only:
            return Attacked(seen, bounds)
        printed = len(await self._in_container("flood", {"op": "flood", "lines": FLOOD["run"]}))
        got = "stopped" if printed < FLOOD["run"] * 65_000 else "succeeded"
        seen["output"] = Saw(got, "cut", round(printed / recipe.MIB, 1))
        return Attacked(seen, bounds)

    async def build(self) -> Attacked:
        """Return what a build's attacks came to. Raises `HostError`."""
        limits = self._setup.limits
        bounds = Bounds(
            pids=BUILD_PIDS,
            mem_mb=limits.build_mem_mb,
            cpus=limits.build_cpus,
            files=1024,
            shm_mb=16,
            disk_mb=0,
            output_mb=limits.build_output_bytes / recipe.MIB,
            capabilities=mask(ENGINE_CAPABILITIES),
        )
        async with self._ear() as (nonce, heard):
            question = await self._question(nonce, bounds, heard, near=False)
            seen = told(await self._in_build(question), nonce)
            if heard:
                seen["hits"] = hits(heard)
        seen["output"] = await self.output()
        return Attacked(seen, bounds)

    async def output(self) -> Saw:
        """Return whether a build that prints without end is stopped."""
        said = await self._by_learner({"op": "flood", "lines": FLOOD["build"]}, self._setup)
        if "printed more than" in said:
            return Saw("stopped", "stopped", self._setup.limits.build_output_bytes / recipe.MIB)
        return Saw("succeeded", said[-100:], FLOOD["build"] / 16)

    async def time(self) -> Saw:
        """Return whether a build that refuses to end is ended, and its container gone soon after."""
        limits = self._setup.limits
        hurried = replace(self._setup, limits=replace(limits, build_deadline_s=min(limits.build_deadline_s, TIME_S)))
        nonce = secrets.token_hex(8)
        try:
            said = await self._by_learner({"op": "linger", "seconds": LINGER_S, "nonce": nonce}, hurried)
        except EngineTimeout as error:
            return Saw("broken", str(error))
        if "was stopped" not in said:
            return Saw("succeeded", said[-100:])
        if not await self._gone(nonce):
            return Saw("succeeded", f"its container was there {GONE_S:g} s later")
        return Saw("stopped", "ended")

    async def _gone(self, word: str) -> bool:
        """Tell whether no container with this word in its command is left, soon enough."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GONE_S):
                while True:
                    if not any(word in each.command for each in await self._setup.host.containers()):
                        return True
                    await asyncio.sleep(0.1)
        return False

    async def clear(self) -> None:
        """Remove what attacks before left (idempotent)."""
        host = self._setup.host
        for each in await host.containers(*self._owner.labels):
            await host.remove(each.id)
        for image in await host.images(*self._owner.labels):
            await host.remove_image(image.id, force=True)
        await self._networks.remove(self._owner)

    @asynccontextmanager
    async def _ear(self) -> AsyncIterator[tuple[str, Heard | None]]:
        """Give a new nonce, and where the engine is on this machine an ear for it."""
        nonce = secrets.token_hex(8)
        if not self._setup.host.local:
            yield nonce, None
            return
        async with listening(nonce) as heard:
            yield nonce, heard

    async def _question(self, nonce: str, bounds: Bounds, heard: Heard | None, *, near: bool) -> dict[str, Any]:
        own, others = gateways((await self._setup.host.must("GET", "/networks")).json, self._owner)
        return {
            "op": "attack",
            "nonce": nonce,
            "near": own if near else [],
            "hosts": sorted({*others, own_address()} - {""})[:4],
            "port": heard.port if heard else 9,
            "name": f"canary-{nonce}.example.com",
            "pids": bounds.pids + 40,
            "mem_mb": bounds.mem_mb * 5 // 4,
            "files": bounds.files + 50,
            "disk_mb": 700,
            "inodes": 5000,
        }

    async def _in_container(self, name: str, question: Mapping[str, Any]) -> bytes:
        """Return what the canary printed in a container of a learner's."""
        host = self._setup.host
        by = await self._setup.making(self._owner, "canary")
        facts = recipe.ImageFacts(self._image, NAME, (SCRATCH,))
        plan = RunPlan(NAME, (json.dumps(question),), name, detach=True)
        request = self._recipes.container(plan, name, facts, (), by)
        made = await host.create(request, Lane.RUN)
        refused = made if isinstance(made, EngineSaid) else await host.start(made, Lane.RUN)
        if refused is not None:
            raise HostError(f"The canary did not start: {refused.message}")
        try:
            if await host.wait(str(made), ATTACK_S) is None:
                raise HostError(f"The canary did not end within {ATTACK_S:g} s.")
            path, both = f"/containers/{made}/logs", {"stdout": "1", "stderr": "1"}
            answer = await host.ask("GET", path, params=both, deadline_s=ATTACK_S, lane=Lane.RUN)
            return b"" if isinstance(answer, EngineSaid) else answer.body
        finally:
            await host.remove(str(made))

    async def _in_build(self, question: Mapping[str, Any]) -> str:
        """Return what the canary printed in a RUN line of a learner's build."""
        host, limits, said = self._setup.host, self._setup.limits, bytearray()

        def take(chunk: bytes) -> bool:
            said.extend(chunk)
            return len(said) < recipe.MIB

        text = f"FROM {self._image}\n{run_line(question)}\n"
        key = f"{self._owner.instance}-{self._owner.key}"
        with (await self._builds.cgroups()).for_build(key) as cgroup:
            params = self._recipes.build(self._owner, limits, cgroup, dockerfile=OURS, bases=[], no_cache=True)
            refused = await host.build(packed({}, text).tar, params, deadline_s=ATTACK_S, on_bytes=take)
        if refused is not None:
            raise HostError(f"The canary was not built: {refused.message}")
        return "".join(str(each.get("stream", "")) for each in events(bytes(said)))

    async def _by_learner(self, question: Mapping[str, Any], setup: Setup) -> str:
        """Return the display of a build as a learner would start it, with all that watches over it."""
        builds = Builds(replace(setup, bases={NAME: self._image}))
        files = {"Dockerfile": f"FROM {NAME}\n{run_line(question)}\n".encode()}
        built = await builds.build(self._owner, BuildPlan((), no_cache=True), files, lambda _: None)
        if isinstance(built, Refusal):
            raise HostError(f"The canary's Dockerfile was refused: {built.say}")
        return built.text
