"""Who is heard on the host is counted only with the word: strangers knock at open ports by chance."""

from __future__ import annotations

import asyncio
import socket

from bot.sandbox.gate.listener import listening
from tests.sandbox.conftest import until


async def knock(port: int, word: bytes) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(word)
    await writer.drain()
    writer.close()


async def test_who_knows_the_word_is_heard_by_tcp_and_by_udp() -> None:
    async with listening("secret") as heard:
        await knock(heard.port, b"canary secret\n")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
            line.sendto(b"canary secret\n", ("127.0.0.1", heard.port))

        async def both() -> bool:
            return heard.hits == 2

        await until(both)
    assert sorted(heard.by) == ["TCP from 127.0.0.1", "UDP from 127.0.0.1"]


async def test_strangers_do_not_count() -> None:
    async with listening("secret") as heard:
        await knock(heard.port, b"GET / HTTP/1.1\r\n\r\n")
        await knock(heard.port, b"canary secret\n")

        async def one() -> bool:
            return heard.hits == 1

        await until(one)
    assert heard.by == ["TCP from 127.0.0.1"]
