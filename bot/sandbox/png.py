"""A PNG is believed only when it is one, of the size that was asked for, and nothing else. Pure.

Source: PNG specification, third edition, 5 (signature, chunks), 11.2 (IHDR), 13.2 (errors).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CAP = 2 * 1024 * 1024  #: bytes; a page of 1000 x 640 usually has 20 to 400 kB
_SAMPLES = {2: 3, 6: 4}  #: colour type → bytes a pixel, at 8 bits


class NotPng(ValueError):
    """These bytes are not the picture that was asked for."""


def trusted(content: bytes, width: int, height: int) -> bytes:
    """Return the picture with nothing in it but its points. Raises: `NotPng`."""
    if len(content) > CAP:
        raise NotPng(f"{len(content):,} bytes are too many")
    if not content.startswith(SIGNATURE):
        raise NotPng("it has no PNG signature")
    kept = [SIGNATURE]
    packed = bytearray()
    chunks = list(_chunks(content))
    if chunks[0][0] != b"IHDR" or chunks[-1][0] != b"IEND" or len(chunks[0][1]) != 13:
        raise NotPng("it does not begin or end as a PNG does")
    wide, high, depth, colour, *ways = struct.unpack(">IIBBBBB", chunks[0][1])
    if (wide, high) != (width, height):
        raise NotPng(f"it is {wide} x {high} and not {width} x {height}")
    if depth != 8 or colour not in _SAMPLES or any(ways):
        raise NotPng("it is of another kind than browsers make")
    for name, data in chunks:
        if name == b"IDAT":
            packed += data
        # notes, profiles and animations are left behind
        if name in {b"IHDR", b"IDAT", b"IEND"}:
            kept.append(_chunk(name, data))
    _unpacks(bytes(packed), height * (1 + width * _SAMPLES[colour]))
    return b"".join(kept)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, name = len(SIGNATURE), b""
    while name != b"IEND":
        if len(content) - at < 12:
            raise NotPng("it is cut off")
        size, name = struct.unpack_from(">I4s", content, at)
        data = content[at + 8 : at + 8 + size]
        if content[at : at + 12 + size] != _chunk(name, data):
            raise NotPng("a part of it is damaged")
        yield name, data
        at += 12 + size
    if at != len(content):
        raise NotPng("something comes after its end")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _unpacks(packed: bytes, size: int) -> None:
    """Return when the points unpack to exactly this many bytes; no more than that is ever unpacked."""
    unpacking = zlib.decompressobj()
    try:
        got = len(unpacking.decompress(packed, size + 1))
    except zlib.error as error:
        raise NotPng("its points cannot be unpacked") from error
    if got != size or not unpacking.eof or unpacking.unused_data:
        raise NotPng("it has more or fewer points than it says")
