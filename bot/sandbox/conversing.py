"""Conversations with programs: `docker run -it`, `docker exec -it`, `docker start -ai`."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Mapping
from typing import assert_never
from urllib.parse import quote

from bot.errors import HostError
from bot.handin.keyboard import Key, Line
from bot.handin.plan import ExecPlan, Output, RunPlan, StartContainers
from bot.ports import Heard
from bot.sandbox.belongings import containers, which_container
from bot.sandbox.engine import EngineSaid
from bot.sandbox.hijack import Wire
from bot.sandbox.leftovers import discarded_when_given_up
from bot.sandbox.names import Owner
from bot.sandbox.programs import ContainerProgram, ExecProgram, Program
from bot.sandbox.refusals import no_container, public, start_code
from bot.sandbox.running import Pull, Running
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container
from bot.sandbox.transcript import Transcript

QUIET_S = 0.4  #: silence after which what was said is shown
PROMPT_S = 0.15  #: …when it ends like a prompt
BUSY_S = 1.5  #: a program that goes on talking is shown so often
MOUTHFUL = 256 * 1024  #: bytes taken of it each time
FLOOD = 4 * 1024 * 1024  #: bytes that a program may say to one line


Talks = RunPlan | ExecPlan | StartContainers


class Conversation:
    """A program and the line to it (`bot.ports.Conversation`)."""

    def __init__(self, wire: Wire, program: Program, *, tty: bool, listens: bool = True) -> None:
        self._wire, self._program = wire, program
        self._tty, self.listens = tty, listens
        self._said = Transcript(tty=tty)
        self._turn = 0
        self._unheard = False  # something came that was not returned yet
        self._before: deque[Heard] = deque()  # last words of earlier turns that were not returned yet
        self._over = False
        self._flooded = False
        self._closing = asyncio.Lock()
        self._closed = False

    @property
    def turn(self) -> int:
        """Return how many replies were typed."""
        return self._turn

    async def hear(self) -> Heard | None:
        """Return what was said since the last line, once it changed and fell quiet; None when the program ended."""
        loop = asyncio.get_running_loop()
        until, room = loop.time() + BUSY_S, MOUTHFUL
        while not self._over:
            if self._before:
                return self._before.popleft()
            if room <= 0:
                await asyncio.sleep(max(0.0, until - loop.time()))
            if self._unheard and (room <= 0 or loop.time() >= until):
                return self._heard()
            try:
                async with asyncio.timeout(self._patience() if self._unheard else None):
                    chunk = await self._wire.read()
            except TimeoutError:
                return self._heard()
            if not self._unheard:
                until, room = loop.time() + BUSY_S, MOUTHFUL
            room -= len(chunk)
            self._take(chunk)
            if self._flooded:
                await self.close()
        return self._before.popleft() if self._before else None

    def _take(self, chunk: bytes) -> None:
        if not chunk:
            self._over = True
            return
        self._said.feed(chunk)
        self._unheard = True
        self._flooded = self._flooded or self._said.size > FLOOD

    def _patience(self) -> float:
        return PROMPT_S if self._said.waits else QUIET_S

    def _heard(self) -> Heard:
        self._unheard = False
        return Heard(self._turn, self._said.text(), waits=self._said.waits, secret=self._said.secret)

    async def type(self, *typed: Line | Key) -> None:
        """Type lines and keys. Raises `HostError`."""
        if self._unheard:
            self._before.append(self._heard())
        self._turn += 1
        first = typed[0] if typed else None
        self._said.typed(first.text if isinstance(first, Line) else None)
        for each in typed:
            if isinstance(each, Line):
                await self._wire.write(each.text.encode() + (b"\r" if self._tty else b"\n"))
            elif self._tty:
                await self._wire.write(each.value.encode())
            else:
                await self._press(each)

    async def _press(self, key: Key) -> None:
        """Do what a terminal would have done."""
        if key is Key.CTRL_D:
            self._wire.end_input()
        elif not await self._program.interrupt():
            await self.close()

    async def ended(self) -> Output:
        """Return what it said last, its exit code and a sentence about what is left. Raises `HostError`."""
        await self._wire.close()
        code, note = await self._program.ended()
        if self._flooded:
            note = f"It printed more than {FLOOD // 1024 // 1024} MB without waiting for you, so I ended it. {note}"
        return Output(self._said.text().rstrip("\n"), code, note=note.strip())

    async def close(self) -> None:
        """End the program as closing a terminal would; one that was there before goes on."""
        async with self._closing:
            if self._closed:
                return
            self._closed = True
            if self._tty and isinstance(self._program, ExecProgram):
                with contextlib.suppress(Exception):
                    await self._wire.write(b"\x03\x04")
                    async with asyncio.timeout(QUIET_S):
                        while await self._wire.read():
                            pass
            self._over = True
            await self._wire.close()
            await self._program.end()


class Conversing:
    """Opens conversations on one host."""

    def __init__(self, setup: Setup, running: Running) -> None:
        self._setup, self._running = setup, running

    async def open(
        self, owner: Owner, plan: Talks, files: Mapping[str, bytes], pull: Pull | None
    ) -> Conversation | Output:
        """Return the conversation, or what Docker's CLI would print where there is none. Raises `HostError`."""
        match plan:
            case RunPlan():
                return await self._run(owner, plan, files, pull)
            case ExecPlan():
                return await self._execute(owner, plan, files)
            case StartContainers(names):
                return await self._start(owner, names[0], files)
            case _ as never:
                assert_never(never)

    async def _run(
        self, owner: Owner, plan: RunPlan, files: Mapping[str, bytes], pull: Pull | None
    ) -> Conversation | Output:
        pulled = await pull(owner, plan.image) if pull else None
        if pulled is not None and pulled.exit_code:
            return pulled
        async with self._setup.turns[owner.key]:
            container = await self._running.make(owner, plan, files)
            if isinstance(container, Output):
                return container
            async with discarded_when_given_up(self._setup.host, container.id):
                wire = await self._line(container)
                refused = await self._launched(wire, container)
        if refused is not None:
            await wire.close()
            return await self._running.not_started(container, plan, refused)
        return await self._begun(wire, ContainerProgram(self._setup.host, container), tty=plan.tty)

    async def _start(self, owner: Owner, name: str, files: Mapping[str, bytes]) -> Conversation | Output:
        async with self._setup.turns[owner.key]:
            mine = await containers(self._setup, owner)
            meant = which_container(name, mine)
            if not isinstance(meant, Container):
                return no_container(name, meant)
            await self._running.refresh(owner, files)
            wire = await self._line(meant)
            refused = await self._launched(wire, meant)
        if refused is not None:
            await wire.close()
            text = f"Error response from daemon: {refused.message}\nError: failed to start containers: {name}"
            return Output(text, 1)
        tty, listens = await self._keyboard(meant)
        program = ContainerProgram(self._setup.host, meant, ours=not meant.running)
        return await self._begun(wire, program, tty=tty, listens=listens)

    async def _execute(self, owner: Owner, plan: ExecPlan, files: Mapping[str, bytes]) -> Conversation | Output:
        found = await self._running.inside(owner, plan, files)
        if isinstance(found, Output):
            return found
        container, body = found
        host = self._setup.host
        body = body | {"AttachStdin": True, "Tty": plan.tty}
        made = await host.ask("POST", f"/containers/{quote(container.id)}/exec", body=body)
        if isinstance(made, EngineSaid):
            return _refused(owner, made)
        exec_id = str(made.json["Id"])
        wire = await host.take_over(f"/exec/{quote(exec_id)}/start", body={"Detach": False, "Tty": plan.tty})
        if isinstance(wire, EngineSaid):
            return _refused(owner, wire)
        return await self._begun(wire, ExecProgram(host, exec_id, container), tty=plan.tty)

    async def _launched(self, wire: Wire, container: Container) -> EngineSaid | None:
        """Start a container that a line leads to; hang up when that goes wrong."""
        try:
            return await self._running.launch(container)
        except BaseException:
            await wire.close()
            raise

    async def _keyboard(self, container: Container) -> tuple[bool, bool]:
        """Return whether the container has a terminal, and whether it reads what is typed."""
        config = (await self._setup.host.inspect(container.id) or {}).get("Config") or {}
        return bool(config.get("Tty")), bool(config.get("OpenStdin"))

    async def _line(self, container: Container) -> Wire:
        params = dict.fromkeys(("stream", "stdin", "stdout", "stderr"), "1")
        wire = await self._setup.host.take_over(f"/containers/{quote(container.id)}/attach", params=params)
        if isinstance(wire, EngineSaid):
            raise HostError(f"The Docker engine refused a line to the container: {wire.message}")
        return wire

    async def _begun(self, wire: Wire, program: Program, *, tty: bool, listens: bool = True) -> Conversation:
        if tty:
            await program.resize()
        return Conversation(wire, program, tty=tty, listens=listens)


def _refused(owner: Owner, said: EngineSaid) -> Output:
    return Output(f"Error response from daemon: {public(owner, said.message)}", start_code(said.message))
