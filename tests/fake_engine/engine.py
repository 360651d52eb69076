"""A Docker engine that speaks HTTP over a real unix socket, holds everything in memory, and fails as it is told to.

It is asked exactly what the real one is asked: what it received is kept (`received`), and the contract tests in
`tests/sandbox/test_engine_contract.py` run on both. Nothing is mocked between our door and this socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import json
import re
import tempfile
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fake_engine.objects import Objects, Refused
from tests.fake_engine.routes import ROUTES, Received, Said

T = TypeVar("T")
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


class Wrong(enum.Enum):
    """What may go wrong with an answer."""

    #: it never comes
    SILENT = "silent"
    #: its body comes byte by byte and has no end
    TRICKLE = "trickle"
    #: …its head does
    TRICKLED_HEAD = "trickled head"
    #: the line breaks in the middle of it
    RESET = "reset"
    #: half of its JSON is missing
    TRUNCATED = "truncated"
    #: what was asked for is done, and the line breaks before the answer
    LOST = "lost"
    #: it is a refusal
    STATUS = "status"
    #: it comes late
    SLOW = "slow"


@dataclass
class Fault:
    """One thing that goes wrong with requests whose `METHOD /path` matches, `times` times."""

    wrong: Wrong
    where: str = ".*"
    times: float = float("inf")
    status: int = 500
    message: str = "something went wrong"
    seconds: float = 0.5

    def fits(self, asked: str) -> bool:
        return self.times > 0 and re.fullmatch(self.where, asked) is not None


class FakeEngine:
    """The engine at `url`."""

    def __init__(self) -> None:
        self.objects = Objects()
        self.faults: list[Fault] = []
        self.received: list[Received] = []
        self.cut = 0  #: builds that ended because somebody hung up
        self._folder = tempfile.TemporaryDirectory(prefix="fake-engine-")
        self.path = Path(self._folder.name) / "docker.sock"
        self._lines: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    @property
    def open_lines(self) -> int:
        """Return how many connections are open."""
        return len(self._lines)

    def fault(self, wrong: Wrong, where: str = ".*", **more: Any) -> Fault:
        """Have something go wrong from now on."""
        made = Fault(wrong, where, **more)
        self.faults.append(made)
        return made

    async def start(self) -> None:
        self._server = await asyncio.start_unix_server(self._accepted, str(self.path), limit=2**20)

    async def close(self) -> None:
        assert self._server
        self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)
        self._folder.cleanup()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._lines.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while await self._one(reader, writer):
                    await writer.drain()
        finally:
            self._lines.discard(task)
            writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False when the line is over."""
        asked = await self._read(reader)
        self.received.append(asked)
        fault = next((each for each in self.faults if each.fits(asked.line)), None)
        if fault is not None:
            fault.times -= 1
            if not await self._go_wrong(fault, asked, writer, reader):
                return False
            if fault.wrong is Wrong.STATUS:
                return True
        said = await self._watched(self._answer(asked), reader)
        if said is None or (fault is not None and fault.wrong is Wrong.LOST):
            return False
        return await self._send(said, writer, reader)

    async def _read(self, reader: asyncio.StreamReader) -> Received:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        method, target, _ = first.split(" ")
        parts = urlsplit(target)
        found = re.fullmatch(r"(?:/v([\d.]+))?(/.*)", parts.path)
        assert found
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        params = dict(parse_qsl(parts.query, keep_blank_values=True))
        return Received(method, unquote(found[2]), found[1] or "", params, headers, body)

    async def _go_wrong(
        self, fault: Fault, asked: Received, writer: asyncio.StreamWriter, reader: asyncio.StreamReader
    ) -> bool:
        """Do what goes wrong; False when the line is over then."""
        match fault.wrong:
            case Wrong.SILENT:
                await reader.read()  # until they hang up
                return False
            case Wrong.TRICKLE | Wrong.TRICKLED_HEAD:
                head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                writer.write(
                    head + (b"Transfer-Encoding: chunked\r\n\r\n" if fault.wrong is Wrong.TRICKLE else b"X-A: ")
                )
                while not reader.at_eof():
                    writer.write(b"1\r\n \r\n" if fault.wrong is Wrong.TRICKLE else b"a")
                    await writer.drain()
                    await asyncio.sleep(fault.seconds)
                return False
            case Wrong.RESET:
                writer.write(OK + b"Content-Length: 1000\r\n\r\n{")
                await writer.drain()
                return False
            case Wrong.TRUNCATED:
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n" + b'{"Id": "a'
                )
                return True
            case Wrong.STATUS:
                said = Said(fault.status, None if fault.status in {204, 304} else {"message": fault.message})
                return await self._send(said, writer, reader)
            case Wrong.SLOW:
                await asyncio.sleep(fault.seconds)
        return True

    async def _watched(self, answer: Awaitable[T], reader: asyncio.StreamReader) -> T | None:
        """Return the answer, None when somebody hung up before it came."""
        working, left = asyncio.ensure_future(answer), asyncio.ensure_future(reader.read(1))
        try:
            await asyncio.wait({working, left}, return_when=asyncio.FIRST_COMPLETED)
            return await working if working.done() else None
        finally:
            for each in (working, left):
                each.cancel()
            await asyncio.gather(working, left, return_exceptions=True)

    async def _send(self, said: Said, writer: asyncio.StreamWriter, reader: asyncio.StreamReader) -> bool:
        if said.raw is not None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n" + said.raw)
            await writer.drain()
            return False
        if said.later is not None:
            writer.write(OK + b"Transfer-Encoding: chunked\r\n\r\n")
            await writer.drain()
            line = json.dumps(await self._watched(said.later, reader)).encode()
            writer.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(line), line))
            return True
        head = f"HTTP/1.1 {said.status} Said\r\nContent-Type: application/json\r\n".encode()
        if said.stream is None:
            body = b"" if said.json is None else json.dumps(said.json).encode() + b"\n"
            length = b"" if said.status in {204, 304} else b"Content-Length: %d\r\n" % len(body)
            writer.write(head + length + b"\r\n" + body)
            return True
        writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n")
        for event in said.stream:
            if not event:  # it goes on until somebody hangs up
                await writer.drain()
                await reader.read()
                self.cut += 1
                return False
            line = json.dumps(event).encode() + b"\r\n"
            writer.write(b"%x\r\n%s\r\n" % (len(line), line))
        writer.write(b"0\r\n\r\n")
        return True

    async def _answer(self, asked: Received) -> Said:
        for pattern, act in ROUTES:
            if (found := re.fullmatch(pattern, asked.line)) is not None:
                try:
                    return await act(self.objects, asked, *found.groups())
                except Refused as refused:
                    return Said(refused.status, {"message": str(refused)})
        return Said(404, {"message": "page not found"})


@asynccontextmanager
async def fake_engine() -> AsyncIterator[FakeEngine]:
    """Run one while the block runs."""
    engine = FakeEngine()
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()
