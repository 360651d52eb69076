"""Look through a folder that anybody may have filled, and print what differs from what is known of it.

Runs under the bare Python of the verifier (`python3 -c`, standard library only, nothing of ours imported) in a
container that sees the folder read-only. No link is followed, nothing but plain files is opened, and every list has
an end: 20,000 names, 100 new files in one folder or one new tree, 64 KB a file, 5 MB in all.

    ROOT SKIPPED KNOWN…    SKIPPED: names of folders that are only counted, as JSON; KNOWN: pieces of a JSON object,
                           path → SHA-256 as hex
    at PATH FOLLOW SKIPPED what is at one place, a link followed where FOLLOW is not empty: `kind` (file | folder |
                           link | large | other | unread | missing) with `content`, `target`, `size`, or as above

Prints one JSON object: `files` (path → base64 of what is new or changed), `gone` (known, and not there any more) and
`aside` ([path, why, bytes or new files]; why: large | link | other | name | many | filled | unread).
"""

# pathlib would double the start-up time, and has no folders by number
# ruff: noqa: PTH115, PTH116, PTH123

import base64
import json
import os
import stat
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

MOST_NAMES = 20_000
MOST_NEW = 100
MOST_FILE_BYTES = 64 * 1024
MOST_BYTES = 5 * 1024 * 1024
MOST_ASIDE = 60
DEEPEST = 12
LONGEST = 200
PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


class Walk:
    """One look through a folder."""

    def __init__(self, root: str, skipped: list[str], known: dict[str, str]) -> None:
        self.root = os.open(root, FOLDER)
        self.skipped = frozenset(skipped)
        self.known = known
        self.folders = {path.rpartition("/")[0] for path in known}
        self.folders |= {"/".join(path.split("/")[:depth]) for path in known for depth in range(path.count("/"))}
        self.names = 0
        self.aside: list[tuple[str, str, int]] = []

    def told(self) -> dict[str, Any]:
        """Return what differs."""
        found = self.fitting("", self.plain("", 1))
        files: dict[str, str] = {}
        seen: set[str] = set()
        room = MOST_BYTES
        # what is known first: a flood of new files must not hide a change
        for path in sorted(found, key=lambda each: (each not in self.known, each)):
            content = self.content(path)
            if content is None:
                if not self.missing(path):
                    self.leave(path, "unread")
                continue
            seen.add(path)
            if hashed(content) == self.known.get(path):
                continue
            if len(content) > room:
                self.leave(path, "large", len(content))
                continue
            room -= len(content)
            files[path] = base64.b64encode(content).decode()
        gone = [path for path in self.known if path not in seen and self.missing(path)]
        return {"files": files, "gone": gone, "aside": self.aside[:MOST_ASIDE]}

    def plain(self, folder: str, depth: int) -> list[str]:
        """Return the plain files of a folder and of those below it, by their paths."""
        try:
            handle = self.opened(folder, FOLDER)
        except OSError:
            self.leave(folder, "unread")
            return []
        try:
            with os.scandir(handle) as entries:
                held = []
                for entry in entries:
                    self.names += 1
                    if self.names > MOST_NAMES:
                        self.leave(folder, "many")
                        break
                    with suppress(OSError):  # gone since
                        held.append((entry.name, entry.stat(follow_symlinks=False)))
        except OSError:
            self.leave(folder, "unread")
            return []
        finally:
            os.close(handle)
        found: list[str] = []
        for name, status in sorted(held, key=lambda each: each[0]):
            found += self.entry(f"{folder}/{name}" if folder else name, name, status, depth)
        return found

    def entry(self, path: str, name: str, status: os.stat_result, depth: int) -> list[str]:
        """Return the plain files that one entry of a folder stands for."""
        if not name.isprintable() or len(path) > LONGEST:  # what is no UTF-8 is not printable either
            self.leave(path, "name")
        elif stat.S_ISDIR(status.st_mode):
            if name in self.skipped:
                self.leave(path, "filled")
            elif depth >= DEEPEST:
                self.leave(path, "name")
            else:
                below = self.plain(path, depth + 1)
                return below if path in self.folders else self.fitting(path, below)
        elif stat.S_ISLNK(status.st_mode):
            self.leave(path, "link")
        elif not stat.S_ISREG(status.st_mode):
            self.leave(path, "other")
        elif status.st_size > MOST_FILE_BYTES:
            self.leave(path, "large", status.st_size)
        else:
            return [path]
        return []

    def fitting(self, folder: str, found: list[str]) -> list[str]:
        """Return the files without the new ones of every folder in which there are too many of these."""
        if folder and folder not in self.folders:
            if len(found) > MOST_NEW:
                self.leave(folder, "many", len(found))
                return []
            return found
        new: dict[str, int] = {}
        for path in found:
            if path not in self.known:
                at = path.rpartition("/")[0]
                new[at] = new.get(at, 0) + 1
        for at, count in new.items():
            if count > MOST_NEW:
                self.leave(at or ".", "many", count)
        return [path for path in found if path in self.known or new[path.rpartition("/")[0]] <= MOST_NEW]

    def content(self, path: str) -> bytes | None:
        """Return what is in a plain file, None when it is something else by now."""
        try:
            handle = self.opened(path, PLAIN)
        except OSError:
            return None
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                return None
            content = file.read(MOST_FILE_BYTES + 1)
        return content if len(content) <= MOST_FILE_BYTES else None

    def opened(self, path: str, how: int) -> int:
        """Open something below the root, without following a link on the way. Raises `OSError`."""
        at = os.dup(self.root)
        parts = path.split("/") if path else ["."]
        for number, part in enumerate(parts, start=1):
            try:
                deeper = os.open(part, how if number == len(parts) else FOLDER, dir_fd=at)
            finally:
                os.close(at)
            at = deeper
        return at

    def missing(self, path: str) -> bool:
        """Tell whether nothing at all is at a place; what is behind a link is not said to be missing."""
        folder, _, name = path.rpartition("/")
        try:
            handle = self.opened(folder, FOLDER)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        try:
            os.stat(name, dir_fd=handle, follow_symlinks=False)
        except FileNotFoundError:
            return True
        finally:
            os.close(handle)
        return False

    def leave(self, path: str, why: str, size: int = 0) -> None:
        """Remember something that stays where it is."""
        self.aside.append((path.encode("utf-8", "replace").decode()[:LONGEST], why, size))


