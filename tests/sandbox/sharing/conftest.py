"""A real registry, opened by a sandbox of the test's own, and Docker's own client as a learner's own machine."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from bot.errors import HostError
from bot.progress.passes import SqlPasses
from bot.progress.store import SqlStore, open_store
from bot.sandbox.engine import Engine
from bot.sandbox.host import Host
from bot.sandbox.sandbox import DockerSandbox
from bot.sandbox.sharing.house import House
from bot.sandbox.sharing.opening import Opening

REGISTRY = "docent/registry:2"


@dataclass
class Class:
    """A sandbox with a registry, and people in it: U1 is Ada (`ada`), U2 is Grace (`grace`)."""

    sandbox: DockerSandbox
    passes: SqlPasses
    folder: Path
    machines: list[Machine] = field(default_factory=list)

    @property
    def house(self) -> House:
        assert self.sandbox.sharing is not None
        return self.sandbox.sharing.house

    def machine(self) -> Machine:
        """A learner's own machine: Docker's client, with a configuration of its own."""
        if shutil.which("docker") is None:
            pytest.skip("no Docker client here")
        folder = self.folder / f"machine-{secrets.token_hex(3)}"
        folder.mkdir()
        self.machines.append(Machine(folder, self.house))
        return self.machines[-1]

    async def bearer(self, learner: str, *scopes: str) -> tuple[int, str]:
        """What the token server answers a client that asks for these scopes."""
        namespace = await self.passes.namespace(learner)
        token = await self.passes.token(learner)
        return await asked(self.house, namespace, token, *scopes)


async def asked(house: House, user: str, password: str, *scopes: str) -> tuple[int, str]:
    headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
    params = [("service", "docent"), ("account", user), *(("scope", scope) for scope in scopes)]
    async with house.session.get(f"http://{house._tokens_at}/token", params=params, headers=headers) as answer:
        return answer.status, (await answer.json()).get("token", "")


def claims(token: str) -> Mapping[str, object]:
    body = token.split(".")[1]
    found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert isinstance(found, dict)
    return found


@dataclass
class Machine:
    """Docker's own client."""

    config: Path
    house: House
    made: list[str] = field(default_factory=list)

    async def docker(self, *words: str, stdin: str = "") -> tuple[int, str]:
        process = await asyncio.create_subprocess_exec(
            "docker",
            "--config",
            str(self.config),
            *words,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await asyncio.wait_for(process.communicate(stdin.encode()), 60)
        return process.returncode or 0, output.decode()

    async def login(self, user: str, token: str) -> tuple[int, str]:
        return await self.docker("login", self.house.address, "-u", user, "--password-stdin", stdin=token)

    async def push(self, image: str, name: str) -> tuple[int, str]:
        full = f"{self.house.address}/{name}"
        self.made.append(full)
        await self.docker("tag", image, full)
        return await self.docker("push", full)

    async def clean(self) -> None:
        for each in self.made:
            await self.docker("rmi", "-f", each)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def share(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Class]:
    """One for all tests of the run: each looks at its own repositories."""
    folder = tmp_path_factory.mktemp("sharing")
    engine = Engine()
    host = Host(engine)
    try:
        await host.version()
    except HostError as error:
        engine.close()
        pytest.skip(f"no Docker engine: {error}")
    found = {name: await host.image(name) for name in ("alpine:latest", "docent-verifier:latest", REGISTRY)}
    engine.close()
    for name, detail in found.items():
        assert detail is not None, f"{name} is not prepared: run `docent images prepare`"
    ids = {name: detail.id for name, detail in found.items() if detail}
    store = await opened(folder)

    async def image() -> str:
        return ids[REGISTRY]

    passes = SqlPasses(store.database)
    opening = Opening(passes, folder, image)
    bases = {"alpine:latest": ids["alpine:latest"]}
    sandbox = DockerSandbox(f"t{secrets.token_hex(4)}", bases, ids["docent-verifier:latest"], opening=opening)
    room = Class(sandbox, passes, folder)
    try:
        await room.house.open()
        yield room
    finally:
        for machine in room.machines:
            await machine.clean()
        with suppress(HostError):
            await sandbox.demolish()
        await sandbox.close()
        await store.close()


async def opened(folder: Path) -> SqlStore:
    store = await open_store(folder / "docent.sqlite")
    for user, name in (("U1", "Ada"), ("U2", "Grace")):
        await store.learner(user, name)
    return store
