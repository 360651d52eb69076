"""The files of a .zip, read from its directory; only what is plain is understood.

Every size is taken as a claim: more bytes than claimed, names that differ between the two headers, members that lie
over each other, bytes before or behind the archive all end the reading.
Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from bot.handin.archive_member import (
    MOST_MEMBERS,
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

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_UTF_8 = 0x0800
_UNIX = frozenset({3, 19})  #: systems whose outer attributes hold a mode
_KINDS = {0o120000: "a link", 0o020000: "a device", 0o060000: "a device", 0o010000: "a pipe", 0o140000: "a socket"}


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    raw: bytes
    method: int
    crc: int
    packed: int
    size: int
    at: int
    folder: bool
    kind: str  #: what it is instead of a plain file or a folder, ''


def read_zip(content: bytes) -> Shelf:
    """Return the files. Raises `Stopped`."""
    shelf = Shelf()
    entries = list(_entries(content))
    _judge_places(content, entries)
    total = 0
    for entry in entries:
        if entry.folder or not shelf.wants(entry.name):
            continue
        if entry.kind:  # links of what is left out anyway (node_modules/.bin) cost nobody the project
            raise of_another_kind(entry.name, entry.kind)
        total += entry.size
        if total > MOST_UNPACKED or (entry.size > RATIO_FROM and entry.size > MOST_RATIO * max(entry.packed, 1)):
            raise swollen()
        shelf.take(Member(entry.name, entry.size, _unpack(content, entry) if fits(entry.name, entry.size) else None))
    return shelf


def _entries(content: bytes) -> Iterator[_Entry]:
    end = content.rfind(b"PK\x05\x06")
    if end < 0 or end + _END.size > len(content):
        raise damaged("its directory is missing, as when a download stops early")
    _, disk, first, here, count, size, at, comment = _END.unpack_from(content, end)
    if 0xFFFFFFFF in {size, at}:
        raise stop("TOO_MANY", "The archive is larger than a project can be.")
    if disk or first or here != count or end + _END.size + comment != len(content):
        raise damaged("something stands before or behind what belongs to it")
    if count > MOST_MEMBERS:
        raise stop(
            "TOO_MANY", f"The archive has {count:,} files. Leave out folders that a build makes, as `node_modules`."
        )
    for _ in range(count):
        if at + _ENTRY.size > end:
            raise damaged("its directory is cut off")
        entry, at = _entry(content, at)
        yield entry
    if at != end:
        raise damaged("its directory has another length than it says")


def _entry(content: bytes, at: int) -> tuple[_Entry, int]:
    fields = _ENTRY.unpack_from(content, at)
    sign, made, _, flags, method, _, _, crc, packed, size, named, extra, comment, _, _, outer, place = fields
    if sign != b"PK\x01\x02":
        raise damaged("its directory cannot be read")
    raw = content[at + _ENTRY.size : at + _ENTRY.size + named]
    name = _name(raw, flags)
    if flags & _ENCRYPTED:
        raise stop("ARCHIVE_ENCRYPTED", "The archive is locked with a password. Please pack it without one.", name)
    if method not in {0, 8}:
        raise stop("ARCHIVE_KIND", "The archive is packed in a way that I cannot read. Please make a plain .zip.", name)
    mode = (outer >> 16) & 0o170000 if made >> 8 in _UNIX else 0
    folder = name.endswith(("/", "\\")) or mode == 0o040000
    entry = _Entry(name, raw, method, crc, packed, size, place, folder, _KINDS.get(mode, ""))
    return entry, at + _ENTRY.size + named + extra + comment


def _name(raw: bytes, flags: int) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        if flags & _UTF_8:
            raise stop("BAD_PATH", "A name in the archive cannot be read. Please rename the file.") from None
        return raw.decode("cp437")


def _judge_places(content: bytes, entries: list[_Entry]) -> None:
    """Raise about members that share bytes: a small archive could hold any amount so."""
    behind = 0
    for entry in sorted(entries, key=lambda each: each.at):
        start = _data(content, entry)
        if entry.at < behind:
            raise swollen()
        behind = start + entry.packed
        if behind > len(content):
            raise damaged("a file in it is cut off")


def _data(content: bytes, entry: _Entry) -> int:
    """Return where the bytes of a member begin."""
    if entry.at + _LOCAL.size > len(content):
        raise damaged("a file in it is cut off")
    sign, _, flags, method, _, _, _, _, _, named, extra = _LOCAL.unpack_from(content, entry.at)
    at = entry.at + _LOCAL.size
    if sign != b"PK\x03\x04" or content[at : at + named] != entry.raw or method != entry.method or flags & _ENCRYPTED:
        raise damaged("its directory and its files do not agree")
    return at + int(named) + int(extra)


def _unpack(content: bytes, entry: _Entry) -> bytes:
    start = _data(content, entry)
    packed = content[start : start + entry.packed]
    if entry.method == 0:
        found = packed
    else:
        machine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            found = machine.decompress(packed, entry.size + 1)
        except zlib.error:
            raise damaged("a file in it cannot be unpacked") from None
    if len(found) > entry.size:
        raise swollen()
    if len(found) != entry.size or zlib.crc32(found) != entry.crc:
        raise damaged("a file in it is not what it was when it was packed")
    return found
