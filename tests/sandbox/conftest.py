"""A real engine where there is one, its prepared images, and a sandbox of the test's own that leaves nothing."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.errors import HostError
from bot.handin.plan import BuildPlan, Output, Plan
from bot.sandbox.engine import Engine
from bot.sandbox.host import Host
from bot.sandbox.janitor.books import Books, Shelf
from bot.sandbox.janitor.claims import Claim, claimed, engine_at
from bot.sandbox.janitor.seal import Seal
from bot.sandbox.recipe import Limits
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import read_settings

APP = Path(__file__).parents[2] / "lessons" / "docker-workshop" / "app"
DOCKERFILE = b"""# syntax=docker/dockerfile:1
FROM node:24-alpine
WORKDIR /app
COPY . .
RUN npm install --omit=dev
CMD ["node", "src/index.js"]
EXPOSE 3000
"""
BASES = {name: name for name in ("node:24-alpine", "alpine:latest", "mysql:8.0")}


@dataclass
class Learner:
    """One learner at one sandbox, as a test speaks to them."""

    sandbox: DockerSandbox
    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    async def do(self, plan: Plan) -> Output:
        return await self.sandbox.run(self.name, plan, self.files, self.told.append)

    async def image(self, dockerfile: str, tag: str = "app:latest") -> Output:
        self.files["Dockerfile"] = dockerfile.encode()
        return await self.do(BuildPlan((tag,)))


async def until(holds: Callable[[], Awaitable[bool]], within_s: float = 15) -> None:
    async with asyncio.timeout(within_s):
        while not await holds():
            await asyncio.sleep(0.05)


@pytest.fixture
def app_files() -> dict[str, bytes]:
    found = (p for p in APP.rglob("*") if p.is_file() and "node_modules" not in p.parts)
    return {str(p.relative_to(APP)): p.read_bytes() for p in found} | {"Dockerfile": DOCKERFILE}


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    engine = Engine()
    try:
        host = Host(engine)
        try:
            await host.version()
        except HostError as error:
            pytest.skip(f"no Docker engine: {error}")
        yield host
    finally:
        engine.close()


@pytest.fixture
async def images(host: Host) -> Mapping[str, str]:
    found = {}
    for name in (*BASES.values(), "docent-verifier:latest"):
        detail = await host.image(name)
        assert detail is not None, f"{name} is not prepared: run `docent images prepare`"
        found[name] = detail.id
    return found


@pytest.fixture
async def make_sandbox(host: Host, images: Mapping[str, str]) -> AsyncIterator[Callable[..., DockerSandbox]]:
    made: list[DockerSandbox] = []
    instance, shelf = f"t{secrets.token_hex(4)}", Shelf()  # what one wrote down, the next one reads
    seal = Seal(b"a test's")

    def make(limits: Limits | None = None, **more: Any) -> DockerSandbox:
        bases = {public: images[name] for public, name in BASES.items()}
        more.setdefault("books", Books(instance, seal, shelf))
        made.append(DockerSandbox(instance, bases, images["docent-verifier:latest"], limits, **more))
        return made[-1]

    # should this run be killed, the next bot on this machine finds what it left
    with claimed(read_settings().claims, Claim(instance, seal.key.hex(), "", passing=True, engine=engine_at(""))):
        yield make
        for sandbox in made[-1:]:
            await sandbox.demolish()
        for sandbox in made:
            await sandbox.close()


@pytest.fixture
def sandbox(make_sandbox: Callable[..., DockerSandbox]) -> DockerSandbox:
    return make_sandbox()


@pytest.fixture
def learner(sandbox: DockerSandbox, app_files: dict[str, bytes]) -> Learner:
    return Learner(sandbox, "U1", app_files)
