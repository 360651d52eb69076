"""Everything that one running workspace holds, in one value that is handed around."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from aiohttp import WSCloseCode, web

from bot.localslack.changes import Journal
from bot.localslack.faults import Faults
from bot.localslack.manifest import Manifest
from bot.localslack.passes import Passes
from bot.localslack.problems import Problems
from bot.localslack.screens import Screens
from bot.localslack.socketmode import SocketHub
from bot.localslack.tiers import RateLimits
from bot.localslack.values import Clock, Json, Prompt, Status
from bot.localslack.world import World


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of one run."""

    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    #: what opens the doors for people
    session: str = field(repr=False)
    #: not secret: says that numbers of changes belong to this run
    run: str


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of the bot, for the record."""

    n: int
    at: datetime
    method: str
    args: Json
    ok: bool
    error: str | None


@dataclass(slots=True)
class CallLog:
    """What the bot called."""

    newest: deque[ApiCall] = field(default_factory=lambda: deque(maxlen=1_000))
    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    limited: Counter[str] = field(default_factory=Counter)
    hooks: int = 0

    def note(self, at: datetime, method: str, args: Json, error: str | None) -> None:
        """Count one call and its error, if any."""
        self.calls[method] += 1
        if error:
            self.refused[f"{method} {error}"] += 1
        self.newest.append(ApiCall(sum(self.calls.values()), at, method, args, error is None, error))


@dataclass(slots=True)
class Assistant:
    """The status lines and suggestions of conversations, by (channel, thread or "")."""

    statuses: dict[tuple[str, str], Status] = field(default_factory=dict)
    prompts: dict[str, tuple[str | None, tuple[Prompt, ...]]] = field(default_factory=dict)


@dataclass(slots=True)
class Upload:
    """A file that was announced but is not complete; `content` None until its bytes came."""

    file_id: str
    name: str
    length: int
    content: bytes | None = None
    alt: str = ""  #: what a picture shows, for people who do not see it


@dataclass(slots=True)
class Premises:
    """The parts of a running workspace."""

    manifest: Manifest
    clock: Clock
    keys: Keys
    journal: Journal
    world: World
    screens: Screens
    passes: Passes
    problems: Problems
    hub: SocketHub
    limits: RateLimits
    faults: Faults
    calls: CallLog = field(default_factory=CallLog)
    assistant: Assistant = field(default_factory=Assistant)
    #: uploads by the secret part of their URL
    uploads: dict[str, Upload] = field(default_factory=dict)
    #: open WebSockets of people
    feeds: set[web.WebSocketResponse] = field(default_factory=set)
    #: `http://127.0.0.1:PORT`, known once the server listens
    origin: str = ""
    #: False once the app was removed, or its token taken back
    installed: bool = True
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something in the background until the workspace stops."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End what runs in the background."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.hub.close()
        for feed in list(self.feeds):
            await feed.close(code=WSCloseCode.GOING_AWAY)
