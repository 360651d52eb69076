"""How a canary is sent: by exactly the requests that learners' containers and builds get, and taken back after."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import HostError
from bot.handin.plan import BuildPlan, Refusal, RunPlan
from bot.sandbox import recipe
from bot.sandbox.builds import Builds
from bot.sandbox.context import OURS, packed
from bot.sandbox.engine import EngineSaid, Lane
from bot.sandbox.gate.telling import events, run_line
from bot.sandbox.names import MARK
from bot.sandbox.pool import Networks
from bot.sandbox.setup import Setup

NAME = "docent-canary:latest"  #: what the canary's Dockerfiles are from
LEARNER = "canary"  #: no id of Slack's looks so
SCRATCH = "/scratch"  #: as if the image had declared it as a volume
ATTACK_S = 60.0
GONE_S = 10.0


@dataclass(frozen=True, slots=True)
class Recipes:
    """The requests under attack; tests take a limit out of them to see the canary notice."""

    container: Callable[..., recipe.Request] = recipe.container
    build: Callable[..., dict[str, str]] = recipe.build


EXACT = Recipes()


@dataclass(frozen=True, slots=True)
class Sent:
    """What came back of a container. `ended`: the watch over the disk ended it."""

    printed: bytes
    ended: bool = False


class Sending:
    """Sends canaries on one host, in the name of a learner that is nobody. `image` is the canary's id."""

    def __init__(self, setup: Setup, image: str, recipes: Recipes = EXACT) -> None:
        self._setup = setup
        self._image = image
        self._recipes = recipes
        self.owner = setup.owner(LEARNER)
        self._builds = Builds(setup)
        self._networks = Networks(setup)

    async def ready(self) -> None:
        """Make the network that a learner's first container gets."""
        await self._networks.ensure(self.owner)

    async def in_container(self, name: str, question: Mapping[str, Any]) -> Sent:
        """Return what the canary printed in a container of a learner's. Raises `HostError`."""
        host = self._setup.host
        by = await self._setup.making(self.owner, "canary")
        facts = recipe.ImageFacts(self._image, NAME, (SCRATCH,))
        plan = RunPlan(NAME, (json.dumps(question),), name)
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
            ended = bool(self._setup.disk and self._setup.disk.note(str(made)))
            return Sent(b"" if isinstance(answer, EngineSaid) else answer.body, ended)
        finally:
            await host.remove(str(made))

    async def in_build(self, question: Mapping[str, Any]) -> str:
        """Return what the canary printed in a RUN line of a learner's build."""
        host, limits, said = self._setup.host, self._setup.limits, bytearray()

        def take(chunk: bytes) -> bool:
            said.extend(chunk)
            return len(said) < recipe.MIB

        text = f"FROM {self._image}\n{MARK}\n{run_line(question)}\n"
        key = f"{self.owner.instance}-{self.owner.key}"
        with (await self._builds.cgroups()).for_build(key) as cgroup:
            params = self._recipes.build(self.owner, limits, cgroup, dockerfile=OURS, bases=[], no_cache=True)
            refused = await host.build(packed({}, text).tar, params, deadline_s=ATTACK_S, on_bytes=take)
        if refused is not None:
            raise HostError(f"The canary was not built: {refused.message}")
        return "".join(str(each.get("stream", "")) for each in events(bytes(said)))

    async def by_learner(self, question: Mapping[str, Any], setup: Setup) -> str:
        """Return the display of a build as a learner would start it, with all that watches over it."""
        builds = Builds(replace(setup, bases={NAME: self._image}))
        files = {"Dockerfile": f"FROM {NAME}\n{run_line(question)}\n".encode()}
        built = await builds.build(self.owner, BuildPlan((), no_cache=True), files, lambda _: None)
        if isinstance(built, Refusal):
            raise HostError(f"The canary's Dockerfile was refused: {built.say}")
        return built.text

    async def gone(self, word: str) -> bool:
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
        for each in await host.containers(*self.owner.labels):
            await host.remove(each.id)
        for image in await host.images(*self.owner.labels):
            await host.remove_image(image.id, force=True)
        await self._networks.remove(self.owner)
