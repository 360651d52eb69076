"""Packed projects. Ids such as A01 are those of the catalogue of hostile inputs; archives are made by Python's own."""

# ruff: noqa: E501 - a table reads by the row

import gzip
import hashlib
import io
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.handin.archive import Unpacked, is_archive, read_archive
from bot.handin.archive_member import Member, Shelf
from bot.handin.plan import Refusal
from bot.handin.project import MOST_FILE_BYTES, MOST_FILES, judge_file
from bot.handin.stopped import Stopped

PROJECT = {
    "Dockerfile": b"FROM node:24-alpine\n",
    "package.json": b"{}",
    "src/index.js": b"console.log(1)\n" * 100,
    "src/static/größe.css": b"a{}",
    ".dockerignore": b"node_modules\n",
    "empty.txt": b"",
}
Files = dict[str, bytes]


def zipped(files: Files, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(files: Files, mode: str = "w:gz", form: int = tarfile.PAX_FORMAT) -> bytes:
    return tar_of([(member(name, size=len(content)), content) for name, content in files.items()], mode, form)


def member(
    name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "", pax: dict[str, str] | None = None
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname, info.pax_headers = kind, size, link, pax or {}
    return info


def tar_of(members: list[tuple[tarfile.TarInfo, bytes]], mode: str = "w:gz", form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for info, content in members:
            archive.addfile(info, io.BytesIO(content) if info.type == tarfile.REGTYPE else None)
    return out.getvalue()


def unpacked(content: bytes, name: str = "app.zip") -> Unpacked:
    read = read_archive(name, content)
    assert isinstance(read, Unpacked), read
    return read


def refused(content: bytes, name: str = "app.zip") -> Refusal:
    read = read_archive(name, content)
    assert isinstance(read, Refusal), read
    assert read.say
    assert read.say.isprintable()
    return read


MAKERS: list[tuple[str, Callable[[Files], bytes]]] = [
    ("zip", zipped),
    ("zip, stored", lambda files: zipped(files, method=zipfile.ZIP_STORED)),
    ("tar.gz, pax", tarred),
    ("tar.gz, gnu", lambda files: tarred(files, form=tarfile.GNU_FORMAT)),
    ("tar, ustar", lambda files: tarred(files, "w", tarfile.USTAR_FORMAT)),
    ("tar, gnu", lambda files: tarred(files, "w", tarfile.GNU_FORMAT)),
]


@pytest.mark.parametrize("make", [row[1] for row in MAKERS], ids=[row[0] for row in MAKERS])
def test_a_packed_project_comes_out_as_it_went_in(make: Callable[[Files], bytes]) -> None:
    assert unpacked(make(PROJECT)) == Unpacked(tuple(PROJECT.items()))


@pytest.mark.parametrize("make", [row[1] for row in MAKERS], ids=[row[0] for row in MAKERS])
def test_one_folder_around_everything_is_taken_off(make: Callable[[Files], bytes]) -> None:
    inner = {f"getting-started-app-main/{name}": content for name, content in PROJECT.items()}
    assert dict(unpacked(make(inner)).files) == PROJECT
    assert dict(unpacked(make({f"./{name}": content for name, content in inner.items()})).files) == PROJECT
    assert dict(unpacked(make({"src/index.js": b"x", "src/a/b.js": b""})).files) == {
        "src/index.js": b"x",
        "src/a/b.js": b"",
    }
    assert dict(unpacked(make({"app/package.json": b"{}", "app/src/a.js": b""})).files) == {
        "package.json": b"{}",
        "src/a.js": b"",
    }
    assert set(dict(unpacked(make({"x/a": b"x", "y/b": b"x"})).files)) == {"x/a", "y/b"}


@pytest.mark.parametrize("make", [row[1] for row in MAKERS], ids=[row[0] for row in MAKERS])
def test_what_programs_fill_is_left_out_and_said(make: Callable[[Files], bytes]) -> None:
    """A12: hooks of `.git` never come out; `.env` is a file like any other."""
    more = {
        "p/node_modules/x/index.js": b"x" * 90_000,
        "p/node_modules/y.js": b"",
        "p/.git/hooks/post-checkout": b"#!/bin/sh",
        "p/Dockerfile": b"FROM x",
        "p/.env": b"A=1",
        "__MACOSX/p/._Dockerfile": b"\x00",
        "p/.DS_Store": b"\x00",
        "p/._x": b"\x00",
    }
    read = unpacked(make(more))
    assert dict(read.files) == {"Dockerfile": b"FROM x", ".env": b"A=1"}
    assert read.skipped[0] == "`node_modules/` (2 files) is left out: it is made anew where it is needed."
    assert "`.git/` (1 file)" in read.skipped[1]


def test_a_file_that_cannot_be_kept_does_not_cost_the_others() -> None:
    files = {
        "notes.md": b"x" * (MOST_FILE_BYTES + 1),
        "logo.bin": b"\x00\x01",
        "inner.zip": zipped({"a": b""}),
        "Dockerfile": b"FROM x",
    }
    for content in (zipped(files), tarred(files)):
        read = unpacked(content)
        assert dict(read.files) == {"Dockerfile": b"FROM x"}
        assert "`notes.md` has 64 KB and is left out; a file may have up to 64 KB" in read.skipped[0]
        assert "`logo.bin` is not a text" in read.skipped[1]
        assert "`inner.zip` is an archive" in read.skipped[2]


def test_a_lock_file_is_long_and_is_kept_all_the_same() -> None:
    lock = b"{}" * 100_000
    for content in (zipped({"app/yarn.lock": lock, "app/Dockerfile": b""}), tarred({"yarn.lock": lock})):
        assert dict(unpacked(content).files)["yarn.lock"] == lock


def test_links_of_node_modules_do_not_cost_the_project() -> None:
    """A05 as macOS packs it: `.bin` of `node_modules` is full of links, and it is left out anyway."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("app/package.json", b"{}")
        info = zipfile.ZipInfo("app/node_modules/.bin/mime")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "../mime/cli.js")
    assert dict(unpacked(out.getvalue()).files) == {"package.json": b"{}"}


def test_a_text_in_another_encoding_is_kept_as_utf_8_and_said() -> None:
    read = unpacked(zipped({"Dockerfile": b"\xff\xfe" + "FROM x\n".encode("utf-16-le"), "a.js": b"\xef\xbb\xbfa\r\n"}))
    assert dict(read.files) == {"Dockerfile": b"FROM x\n", "a.js": b"a\r\n"}
    assert "UTF-16" in read.skipped[0]


def test_folders_need_no_files() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.mkdir("src")
        archive.writestr("src\\a.js", "x")
    assert dict(unpacked(out.getvalue()).files) == {"src/a.js": b"x"}
    assert dict(
        unpacked(tar_of([(member("src", tarfile.DIRTYPE), b""), (member("src/a.js", size=1), b"x")])).files
    ) == {"src/a.js": b"x"}


def test_long_names_are_read_as_both_kinds_of_tar_write_them() -> None:
    name = "a/" * 8 + "b" * 150
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT):
        if form != tarfile.USTAR_FORMAT:
            assert dict(unpacked(tarred({name: b"x", "c": b""}, form=form)).files) == {name: b"x", "c": b""}
    shorter = "folder-" * 10 + "/" + "b" * 60
    assert dict(unpacked(tarred({shorter: b"x", "c": b""}, form=tarfile.USTAR_FORMAT)).files) == {
        shorter: b"x",
        "c": b"",
    }


def symlinked_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.create_system, info.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def changed(content: bytes, old: bytes, new: bytes, count: int = -1) -> bytes:
    assert old in content
    return content.replace(old, new, count)


def overlapping_zip() -> bytes:
    """Two members of the directory that share one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"x" * 60_000)
    content = out.getvalue()
    at, size = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06") - content.index(b"PK\x01\x02")
    entry = content[at : at + size]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, 2 * size, at, 0)
    return content[:at] + entry + entry + end


def pax_tar(**records: str) -> bytes:
    return tar_of([(member("a", size=1, pax=records), b"x")], "w")


def holes(name: str = "a") -> bytes:
    header = bytearray(member(name).tobuf(tarfile.GNU_FORMAT))
    header[156:157] = b"S"
    header[124:136] = b"\x80" + (8 << 60).to_bytes(11, "big")
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return bytes(header) + b"\0" * 1024


def summed(header: bytes) -> bytes:
    """Return the header of a tar with the sum of what it holds now."""
    bare = header[:148] + b" " * 8 + header[156:]
    return bare[:148] + f"{sum(bare):06o}\0 ".encode() + bare[156:]


def raw_pax(body: bytes, kind: bytes = b"x") -> bytes:
    """Return a tar whose file has these notes before it, however they are written."""
    header = summed(member("notes", kind, len(body)).tobuf(tarfile.USTAR_FORMAT)[:512])
    return header + body + b"\0" * (-len(body) % 512) + tarred({"a": b"x"}, "w")


def typed(kind: bytes, name: str = "a", size: int = 0) -> bytes:
    """Return a tar of one member of any kind."""
    header = bytearray(member(name, size=size).tobuf(tarfile.USTAR_FORMAT))
    header[156:157] = kind
    return summed(bytes(header)) + b"\0" * (size + -size % 512) + b"\0" * 1024


def moded(mode: int, system: int = 3, name: str = "a") -> bytes:
    """Return a zip of one member with this kind of file in its mode."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system, info.external_attr = system, (mode | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("b", "x")
    return out.getvalue()


def patched(sign: bytes, at: int, new: bytes, content: bytes | None = None) -> bytes:
    """Return a zip with other bytes at a place behind a sign: of a file, of the directory, or of its end."""
    out = bytearray(zipped({"a": b"hello"}, method=0) if content is None else content)
    start = out.index(sign) + at
    out[start : start + len(new)] = new
    return bytes(out)


FILE, ENTRY, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


def many_entries(count: int) -> bytes:
    """Return a zip whose directory names one folder so many times."""
    plain = zipped({"f/": b""})
    at, end = plain.index(ENTRY), plain.index(END)
    tail = struct.pack("<4s4H2LH", END, 0, 0, count, count, (end - at) * count, at, 0)
    return plain[:at] + plain[at:end] * count + tail


def swollen_slowly(size: int) -> bytes:
    """Return bytes that gzip makes about a hundred times smaller."""
    noise = hashlib.shake_256(b"noise").digest(600)
    return (noise + b"\0" * 64_936) * (size // 65_536)


GOOD = zipped({"a": b"hello " * 50})
TAR = tarred({"a": b"hello " * 50}, "w")
TGZ = gzip.compress(TAR)
BOMB = b"\0" * (20 * 1024 * 1024)

REFUSED = [
    ("A01 members over each other", overlapping_zip, "ARCHIVE_BOMB"),
    ("A01 more than is said", lambda: patched(ENTRY, 24, struct.pack("<L", 3)), "ARCHIVE_BOMB"),
    ("A01 less than is said", lambda: patched(ENTRY, 24, struct.pack("<L", 9)), "ARCHIVE_BROKEN"),
    ("A04 only above", lambda: zipped({"../x": b"x"}), "BAD_PATH"),
    ("A04 no name", lambda: patched(FILE, 26, b"\0\0", patched(ENTRY, 28, b"\0\0")), "ARCHIVE_BROKEN"),
    ("A04 a name that is no text", lambda: summed(b"\xff" + TAR[1:512]) + TAR[512:], "BAD_PATH"),
    ("A04 above", lambda: tarred({"../../etc/cron.d/x": b"x"}), "BAD_PATH"),
    ("A04 above in a zip", lambda: zipped({"../x": b"x", "a": b"x"}), "BAD_PATH"),
    ("A04 absolute", lambda: zipped({"/etc/cron.d/x": b"x", "a": b""}), "BAD_PATH"),
    ("A04 only absolute", lambda: zipped({"/etc/cron.d/x": b"x"}), "BAD_PATH"),
    ("A04 inside and out", lambda: tarred({"a/../../b": b"x", "c": b""}), "BAD_PATH"),
    ("A04 inside", lambda: tarred({"a/../b": b"x", "c": b""}), "BAD_PATH"),
    ("A04 drive", lambda: zipped({"C:\\x": b"x", "a": b""}), "BAD_PATH"),
    ("A04 longer name of pax", lambda: pax_tar(path="../../x"), "BAD_PATH"),
    ("A05 link in a zip", symlinked_zip, "ARCHIVE_LINK"),
    ("A05 link", lambda: tar_of([(member("a", tarfile.SYMTYPE, link="/etc/passwd"), b"")]), "ARCHIVE_LINK"),
    ("A05 hard link", lambda: tar_of([(member("a", tarfile.LNKTYPE, link="../../etc/shadow"), b"")]), "ARCHIVE_LINK"),
    ("A05 link then file", lambda: tar_of([(member("a", tarfile.SYMTYPE, link="/x"), b""), (member("a/b", size=1), b"x")]), "ARCHIVE_LINK"),
    ("A05 link of pax", lambda: pax_tar(linkpath="/etc/passwd"), "ARCHIVE_TYPE"),
    ("A05 link that ends as a folder does", lambda: typed(b"2", "a/"), "ARCHIVE_LINK"),
    ("A05 long link of GNU", lambda: typed(b"K", "a"), "ARCHIVE_LINK"),
    *((f"A05 link in a zip of system {system}", lambda system=system: moded(0o120000, system), "ARCHIVE_LINK") for system in (3, 19)),
    *((f"A06 in a zip {mode:o}", lambda mode=mode: moded(mode), "ARCHIVE_TYPE") for mode in (0o020000, 0o060000, 0o010000, 0o140000)),
    ("A06 unknown kind", lambda: typed(b"Z"), "ARCHIVE_TYPE"),
    ("A06 character device", lambda: tar_of([(member("a", tarfile.CHRTYPE), b"")]), "ARCHIVE_TYPE"),
    ("A06 block device", lambda: tar_of([(member("a", tarfile.BLKTYPE), b"")]), "ARCHIVE_TYPE"),
    ("A06 pipe", lambda: tar_of([(member("a", tarfile.FIFOTYPE), b"")]), "ARCHIVE_TYPE"),
    ("A07 sparse", holes, "ARCHIVE_TYPE"),
    ("A07 sparse of pax", lambda: pax_tar(**{"GNU.sparse.realsize": "9" * 18}), "ARCHIVE_TYPE"),
    *((f"A07 {key} of pax", lambda key=key: pax_tar(**{key: "1"}), "ARCHIVE_TYPE") for key in ("hdrcharset", "SCHILY.filetype", "SCHILY.realsize", "GNU.sparse.major")),
    ("A07 notes without end", lambda: raw_pax(b"11 mtime=1\n" * 1_490), "BAD_PATH"),
    ("A07 note without a blank", lambda: raw_pax(b"123456789 a=b\n"), "ARCHIVE_BROKEN"),
    ("A07 note without a length", lambda: raw_pax(b"x a=b\n"), "ARCHIVE_BROKEN"),
    ("A07 note without a number", lambda: raw_pax(b" a=b\n"), "ARCHIVE_BROKEN"),
    ("A07 note with something in place of its blank", lambda: raw_pax(b"00000020xa=bbbbbbbb\n"), "ARCHIVE_BROKEN"),
    ("A07 note of no length", lambda: raw_pax(b"3 a=b\n"), "ARCHIVE_BROKEN"),
    ("A07 note longer than its block", lambda: raw_pax(b"99 a=b\n"), "ARCHIVE_BROKEN"),
    ("A07 note without a value", lambda: raw_pax(b"5 ab\n"), "ARCHIVE_TYPE"),
    ("A07 one name for all", lambda: raw_pax(b"9 path=b\n", b"g"), "ARCHIVE_BROKEN"),
    ("A07 size of pax", lambda: pax_tar(size="9" * 12), "ARCHIVE_TYPE"),
    ("A07 eight exabytes", lambda: changed_size(b"\x80" + (8 << 60).to_bytes(11, "big")), "ARCHIVE_BOMB"),
    ("A07 negative", lambda: changed_size(b"\xff" * 12), "ARCHIVE_BOMB"),
    ("A07 no number", lambda: changed_size(b"99999999999\0"), "ARCHIVE_BROKEN"),
    ("A09 twice", lambda: tarred({"a": b"1"}, "w")[:1024] + tarred({"a": b"2"}, "w"), "NAME_CLASH"),
    ("A09 capitals", lambda: zipped({"Dockerfile": b"", "dockerfile": b""}), "NAME_CLASH"),
    ("A09 trailing dot", lambda: zipped({"Dockerfile.": b"", "a": b""}), "BAD_PATH"),
    ("A09 trailing blank in a folder", lambda: zipped({"src /x": b"", "a": b""}), "BAD_PATH"),
    ("A09 right to left", lambda: zipped({"a\u202etxt": b"", "b": b""}), "BAD_PATH"),
    ("A09 folder and file", lambda: zipped({"a": b"", "a/b": b""}), "NAME_CLASH"),
    ("A10 no sum", lambda: TAR[:148] + b" " * 8 + TAR[156:], "ARCHIVE_KIND"),
    ("A10 a sum that is none", lambda: TAR[:148] + b"99999\0 " + TAR[155:], "ARCHIVE_KIND"),
    ("A10 another sum", lambda: TAR[:148] + b"000001\0 " + TAR[156:], "ARCHIVE_KIND"),
    ("A10 another sum later", lambda: TAR[:1024] + b"x" + TAR[:511] + TAR[1024:], "ARCHIVE_BROKEN"),
    ("A10 cut behind a head", lambda: member("a", size=5).tobuf(tarfile.USTAR_FORMAT), "ARCHIVE_BROKEN"),
    ("A10 cut in its last block", lambda: TAR[:1024] + b"\0" * 100, "ARCHIVE_BROKEN"),
    ("A10 something behind a tar", lambda: TAR + b"x" * 512, "ARCHIVE_BROKEN"),
    ("A10 something packed behind a tar", lambda: gzip.compress(TAR + b"\0" * 99_000 + b"x"), "ARCHIVE_BROKEN"),
    ("A10 another sum of gzip", lambda: TGZ[:-8] + b"\xff" * 8, "ARCHIVE_BROKEN"),
    ("A10 no gzip at its start", lambda: TGZ[:10] + b"\xff" * 40, "ARCHIVE_KIND"),
    ("A10 hung together", lambda: TGZ + TGZ, "ARCHIVE_BROKEN"),
    ("A10 garbage behind", lambda: TGZ + b"garbage", "ARCHIVE_BROKEN"),
    ("A10 cut off", lambda: tarred({"a": bytes(range(256)) * 200})[:300], "ARCHIVE_BROKEN"),
    ("A10 xz", lambda: tarred({"a": b""}, "w:xz"), "ARCHIVE_KIND"),
    ("A10 bz2", lambda: tarred({"a": b""}, "w:bz2"), "ARCHIVE_KIND"),
    ("A10 zstd", lambda: b"\x28\xb5\x2f\xfd" + b"x" * 50, "ARCHIVE_KIND"),
    ("A11 zip behind something", lambda: b"#!/bin/sh\n" + GOOD, "ARCHIVE_KIND"),
    ("A11 something behind a zip", lambda: GOOD + b"x", "ARCHIVE_BROKEN"),
    ("A11 zip behind a zip", lambda: GOOD + GOOD, "ARCHIVE_BROKEN"),
    ("A11 tar that begins as a zip", lambda: tarred({"PK\x03\x04": b""}, "w", tarfile.USTAR_FORMAT), "ARCHIVE_KIND"),
    ("A11 on another disk", lambda: patched(END, 4, b"\1"), "ARCHIVE_BROKEN"),
    ("A11 begun on another disk", lambda: patched(END, 6, b"\1"), "ARCHIVE_BROKEN"),
    ("A11 fewer here than in all", lambda: patched(END, 8, b"\0"), "ARCHIVE_BROKEN"),
    ("A11 a directory elsewhere", lambda: patched(END, 16, b"\1"), "ARCHIVE_BROKEN"),
    ("A11 a remark that is not there", lambda: patched(END, 20, b"\1"), "ARCHIVE_BROKEN"),
    ("A11 more in the directory than there are", lambda: patched(END, 8, b"\2\0\2\0"), "ARCHIVE_BROKEN"),
    ("A11 fewer in the directory than there are", lambda: patched(END, 8, b"\1\0\1\0", zipped({"a": b"", "b": b""})), "ARCHIVE_BROKEN"),
    ("A11 a directory that is none", lambda: patched(ENTRY, 0, b"PK\1\1"), "ARCHIVE_BROKEN"),
    ("A11 a file that is none", lambda: b"PK\x05\x06" + patched(FILE, 0, b"PK\3\3")[4:], "ARCHIVE_BROKEN"),
    ("A11 two ways to pack a file", lambda: patched(FILE, 8, b"\x08"), "ARCHIVE_BROKEN"),
    ("A11 a file behind the end", lambda: patched(ENTRY, 42, struct.pack("<L", 9_999)), "ARCHIVE_BROKEN"),
    ("A11 a file longer than all", lambda: patched(ENTRY, 20, struct.pack("<L", 9_999)), "ARCHIVE_BROKEN"),
    ("A11 no packing", lambda: patched(FILE, 31, b"\xff" * 5, zipped({"a": b"hello " * 9})), "ARCHIVE_BROKEN"),
    ("A11 a lock in the file only", lambda: patched(FILE, 6, b"\1"), "ARCHIVE_BROKEN"),
    *((f"A11 a lock of kind {bit:x}", lambda bit=bit: patched(ENTRY, 8, struct.pack("<H", bit)), "ARCHIVE_ENCRYPTED") for bit in (0x1, 0x40, 0x2000)),
    ("A11 a name that is no UTF-8 though it says so", lambda: patched(ENTRY, 8, b"\0\x08", patched(ENTRY, 46, b"\xff")), "BAD_PATH"),
    ("A11 a zip of a larger kind", lambda: patched(END, 8, b"\xff" * 4), "TOO_MANY"),
    ("A11 a larger directory", lambda: patched(END, 12, b"\xff" * 4), "TOO_MANY"),
    ("A11 a directory further on", lambda: patched(END, 16, b"\xff" * 4), "TOO_MANY"),
    ("A11 an end cut off", lambda: patched(END, 0, b"PK\5\5") + END, "ARCHIVE_BROKEN"),
    ("A11 picture", lambda: b"\x89PNG\r\n\x1a\n" + GOOD, "ARCHIVE_KIND"),
    ("A11 password", lambda: encrypted(GOOD), "ARCHIVE_ENCRYPTED"),
    ("A11 another method", lambda: zipped({"a": b"x" * 99}, method=zipfile.ZIP_LZMA), "ARCHIVE_KIND"),
    ("A14 image", lambda: tarred({"manifest.json": b"[]", "0a/layer.tar": b"x"}, "w"), "ARCHIVE_IMAGE"),
    ("A14 newer image", lambda: tarred({"oci-layout": b"{}", "manifest.json": b"[]", "blobs/sha256/0a": b"x"}, "w"), "ARCHIVE_IMAGE"),
    ("A14 image by its list", lambda: tarred({"manifest.json": b"[]", "repositories": b"{}"}, "w"), "ARCHIVE_IMAGE"),
    ("A14 image by its kind", lambda: zipped({"manifest.json": b"[]", "oci-layout": b"{}"}), "ARCHIVE_IMAGE"),
    ("A14 image by its layers", lambda: zipped({"manifest.json": b"[]", "blobs/sha256/0a": b"x"}), "ARCHIVE_IMAGE"),
    ("names that differ", lambda: changed(GOOD, b"a", b"b", 1), "ARCHIVE_BROKEN"),
    ("other bytes", lambda: changed(zipped({"a": b"hello"}, method=0), b"hello", b"hellO"), "ARCHIVE_BROKEN"),
    ("cut zip, far from its end", lambda: GOOD[:40], "ARCHIVE_BROKEN"),
    ("cut zip", lambda: GOOD[:-5], "ARCHIVE_BROKEN"),
    ("nothing in it", lambda: zipped({}), "EMPTY"),
    ("nothing in a tar", lambda: tarred({}), "ARCHIVE_KIND"),
    ("only filled folders", lambda: zipped({"node_modules/a": b"x"}), "EMPTY"),
    ("nothing", lambda: b"", "ARCHIVE_KIND"),
    ("gzip of a text", lambda: gzip.compress(b"hello"), "ARCHIVE_KIND"),
    ("a text", lambda: b"FROM node\n" * 99, "ARCHIVE_KIND"),
]  # fmt: skip


def changed_size(field: bytes) -> bytes:
    header = bytearray(member("a").tobuf(tarfile.GNU_FORMAT))
    header[124:136] = field
    header[148:156] = b" " * 8
    header[148:156] = f"{sum(header):06o}\0 ".encode()
    return bytes(header) + b"\0" * 1024


def encrypted(plain: bytes) -> bytes:
    content = bytearray(plain)
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(("name", "make", "code"), REFUSED, ids=[row[0] for row in REFUSED])
def test_an_archive_that_is_not_plain_is_refused(
    name: str, make: Callable[[], bytes], code: str, loops: Callable[[Callable[[], object]], float]
) -> None:
    content = make()
    assert refused(content).code == code
    assert loops(lambda: read_archive(name, content)) < 20


FINE = [
    ("a small file that shrinks to nothing", lambda: tarred({"a": b"x" * 900_000, "b": b"x"}), {"b": b"x"}),
    ("a large file that shrinks a little", lambda: zipped({"a": swollen_slowly(2 << 20), "b": b"x"}), {"b": b"x"}),
    ("a folder around everything, without a mark", lambda: zipped({"my-app/a": b"x", "my-app/b/c": b""}), {"a": b"x", "b/c": b""}),
    ("a tar that just ends", lambda: TAR[:1024], {"a": b"hello " * 50}),
    ("a size that is left blank", lambda: changed_size(b" " * 12), {"a": b""}),
    ("what is large and left aside", lambda: tarred({"node_modules/a": swollen_slowly(2 << 20), "b": b"x"}), {"b": b"x"}),
    ("a remark", lambda: patched(END, 20, b"\1") + b"x", {"a": b"hello"}),
    ("a folder as old tars write it", lambda: typed(b"0", "src/")[:512] + tarred({"src/a": b"x"}, "w"), {"src/a": b"x"}),
    ("a folder that is one by its mode", lambda: moded(0o040000), {"b": b"x"}),
    ("a folder that is one by its name", lambda: moded(0, 0, "src/"), {"b": b"x"}),
    ("a folder as Windows writes it", lambda: moded(0, 0, "src\\"), {"b": b"x"}),
    ("a mode of a system that has none", lambda: moded(0o120000, 0), {"a": b"/etc/passwd", "b": b"x"}),
    ("links that are left aside", lambda: typed(b"2", "node_modules/.bin/x", 9)[:512] + TAR, {"a": b"hello " * 50}),
    ("an old name", lambda: patched(FILE, 30, b"\x81", patched(ENTRY, 46, b"\x81")), {"ü": b"hello"}),
    ("an old name with a sign of no meaning", lambda: patched(ENTRY, 8, b"\0\2", patched(FILE, 30, b"\x81", patched(ENTRY, 46, b"\x81"))), {"ü": b"hello"}),
    ("a time where others have a folder", lambda: summed(GNU[:345] + b"14000000000\0" + GNU[357:512]) + GNU[512:], {"a": b"x", "b": b"y"}),
    ("many notes", lambda: raw_pax(b"11 mtime=1\n" * 1_489), {"a": b"x"}),
    ("a note that is no name", lambda: raw_pax(b"11 mtime=1\n"), {"a": b"x"}),
    ("a list that is no image's", lambda: zipped({"manifest.json": b"[]", "a": b"x"}), {"manifest.json": b"[]", "a": b"x"}),
    ("blobs without a list", lambda: zipped({"blobs/sha256/0a": b"x", "b": b""}), {"blobs/sha256/0a": b"x", "b": b""}),
]  # fmt: skip
GNU = tarred({"a": b"x", "b": b"y"}, "w", tarfile.GNU_FORMAT)


@pytest.mark.parametrize(("name", "make", "files"), FINE, ids=[row[0] for row in FINE])
def test_what_is_only_unusual_is_read(name: str, make: Callable[[], bytes], files: Files) -> None:
    assert dict(unpacked(make(), name).files) == files


@pytest.mark.parametrize("folder", ["node_modules", ".git", "__MACOSX", "__pycache__", ".venv"])
def test_each_folder_that_programs_fill_is_left_out_and_said(folder: str) -> None:
    read = unpacked(zipped({f"{folder}/a.txt": b"x", f"src/{folder}/a.txt": b"x", "b": b"x"}))
    assert dict(read.files) == {"b": b"x"}
    assert f"`{folder}/` (2 files)" in read.skipped[0]


@pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini", "._a.txt"])
def test_what_systems_strew_about_is_left_out(name: str) -> None:
    assert unpacked(zipped({f"src/{name}": b"x", "b": b"x"})) == Unpacked((("b", b"x"),))


PARTS = ["src", "static", "public", "spec", "test", "tests", "lib", "app", "web", "css", "js", "db"]
MARKS = ["Dockerfile", "package.json", ".dockerignore", "README.md", "requirements.txt", "compose.yaml"]


@pytest.mark.parametrize("folder", PARTS)
def test_a_folder_that_is_a_part_of_a_project_stays(folder: str) -> None:
    assert dict(unpacked(zipped({f"{folder}/a.js": b"x"})).files) == {f"{folder}/a.js": b"x"}
    for mark in MARKS:
        assert dict(unpacked(zipped({f"{folder}/{mark}": b"x"})).files) == {mark: b"x"}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.md", b"x" * 70_000, "has 68 KB and is left out"),
        ("grown.txt", b"\xff\xfe" + ("€" * 30_000).encode("utf-16-le"), "has 88 KB"),
        ("a.bin", b"\x00\x01", "is not a text"),
        ("a.txt", b"\xff\xfea", "was saved as UTF-16"),
        ("a.zip", b"PK\x03\x04", "is an archive"),
        (".git", b"gitdir: x", "is not kept here"),
    ],
)
def test_each_reason_against_one_file_leaves_the_others(name: str, content: bytes, said: str) -> None:
    read = unpacked(zipped({name: content, "b": b"x"}))
    assert dict(read.files) == {"b": b"x"}
    assert said in read.skipped[0]


def test_not_every_file_that_is_left_out_is_said() -> None:
    read = unpacked(zipped({**{f"{n}.bin": b"\x00" for n in range(12)}, "b": b"x"}))
    assert len(read.skipped) == 11
    assert read.skipped[-1] == "2 more files are left out."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"BZh91", "is a .bz2 archive"),
        (b"\xfd7zXZ", "is a .xz archive"),
        (b"7z\xbc\xaf", "is a .7z archive"),
        (b"Rar!", "is a .rar archive"),
        (b"\x28\xb5\x2f\xfd", "is a .zst archive"),
        (b"", "is empty"),
        (b"x", "is no archive that I can read"),
        (typed(b"1"), "is a hard link."),
        (typed(b"2"), "is a link."),
        (typed(b"3"), "is a device."),
        (typed(b"4"), "is a device."),
        (typed(b"6"), "is a pipe."),
        (typed(b"S"), "is a file with holes."),
        (typed(b"Z"), "is something that is no plain file."),
        (zipped({}), "The archive holds no file that I can keep."),
        (many_entries(20_001), "The archive has 20,001 files."),
    ],
)
def test_what_an_archive_is_instead_is_said(content: bytes, said: str) -> None:
    assert said in refused(content, "a.zip").say


@pytest.mark.parametrize(("size", "fine", "code"), [(1, 500, "TOO_MANY"), (64 * 1024, 80, "TOO_LARGE")])
def test_a01_reading_ends_when_no_more_could_be_kept(size: int, fine: int, code: str) -> None:
    shelf = Shelf()
    for number in range(fine):
        shelf.take(Member(f"f{number}", size, b"x" * size))
    with pytest.raises(Stopped) as stopped:
        shelf.take(Member("one-more", size, b"x" * size))
    assert stopped.value.refusal.code == code


def test_a02_an_archive_inside_of_one_is_not_opened() -> None:
    quine = zipped({"a.zip": zipped({"b.zip": zipped({"c": b"x" * 60_000})}), "Dockerfile": b""})
    assert [name for name, _ in unpacked(quine).files] == ["Dockerfile"]


def test_a12_an_ending_that_lies_does_not_matter() -> None:
    assert unpacked(TGZ, "app.zip") == unpacked(TGZ, "app.tar.gz")
    assert unpacked(GOOD, "app.tar") == unpacked(GOOD)


ENDINGS = [".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".7z", ".rar"]


@pytest.mark.parametrize(
    ("name", "content", "meant"),
    [
        ("a.zip", b"", True),
        ("a.TAR.GZ", b"", True),
        ("a.tgz", b"", True),
        *((f"a{ending}", b"", True) for ending in ENDINGS),
        ("x", b"\x1f\x8b", True),
        ("x", GOOD, True),
        ("a.txt", b"PK", False),
        ("Dockerfile", b"FROM x", False),
    ],
)
def test_an_upload_is_known_as_an_archive_by_its_name_or_its_beginning(name: str, content: bytes, meant: bool) -> None:
    assert is_archive(name, content) == meant


#: what takes long to make: the work for it, and what may be held of it
HEAVY = [
    ("A01 zip bomb", lambda: zipped({"a": BOMB}), "ARCHIVE_BOMB"),
    ("A01 tar bomb", lambda: gzip.compress(tarred({"a": BOMB}, "w"), 9), "ARCHIVE_BOMB"),
    ("A01 zip that lies about a size", lambda: changed(zipped({"a": b"x" * 50_000}), struct.pack("<L", 50_000), struct.pack("<L", 10)), "ARCHIVE_BOMB"),
    ("A01 behind node_modules", lambda: gzip.compress(tarred({"node_modules/a": BOMB}, "w"), 9), "ARCHIVE_BOMB"),
    ("A01 much though never fast", lambda: gzip.compress(tarred({f"node_modules/{n}": swollen_slowly(33 << 20) for n in range(2)}, "w"), 1), "ARCHIVE_BOMB"),
    ("A01 much in small parts", lambda: zipped({f"f{n}": b"\0" * (1 << 20) for n in range(65)}), "ARCHIVE_BOMB"),
    ("A07 long name", lambda: tarred({"x" * 1_000_000: b""}, form=tarfile.GNU_FORMAT), "BAD_PATH"),
    ("A07 long name of pax", lambda: tarred({"x" * 1_000_000: b""}), "BAD_PATH"),
    ("A02 folders without end", lambda: many_entries(20_001), "TOO_MANY"),
    ("A16 large", lambda: b"PK\x03\x04" + b"x" * 10 * 1024 * 1024, "TOO_LARGE"),
    ("A02 members without end", lambda: member("node_modules/x").tobuf() * 20_001, "TOO_MANY"),
    ("many files", lambda: zipped({f"f{n}": b"" for n in range(MOST_FILES + 1)}), "TOO_MANY"),
    ("many files in a tar", lambda: tarred({f"f{n}": b"" for n in range(MOST_FILES + 1)}), "TOO_MANY"),
    ("large together", lambda: zipped({f"f{n}": bytes([65 + n % 20]) * 65_000 for n in range(100)}, method=0), "TOO_LARGE"),
    ("large together once it is UTF-8", lambda: zipped({f"f{n}": b"\xff\xfe" + ("€" * 21_000).encode("utf-16-le") for n in range(85)}), "TOO_LARGE"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "make", "code"), HEAVY, ids=[row[0] for row in HEAVY])
def test_the_work_for_an_archive_is_bounded(
    name: str, make: Callable[[], bytes], code: str, loops: Callable[[Callable[[], object]], float]
) -> None:
    content = make()
    assert refused(content).code == code
    assert loops(lambda: read_archive(name, content)) < 20


def test_a01_a_bomb_is_never_held_whole() -> None:
    bomb = gzip.compress(tarred({"node_modules/a": BOMB}, "w"), 9)
    tracemalloc.start()
    try:
        assert refused(bomb).code == "ARCHIVE_BOMB"
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def assert_kept_alone(read: Unpacked | Refusal) -> None:
    """Every file that comes out could have been sent alone, beside the others."""
    if isinstance(read, Refusal):
        assert read.say.isprintable()
        return
    kept: Files = {}
    for path, content in read.files:
        assert judge_file(path, content, kept) == path
        assert path not in kept
        kept[path] = content
    assert all(said.isprintable() for said in read.skipped)


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_damage_is_answered_and_lets_nothing_out_that_could_not_be_sent(data: st.DataObject) -> None:
    content = bytearray(
        data.draw(st.sampled_from([GOOD, TGZ, tarred(PROJECT, "w"), zipped(PROJECT), overlapping_zip(), holes()]))
    )
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
        if not content:
            break
    assert_kept_alone(read_archive("x", bytes(content)))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30), st.binary(max_size=50), max_size=8
    ),
    st.sampled_from([row[1] for row in MAKERS]),
)
def test_any_files_are_packed_and_come_out_or_are_refused(files: Files, make: Callable[[Files], bytes]) -> None:
    try:
        content = make(files)
    except (ValueError, IndexError):
        return  # Python's own packer refuses the name
    assert_kept_alone(read_archive("x.zip", content))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=20), st.binary(max_size=600))
def test_any_bytes_are_answered(name: str, content: bytes) -> None:
    for begin in (b"", b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08"):
        assert_kept_alone(read_archive(name, begin + content))
