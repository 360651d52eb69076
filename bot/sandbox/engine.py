"""The door to the Docker engine: the only import of docker, and a deadline of ours on every call.

docker-py is used for what it is good at, finding the engine (`DOCKER_HOST`, TLS, unix sockets) and holding
connections; requests are written out by `bot.sandbox.host`. Its own helpers are not used, because `timeout=` there
is per socket read (a trickling engine never trips it), `build` and `wait` have none, `exec_start` may lose
the first bytes of output, and `build` sends every registry credential of the operator.

Threads: one pool a lane, so that slow builds cannot starve a check; one client a thread. A slot is free
again when its thread has really ended, not when we stopped waiting for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import json
import os
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlsplit

import docker
from docker.constants import DEFAULT_DOCKER_API_VERSION
from docker.errors import DockerException
from docker.tls import TLSConfig
from docker.utils import kwargs_from_env, parse_host, version_lt
from requests import Response
from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import RequestException, Timeout
from urllib3.exceptions import HTTPError as BrokenAnswer

from bot.errors import EngineDown, EngineTimeout, HostError
from bot.sandbox import hijack

T = TypeVar("T")
Params = Mapping[str, str]

NOBODY = "The Docker engine does not answer. Is it running?"
CHUNK = 16 * 1024  #: bytes read at once from a stream


class Lane(enum.Enum):
    """What a call is for; each lane has its own threads."""

    #: long, heavy on the disk
    BUILD = "build"
    #: learners' commands that may wait for a container
    RUN = "run"
    #: probes of checks
    PROBE = "probe"
    #: everything short
    CONTROL = "control"


THREADS = {Lane.BUILD: 8, Lane.RUN: 16, Lane.PROBE: 8, Lane.CONTROL: 6}


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


#: Takes the bytes of a stream as they come, in a thread of the lane; False closes the stream.
Sink = Callable[[bytes], bool]


@dataclass(slots=True)
class _Watch:
    """What must be cut when a call is given up."""

    doomed: bool = False
    fd: int = -1
    lock: threading.Lock = field(default_factory=threading.Lock)

    def hold(self, response: Response) -> None:
        """Remember the socket that the answer comes from."""
        with self.lock, contextlib.suppress(OSError, ValueError):
            self.fd = os.dup(response.raw.fileno())
        if self.doomed:
            self.cut()

    def cut(self) -> None:
        """Shut the socket: the read in the thread ends, and the engine stops what it does for us."""
        with self.lock:
            self.doomed = True
            if self.fd >= 0:
                with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self.fd)) as held:
                    held.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """Forget the socket."""
        with self.lock:
            if self.fd >= 0:
                os.close(self.fd)
            self.fd = -1


class Engine:
    """The engine at `url`, or the one that `DOCKER_HOST` names, or the local socket. Connects on first use."""

    def __init__(self, url: str = "") -> None:
        self._url = url
        self._version = ""
        self._local = threading.local()
        self._clients: list[docker.APIClient] = []
        self._pools = {lane: ThreadPoolExecutor(n, f"engine-{lane.value}") for lane, n in THREADS.items()}
        self._slots = {lane: asyncio.Semaphore(n) for lane, n in THREADS.items()}

    @property
    def local(self) -> bool:
        """Tell whether the engine is on this machine, so that its control groups are ours to see."""
        url = self._url or os.environ.get("DOCKER_HOST", "")
        return not url or url.startswith("unix://")

    def close(self) -> None:
        """Let the threads go; calls under way end by their own deadlines."""
        for pool in self._pools.values():
            pool.shutdown(wait=False, cancel_futures=True)
        for client in self._clients:
            client.close()

    async def ask(
        self,
        lane: Lane,
        method: str,
        path: str,
        *,
        deadline_s: float,
        params: Params | None = None,
        json: object = None,
    ) -> Reply | EngineSaid:
        """Return the answer to one request. Raises `EngineDown`, `EngineTimeout`, `HostError`."""

        def work(client: docker.APIClient, watch: _Watch) -> Reply | EngineSaid:
            with client.request(
                method, self._address(client, path), params=params, json=json, stream=True, timeout=deadline_s
            ) as response:
                watch.hold(response)
                return _reply(response)

        return await self._call(lane, f"{method} {path}", deadline_s, work)

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
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> EngineSaid | None:
        """Feed the answer's bytes to `sink` until it ends; None when the engine did as asked.

        Raises: `EngineDown`, `EngineTimeout` (the socket is shut, so the engine stops too), `HostError`.
        """

        def work(client: docker.APIClient, watch: _Watch) -> EngineSaid | None:
            with client.request(
                method,
                self._address(client, path),
                params=params,
                json=json,
                data=data,
                headers=headers,
                stream=True,
                timeout=deadline_s,
            ) as response:
                watch.hold(response)
                if response.status_code >= 400:
                    said = _reply(response)
                    return said if isinstance(said, EngineSaid) else None
                while chunk := response.raw.read1(CHUNK):
                    if not sink(chunk):
                        watch.cut()
                        break
                return None

        return await self._call(lane, f"{method} {path}", deadline_s, work)

    async def take_over(
        self, path: str, *, params: Params, body: object, deadline_s: float
    ) -> hijack.Wire | EngineSaid:
        """Return the raw line that a request opened. Raises `EngineDown`, `EngineTimeout`.

        Somebody who thinks before they type must hold none of our threads, so this one is asyncio's own.
        """
        try:
            async with asyncio.timeout(deadline_s):
                version = self._version or DEFAULT_DOCKER_API_VERSION
                return await hijack.take_over(self._door(), f"/v{version}{path}", params, body)
        except TimeoutError:
            raise EngineTimeout(f"The Docker engine did not open {path} in {deadline_s:g} s.") from None
        except hijack.NotTakenOver as refused:
            return EngineSaid(refused.status, _message(refused.body))
        except OSError as error:
            raise EngineDown(NOBODY) from error

    def _door(self) -> hijack.Door:
        """Return where docker-py would connect to."""
        where: Mapping[str, Any] = {"base_url": self._url} if self._url else kwargs_from_env()
        url = urlsplit(parse_host(where.get("base_url"), tls="tls" in where))
        if url.scheme.endswith("unix"):
            return hijack.Door(socket_path=f"/{url.netloc}{url.path}".replace("//", "/"))
        tls = where.get("tls")
        return hijack.Door("", url.hostname or "localhost", url.port or 2375, _encrypted(tls) if tls else None)

    async def _call(self, lane: Lane, op: str, deadline_s: float, work: Callable[[docker.APIClient, _Watch], T]) -> T:
        slots = self._slots[lane]
        try:
            async with asyncio.timeout(deadline_s):
                await slots.acquire()
        except TimeoutError:
            raise EngineTimeout(
                f"The Docker engine is too busy: {op} did not get its turn in {deadline_s:g} s."
            ) from None
        watch = _Watch()
        future = asyncio.get_running_loop().run_in_executor(self._pools[lane], self._perform, op, work, watch)

        def ended(done: asyncio.Future[T]) -> None:
            slots.release()
            if not done.cancelled():
                done.exception()  # looked at, so that asyncio does not report one that we gave up on

        future.add_done_callback(ended)
        try:
            async with asyncio.timeout(deadline_s):
                return await asyncio.shield(future)
        except TimeoutError:
            watch.cut()
            raise EngineTimeout(f"The Docker engine did not finish {op} in {deadline_s:g} s.") from None
        except asyncio.CancelledError:
            watch.cut()
            raise

    def _perform(self, op: str, work: Callable[[docker.APIClient, _Watch], T], watch: _Watch) -> T:
        try:
            return work(self._client(), watch)
        except Timeout as error:
            raise EngineTimeout(f"The Docker engine did not answer {op}.") from error
        except NotConnected as error:
            # urllib3 dresses a timed-out read of a body as a lost connection
            if "timed out" in str(error):
                raise EngineTimeout(f"The Docker engine did not answer {op}.") from error
            self._version = ""  # what comes back may be another engine
            raise EngineDown(NOBODY) from error
        except (BrokenAnswer, OSError) as error:
            if watch.doomed:
                raise EngineTimeout(f"The Docker engine did not finish {op} in time.") from error
            raise EngineDown(f"The connection to the Docker engine broke off during {op}.") from error
        except (RequestException, DockerException, ValueError) as error:
            raise HostError(f"The Docker engine gave an answer to {op} that we cannot read: {error}") from error
        finally:
            watch.let_go()

    def _client(self) -> docker.APIClient:
        client: docker.APIClient | None = getattr(self._local, "client", None)
        if client is None:
            where = {"base_url": self._url} if self._url else kwargs_from_env()
            # A version of our own keeps the constructor from asking the engine without a deadline.
            client = docker.APIClient(version=DEFAULT_DOCKER_API_VERSION, **where)
            client.trust_env = False  # neither proxies nor netrc of the operator's
            self._local.client = client
            self._clients.append(client)
        return client

    def _address(self, client: docker.APIClient, path: str) -> str:
        if not self._version:
            _knock(client)
            with client.get(f"{client.base_url}/version", timeout=10) as response:
                said = str(response.json().get("ApiVersion", DEFAULT_DOCKER_API_VERSION))
            # docker-py would follow the engine above what it was written for
            self._version = said if version_lt(said, DEFAULT_DOCKER_API_VERSION) else DEFAULT_DOCKER_API_VERSION
        return f"{client.base_url}/v{self._version}{path}"


def _knock(client: docker.APIClient) -> None:
    """Raise `EngineDown` when nobody listens; docker-py would leave its socket open then."""
    path = getattr(client.get_adapter(client.base_url), "socket_path", "")
    if path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knocking:
            knocking.settimeout(5)
            try:
                knocking.connect(path)
            except OSError as error:
                raise EngineDown(NOBODY) from error


def _encrypted(tls: TLSConfig) -> ssl.SSLContext:
    """Return the keys that docker-py would use, for a connection of asyncio's own."""
    context = ssl.create_default_context(cafile=tls.ca_cert if tls.verify else None)
    if not tls.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if tls.cert:
        context.load_cert_chain(*tls.cert)
    return context


def _message(body: bytes) -> str:
    """Return what the engine says in the body of a refusal."""
    try:
        return str(json.loads(body)["message"]).strip()
    except (ValueError, KeyError, TypeError):
        return body.decode("utf-8", "replace").strip()


def _reply(response: Response) -> Reply | EngineSaid:
    parsed: Any = None
    if response.headers.get("Content-Type", "").startswith("application/json") and response.content:
        parsed = response.json()
    if response.status_code >= 400:
        message = parsed.get("message", "") if isinstance(parsed, dict) else response.text
        return EngineSaid(response.status_code, str(message).strip())
    return Reply(response.status_code, parsed, b"" if parsed is not None else response.content)
