"""Paths inside a learner's project; nothing outside of it has a name."""

from __future__ import annotations

import re
from posixpath import normpath

#: folders that the kernel makes up; behind one of them open files of the engine could be reached (CVE-2024-21626)
KERNEL = frozenset({"proc", "sys", "dev"})
_WINDOWS_DRIVE = re.compile(r"[A-Za-z]:")
LONGEST_PATH = 200
#: where the project would be on a machine of one's own; what Compose names things after is its last part
FOLDER = "getting-started-app"
HOME = f"/home/you/{FOLDER}"


def inside(path: str) -> str | None:
    """Return the path below the project (`src/index.js`, `.` for the project itself), None when it leads outside."""
    path = path.replace("\\", "/")
    if len(path) > LONGEST_PATH or path.startswith(("/", "~")) or _WINDOWS_DRIVE.match(path):
        return None
    if any(ord(sign) < 32 or 127 <= ord(sign) < 160 for sign in path):
        return None
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not kept:
                return None
            kept.pop()
        elif part not in {"", "."}:
            kept.append(part)
    return "/".join(kept) or "."


def tidy(path: str) -> str:
    """Return an absolute path of a container without `..` and doubled slashes: what is judged is what is used."""
    return normpath("/" + path.lstrip("/"))


def of_the_kernel(folder: str) -> bool:
    """Tell whether an absolute path of a container, whatever its dots and slashes, leads to a folder of the kernel."""
    return tidy(folder).split("/")[1] in KERNEL
