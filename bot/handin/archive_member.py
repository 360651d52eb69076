"""What the readers of archives share: one file of an archive, the limits, and what is left aside unread."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.handin.project import MOST_FILES, MOST_PROJECT_BYTES, most_bytes
from bot.handin.stopped import Stopped, stop

LARGEST_ARCHIVE = 10 * 1024 * 1024
#: bytes that come out of an archive, those that nobody keeps included; and how many times what went in
MOST_UNPACKED = 64 * 1024 * 1024
MOST_RATIO = 200
RATIO_FROM = 1024 * 1024  #: a small file may shrink to nothing
MOST_MEMBERS = 20_000

#: folders that programs fill: a build or a checkout makes them anew
_FILLED = frozenset({"node_modules", ".git", "__MACOSX", "__pycache__", ".venv"})
_LITTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


@dataclass(frozen=True, slots=True)
class Member:
    """A regular file; `content` is None when it is larger than a project file may be."""

    name: str
    size: int
    content: bytes | None


@dataclass(slots=True)
class Shelf:
    """Takes members while an archive is read, within the limits; counts what is left aside."""

    members: list[Member] = field(default_factory=list)
    aside: dict[str, int] = field(default_factory=dict)  #: folder → how many files of it
    seen: int = 0
    size: int = 0

    def wants(self, name: str) -> bool:
        """Tell whether a file of this name is kept, and count it. Raises `Stopped`."""
        self.seen += 1
        if self.seen > MOST_MEMBERS:
            raise stop(
                "TOO_MANY", f"The archive has more than {MOST_MEMBERS:,} files. Leave out folders that a build makes."
            )
        parts = name.replace("\\", "/").split("/")
        folder = next((part for part in parts[:-1] if part in _FILLED), "")
        if folder:
            self.aside[f"{folder}/"] = self.aside.get(f"{folder}/", 0) + 1
        return not folder and parts[-1] not in _LITTER and not parts[-1].startswith("._")

    def take(self, member: Member) -> None:
        """Keep a file. Raises `Stopped` when there are too many, or too much in them."""
        self.members.append(member)
        self.size += len(member.content or b"")
        if len(self.members) > MOST_FILES:
            raise stop(
                "TOO_MANY", f"The archive has more than {MOST_FILES} files; that is the most a project can hold."
            )
        if self.size > MOST_PROJECT_BYTES:
            raise stop("TOO_LARGE", "What is in the archive has more than 5 MB; that is the most a project can hold.")


def fits(name: str, size: int) -> bool:
    """Tell whether a file of this name and size may be a project file."""
    return size <= most_bytes(name.replace("\\", "/"))


def damaged(why: str) -> Stopped:
    """Return what to raise about an archive that cannot be read to its end."""
    return stop("ARCHIVE_BROKEN", f"The archive is damaged: {why}. Please pack it anew and send it again.")


def swollen() -> Stopped:
    """Return what to raise about an archive that grows too much."""
    return stop(
        "ARCHIVE_BOMB", "What comes out of this archive is far larger than the archive itself. I stopped reading it."
    )


def of_another_kind(name: str, kind: str) -> Stopped:
    """Return what to raise about a member that is no regular file."""
    shown = "".join(sign if sign.isprintable() else "⟨?⟩" for sign in name[:60])
    code = "ARCHIVE_LINK" if "link" in kind else "ARCHIVE_TYPE"
    return stop(code, f"`{shown}` in the archive is {kind}. Please send plain files only.", name)
