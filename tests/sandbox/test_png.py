"""A picture is believed only when it is one."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.png import SIGNATURE, NotPng, trusted
from tests.fakes import plain_png


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def head(width: int = 8, height: int = 4, depth: int = 8, colour: int = 2, interlaced: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))


POINTS = zlib.compress(b"\0" * (4 * (1 + 8 * 3)))
DATA, END = chunk(b"IDAT", POINTS), chunk(b"IEND", b"")


def test_a_picture_of_the_size_that_was_asked_for_is_believed() -> None:
    assert trusted(plain_png(8, 4), 8, 4) == plain_png(8, 4)


def test_what_is_not_points_is_left_behind() -> None:
    noted = SIGNATURE + head() + chunk(b"tEXt", b"Comment\0<script>") + chunk(b"acTL", b"x") + DATA + END
    assert trusted(noted, 8, 4) == SIGNATURE + head() + DATA + END


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no PNG signature"),
        (b"GIF89a" + b"\0" * 99, "no PNG signature"),
        (SIGNATURE, "cut off"),
        (SIGNATURE + head() + DATA, "cut off"),
        (SIGNATURE + head() + DATA + END + b"<html>", "after its end"),
        (SIGNATURE + DATA + END, "begin or end"),
        (SIGNATURE + head(9) + DATA + END, "9 x 4 and not 8 x 4"),
        (SIGNATURE + head(depth=16) + DATA + END, "another kind"),
        (SIGNATURE + head(colour=3) + DATA + END, "another kind"),
        (SIGNATURE + head(interlaced=1) + DATA + END, "another kind"),
        (SIGNATURE + head() + DATA[:-1] + b"?" + END, "damaged"),
        (SIGNATURE + head() + chunk(b"IDAT", b"nothing") + END, "cannot be unpacked"),
        (SIGNATURE + head() + END, "more or fewer"),
        (SIGNATURE + head() + chunk(b"IDAT", POINTS + b"more") + END, "more or fewer"),
        (SIGNATURE + head() + chunk(b"IDAT", zlib.compress(b"\0" * 50_000_000)) + END, "more or fewer"),
        (SIGNATURE + struct.pack(">I", 0xFFFFFFFF) + b"IHDR" + b"\0" * 20, "damaged"),
        (SIGNATURE + b"\0" * 3_000_000, "too many"),
    ],
)
def test_whatever_else_comes_is_not(content: bytes, why: str) -> None:
    with pytest.raises(NotPng, match=why):
        trusted(content, 8, 4)


@given(st.integers(0, len(plain_png(8, 4)) - 1), st.integers(1, 255))
def test_no_changed_byte_goes_unseen(at: int, change: int) -> None:
    spoilt = bytearray(plain_png(8, 4))
    spoilt[at] ^= change
    with pytest.raises(NotPng):
        trusted(bytes(spoilt), 8, 4)


@given(st.binary(max_size=300))
def test_no_bytes_are_a_fault_of_ours(content: bytes) -> None:
    with pytest.raises(NotPng):
        trusted(SIGNATURE + content, 8, 4)
