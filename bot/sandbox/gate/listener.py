"""A port of ours on every address of the host, open for a moment: whoever is heard there got out of its container."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HEARD_S = 5.0
LONGEST = 256


@dataclass(slots=True)
class Heard:
    """What was heard. Strangers who knock by chance do not know the word, and do not count."""

    word: bytes
    port: int = 0
    hits: int = 0
    by: list[str] = field(default_factory=list)

    def hear(self, said: bytes, who: str) -> None:
        """Count it when it is one of ours."""
        if self.word in said:
            self.hits += 1
            self.by.append(who)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, heard: Heard) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._heard.hear(data, f"UDP from {addr[0]}")


@asynccontextmanager
async def listening(nonce: str) -> AsyncIterator[Heard]:
    """Listen on all addresses by TCP and UDP while the block runs."""
    heard = Heard(nonce.encode())

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(HEARD_S):
                heard.hear(await reader.read(LONGEST), f"TCP from {writer.get_extra_info('peername')[0]}")
        writer.close()

    server = await asyncio.start_server(hear, "0.0.0.0", 0)  # noqa: S104 - what must not be reached, for a moment
    heard.port = server.sockets[0].getsockname()[1]
    datagrams, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(heard),
        local_addr=("0.0.0.0", heard.port),  # noqa: S104 - as above
    )
    try:
        yield heard
    finally:
        datagrams.close()
        server.close()


def own_address() -> str:
    """Return the address by which this machine reaches others, '' where it has none; nothing is sent."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect(("192.0.2.1", 9))
        return str(line.getsockname()[0])
    return ""
