"""The bot's sockets: tickets, hello, one socket for each envelope, refresh and faults.

Source: https://docs.slack.dev/apis/events-api/using-socket-mode/ (single-use tickets, hello, disconnect, at most 10
connections).
"""

from __future__ import annotations

import asyncio
import contextlib
import enum
import json
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.localslack.values import Clock, Json
from bot.localslack.world import APP_ID

MAX_CONNECTIONS = 10
#: After asking for a refresh Slack keeps the old socket for a moment.
REFRESH_GRACE_S = 2.0


class Outcome(enum.StrEnum):
    """How one delivery ended."""

    #: the bot acknowledged in time
    ACKED = "acked"
    #: it did not
    TIMEOUT = "timeout"
    #: nobody was connected
    NO_SOCKET = "no_socket"
    #: the socket went away first
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for an envelope; `payload` is what the bot put into its acknowledgement."""

    outcome: Outcome
    payload: Json | None = None
    ms: float = 0.0


@dataclass(slots=True, eq=False)
class _Line:
    """One socket of the bot."""

    ws: web.WebSocketResponse
    transport: asyncio.Transport | None
    retiring: bool = False
    unanswered: set[str] = field(default_factory=set)


class Sockets:
    """The sockets that are open now."""

    def __init__(
        self,
        clock: Clock,
        on_problem: Callable[[str, str], None],
        on_connections: Callable[[int], None],
    ) -> None:
        self._clock = clock
        self._on_problem = on_problem
        self._on_connections = on_connections
        self._tickets: set[str] = set()
        self._lines: list[_Line] = []
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._came = asyncio.Event()
        #: new sockets are turned away while this is set
        self.refusing = False

    @property
    def connections(self) -> int:
        """Return how many sockets are open."""
        return len(self._lines)

    def ticket(self) -> str:
        """Return a new ticket, good for one connection."""
        ticket = secrets.token_urlsafe(24)
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Serve one socket of the bot until it ends."""
        ticket = request.query.get("ticket", "")
        if self.refusing:
            return web.Response(status=503, text="refused on purpose")
        if ticket not in self._tickets:
            return web.Response(status=401, text="invalid ticket")
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse(heartbeat=None, max_msg_size=4 * 1024 * 1024)
        await ws.prepare(request)
        if len(self._lines) >= MAX_CONNECTIONS:
            await ws.send_str(_disconnect("too_many_websockets"))
            await ws.close()
            return ws
        line = _Line(ws, request.transport)
        self._lines.append(line)
        try:
            await ws.send_str(self._hello())
            self._came.set()
            self._on_connections(len(self._lines))
            await self._listen(line)
        except ConnectionError:
            pass  # it was cut while we wrote; the same as a close
        finally:
            self._gone(line)
        return ws

    def _hello(self) -> str:
        started = self._clock().strftime("%Y-%m-%d %H:%M:%S.%f")[:-3]
        debug = {"host": "localslack", "started": started, "build_number": 1}
        hello = {
            "type": "hello",
            "num_connections": len(self._lines),
            "debug_info": debug | {"approximate_connection_time": 18_060},
            "connection_info": {"app_id": APP_ID},
        }
        return json.dumps(hello)

    async def _listen(self, line: _Line) -> None:
        async for frame in line.ws:
            if frame.type is not WSMsgType.TEXT:
                continue
            try:
                said = json.loads(frame.data)
                envelope_id = said["envelope_id"]
            except (ValueError, KeyError, TypeError):
                self._on_problem("bad_frame", "The bot sent a frame that is no acknowledgement.")
                continue
            line.unanswered.discard(envelope_id)
            payload = said.get("payload")
            waiting = self._waiting.pop(envelope_id, None)
            if waiting and not waiting.done():
                waiting.set_result(Answer(Outcome.ACKED, payload if isinstance(payload, dict) else None))

    def _gone(self, line: _Line) -> None:
        if line in self._lines:
            self._lines.remove(line)
        for envelope_id in line.unanswered:
            waiting = self._waiting.pop(envelope_id, None)
            if waiting and not waiting.done():
                waiting.set_result(Answer(Outcome.DROPPED))
        if not self._lines:
            self._came.clear()
        self._on_connections(len(self._lines))

    async def exchange(self, envelope: Json, timeout_s: float) -> Answer:
        """Send an envelope over one socket and return what came back for it."""
        line = self._pick()
        return await self._over(line, envelope, timeout_s) if line else Answer(Outcome.NO_SOCKET)

    async def wait_for_one(self, timeout_s: float) -> None:
        """Return when a socket is open, or when the time is over."""
        if not self._lines:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._came.wait()

    def _pick(self) -> _Line | None:
        """Return the socket whose turn it is; one that Slack wants refreshed only if there is no other."""
        for line in self._lines:
            if not line.retiring and not line.ws.closed:
                self._lines.remove(line)
                self._lines.append(line)
                return line
        return next((line for line in self._lines if not line.ws.closed), None)

    async def _over(self, line: _Line, envelope: Json, timeout_s: float) -> Answer:
        envelope_id = envelope["envelope_id"]
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = waiting
        line.unanswered.add(envelope_id)
        try:
            await line.ws.send_str(json.dumps(envelope))
            async with asyncio.timeout(timeout_s):
                return await waiting
        except TimeoutError:
            return Answer(Outcome.TIMEOUT)
        except ConnectionError:
            return Answer(Outcome.DROPPED)
        finally:
            self._waiting.pop(envelope_id, None)
            line.unanswered.discard(envelope_id)

    def refresh(self) -> None:
        """Ask every socket to reconnect, as Slack does now and then."""
        for line in self._lines:
            line.retiring = True
            self._start(self._retire(line))

    async def _retire(self, line: _Line) -> None:
        try:
            await line.ws.send_str(_disconnect("refresh_requested"))
            await asyncio.sleep(REFRESH_GRACE_S)
            await line.ws.close()
        except ConnectionError:
            return

    def drop(self) -> None:
        """Cut every socket without a word."""
        for line in list(self._lines):
            if line.transport:
                line.transport.abort()

    async def close(self) -> None:
        """End all sockets."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in list(self._lines):
            await line.ws.close()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _disconnect(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "localslack"}})
