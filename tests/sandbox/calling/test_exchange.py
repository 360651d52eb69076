"""One request and its answer over a line of its own, whatever the other side sends."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sandbox.calling.exchange import Door, Question, Unreadable, asked

MUCH = b"x" * 5_000_000

OK = b"HTTP/1.1 200 OK\r\n"
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@asynccontextmanager
async def listening(folder: Path, serve: Serve) -> AsyncIterator[Door]:
    place = str(folder / "e.sock")
    server = await asyncio.start_unix_server(serve, place)
    try:
        yield Door(socket_path=place)
    finally:
        server.close()


def saying(*pieces: bytes) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)
        writer.close()

    return serve


async def answered(folder: Path, *pieces: bytes) -> tuple[int, bytes]:
    async with (
        listening(folder, saying(*pieces)) as door,
        asyncio.timeout(30),
        asked(door, Question("GET", "/x")) as answer,
    ):
        return answer.status, await answer.whole()


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (OK + b"Content-Length: 3\r\n\r\nabc", b"abc"),
        (OK + b"content-LENGTH:3\r\n\r\nabcdef", b"abc"),
        (OK + b"\r\nuntil it hangs up", b"until it hangs up"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\n!", b"!"),
        (OK + b"Content-Length: 0\r\n\r\n", b""),
    ],
)
async def test_a_body_ends_where_its_head_says(tmp_path: Path, said: bytes, body: bytes) -> None:
    assert await answered(tmp_path, said) == (200, body)


@pytest.mark.parametrize("status", [204, 304])
async def test_f06_what_has_no_body_is_not_waited_for(tmp_path: Path, status: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 %d Fine\r\n\r\n" % status)
        await reader.read()  # and does not hang up
        writer.close()

    async with listening(tmp_path, serve) as door, asyncio.timeout(30), asked(door, Question("POST", "/x")) as answer:
        assert (answer.status, await answer.whole()) == (status, b"")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200",
        OK + b"Content-Length: 5\r\n\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
    ],
)
async def test_f07_an_answer_that_breaks_off_is_a_line_that_broke(tmp_path: Path, said: bytes) -> None:
    with pytest.raises(OSError, match=r"broke off|hung up"):
        await answered(tmp_path, said)


@pytest.mark.parametrize(
    "said",
    [
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"X" * 100_000,
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 0x10\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\n\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nabcde\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n" + b"1" * 100_000,
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nabcd\r\n",
    ],
)
async def test_an_answer_that_is_no_http_says_so(tmp_path: Path, said: bytes) -> None:
    with pytest.raises(Unreadable):
        await answered(tmp_path, said)


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=8), st.integers(1, 50))
@settings(deadline=None, max_examples=40)
async def test_chunks_come_out_whole_however_they_arrive(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes], step: int
) -> None:
    body = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in chunks) + b"0\r\n\r\n"
    raw = OK + b"Transfer-Encoding: chunked\r\n\r\n" + body
    folder = tmp_path_factory.mktemp("e")
    assert await answered(folder, *(raw[at : at + step] for at in range(0, len(raw), step))) == (200, b"".join(chunks))


async def test_an_engine_that_refuses_before_it_took_everything_is_heard(tmp_path: Path) -> None:
    refusing, question = saying(b"HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno"), Question("POST", "/b", body=MUCH)
    async with listening(tmp_path, refusing) as door, asyncio.timeout(30), asked(door, question) as answer:
        assert (answer.status, await answer.whole()) == (400, b"no")


async def test_f04_hanging_up_works_while_the_engine_takes_nothing_of_what_is_sent(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(tmp_path / "e.sock"))
        deaf.listen()  # and accepts nobody
        before = open_files()
        with pytest.raises(TimeoutError):
            async with (
                asyncio.timeout(0.1),
                asked(Door(str(tmp_path / "e.sock")), Question("POST", "/build", body=MUCH)),
            ):
                pass
        await asyncio.sleep(0)
        assert open_files() == before


def test_nobody_gets_a_line_of_their_own_into_a_request() -> None:
    for question in (
        Question("GET", "/x HTTP/1.1\r\nHost: other"),
        Question("GET", "/x", headers={"X-A": "b\r\nX-C: d"}),
    ):
        with pytest.raises(ValueError, match="lines"):
            question.head(Door("/s"))


def test_a_file_is_sent_with_its_length(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x" * 1234)
    with (tmp_path / "f").open("rb") as file:
        assert (b"content-length", b"1234") in Question("POST", "/build", body=file).head(Door("/s")).headers
