"""Attacks on this host, through exactly the requests that learners' containers and builds get.

One container and one build attack everything that can be attacked from inside; one container and one build print
without end, and one build refuses to end. None of them leaves a container, an image or a file.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import EngineTimeout, HostError
from bot.sandbox import recipe
from bot.sandbox.cgroup import BUILD_PIDS
from bot.sandbox.gate.judging import Bounds, Place, Saw, Seen
from bot.sandbox.gate.listener import Heard, listening, own_address
from bot.sandbox.gate.sending import EXACT, SCRATCH, Recipes, Sending
from bot.sandbox.gate.telling import ENGINE_CAPABILITIES, gateways, hits, mask, told
from bot.sandbox.setup import Setup

TIME_S, LINGER_S = 4.0, 60.0  #: the deadline of the build that refuses to end, and when it would
SEEN_S = 6.0  #: what was taken is held so long, for the watch over the disk to see it
UNWATCHED = {"disk": 600, "inodes": 4000}  #: MB and files, where nobody watches
FLOOD = {"run": 96, "build": 320}  #: lines of 64 KB: three times what is kept, twice what a build may print
KEPT_MB = 2.1  #: of a container's output, and what the log adds to it


@dataclass(frozen=True, slots=True)
class Attacked:
    """What was seen at one place, and what the requests allow there."""

    seen: Seen
    bounds: Bounds


class Canaries:
    """The attacks on one host. `image` is the canary's id; `owner` is nobody's, and made anew for each."""

    def __init__(self, setup: Setup, image: str, recipes: Recipes = EXACT) -> None:
        self._setup = setup
        self._sending = Sending(setup, image, recipes)

    async def attack(self) -> Mapping[Place, Attacked]:
        """Return what the attacks came to, in containers and in builds. Raises `HostError`."""
        await self._sending.clear()
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
                await self._sending.clear()
        return {Place.RUN: run, Place.BUILD: build}

    async def run(self, *only: str) -> Attacked:
        """Return what a container's attacks came to, all or `only` these. Raises `HostError`."""
        limits = self._setup.limits
        await self._sending.ready()
        bounds = Bounds(
            pids=limits.pids,
            mem_mb=limits.mem_mb,
            cpus=limits.cpus,
            files=1024,
            shm_mb=16,
            output_mb=KEPT_MB,
            capabilities=mask(recipe.CAPABILITIES),
            closed=False,
        )
        async with self._ear() as (nonce, heard):
            question = await self._question(nonce, bounds, heard, near=True)
            said = await self._sending.in_container("attack", question | {"scratch": SCRATCH, "only": only})
            seen = told(said.printed.decode("utf-8", "replace"), nonce)
            if heard:
                seen["hits"] = hits(heard)
        if only:
            return Attacked(seen, bounds)
        flooded = await self._sending.in_container("flood", {"op": "flood", "lines": FLOOD["run"]})
        printed = len(flooded.printed)
        got = "stopped" if printed < FLOOD["run"] * 65_000 else "succeeded"
        seen["output"] = Saw(got, "cut", round(printed / recipe.MIB, 1))
        for what in ("disk", "inodes"):
            seen[what] = await self.fill(what)
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
            output_mb=limits.build_output_bytes / recipe.MIB,
            capabilities=mask(ENGINE_CAPABILITIES),
        )
        async with self._ear() as (nonce, heard):
            question = await self._question(nonce, bounds, heard, near=False)
            seen = told(await self._sending.in_build(question), nonce)
            if heard:
                seen["hits"] = hits(heard)
        seen["output"] = await self.output()
        for what in ("disk", "inodes"):
            seen[what] = await self.fill_in_build(what)
        return Attacked(seen, bounds)

    async def fill(self, what: str) -> Saw:
        """Return how much disk, or how many files, a container gets before it is refused or ended."""
        question = self._filling(what)
        sent = await self._sending.in_container(f"fill-{what}", question)
        saw = told(sent.printed.decode("utf-8", "replace"), question["nonce"]).get(what)
        if saw is None:
            return Saw("broken", "it told nothing")
        return Saw("stopped", "ended", saw.at) if sent.ended else saw

    async def fill_in_build(self, what: str) -> Saw:
        """Return how much disk, or how many files, a build gets before it is refused or ended."""
        question = self._filling(what)
        said = await self._sending.by_learner(question, self._setup)
        saw = told(said, question["nonce"]).get(what)
        if "wrote more than" in said:
            return Saw("stopped", "ended", saw.at if saw else question["most"])
        return saw or Saw("broken", said[-100:])

    def _filling(self, what: str) -> dict[str, Any]:
        """Return the question: a quarter more than the watch lets pass, and time for it to see that."""
        watch = self._setup.disk
        most = UNWATCHED if watch is None else {"disk": watch.most.bytes // recipe.MIB, "inodes": watch.most.files}
        hold_s = 0.0 if watch is None else SEEN_S
        nonce = secrets.token_hex(8)
        return {"op": "fill", "what": what, "most": most[what] * 5 // 4, "hold_s": hold_s, "nonce": nonce}

    async def output(self) -> Saw:
        """Return whether a build that prints without end is stopped."""
        said = await self._sending.by_learner({"op": "flood", "lines": FLOOD["build"]}, self._setup)
        if "printed more than" in said:
            return Saw("stopped", "stopped", self._setup.limits.build_output_bytes / recipe.MIB)
        return Saw("succeeded", said[-100:], FLOOD["build"] / 16)

    async def time(self) -> Saw:
        """Return whether a build that refuses to end is ended, and its container gone soon after."""
        limits = self._setup.limits
        hurried = replace(self._setup, limits=replace(limits, build_deadline_s=min(limits.build_deadline_s, TIME_S)))
        nonce = secrets.token_hex(8)
        try:
            said = await self._sending.by_learner({"op": "linger", "seconds": LINGER_S, "nonce": nonce}, hurried)
        except EngineTimeout as error:
            return Saw("broken", str(error))
        if "was stopped" not in said:
            # the canary's own end shows that nobody came; any other end is somebody else's doing
            got = "succeeded" if "exit code: 3" in said else "broken"
            return Saw(got, (said.strip().splitlines() or [""])[-1][-100:])
        if not await self._sending.gone(nonce):
            return Saw("succeeded", "its container was there ten seconds later")
        return Saw("stopped", "ended")

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
        own, others = gateways((await self._setup.host.must("GET", "/networks")).json, self._sending.owner)
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
        }
