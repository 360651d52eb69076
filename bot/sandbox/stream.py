"""Bytes as they come from the engine: multiplexed frames, and buffers that forget the middle. Pure."""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterator

HEADER = struct.Struct(">BxxxL")  #: Source: Engine API, "Attach to a container", stream format
STDOUT = 1
STREAMS = (0, 1, 2)  #: stdin, stdout, stderr


class HeadTail:
    """Keeps the first and the last bytes of a stream; what lies between is only counted."""

    def __init__(self, head: int, tail: int) -> None:
        self._head_cap, self._tail_cap = head, tail
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self.omitted = 0

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        room = self._head_cap - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if not data:
            return
        self._tail.append(data)
        self._tail_size += len(data)
        while self._tail_size > self._tail_cap:
            first = self._tail.popleft()
            excess = min(len(first), self._tail_size - self._tail_cap)
            self._tail_size -= excess
            self.omitted += excess
            if excess < len(first):
                self._tail.appendleft(first[excess:])

    def text(self) -> str:
        """Return what was kept, with a line saying how many bytes are missing where some are."""
        tail = b"".join(self._tail)
        if not self.omitted:
            return (bytes(self._head) + tail).decode("utf-8", "replace")
        head = bytes(self._head).decode("utf-8", "replace")
        return f"{head}\n… {self.omitted:,} bytes omitted …\n{tail.decode('utf-8', 'replace')}"


class Frames:
    """Takes apart the engine's stream of stdout and stderr; a frame may come in any number of pieces.

    A payload is handed on as it comes and never collected, so a header that lies about its length costs nothing.
    What does not begin like a frame comes from a terminal, which has one stream and no frames.
    """

    def __init__(self) -> None:
        self._header = b""
        self._left = 0
        self._stream = STDOUT
        self._framed: bool | None = None  # not known before the first bytes

    def feed(self, chunk: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield (stream, payload piece) for the bytes."""
        if self._framed is None and chunk:
            self._framed = chunk[0] in STREAMS
        if not self._framed:
            if chunk:
                yield STDOUT, chunk
            return
        while chunk:
            if self._left:
                piece, chunk = chunk[: self._left], chunk[self._left :]
                self._left -= len(piece)
                yield self._stream, piece
                continue
            need = HEADER.size - len(self._header)
            self._header += chunk[:need]
            chunk = chunk[need:]
            if len(self._header) == HEADER.size:
                self._stream, self._left = HEADER.unpack(self._header)
                self._header = b""
