"""Change a source file where a learner's container sees it, look whether the change is served, and put it back.

What is planted adds one field to every answer's header, with a number that has to be worked out: an answer that only
shows the file's text does not have it. The learner's stored project is never touched.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.evidence import LiveSeen
from bot.core.specs import LiveSpec
from bot.handin.plan import BindMount
from bot.sandbox import evidence
from bot.sandbox.answers import Answer, answer
from bot.sandbox.binds import folders, mounting
from bot.sandbox.names import Owner
from bot.sandbox.pool import Verifiers
from bot.sandbox.project_volume import ProjectVolumes
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container

SERVED_S = 10.0  #: for a change to be served, and for it to be gone again
AGAIN_S = 0.1
#: `getBuiltinModule` is there in both kinds of JavaScript modules. Source: Node.js 22.3 `process`
PLANT = (
    "{{const R=process.getBuiltinModule('node:http').ServerResponse.prototype,w=R.writeHead;"
    "R.writeHead=function(...a){{this.setHeader('{field}',String({one}*{other}));return w.apply(this,a)}}}}\n"
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What is planted: a field of the header, and two numbers whose product it holds."""

    field: str
    one: int
    other: int

    def planted(self, source: bytes) -> bytes:
        """Return a JavaScript file that also marks every answer."""
        line = PLANT.format(field=self.field, one=self.one, other=self.other).encode()
        first, rest = source.split(b"\n", 1) if source.startswith(b"#!") and b"\n" in source else (b"", source)
        return first + (b"\n" if first else b"") + line + rest

    def on(self, answer: Answer) -> bool:
        """Tell whether an answer carries the mark."""
        headers: Mapping[str, str] = answer.get("headers") or {}
        return headers.get(self.field) == str(self.one * self.other)


class Live:
    """Plays edits on one host."""

    def __init__(self, setup: Setup, projects: ProjectVolumes, verifiers: Verifiers) -> None:
        self._setup, self._projects, self._verifiers = setup, projects, verifiers

    async def play(
        self, owner: Owner, spec: LiveSpec, files: Mapping[str, bytes], mine: Sequence[Container]
    ) -> LiveSeen:
        """Return what became of a change, once it is taken back."""
        meant = mounting(self._setup.bases, mine, spec.image)
        place = placed(meant, spec.file) if meant and meant.running else None
        before = await self._run(meant) if meant else None
        if meant is None or place is None or before is None:
            return LiveSeen("no_container")
        if not await self._until(owner, spec, meant, lambda answer: "error" not in answer, spec.wait_s):
            return LiveSeen("silent", meant.name, log=await self._log(meant))
        mark = Mark(f"x-{secrets.token_hex(4)}", 1_000 + secrets.randbelow(9_000), 1_000 + secrets.randbelow(9_000))
        mount, path = place
        async with self._projects.changed(owner, mount.source, path, mark.planted, files) as there:
            began = time.monotonic()
            served = there and await self._until(owner, spec, meant, mark.on, SERVED_S)
            took_s = time.monotonic() - began
        if not there:
            return LiveSeen("no_file", meant.name)
        gone = await self._until(
            owner, spec, meant, lambda answer: "error" not in answer and not mark.on(answer), SERVED_S
        )
        same = await self._run(meant) == before
        state = "played" if gone or not same else "lost"
        return LiveSeen(state, meant.name, served, took_s, same, "no answer any more", await self._log(meant))

    async def _run(self, container: Container) -> tuple[str, str, str] | None:
        """Return id, start and image of a container, None when it does not run."""
        raw = await self._setup.host.inspect(container.id)
        state = (raw or {}).get("State") or {}
        if raw is None or not state.get("Running"):
            return None
        return str(raw.get("Id")), str(state.get("StartedAt")), str(raw.get("Image"))

    async def _log(self, container: Container) -> str:
        return evidence.tail(await self._setup.host.logs(container.id, tail=200))

    async def _until(
        self, owner: Owner, spec: LiveSpec, container: Container, holds: Callable[[Answer], bool], within_s: float
    ) -> bool:
        """Ask again and again; tell whether there was an answer for which it holds."""
        ends = time.monotonic() + within_s
        url = f"http://{container.ip}:{spec.port}{spec.ask}"
        while True:
            if holds(await answer(self._verifiers, owner, "GET", url)):
                return True
            if time.monotonic() >= ends:
                return False
            await asyncio.sleep(AGAIN_S)


def placed(container: Container, file: str) -> tuple[BindMount, str] | None:
    """Return the mounted folder that has a file of the project, and the file's path in it."""
    for mount in folders(container):
        if mount.source == ".":
            return mount, file
        if file.startswith(f"{mount.source}/"):
            return mount, file[len(mount.source) + 1 :]
    return None
