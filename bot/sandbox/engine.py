"""The door to the Docker engine: the only import of docker, and a deadline of ours on every call.

docker-py finds the engine (`DOCKER_HOST`, TLS, unix sockets) and says which versions of the API it was written for. Its
calls are not used, because `timeout=` there is per socket read (a trickling engine never trips it), `build` and `wait`
have none, `exec_start` may lose the first bytes of output, and `build` sends every registry credential of the operator.

Two clocks a call. The engine's: an answer must have begun by then, and a short call must have ended; else the engine
failed, which `bot.sandbox.calling.health` counts. The job's: what a learner's build or program may take; when it is
up, the connection is cut, which ends what the engine does for us, and the engine is not to blame.

Lanes: each kind of call has slots of its own, so that slow builds cannot starve a check. A slot is free again as soon
as its connection is cut, whatever the engine does or leaves undone: no call of ours waits in a thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import ssl
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar
from urllib.parse import urlsplit

from docker.constants import DEFAULT_DOCKER_API_VERSION
from docker.errors import DockerException
from docker.tls import TLSConfig
from docker.utils import kwargs_from_env, parse_host, version_lt

from bot.errors import HostError
from bot.sandbox import hijack
from bot.sandbox.calling.breaker import SLOW_S
from bot.sandbox.calling.exchange import Answer, Door, Question, asked
from bot.sandbox.calling.health import Health, Heard
from bot.sandbox.calling.lanes import SLOTS, Lane, Lanes, Load

__all__ = ["SLOTS", "Engine", "EngineSaid", "Lane", "Load", "Reply", "Sink"]

T = TypeVar("T")
Params = Mapping[str, str]

FIRST_WORD_S = 40.0  #: by then an engine that is well has begun its answer, however long the work takes
#: whoever gives up a change waits so long for what comes of it: what was made can then be found, and removed
SETTLE_S = 2.0
#: asked to see whether it is well again; a ping would be answered by one whose containers are stuck
CANARY = ("GET", "/containers/json", {"limit": "1"})


@dataclass(frozen=True, slots=True)
class EngineSaid:
    """The engine's own refusal (404, 409, …): a value, because what it means depends on who asked."""

    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The engine's answer: parsed JSON where it sent some, else None."""

    status: int
    json: Any = None
    body: bytes = b""


#: Takes the bytes of a stream as they come; False ends the stream.
Sink = Callable[[bytes], bool]


