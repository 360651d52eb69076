"""The door to the engine: every call ends in time, and every foreign error becomes one of ours."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from bot.errors import EngineDown, EngineTimeout, HostError
from bot.sandbox.engine import SLOTS, Engine, EngineSaid, Lane, Reply
from bot.sandbox.host import Host

Handler = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]
VERSION = b'{"ApiVersion": "1.41", "Version": "20.10.24"}'


def http(body: bytes, status: str = "200 OK", kind: str = "application/json") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class FakeEngine:
    """A unix socket that answers `/version` like an engine, and everything else as the test says."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.requests: list[bytes] = []
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "engine.sock"
        self.asked = asyncio.Event()  #: something else than `/version` was
        self.closed = asyncio.Event()  #: …and the connection it came on is gone
        self.serving: set[tuple[asyncio.Task[None] | None, asyncio.StreamWriter]] = set()

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.add((asyncio.current_task(), writer))
        worked = False
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(head)
                length = next(
                    (int(x.split(b":")[1]) for x in head.lower().split(b"\r\n") if x.startswith(b"content-length")), 0
                )
                await reader.readexactly(length)
                if b" /version " in head:
                    writer.write(http(VERSION))
                else:
                    worked = True
                    self.asked.set()
                    await self.handler(head, writer)
                await writer.drain()
        if worked:
            self.closed.set()
        writer.close()

    async def close(self) -> None:
        for task, writer in self.serving:
            writer.close()
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task, _ in self.serving if task), return_exceptions=True)
        self.folder.cleanup()


Start = Callable[[Handler], Awaitable[FakeEngine]]
Door = Callable[[str], Engine]


@pytest.fixture
async def fake() -> AsyncIterator[Callable[[Handler], Awaitable[FakeEngine]]]:
    async with contextlib.AsyncExitStack() as stack:

        async def start(handler: Handler) -> FakeEngine:
            engine = FakeEngine(handler)
            server = await asyncio.start_unix_server(engine.serve, engine.path)
            stack.callback(server.close)
            stack.push_async_callback(engine.close)
            return engine

        yield start


@pytest.fixture
def door() -> Iterator[Door]:
    made: list[Engine] = []

    def make(url: str) -> Engine:
        made.append(Engine(url))
        return made[-1]

    yield make
    for engine in made:
        engine.close()


