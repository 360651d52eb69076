"""The files of a .tar or .tar.gz, read as a stream; only what is plain is understood.

A longer name may stand before a file (GNU's `L`, PAX's `path`); anything else that would change what a header says
(sizes, sparse files, links) ends the reading.
Source: POSIX.1-2017 `pax`, "ustar Interchange Format"; GNU tar manual, "Basic Tar Format"; RFC 1952.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain

from bot.handin.archive_member import (
    MOST_RATIO,
    MOST_UNPACKED,
    RATIO_FROM,
    Member,
    Shelf,
    damaged,
    fits,
    of_another_kind,
    swollen,
)
from bot.handin.stopped import stop

BLOCK = 512
_STEP = 64 * 1024
_DIGITS = b"01234567"  #: numbers of a header are octal; stripped of these, nothing is left of one
_LONGEST_PAX = 16 * 1024
_KINDS = {
    b"1": "a hard link",
    b"2": "a link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a pipe",
    b"K": "a link",
    b"S": "a file with holes",
}
#: PAX records that would change what a header says of a file
_CHANGING = ("size", "linkpath", "GNU.sparse", "hdrcharset", "SCHILY.filetype", "SCHILY.realsize")


def read_tar(content: bytes, *, packed: bool) -> Shelf:
    """Return the files; `packed` says that gzip is around them. Raises `Stopped`."""
    stream = _Stream(_inflate(content) if packed else iter((content,)))
    shelf = Shelf()
    longer = ""
    while (header := stream.take(BLOCK, last=True)) and header.strip(b"\0"):
        _judge_header(header)
        kind, size = header[156:157], _number(header[124:136])
        name = longer or _name(header)
        if kind in {b"x", b"g", b"L"}:
            longer = _longer(stream.padded(size if size <= _LONGEST_PAX else _too_long()), kind, longer)
            continue
        longer = ""
        if kind == b"5" or (kind in {b"0", b"\0"} and name.endswith("/")):
            stream.skip(size)
            continue
        wanted = shelf.wants(name)
        if wanted and kind not in {b"0", b"\0", b"7"}:
            raise of_another_kind(name, _KINDS.get(kind, "something that is no plain file"))
        if wanted and fits(name, size):
            shelf.take(Member(name, size, stream.padded(size)))
        else:
            stream.skip(size if kind in {b"0", b"\0", b"7"} else 0)
            if wanted:
                shelf.take(Member(name, size, None))
    stream.finish()
    return shelf


def is_tar(head: bytes) -> bool:
    """Tell whether these first 512 bytes are the header of a tar."""
    return _sum(head[:BLOCK]) is not None


def peek(content: bytes) -> bytes:
    """Return the first bytes that gzip holds, b'' when it cannot be read."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(content[:_STEP], BLOCK)
    except zlib.error:
        return b""


def _inflate(content: bytes) -> Iterator[bytes]:
    """Yield what gzip holds, piece by piece. Raises `Stopped`."""
    machine = zlib.decompressobj(16 + zlib.MAX_WBITS)
    out, at, rest = 0, 0, b""
    while not machine.eof:
        if not rest:
            rest, at = content[at : at + _STEP], at + _STEP
        if not rest:
            raise damaged("it ends too early, as when a download stops")
        try:
            piece = machine.decompress(rest, _STEP)
        except zlib.error:
            raise damaged("it cannot be unpacked") from None
        rest = machine.unconsumed_tail
        out += len(piece)
        if out > MOST_UNPACKED or (out > RATIO_FROM and out > MOST_RATIO * len(content)):
            raise swollen()
        yield piece
    if (machine.unused_data + content[at:]).strip(b"\0"):
        raise damaged("something hangs behind its end")


class _Stream:
    """Gives bytes of the pieces in order, and holds no more than it is asked for."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.held = memoryview(b"")

    def take(self, count: int, *, last: bool = False) -> bytes:
        """Return so many bytes, b'' at the end where that is allowed. Raises `Stopped`."""
        found = bytes(self.held[:count])
        self.held = self.held[count:]
        while len(found) < count and (piece := next(self.pieces, None)) is not None:
            missing = count - len(found)
            found += piece[:missing]
            self.held = memoryview(piece)[missing:]
        if len(found) == count or (last and not found):
            return found
        raise damaged("it ends in the middle of a file")

    def padded(self, size: int) -> bytes:
        """Return the bytes of a member and pass over what fills its last block."""
        return self.take(size + -size % BLOCK)[:size]

    def skip(self, size: int) -> None:
        """Pass over the bytes of a member."""
        if size > MOST_UNPACKED:
            raise swollen()
        left = size + -size % BLOCK
        while left:
            left -= len(self.take(min(left, _STEP)))

    def finish(self) -> None:
        """Pass over what fills the archive behind its last file. Raises `Stopped` when that is more than zeros."""
        for piece in chain((bytes(self.held),), self.pieces):
            if piece.strip(b"\0"):
                raise damaged("something stands behind its end")


def _sum(header: bytes) -> int | None:
    """Return the check sum of a header, None when it is another than it says."""
    said = header[148:156].split(b"\0")[0].strip()
    if not said or said.strip(_DIGITS):
        return None
    counted = sum(header) - sum(header[148:156]) + 8 * 32
    return counted if counted == int(said, 8) else None


def _judge_header(header: bytes) -> None:
    if _sum(header) is None:
        raise damaged("the head of a file in it cannot be read")


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        return int.from_bytes(field[1:], "big") if field[0] == 0x80 else MOST_UNPACKED + 1
    digits = field.split(b"\0")[0].strip()
    if digits.strip(_DIGITS):
        raise damaged("the head of a file in it cannot be read")
    return int(digits or b"0", 8)


def _name(header: bytes) -> str:
    raw = header[:100].split(b"\0")[0]
    if header[257:263] == b"ustar\0" and (prefix := header[345:500].split(b"\0")[0]):
        raw = prefix + b"/" + raw
    return _decoded(raw)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise stop("BAD_PATH", "A name in the archive cannot be read. Please rename the file.") from None


def _too_long() -> int:
    raise stop("BAD_PATH", "A name in the archive is far too long; up to 200 letters are fine.")


def _longer(body: bytes, kind: bytes, before: str) -> str:
    """Return the name that the next file has instead of its own, '' when it keeps that."""
    if kind == b"L":
        return _decoded(body.split(b"\0")[0])
    name = before
    at = 0
    while at < len(body):
        length, blank, _ = body[at : at + 8].partition(b" ")
        if not blank or not length.isdigit() or not len(length) + 2 < int(length) <= len(body) - at:
            raise damaged("the head of a file in it cannot be read")
        key, equals, value = body[at + len(length) + 1 : at + int(length) - 1].partition(b"=")
        shown = key.decode("utf-8", "replace")
        if not equals or shown.startswith(_CHANGING):
            raise of_another_kind(shown, "a note that changes what a file is")
        if key == b"path":
            if kind == b"g":
                raise damaged("all of its files have one name")
            name = _decoded(value)
        at += int(length)
    return name