class Engine:
    """The engine at `url`, or the one that `DOCKER_HOST` names, or the local socket. Connects on first use."""

    def __init__(self, url: str = "") -> None:
        self._url = url
        self._version = ""
        self._door: Door | None = None
        self._lanes = Lanes()
        self.health = Health(self._canary)

    @property
    def local(self) -> bool:
        """Tell whether the engine is on this machine, so that its control groups are ours to see."""
        url = self._url or os.environ.get("DOCKER_HOST", "")
        return not url or url.startswith("unix://")

    @property
    def resting(self) -> bool:
        """Tell whether it is left in peace, because it failed too often."""
        return self.health.breaker.resting

    @property
    def load(self) -> Mapping[Lane, Load]:
        """Return what each lane does now."""
        return self._lanes.load

    def close(self) -> None:
        """Do nothing: calls under way end by their own deadlines, and their connections with them."""

    async def ask(
        self,
        lane: Lane,
        method: str,
        path: str,
        *,
        deadline_s: float,
        params: Params | None = None,
        json: object = None,
        patient: bool = False,
    ) -> Reply | EngineSaid:
        """Return the answer to one request. Raises `EngineDown`, `EngineTimeout`, `HostError`.

        `patient`: the deadline is a job's own, so that an engine whose answer has begun is not to blame for it.
        """
        body, headers = _written(json)
        question = Question(method, path, params or {}, headers, body)
        return await self._call(lane, question, _reply, deadline_s, patient=patient)

    async def stream(
        self,
        lane: Lane,
        method: str,
        path: str,
        sink: Sink,
        *,
        deadline_s: float,
        params: Params | None = None,
        json: object = None,
        data: bytes | BinaryIO | None = None,
        headers: Mapping[str, str] | None = None,
        patient: bool = True,
        silence_s: float | None = None,
    ) -> EngineSaid | None:
        """Feed the answer's bytes to `sink` until it ends; None when the engine did as asked.

        `silence_s` is how long it may pause. Raises: `EngineDown`, `EngineTimeout` (the connection is cut, so that the
        engine stops too), `HostError`.
        """
        body, written = _written(json)
        question = Question(method, path, params or {}, {**written, **(headers or {})}, body if data is None else data)

        async def feed(answer: Answer) -> EngineSaid | None:
            if answer.status >= 400:
                said = await _reply(answer)
                return said if isinstance(said, EngineSaid) else None
            while True:
                async with asyncio.timeout(silence_s):
                    chunk = await answer.read()
                if not chunk or not sink(chunk):
                    return None

        return await self._call(lane, question, feed, deadline_s, patient=patient, first_s=silence_s or FIRST_WORD_S)

    async def take_over(
        self, path: str, *, params: Params, body: object, deadline_s: float
    ) -> hijack.Wire | EngineSaid:
        """Return the raw line that a request opened. Raises `EngineDown`, `EngineTimeout`, `HostError`."""
        op = f"POST {path}"
        await self.health.admitted()
        async with self.health.counted(op, deadline_s):
            try:
                return await hijack.take_over(await self._found(), await self._address(path), params, body)
            except hijack.NotTakenOver as refused:
                return EngineSaid(refused.status, _message(refused.body))

    async def ping(self) -> None:
        """Return when the engine has said that it is there; one that takes long has failed. Raises `HostError`.

        While the engine rests this is its canary, when the time for one has come.
        """
        await self.health.admitted()
        await self._timed(Question("GET", "/_ping"), _reply, SLOW_S, patient=False)

    async def _call(
        self,
        lane: Lane,
        question: Question,
        read: Callable[[Answer], Awaitable[T]],
        deadline_s: float,
        *,
        patient: bool,
        first_s: float = FIRST_WORD_S,
    ) -> T:
        await self.health.admitted()
        async with self._lanes.slot(lane, f"{question.method} {question.path}", deadline_s):
            self.health.still()
            work = self._timed(question, read, deadline_s, patient=patient, first_s=first_s)
            return await (work if patient or question.method == "GET" else _settled(work))

    async def _timed(
        self,
        question: Question,
        read: Callable[[Answer], Awaitable[T]],
        deadline_s: float,
        *,
        patient: bool,
        first_s: float = FIRST_WORD_S,
    ) -> T:
        op = f"{question.method} {question.path}"
        async with self.health.counted(op, deadline_s, first_s if patient else None) as heard:
            return await self._performed(question, read, heard)

    async def _performed(self, question: Question, read: Callable[[Answer], Awaitable[T]], heard: Heard) -> T:
        path = await self._address(question.path)
        versioned = Question(question.method, path, question.params, question.headers, question.body)
        try:
            async with asked(await self._found(), versioned) as answer:
                heard(answer.status)
                return await read(answer)
        except OSError:
            self._version = ""  # what comes back may be another engine
            raise

    async def _canary(self) -> str:
        method, path, params = CANARY
        reply = await self._performed(Question(method, path, params), _reply, lambda _: None)
        return reply.message if isinstance(reply, EngineSaid) else ""

    async def _address(self, path: str) -> str:
        """Return the path in the version of the API that we and the engine both know."""
        if not self._version:
            async with asked(await self._found(), Question("GET", "/version")) as answer:
                said = json.loads(await answer.whole())
            newest, oldest = str(said.get("ApiVersion") or DEFAULT_DOCKER_API_VERSION), said.get("MinAPIVersion")
            if oldest and version_lt(DEFAULT_DOCKER_API_VERSION, str(oldest)):
                raise ValueError(f"it speaks no API below {oldest}, we none above {DEFAULT_DOCKER_API_VERSION}")
            # docker-py would follow the engine above what it was written for
            self._version = newest if version_lt(newest, DEFAULT_DOCKER_API_VERSION) else DEFAULT_DOCKER_API_VERSION
        return f"/v{self._version}{path}"

    async def _found(self) -> Door:
        """Return where docker-py would connect to. Raises `HostError` for an address that is none."""
        if self._door is None:
            try:
                self._door = door_of(self._url)
            except (DockerException, OSError) as error:
                raise HostError(f"The address of the Docker engine cannot be used: {error}") from error
        return self._door


def door_of(url: str) -> Door:
    """Return where the engine at a URL listens; '' for the one that the environment names."""
    where: Mapping[str, Any] = {"base_url": url} if url else kwargs_from_env()
    parts = urlsplit(parse_host(where.get("base_url"), tls="tls" in where))
    if parts.scheme.endswith("unix"):
        return Door(socket_path=f"/{parts.netloc}{parts.path}".replace("//", "/"))
    tls = where.get("tls")
    return Door("", parts.hostname or "localhost", parts.port or 2375, _encrypted(tls) if tls else None)


async def _settled(work: Coroutine[Any, Any, T]) -> T:
    """Return what comes of a change; whoever gives it up learns it within `SETTLE_S`, then the connection is cut."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait({task}, timeout=SETTLE_S)
        raise
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _encrypted(tls: TLSConfig) -> ssl.SSLContext:
    """Return the keys that docker-py would use, for a connection of asyncio's own."""
    context = ssl.create_default_context(cafile=tls.ca_cert if tls.verify else None)
    if not tls.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if tls.cert:
        context.load_cert_chain(*tls.cert)
    return context


def _written(content: object) -> tuple[bytes, dict[str, str]]:
    """Return a request's body and its headers."""
    if content is None:
        return b"", {}
    return json.dumps(content).encode(), {"Content-Type": "application/json"}


def _message(body: bytes) -> str:
    """Return what the engine says in the body of a refusal."""
    try:
        return str(json.loads(body)["message"]).strip()
    except (ValueError, KeyError, TypeError):
        return body.decode("utf-8", "replace").strip()


async def _reply(answer: Answer) -> Reply | EngineSaid:
    body = await answer.whole()
    if answer.status >= 400:
        return EngineSaid(answer.status, _message(body))
    if body and answer.headers.get("content-type", "").startswith("application/json"):
        return Reply(answer.status, json.loads(body))
    return Reply(answer.status, None, body)