async def silent(_head: bytes, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def trickle(_head: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1\r\n \r\n")
        await writer.drain()
        await asyncio.sleep(0.02)


def answering(*raw: bytes) -> Handler:
    async def handler(_head: bytes, writer: asyncio.StreamWriter) -> None:
        for part in raw:
            writer.write(part)
        await writer.drain()

    return handler


async def test_no_engine_is_engine_down(door: Door, tmp_path: Path) -> None:
    with pytest.raises(EngineDown, match="running"):
        await Host(door(f"unix://{tmp_path}/none.sock")).version()


async def test_a_silent_engine_is_a_timeout_within_the_deadline(door: Door, fake: Start) -> None:
    engine = door((await fake(silent)).url)
    async with asyncio.timeout(5):
        with pytest.raises(EngineTimeout):
            await engine.ask(Lane.CONTROL, "GET", "/info", deadline_s=0.2)


@pytest.mark.parametrize("ticks", range(12))
async def test_whoever_is_told_to_end_ends_even_with_an_answer_in_hand(door: Door, fake: Start, ticks: int) -> None:
    engine = door((await fake(answering(http(b"{}")))).url)
    await engine.ask(Lane.CONTROL, "GET", "/info", deadline_s=5)

    async def ask_on() -> None:
        while True:
            await engine.ask(Lane.CONTROL, "GET", "/info", deadline_s=5)
            await asyncio.Event().wait()

    asking = asyncio.create_task(ask_on())
    for _ in range(ticks):
        await asyncio.sleep(0)
    asking.cancel()
    done, _ = await asyncio.wait({asking}, timeout=5)
    assert done
    assert engine.load[Lane.CONTROL].busy == 0


async def test_an_engine_that_trickles_cannot_outlast_the_deadline(door: Door, fake: Start) -> None:
    server = await fake(trickle)
    engine = door(server.url)
    async with asyncio.timeout(5):
        with pytest.raises(EngineTimeout):
            await engine.stream(Lane.BUILD, "POST", "/build", lambda _chunk: True, deadline_s=0.3)
        await server.closed.wait()  # the socket was shut, so a real engine stops the build


async def test_a_lane_full_of_dead_calls_is_a_timeout_too_and_frees_itself(door: Door, fake: Start) -> None:
    well = asyncio.Event()

    async def silent_until_well(_head: bytes, writer: asyncio.StreamWriter) -> None:
        await well.wait()
        writer.write(http(b"{}"))

    engine = door((await fake(silent_until_well)).url)

    async def ask() -> object:
        try:
            return await engine.ask(Lane.BUILD, "GET", "/info", deadline_s=0.3)
        except HostError as error:
            return error

    async with asyncio.timeout(10):
        said = await asyncio.gather(*(ask() for _ in range(SLOTS[Lane.BUILD] * 2)))
        assert [type(each) for each in said[: SLOTS[Lane.BUILD]]] == [EngineTimeout] * SLOTS[Lane.BUILD]
        assert all(isinstance(each, HostError) for each in said)
        well.set()
        while isinstance(await ask(), HostError):
            await asyncio.sleep(0.05)
        assert engine.load[Lane.BUILD].busy == 0


async def test_a_cancelled_call_shuts_its_socket(door: Door, fake: Start) -> None:
    server = await fake(trickle)
    engine = door(server.url)
    call = asyncio.create_task(engine.stream(Lane.BUILD, "POST", "/build", lambda _chunk: True, deadline_s=30))
    async with asyncio.timeout(5):
        await server.asked.wait()
        call.cancel()
        await server.closed.wait()


async def test_what_the_engine_refuses_is_a_value(door: Door, fake: Start) -> None:
    engine = door((await fake(answering(http(b'{"message":"Conflict. Name in use"}', "409 Conflict")))).url)
    assert await engine.ask(Lane.CONTROL, "POST", "/containers/create", deadline_s=2, json={}) == EngineSaid(
        409, "Conflict. Name in use"
    )


@pytest.mark.parametrize(
    "raw",
    [
        http(b'{"half": '),
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
        b"not http\r\n\r\n",
        b"",
    ],
)
async def test_an_answer_that_makes_no_sense_is_our_sides_fault(door: Door, fake: Start, raw: bytes) -> None:
    async def handler(_head: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    with pytest.raises(HostError):
        await door((await fake(handler)).url).ask(Lane.CONTROL, "GET", "/info", deadline_s=2)


async def test_no_credential_of_the_operators_is_ever_sent(
    door: Door, fake: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = base64.b64encode(b"operator:hunter2").decode()
    config = {
        "auths": {"registry.example": {"auth": secret}},
        "HttpHeaders": {"X-Secret": "hunter2"},
        "proxies": {"default": {"httpProxy": "http://operator:hunter2@proxy.example"}},
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("HTTP_PROXY", "http://operator:hunter2@proxy.example")
    server = await fake(answering(http(b"{}")))
    await Host(door(server.url)).build(b"", {"t": "x"}, deadline_s=5, on_bytes=lambda _chunk: True)
    sent = b"".join(server.requests)
    assert b"POST /v1.41/build" in sent
    for header in (b"hunter2", secret.encode(), b"proxy.example", b"X-Registry-Auth"):
        assert header not in sent


async def test_an_engine_over_tcp_is_asked_directly_whatever_proxy_the_operator_has(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = FakeEngine(answering(http(b"{}")))
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://operator:hunter2@127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    try:
        assert isinstance(await door(f"tcp://127.0.0.1:{port}").ask(Lane.CONTROL, "GET", "/info", deadline_s=5), Reply)
    finally:
        listening.close()
        await server.close()


async def test_an_engine_newer_than_our_library_is_spoken_to_in_a_version_both_know(
    door: Door, fake: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.VERSION", b'{"ApiVersion": "1.99"}')
    server = await fake(answering(http(b"{}")))
    await door(server.url).ask(Lane.CONTROL, "GET", "/info", deadline_s=2)
    assert b"GET /v1.45/info" in server.requests[-1]


@pytest.mark.engine
async def test_the_real_engine_answers(host: Host) -> None:
    assert (await host.version())["ApiVersion"]


@pytest.mark.engine
async def test_an_engine_that_comes_back_is_used_again(door: Door, host: Host, tmp_path: Path) -> None:
    link = tmp_path / "engine.sock"
    engine = door(f"unix://{link}")
    with pytest.raises(EngineDown):
        await engine.ask(Lane.CONTROL, "GET", "/info", deadline_s=2)
    link.symlink_to(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").removeprefix("unix://"))
    assert isinstance(await engine.ask(Lane.CONTROL, "GET", "/info", deadline_s=5), Reply)
