"""A raw line to a program, where the engine does not do what it should."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import EngineDown, EngineTimeout
from bot.sandbox.engine import Engine, EngineSaid
from bot.sandbox.hijack import Wire


@asynccontextmanager
async def engine_that_says(folder: Path, answer: bytes, *, silent: bool = False) -> AsyncIterator[Engine]:
    served: list[asyncio.Event] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.append(asyncio.Event())
        asked = await reader.readuntil(b"\r\n\r\n")
        version = b'{"ApiVersion": "1.41"}'
        known = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(version), version)
        writer.write(known if b" /version " in asked else answer)
        if silent and b" /version " not in asked:
            await reader.read()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        served[-1].set()

    place = str(folder / "engine.sock")
    server = await asyncio.start_unix_server(serve, place)
    engine = Engine(f"unix://{place}")
    try:
        yield engine
    finally:
        engine.close()
        server.close()
        await server.wait_closed()
        for each in served:
            await each.wait()


async def take_over(engine: Engine) -> Wire | EngineSaid:
    return await engine.take_over("/containers/web/attach", params={"stdin": "1"}, body=None, deadline_s=0.5)


async def test_a_refusal_is_the_engines_own_word(tmp_path: Path) -> None:
    body = b'{"message":"No such container: web"}'
    head = b"HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with engine_that_says(tmp_path, head + body) as engine:
        assert await take_over(engine) == EngineSaid(404, "No such container: web")


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 101", b"x" * 100_000])
async def test_an_answer_that_cannot_be_read_is_the_engines_fault(tmp_path: Path, answer: bytes) -> None:
    async with engine_that_says(tmp_path, answer) as engine:
        with pytest.raises(EngineDown):
            await take_over(engine)


async def test_silence_has_a_deadline(tmp_path: Path) -> None:
    async with engine_that_says(tmp_path, b"", silent=True) as engine:
        with pytest.raises(EngineTimeout):
            await take_over(engine)


async def test_what_follows_the_answer_is_the_programs(tmp_path: Path) -> None:
    answer = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n# "
    async with engine_that_says(tmp_path, answer) as engine:
        wire = await take_over(engine)
        assert isinstance(wire, Wire)
        assert await wire.read() == b"# "
        assert await wire.read() == b""
        await wire.close()
