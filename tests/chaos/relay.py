"""A socket between the bot and its engine at which one may wait for a request of the bot's, and hold it there."""

from __future__ import annotations

import asyncio
import contextlib
import re
from pathlib import Path


class Relay:
    """Passes everything on; the first request (or its answer) that a stop names is not passed on any more."""

    def __init__(self, path: Path, engine: Path) -> None:
        self.path, self._engine = path, engine
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._stop: re.Pattern[bytes] | None = None
        self._answered = False
        self.reached = asyncio.Event()

    async def open(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, path=str(self.path))

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    def stop_at(self, request: str, *, answered: bool) -> None:
        """Hold what follows a request like this: the request itself, or with `answered` the engine's answer to it."""
        self.reached.clear()
        self._answered, self._stop = answered, re.compile(request.encode())

    def go_on(self) -> None:
        """Hold nothing any more."""
        self._stop = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._lines.add(task)
        there_reader, there_writer = await asyncio.open_unix_connection(str(self._engine))
        held = asyncio.Event()
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._ask(reader, there_writer, held))
                both.create_task(self._answer(there_reader, writer, held))
        except* (ConnectionError, OSError):
            pass
        finally:
            self._lines.discard(task)
            for line in (writer, there_writer):
                line.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, held: asyncio.Event) -> None:
        while chunk := await reader.read(65_536):
            if self._stop is not None and self._stop.match(chunk):
                self._stop = None
                held.set()
                if not self._answered:
                    self.reached.set()
                    await reader.read()  # until the bot is dead
                    break
            writer.write(chunk)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, held: asyncio.Event) -> None:
        while chunk := await reader.read(65_536):
            if held.is_set():
                self.reached.set()
                await reader.read()
                break
            writer.write(chunk)
            await writer.drain()
        with contextlib.suppress(OSError):
            writer.write_eof()
