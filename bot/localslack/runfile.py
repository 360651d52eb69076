"""The run file: where a running workspace is and how to get in, for other processes of the same user.

A bot that joins needs only this module of the workspace.
"""

from __future__ import annotations

import json
import os
from collections.abc import MutableMapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

#: Variables that make slack_sdk send its calls to a proxy, whatever NO_PROXY says.
PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


def without_proxies(environment: MutableMapping[str, str]) -> list[str]:
    """Take proxy variables out of an environment; return the names of those that were there."""
    return [name for name in PROXY_VARIABLES if environment.pop(name, None) is not None]


@dataclass(frozen=True, slots=True)
class RunFile:
    """What a bot, `docent chat` or a test needs to reach a running workspace."""

    #: the page, session key included
    url: str = field(repr=False)
    #: for slack_sdk's base_url
    api_url: str
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    session_key: str = field(repr=False)
    pid: int


def write_run_file(path: Path, run: RunFile) -> None:
    """Write the file, readable by its owner only from its first moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        fresh.unlink()
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(asdict(run), file)
    fresh.replace(path)


def read_run_file(path: Path) -> RunFile | None:
    """Return the running workspace, or None when there is none (any more)."""
    try:
        run = RunFile(**json.loads(path.read_text(encoding="utf-8")))
        os.kill(run.pid, 0)
    except (OSError, ValueError, TypeError):
        return None
    return run


def remove_run_file(path: Path, pid: int) -> None:
    """Remove the file if it is that process's own: a newer workspace may have replaced it."""
    try:
        written_by = json.loads(path.read_text(encoding="utf-8")).get("pid")
    except (OSError, ValueError):
        return
    if written_by == pid:
        path.unlink(missing_ok=True)
