"""The build context as we send it: our own tar of the learner's project, and what `.dockerignore` leaves out. Pure.

docker-py compiles the learner's patterns to backtracking regular expressions and reads the bot's own disk; this does
neither. Every member is a regular file with the same owner, mode and time, so equal projects give equal layers.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass

from bot.handin.ignore import NAME as IGNORE
from bot.handin.ignore import ignored, read_patterns
from bot.handin.plan import Refusal

#: Our re-written Dockerfile lies beside the learner's; the engine drops it, so that `COPY . .` never sees it.
OURS = ".docent-dockerfile"
MTIME = 1_704_067_200  #: 2024-01-01, for every file


@dataclass(frozen=True, slots=True)
class Context:
    """What is sent: the tar, and how many bytes of the learner's files are in it."""

    tar: bytes
    sent_bytes: int


def packed(files: Mapping[str, bytes], dockerfile: str, folder: str = ".") -> Context:
    """Return the context of `folder`; `dockerfile` is the text that the engine shall follow."""
    prefix = "" if folder in (".", "", "./") else folder.strip("/").removeprefix("./") + "/"
    inside = {path.removeprefix(prefix): data for path, data in files.items() if path.startswith(prefix)}
    read = read_patterns(inside.get(IGNORE, b""))
    patterns = () if isinstance(read, Refusal) else read  # who builds was told, and the engine reads them all
    sent = {path: data for path, data in sorted(inside.items()) if path == IGNORE or not ignored(path, patterns)}
    rules = sent.pop(IGNORE, b"")
    own = [OURS.encode()]
    if not rules or ignored(IGNORE, patterns):
        rules, own = b"", [OURS.encode(), IGNORE.encode()]
    extra = {IGNORE: b"\n".join([*filter(None, [rules]), *own, b""]), OURS: dockerfile.encode()}
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for path, data in (sent | extra).items():
            info = tarfile.TarInfo(path)
            info.size, info.mtime, info.mode = len(data), MTIME, 0o755 if data.startswith(b"#!") else 0o644
            tar.addfile(info, io.BytesIO(data))
    return Context(out.getvalue(), sum(map(len, sent.values())))
