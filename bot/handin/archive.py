"""An uploaded project, .zip, .tar or .tar.gz → its files, judged as if each had been sent alone.

Nothing is ever extracted: the readers walk over the bytes that were sent and hand out regular files. They are our own,
without file objects, because `tarfile` and `zipfile` follow what an archive says of itself (sparse files, sizes in PAX
records, members over each other), and because this room knows no files. Work is bounded by counting: bytes that come
out, members, and the ratio of both; a clock is not needed for that.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.handin.archive_member import LARGEST_ARCHIVE, Member, Shelf, fits
from bot.handin.archive_tar import is_tar, peek, read_tar
from bot.handin.archive_zip import read_zip
from bot.handin.compose.read import FILE_NAMES
from bot.handin.encoding import readable
from bot.handin.plan import Refusal
from bot.handin.project import Room, judge_file, most_bytes
from bot.handin.stopped import Stopped, stop

__all__ = ["LARGEST_ARCHIVE", "Unpacked", "is_archive", "read_archive"]

#: how an archive that we do not read begins → what it is called
_OTHERS = {
    b"BZh": ".bz2",
    b"\xfd7zXZ": ".xz",
    b"7z\xbc\xaf": ".7z",
    b"Rar!": ".rar",
    b"\x28\xb5\x2f\xfd": ".zst",
}
#: folders that are a part of a project, and not the project itself
_PARTS = frozenset({"src", "static", "public", "spec", "test", "tests", "lib", "app", "web", "css", "js", "db"})
#: files that lie at the top of a project
_MARKS = frozenset({"Dockerfile", "package.json", ".dockerignore", "README.md", "requirements.txt", *FILE_NAMES})
#: what is wrong with one file only; the others are kept
_ALONE = frozenset({"TOO_LARGE", "BINARY", "ENCODING", "ARCHIVE", "NOT_NEEDED"})
_MOST_SAID = 10
#: the kinds that are read, and those that are known not to be
_ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".7z", ".rar")


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The files to keep in the order of the archive, and one sentence for each thing left out or changed."""

    files: tuple[tuple[str, bytes], ...]
    skipped: tuple[str, ...] = ()


def is_archive(name: str, content: bytes) -> bool:
    """Tell whether an upload is meant as a packed project."""
    return name.lower().endswith(_ENDINGS) or content.startswith((b"PK\x03\x04", b"\x1f\x8b"))


def read_archive(name: str, content: bytes) -> Unpacked | Refusal:
    """Return the files of a packed project, or why it cannot be taken.

    One folder around everything is taken off; `node_modules/`, `.git/` and the like are left out and said. A file that
    is too large or no text is left out and said too. A link, a path to the outside, a bomb or a password refuse it all.
    """
    try:
        return _judge(_read(name, content))
    except Stopped as stopped:
        return stopped.refusal


def _read(name: str, content: bytes) -> Shelf:
    shown = "".join(sign if sign.isprintable() else "⟨?⟩" for sign in name[:60])
    if len(content) > LARGEST_ARCHIVE:
        say = f"`{shown}` has {len(content) / 1024 / 1024:.1f} MB; up to {LARGEST_ARCHIVE // 1024 // 1024} MB are fine."
        raise stop("TOO_LARGE", f"{say} Leave out `node_modules` and pack it anew.", name)
    tar = is_tar(content[:512])
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if tar:
            raise stop("ARCHIVE_KIND", f"`{shown}` is two kinds of archive at once. Please make a plain .zip.", name)
        return read_zip(content)
    if content.startswith(b"\x1f\x8b"):
        if not is_tar(peek(content)):
            say = f"`{shown}` is packed, but holds no .tar of files. Please send a .zip or a .tar.gz."
            raise stop("ARCHIVE_KIND", say, name)
        return read_tar(content, packed=True)
    if tar:
        return read_tar(content, packed=False)
    other = next((ending for begin, ending in _OTHERS.items() if content.startswith(begin)), "")
    seen = f"is a {other} archive" if other else "is empty" if not content else "is no archive that I can read"
    raise stop("ARCHIVE_KIND", f"`{shown}` {seen}. Please send a .zip or a .tar.gz.", name)


def _judge(shelf: Shelf) -> Unpacked:
    _judge_image(shelf)
    room = Room({})
    skipped = [
        f"`{folder}` ({count:,} {_files(count)}) is left out: it is made anew where it is needed."
        for folder, count in shelf.aside.items()
    ]
    alone: list[str] = []
    top = _top(shelf.members)
    for member in shelf.members:
        path = _path(member).removeprefix(top)
        content, note = readable(path, member.content if member.content is not None else b"")
        refusal = _keep(path, member, content, room)
        large = member.content is None or not fits(path, len(content))
        if refusal and refusal.code in _ALONE and (refusal.code != "TOO_LARGE" or large):
            alone.append(refusal.say)
        elif refusal:
            raise Stopped(refusal)
        elif note:
            alone.append(note)
    if not room.files:
        raise stop("EMPTY", " ".join(["The archive holds no file that I can keep.", *alone[:1]]))
    more = len(alone) - _MOST_SAID
    skipped += [*alone[:_MOST_SAID], *([f"{more} more {_files(more)} are left out."] if more > 0 else [])]
    return Unpacked(tuple(room.files.items()), tuple(skipped))


def _files(count: int) -> str:
    return "file" if count == 1 else "files"


def _keep(path: str, member: Member, content: bytes, room: Room) -> Refusal | None:
    """Put the file to the others, or return why not."""
    judged = judge_file(path, content, room)
    if isinstance(judged, Refusal):
        return judged
    if judged in room.files:
        return Refusal("NAME_CLASH", f"`{judged}` is in the archive twice. Which one shall it be?", judged)
    if not fits(judged, member.size):
        most = most_bytes(judged) // 1024
        say = f"`{judged}` has {member.size / 1024:,.0f} KB and is left out; a file may have up to {most} KB."
        return Refusal("TOO_LARGE", say, judged)
    room.add(judged, content)
    return None


def _path(member: Member) -> str:
    return member.name.replace("\\", "/").removeprefix("./")


def _top(members: list[Member]) -> str:
    """Return the one folder around everything with its slash, '' when there is none or it is a part of a project."""
    paths = {_path(member) for member in members}
    names = {top if rest else "" for top, _, rest in (path.partition("/") for path in paths)}
    name = names.pop() if len(names) == 1 else ""
    marked = any(f"{name}/{mark}" in paths for mark in _MARKS)
    return f"{name}/" if name not in {"", ".."} and (marked or name not in _PARTS) else ""


def _judge_image(shelf: Shelf) -> None:
    """Raise about an image that `docker save` wrote."""
    names = {_path(member) for member in shelf.members}
    layers = any(name.endswith("layer.tar") or name.startswith("blobs/sha256/") for name in names)
    if "manifest.json" in names and (layers or "repositories" in names or "oci-layout" in names):
        say = (
            "This is an image, written by `docker save`. I take the files it is built from: send your project's folder."
        )
        raise stop("ARCHIVE_IMAGE", say)
