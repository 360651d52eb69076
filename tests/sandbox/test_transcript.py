"""What a program said, as it reads on a terminal."""

from __future__ import annotations

import struct

import pytest

from bot.sandbox.transcript import LONGEST, Transcript


def said(*chunks: bytes, tty: bool = True, echo: str | None = None) -> Transcript:
    transcript = Transcript(tty=tty)
    transcript.typed(echo)
    for chunk in chunks:
        transcript.feed(chunk)
    return transcript


@pytest.mark.parametrize(
    ("chunks", "echo", "text"),
    [
        ((b"root@1:/# ",), None, "root@1:/#"),
        ((b"l", b"s\r\n", b"a  b\r\nroot@1:/# "), "ls", "a  b\nroot@1:/#"),
        ((b"\x1b[?2004h\x1b]0;root@1: /\x07root@1:/# ",), None, "root@1:/#"),
        ((b"\x1b[0m\x1b[01;34mbin\x1b[0m\r\n",), "ls", "bin\n"),
        ((b"SELECT 1\r\n    -> ",), "SELECT 1", "    ->"),
        ((b"echo\r\necho\r\n",), "echo", "echo\n"),  # once as an echo, once as output
        ((b"\r\nWelcome\r\n",), "secret", "Welcome\n"),  # a password is not repeated, its Enter is
        ((b"10%\r20%\r100%\r\ndone\r\n",), None, "100%\ndone\n"),
    ],
)
def test_it_reads_as_on_a_terminal(chunks: tuple[bytes, ...], echo: str | None, text: str) -> None:
    assert said(*chunks, echo=echo).text() == text


@pytest.mark.parametrize(
    ("last", "waits", "secret"),
    [
        ("root@1:/#", True, False),
        ("/ $ ", True, False),
        ("mysql> ", True, False),
        ("MariaDB [todos]> ", True, False),
        ("    -> ", True, False),
        ("Enter password: ", True, True),
        ("Password for root: ", True, True),
        ("Continue? ", True, False),
        ("compiling", False, False),
        ("done.\r\n", False, False),
    ],
)
def test_a_prompt_is_known_by_its_end(last: str, waits: bool, secret: bool) -> None:
    transcript = said(b"before\r\n" + last.encode())
    assert (transcript.waits, transcript.secret) == (waits, secret)


def test_without_a_terminal_both_streams_come_in_frames_and_nothing_is_repeated() -> None:
    framed = b"".join(struct.pack(">BxxxL", stream, len(text)) + text for stream, text in [(1, b"a\n"), (2, b"b\n")])
    assert said(framed[:5], framed[5:], tty=False, echo="a").text() == "a\nb\n"


def test_a_flood_is_cut_visibly() -> None:
    text = said(*[b"y\r\n" * 5_000] * 20).text()
    assert len(text.encode()) <= LONGEST + 100
    assert "omitted" in text
