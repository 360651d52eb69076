"""One request to the engine over a connection of its own.

Whoever hangs up cuts exactly one thing, at once, wherever it stands: before the answer has begun, in the middle of a
head that never ends, or while the engine does not take what we send. Nothing waits in a thread, so nothing that the
engine does or leaves undone can hold one. A connection to a local socket costs about 0.1 ms.
Source: RFC 9112, message syntax; Engine API v1.41.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import ssl
import string
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import BinaryIO
from urllib.parse import urlencode

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

    def head(self, door: Door) -> bytes:
        """Return the request line and the headers as they are sent."""
        target = f"{self.path}?{urlencode(self.params)}" if self.params else self.path
        length = len(self.body) if isinstance(self.body, bytes) else os.fstat(self.body.fileno()).st_size
        # it is not asked to hang up: it would do so while the end of a tar is unread, which breaks its words off
        headers = {"Host": door.host or "docker", **self.headers}
        if length or self.method in {"POST", "PUT"}:
            headers["Content-Length"] = str(length)
        lines = [f"{self.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("A request must not have lines of somebody else's in it.")
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


@dataclass(frozen=True, slots=True)
class Head:
    """What an answer begins with; the names of `headers` are in lower case."""

    status: int
    headers: Mapping[str, str]


class Answer:
    """An answer that has begun. Its bytes can be read once."""

    def __init__(self, head: Head, reader: asyncio.StreamReader) -> None:
        self.status, self.headers = head.status, head.headers
        self._reader = reader
        self._chunked = head.headers.get("transfer-encoding", "").lower() == "chunked"
        #: bytes of the body, or of this chunk, that are still to come; None: until the engine hangs up
        self._left: int | None = 0 if self._chunked else _length(head)
        self._size, self._began = 0, asyncio.get_running_loop().time()

    async def read(self) -> bytes:
        """Return the next bytes of the body, b"" at its end. Raises: `OSError` when it breaks off, `Unreadable`."""
        try:
            chunk = await self._next()
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError("The answer broke off.") from error
        except asyncio.LimitOverrunError as error:
            raise Unreadable("a line without an end") from error
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

    async def _next(self) -> bytes:
        if self._left is None:
            return await self._reader.read(CHUNK)
        if self._chunked and not self._left:
            self._left = _hexadecimal(await self._reader.readuntil(b"\r\n"))
        if not self._left:
            self._chunked = False  # that was the last one
            return b""
        chunk = await self._reader.read(min(self._left, CHUNK))
        if not chunk:
            raise asyncio.IncompleteReadError(b"", self._left)
        self._left -= len(chunk)
        if self._chunked and not self._left and await self._reader.readexactly(2) != b"\r\n":
            raise Unreadable("a chunk that is longer than it says")
        return chunk


@asynccontextmanager
async def asked(door: Door, question: Question) -> AsyncIterator[Answer]:
    """Give the answer to a question once it has begun; the connection is cut at the end of the block.

    Raises: `OSError` where nobody answers or the line breaks, `Unreadable`. Deadlines are the caller's.
    """
    head = question.head(door)
    reader, writer = await connected(door)
    sending = asyncio.create_task(_send(writer, head, question.body))
    try:
        # not after the sending: an engine that refuses may do so before it has taken everything
        yield Answer(await read_head(reader), reader)
    finally:
        sending.cancel()
        writer.transport.abort()
        await asyncio.wait({sending})


async def connected(door: Door) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Return a connection to the engine. Raises: `OSError`."""
    if door.socket_path:
        return await asyncio.open_unix_connection(door.socket_path, limit=HEAD)
    return await asyncio.open_connection(door.host, door.port, ssl=door.tls, limit=HEAD)


async def read_head(reader: asyncio.StreamReader) -> Head:
    """Return the head of an answer, behind any `100 Continue`. Raises: `OSError`, `Unreadable`."""
    while True:
        try:
            first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError("The engine hung up before it answered.") from error
        except asyncio.LimitOverrunError as error:
            raise Unreadable("a head without an end") from error
        protocol, _, rest = first.partition(" ")
        code = rest[:3]
        if not (protocol.startswith("HTTP/1.") and code.isdigit()):
            raise Unreadable(repr(first[:80]))
        status = int(code)
        if status == 101 or status >= 200:
            pairs = (line.partition(":") for line in lines if line)
            return Head(status, {name.strip().lower(): value.strip() for name, _, value in pairs})


async def _send(writer: asyncio.StreamWriter, head: bytes, body: bytes | BinaryIO) -> None:
    with contextlib.suppress(OSError):  # whoever reads the answer finds out
        writer.write(head)
        if isinstance(body, bytes):
            writer.write(body)
            await writer.drain()
            return
        while piece := body.read(CHUNK * 16):
            writer.write(piece)
            await writer.drain()


def _length(head: Head) -> int | None:
    length = head.headers.get("content-length")
    if head.status in {204, 304}:
        return 0
    if length is not None and not length.isdigit():
        raise Unreadable(f"a length of {length[:40]!r}")
    return None if length is None else int(length)


def _hexadecimal(line: bytes) -> int:
    digits = line.partition(b";")[0].strip().decode("latin-1")
    if not digits or not set(digits) <= set(string.hexdigits):
        raise Unreadable(f"a chunk of length {line[:40]!r}")
    return int(digits, 16)