def hashed(content: bytes) -> str:
    """Return the SHA-256 of a file."""
    # the built-in module is called _sha256 in Python 3.11 and _sha2 since 3.12
    made = import_module("_sha256" if sys.version_info < (3, 12) else "_sha2").sha256(content)
    return str(made.hexdigest())


def at(path: str, skipped: list[str], *, follow: bool) -> dict[str, Any]:
    """Return what is at one place; the kernel's own folders have nothing to show."""
    try:
        status = os.stat(path, follow_symlinks=follow)
    except (FileNotFoundError, NotADirectoryError):
        return {"kind": "missing"}
    except OSError:
        return {"kind": "unread"}
    if stat.S_ISLNK(status.st_mode):
        return {"kind": "link", "target": os.readlink(path).encode("utf-8", "replace").decode()}
    real = os.path.realpath(path)
    if stat.S_ISDIR(status.st_mode) and not inside_kernel(real):
        return {"kind": "folder", **Walk(real, skipped, {}).told()}
    if not stat.S_ISREG(status.st_mode) or inside_kernel(real):
        return {"kind": "other"}
    folder, _, name = real.rpartition("/")
    content = Walk(folder or "/", skipped, {}).content(name)
    if content is None:
        return {"kind": "large" if status.st_size > MOST_FILE_BYTES else "unread", "size": status.st_size}
    return {"kind": "file", "content": base64.b64encode(content).decode()}


def inside_kernel(real: str) -> bool:
    """Tell whether a path is in a folder that the kernel fills."""
    return real.split("/")[1] in {"proc", "sys", "dev"}


def main(words: list[str]) -> None:
    """Print what differs in a folder, or what is at one place."""
    if words[0] == "at":
        _, path, follow, skipped = words
        sys.stdout.write(json.dumps(at(path, json.loads(skipped), follow=bool(follow))))
        return
    root, skipped, *pieces = words
    sys.stdout.write(json.dumps(Walk(root, json.loads(skipped), json.loads("".join(pieces))).told()))


if __name__ == "__main__":
    main(sys.argv[1:])
