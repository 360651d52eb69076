"""The op ``files``: what a file system holds, read without running anything that is in it."""

# pathlib would double the start-up time of a probe
# ruff: noqa: PTH115, PTH116, PTH118, PTH123

import os
import re
import stat
from collections.abc import Iterator
from fnmatch import fnmatchcase

from bot.sandbox.verifier.clock import Clock, Fault, Json, string
from bot.sandbox.verifier.digest import sha256_hasher

TEXT_CAP = 64 * 1024
HASH_CAP = 64 * 1024 * 1024
MATCH_CAP = 200
SCAN_CAP = 20_000
#: Kernel files are endless or lively.
NEVER_READ = ("/proc", "/sys", "/dev")


def files(request: Json, clock: Clock) -> Json:
    """Return what is at each path or pattern (``*``, ``?``, ``[…]`` within one folder name). Raises: Fault."""
    asked = request.get("paths")
    if not isinstance(asked, list) or not 1 <= len(asked) <= MATCH_CAP:
        raise Fault("bad-request", f"paths must be a list of 1 to {MATCH_CAP}")
    results = []
    for entry in asked:
        wish = entry if isinstance(entry, dict) else {"path": entry}
        path = string(wish, "path")
        if not path.startswith("/") or "\0" in path:
            raise Fault("bad-request", "a path must begin with /")
        found = list(matching(path, clock))
        seen = [described(at, wish, clock) for at in found[:MATCH_CAP]]
        results.append({"path": path, "matches": seen, "truncated": len(found) > MATCH_CAP})
    return {"results": results}


def matching(pattern: str, clock: Clock) -> Iterator[str]:
    """Yield the paths a pattern means, sorted in each folder; a plain path is yielded whether it exists or not."""
    if not re.search(r"[*?\[]", pattern):
        yield pattern
        return
    bases = ["/"]
    for part in pattern.strip("/").split("/"):
        if not re.search(r"[*?\[]", part):
            bases = [os.path.join(base, part) for base in bases]
            continue
        bases = [os.path.join(base, name) for base in bases for name in names(base, clock) if fnmatchcase(name, part)]
        bases = bases[: MATCH_CAP + 1]
    yield from (path for path in bases if os.path.lexists(path))


def names(folder: str, clock: Clock) -> list[str]:
    """Return the first 20,000 names of a folder, sorted; none when it cannot be read."""
    clock.left()
    found: list[str] = []
    if kernel(folder):
        return found
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                found.append(entry.name)
                if len(found) >= SCAN_CAP:
                    break
    except OSError:
        return []
    return sorted(found)


def kernel(path: str) -> bool:
    """Return whether a path leads into the kernel's own folders."""
    real = os.path.realpath(path)
    return any(real == root or real.startswith(root + "/") for root in NEVER_READ)


def described(path: str, wish: Json, clock: Clock) -> Json:
    """Return what is at one path; ``exists`` is about the thing a link leads to. Raises: Fault."""
    clock.left()
    seen: Json = {"path": path.encode("utf-8", "backslashreplace").decode(), "exists": False}
    try:
        if stat.S_ISLNK(os.lstat(path).st_mode):
            seen["target"] = os.readlink(path).encode("utf-8", "backslashreplace").decode()
        status = os.stat(path)
    except OSError:
        return seen
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "dir"}
    kind = kinds.get(stat.S_IFMT(status.st_mode), "other")
    seen.update(
        exists=True, type=kind, size=status.st_size, mode=f"{stat.S_IMODE(status.st_mode):04o}", uid=status.st_uid
    )
    if kind == "file" and (wish.get("text") or wish.get("sha256")) and not kernel(path):
        seen.update(contents(path, bool(wish.get("text")), bool(wish.get("sha256")), clock))
    return seen


def contents(path: str, text: bool, digest: bool, clock: Clock) -> Json:
    """Return ``text`` (at most 64 KiB) and ``sha256`` of a regular file as asked; ``error`` when it cannot be read."""
    out: Json = {}
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
        with open(handle, "rb") as file:
            if text:
                start = file.read(TEXT_CAP)
                out.update(text=start.decode("utf-8", "replace"), text_truncated=bool(file.read(1)))
                file.seek(0)
            if digest:
                made, left = sha256_hasher(), HASH_CAP
                while left > 0 and (piece := file.read(min(left, 1 << 20))):
                    clock.left()
                    made.update(piece)
                    left -= len(piece)
                out["sha256"] = made.hexdigest() if left else None
    except OSError as error:
        out.update(error="unreadable", say=f"cannot be read: {error.strerror}")
    return out
