"""Chromium without a window, driven over two pipes: commands out, answers and events in, one deadline for all.

Runs in the browser's container under a bare Python. What the browser says may be said by a page that took it over:
every message has a cap, and nothing of it is run or opened here.
Source: the DevTools protocol, `--remote-debugging-pipe` (JSON messages ended by NUL on descriptors 3 and 4).
"""

import fcntl
import json
import os
import selectors
import signal
import time
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

PROGRAM = "/usr/lib/chromium/chromium-headless-shell"
FLAGS = (
    "--no-sandbox",  # the container is the sandbox; user namespaces are not to be had inside it
    "--disable-gpu",
    "--disable-software-rasterizer",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-breakpad",
    "--no-first-run",
    "--block-new-web-contents",
    "--no-zygote",
    "--mute-audio",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
    "--user-data-dir=/tmp/profile",
)
MESSAGE_CAP = 24 * 1024 * 1024  #: bytes of one message; a picture of 1000 x 640 has at most 3.5 MB in base64
CHUNK = 256 * 1024


class OutOfTime(Exception):
    """The deadline has passed."""


class Gone(Exception):
    """The browser has ended or refused."""


class Chromium:
    """One browser with one page; `told` sees every event as it comes."""

    def __init__(self, ends_at: float, flags: tuple[str, ...], told: Callable[[str, Json], None]) -> None:
        self.ends_at = ends_at
        self._told = told
        self._number = 0
        self._session = ""
        self._held = bytearray()
        self._pid, self._to, self._from = _start((PROGRAM, *FLAGS, *flags, "about:blank"))
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._from, selectors.EVENT_READ)

    def open_page(self, width: int, height: int) -> None:
        """Open the page that pictures are taken of."""
        size = {"width": width, "height": height}
        target = self.ask("Target.createTarget", url="about:blank", **size)["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def send(self, method: str, **params: object) -> int:
        """Send a command without waiting, and return its number."""
        self._number += 1
        said = {"id": self._number, "method": method, "params": params}
        if self._session:
            said["sessionId"] = self._session
        os.write(self._to, json.dumps(said).encode() + b"\0")
        return self._number

    def ask(self, method: str, *, within_s: float = 60.0, **params: object) -> Json:
        """Return a command's answer. Raises: OutOfTime, Gone."""
        number = self.send(method, **params)
        until = min(self.ends_at, time.monotonic() + within_s)
        while True:
            said = self._next(until)
            if said.get("id") == number:
                if "error" in said:
                    raise Gone(f"{method}: {str(said['error'].get('message'))[:200]}")
                result: Json = said.get("result") or {}
                return result

    def until(self, holds: Callable[[], bool], within_s: float) -> bool:
        """Take events until something holds; False when the time is up before."""
        ends = min(self.ends_at, time.monotonic() + within_s)
        while not holds():
            try:
                self._next(ends)
            except OutOfTime:
                return False
        return True

    def close(self) -> None:
        """Kill the browser with all its processes."""
        self._selector.close()
        try:
            os.killpg(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass

    def _next(self, until: float) -> Json:
        """Return the next message that is an answer or an event; events are told on the way."""
        while b"\0" not in self._held:
            left = until - time.monotonic()
            if left <= 0 or not self._selector.select(left):
                raise OutOfTime
            piece = os.read(self._from, CHUNK)
            if not piece:
                raise Gone("the browser ended")
            self._held += piece
            if len(self._held) > MESSAGE_CAP:
                raise Gone("the browser said too much")
        message, _, rest = self._held.partition(b"\0")
        self._held = bytearray(rest)
        said: Json = json.loads(message)
        if "method" in said:
            self._heard(said["method"], said.get("params") or {})
        return said

    def _heard(self, method: str, params: Json) -> None:
        if method == "Page.javascriptDialogOpening":  # until somebody answers, the page stands still
            self.send("Page.handleJavaScriptDialog", accept=False)
        self._told(method, params)


def _start(words: tuple[str, ...]) -> tuple[int, int, int]:
    """Return the process, the pipe to it and the pipe from it."""
    # above 4, so that neither end is in the way of the two descriptors that the browser expects
    his_in, to = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in os.pipe())
    source, his_out = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in os.pipe())
    nothing = os.open(os.devnull, os.O_RDWR)
    pid = os.posix_spawn(
        words[0],
        words,
        {"HOME": "/tmp", "PATH": "/usr/bin", "LC_ALL": "C.UTF-8"},  # noqa: S108 - the container's own, and empty
        file_actions=[
            (os.POSIX_SPAWN_DUP2, nothing, 0),
            (os.POSIX_SPAWN_DUP2, nothing, 1),
            (os.POSIX_SPAWN_DUP2, nothing, 2),
            (os.POSIX_SPAWN_DUP2, his_in, 3),
            (os.POSIX_SPAWN_DUP2, his_out, 4),
        ],
        setpgroup=0,
    )
    for end in (his_in, his_out, nothing):
        os.close(end)
    return pid, to, source
