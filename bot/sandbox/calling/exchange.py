"""One request to the engine over a connection of its own.

Whoever hangs up cuts exactly one thing, at once, wherever it stands: before the answer has begun, in the middle of a
head that never ends, or while the engine does not take what we send. Nothing waits in a thread, so nothing that the
engine does or leaves undone can hold one. A connection to a local socket costs about 0.1 ms.

What the bytes mean is h11's to say; it has no connections of its own, so that these stay ours to cut.
Source: Engine API v1.41.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import urlencode

import h11

CHUNK = 16 * 1024  #: bytes read at once
HEAD = 64 * 1024  #: bytes of an answer's head, at most
#: bytes a second that a stream may bring: one that floods us leaves time for everybody else
RATE = 32 * 1024 * 1024


class Unreadable(Exception):
    """The answer is no HTTP that we know; the argument says what was seen."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the engine listens: at a socket of this machine, or at a host and port."""

    socket_path: str = ""
    host: str = ""
    port: int = 0
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One request; `body` may be a file, which is sent as it is taken."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | BinaryIO = b""

    def head(self, door: Door) -> h11.Request:
        """Return the request line and the headers. Raises: `ValueError` for what would be more than one request."""
        target = f"{self.path}?{urlencode(self.params)}" if self.params else self.path
        length = len(self.body) if isinstance(self.body, bytes) else os.fstat(self.body.fileno()).st_size
        # it is not asked to hang up: it would do so while the end of a tar is unread, which breaks its words off
        headers = {"Host": door.host or "docker", **self.headers}
        if length or self.method in {"POST", "PUT"}:
            headers["Content-Length"] = str(length)
        try:
            return h11.Request(method=self.method, target=target, headers=list(headers.items()))
        except h11.LocalProtocolError as error:
            raise ValueError("A request must not have lines of somebody else's in it.") from error


class Line:
    """A connection to the engine, and what its bytes mean."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, door: Door) -> None:
        self.reader, self.writer, self._door = reader, writer, door
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD)

    async def send(self, question: Question) -> None:
        """Send a question and return when the engine has taken it. Raises: `OSError`, `ValueError`."""
        self.writer.write(self._http.send(question.head(self._door)) or b"")
        if isinstance(question.body, bytes):
            self.writer.write(question.body)
            await self.writer.drain()
            return
        while piece := question.body.read(CHUNK * 16):
            self.writer.write(piece)
            await self.writer.drain()

    async def event(self) -> h11.Event:
        """Return what comes next. Raises: `OSError` when the line breaks, `Unreadable`."""
        over = False
        while True:
            try:
                event = self._http.next_event()
            except h11.RemoteProtocolError as error:
                if over:
                    raise ConnectionResetError("The engine hung up before it had said everything.") from error
                raise Unreadable(str(error)) from error
            if isinstance(event, h11.Event):
                return event
            data = await self.reader.read(CHUNK)
            over = not data
            self._http.receive_data(data)

    async def answer(self) -> Answer:
        """Return the answer once it has begun. Raises: `OSError`, `Unreadable`."""
        while True:
            event = await self.event()
            # `100 Continue` and its like are passed over; 101 gives the line away
            if isinstance(event, h11.Response) or (
                isinstance(event, h11.InformationalResponse) and event.status_code == 101
            ):
                return Answer(event, self)
            if not isinstance(event, h11.InformationalResponse):
                raise Unreadable("an answer without a head")

    def rest(self) -> bytes:
        """Return what has come and belongs to no answer: the first bytes of a line that was given away."""
        return self._http.trailing_data[0]


class Answer:
    """An answer that has begun; the names of `headers` are in lower case. Its bytes can be read once."""

    def __init__(self, head: h11.Response | h11.InformationalResponse, line: Line) -> None:
        self.status = head.status_code
        self.headers: Mapping[str, str] = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers
        }
        self._line, self._over = line, False
        self._size, self._began = 0, asyncio.get_running_loop().time()

    async def read(self) -> bytes:
        """Return the next bytes of the body, b"" at its end. Raises: `OSError` when it breaks off, `Unreadable`."""
        event = None if self._over else await self._line.event()
        self._over = not isinstance(event, h11.Data)
        chunk = bytes(event.data) if isinstance(event, h11.Data) else b""
        self._size += len(chunk)
        ahead_s = self._size / RATE - (asyncio.get_running_loop().time() - self._began)
        await asyncio.sleep(max(0.0, ahead_s))  # even nothing lets the others have their turn
        return chunk

    async def whole(self) -> bytes:
        """Return the whole body. Raises as `read` does."""
        pieces = []
        while chunk := await self.read():
            pieces.append(chunk)
        return b"".join(pieces)


@asynccontextmanager
async def asked(door: Door, question: Question) -> AsyncIterator[Answer]:
    """Give the answer to a question once it has begun; the connection is cut at the end of the block.

    Raises: `OSError` where nobody answers or the line breaks, `Unreadable`. Deadlines are the caller's.
    """
    question.head(door)  # what cannot be asked is known before anybody is called
    line = await connected(door)
    sending = asyncio.create_task(_sent(line, question))
    try:
        # not after the sending: an engine that refuses may do so before it has taken everything
        yield await line.answer()
    finally:
        sending.cancel()
        line.writer.transport.abort()
        await asyncio.wait({sending})


async def connected(door: Door) -> Line:
    """Return a connection to the engine. Raises: `OSError`."""
    if door.socket_path:
        reader, writer = await asyncio.open_unix_connection(door.socket_path, limit=HEAD)
    else:
        reader, writer = await asyncio.open_connection(door.host, door.port, ssl=door.tls, limit=HEAD)
    return Line(reader, writer, door)


async def _sent(line: Line, question: Question) -> None:
    with contextlib.suppress(OSError):  # whoever reads the answer finds out
        await line.send(question)
