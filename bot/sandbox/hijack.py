"""A raw line to a program: the engine's HTTP connection, taken over once it has agreed.

Waiting for somebody to type takes no thread: these connections are asyncio's own, and pause by themselves when
nobody reads. Source: Engine API v1.41, "Attach to a container", hijacking.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping

from bot.errors import EngineTimeout
from bot.sandbox.calling.exchange import Door, Line, Question, Unreadable, connected

WRITE_S = 10.0
CHUNK = 16 * 1024


class NotTakenOver(Exception):
    """The engine answered with something else than a raw line."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(f"status {status}")
        self.status, self.body = status, body


class Wire:
    """The raw line. Reads end with b""; one that broke off has ended too. `first`: what has come already."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, first: bytes = b"") -> None:
        self._reader, self._writer, self._first = reader, writer, first

    async def read(self) -> bytes:
        """Return the next bytes, b"" at the end. May be given up at any time; nothing is lost."""
        first, self._first = self._first, b""
        if first:
            return first
        try:
            return await self._reader.read(CHUNK)
        except OSError:
            return b""

    async def write(self, data: bytes) -> None:
        """Send bytes; what the other side does not want any more is dropped. Raises `EngineTimeout`."""
        try:
            self._writer.write(data)
            async with asyncio.timeout(WRITE_S):
                await self._writer.drain()
        except TimeoutError:
            raise EngineTimeout("The program does not take any input.") from None
        except OSError:
            return

    def end_input(self) -> None:
        """Say that nothing more will be sent, where there is no terminal to type Ctrl+D on."""
        with contextlib.suppress(OSError):
            if self._writer.can_write_eof():
                self._writer.write_eof()

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(WRITE_S):
                await self._writer.wait_closed()


async def take_over(door: Door, path: str, params: Mapping[str, str], body: object) -> Wire:
    """Return the raw line that a `POST` opened. Raises: `OSError`, `NotTakenOver`; the deadline is the caller's."""
    content = b"" if body is None else json.dumps(body).encode()
    upgrade = {"Connection": "Upgrade", "Upgrade": "tcp", "Content-Type": "application/json"}
    line = await connected(door)
    try:
        await line.send(Question("POST", path, params, upgrade, content))
        await _agreed(line)
    except Unreadable as error:
        line.writer.transport.abort()
        raise OSError("The engine's answer could not be read.") from error
    except BaseException:
        line.writer.transport.abort()
        raise
    return Wire(line.reader, line.writer, line.rest())


async def _agreed(line: Line) -> None:
    """Read the engine's answer, which is followed by the raw line. Raises `NotTakenOver`."""
    said = await line.answer()
    # an engine that does not know the upgrade answers 200 and is taken over all the same
    if said.status not in {101, 200}:
        raise NotTakenOver(said.status, await said.whole())
