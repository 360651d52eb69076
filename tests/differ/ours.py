"""Docent's side: the way of a learner's command, from the words to what is printed."""

from __future__ import annotations

import asyncio
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.handin.command import read_commands
from bot.handin.plan import Output, Refusal
from bot.progress.passes import SqlPasses
from bot.progress.store import open_store
from bot.sandbox.engine import Engine
from bot.sandbox.host import Host
from bot.sandbox.sandbox import DockerSandbox
from bot.sandbox.sharing.opening import Opening
from bot.workbench.commands import refusal_message
from tests.differ.session import Answer, Step, project_files

BASES = ("alpine:latest",)
LEARNER = "U1"
LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Desk:
    """A learner's place in Docent."""

    sandbox: DockerSandbox
    files: dict[str, bytes]
    engine: str  #: its version

    async def answer(self, step: Step) -> Answer:
        """Return what Docent prints; its own sentences below are left out."""
        began = time.monotonic()
        out = await self._ask(step.line)
        ends = began + LONGEST_S
        while step.until and not re.search(step.until, out.text) and time.monotonic() < ends:
            await asyncio.sleep(0.05)
            out = await self._ask(step.line)
        return Answer(out.text, out.exit_code, time.monotonic() - began)

    async def _ask(self, line: str) -> Output:
        (command,) = read_commands(line)
        if isinstance(command.plan, Refusal):
            shown = refusal_message(line, command.plan)
            return getattr(shown, "output", None) or Output(f"Docent: {command.plan.say}", command.plan.exit_code)
        return await self.sandbox.run(LEARNER, command.plan, self.files, lambda _: None)


@asynccontextmanager
async def desk(folder: Path, engine_url: str = "") -> AsyncIterator[Desk]:
    """Make a sandbox of its own, and take it away again."""
    engine = Engine(engine_url)
    try:
        host = Host(engine)
        ids = {name: await _image(host, name) for name in (*BASES, "docent-verifier:latest")}
        registry = await host.image("docent/registry:2")
        version = str((await host.version())["Version"])
    finally:
        engine.close()

    async def registry_image() -> str:
        return registry.id if registry else ""

    store = await open_store(folder / "docent.sqlite")
    await store.learner(LEARNER, "Ada")
    opening = Opening(SqlPasses(store.database), folder / "registry", registry_image)
    bases = {name: ids[name] for name in BASES}
    instance = f"d{secrets.token_hex(4)}"
    sandbox = DockerSandbox(instance, bases, ids["docent-verifier:latest"], url=engine_url, opening=opening)
    try:
        yield Desk(sandbox, project_files(), version)
    finally:
        await sandbox.demolish()
        await sandbox.close()
        await store.close()


async def _image(host: Host, name: str) -> str:
    found = await host.image(name)
    if found is None:
        raise RuntimeError(f"{name} is not prepared: run `docent images prepare`")
    return found.id
