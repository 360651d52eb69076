"""Keepers: containers of ours in which a learner's project volumes are looked through, read-only.

An exec in one that waits takes about 60 ms, making one about 300 ms; so one is made when a container has the project
mounted, and removed when nobody has looked for a while.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from bot.errors import HostError
from bot.handin.returning import Aside, Seen
from bot.sandbox import recipe, walk
from bot.sandbox.engine import EngineSaid, Lane
from bot.sandbox.host import Ran
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup
from bot.sandbox.verifier import entrypoint

IDLE_S = 120.0
LOOK_S = 20.0
KEPT = 4 * walk.MOST_BYTES // 3  #: bytes of an answer kept at each end: base64 of 5 MB fits twice over
PIECE = 100_000  #: bytes of one argument; the kernel takes 128 KiB. Source: Linux `MAX_ARG_STRLEN`
#: folders that programs fill: they stay where they are, whatever is in them
FILLED = ("node_modules", ".git", "__pycache__", ".venv", ".npm", ".cache")


@cache
def program() -> str:
    """Return the text of `bot.sandbox.walk`, which the keeper's interpreter runs."""
    return Path(walk.__file__).read_text(encoding="utf-8")


class Keepers:
    """The keepers on this host. One look of a learner's at a time is the caller's care."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._warm: dict[str, tuple[tuple[str, ...], asyncio.TimerHandle]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def look(self, owner: Owner, volumes: Mapping[str, Mapping[str, str]]) -> dict[str, Seen]:
        """Return what differs in each of these volumes from what is known (path → SHA-256). Raises `HostError`."""
        names = tuple(sorted(volumes))
        return {name: await self._look(owner, names, name, known) for name, known in volumes.items()}

    async def _look(self, owner: Owner, names: tuple[str, ...], volume: str, known: Mapping[str, str]) -> Seen:
        said = json.dumps(known, ensure_ascii=False)
        pieces = [said[at : at + PIECE // 4] for at in range(0, len(said), PIECE // 4)]
        words = [place(names.index(volume)), json.dumps(FILLED), *pieces]
        body = {
            "Cmd": [*entrypoint()[:-1], "-c", program(), *words],
            "AttachStdout": True,
            "AttachStderr": True,
        }
        ran: Ran | EngineSaid
        for anew in (False, True):
            await self._wake(owner, names, anew=anew)
            ran = await self._setup.host.execute(owner.keeper, body, deadline_s=LOOK_S, lane=Lane.CONTROL, kept=KEPT)
            if isinstance(ran, Ran) and ran.exit_code == 0:
                return _seen(ran.stdout)
            # it was removed or killed since we looked: once more with a new one
        what = ran.message if isinstance(ran, EngineSaid) else ran.output[-300:]
        raise HostError(f"The mounted project could not be looked at; this is on our side. ({what.strip()})")

    async def _wake(self, owner: Owner, names: tuple[str, ...], *, anew: bool) -> None:
        there, timer = self._warm.pop(owner.key, ((), None))
        if timer is not None:
            timer.cancel()
        if anew or there != names:
            await self._make(owner, names)
        self._warm[owner.key] = names, asyncio.get_running_loop().call_later(IDLE_S, self._leave, owner)

    async def _make(self, owner: Owner, names: Sequence[str]) -> None:
        host = self._setup.host
        await host.remove(owner.keeper)  # one with other volumes, or what a crash may have left
        places = [(name, place(at)) for at, name in enumerate(names)]
        made = await host.create(recipe.project_keeper(owner, self._setup.verifier, places))
        refused = made if isinstance(made, EngineSaid) else await host.start(made)
        if refused is not None:
            raise HostError(f"The mounted project could not be looked at: {refused.message}")

    async def remove(self, owner: Owner) -> None:
        """Remove the learner's keeper (idempotent)."""
        _, timer = self._warm.pop(owner.key, ((), None))
        if timer is not None:
            timer.cancel()
            await self._setup.host.remove(owner.keeper)

    @property
    def names(self) -> frozenset[str]:
        """Return the names of the keepers that wait for the next look."""
        return frozenset(self._setup.owner(key).keeper for key in self._warm)

    async def close(self) -> None:
        """Stop the timers; what still waits is removed by the next start's sweep."""
        for _, timer in self._warm.values():
            timer.cancel()
        self._warm.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _leave(self, owner: Owner) -> None:
        task = asyncio.get_running_loop().create_task(self._try_to_remove(owner))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _try_to_remove(self, owner: Owner) -> None:
        with suppress(HostError):  # the janitor finds it
            await self.remove(owner)


def place(number: int) -> str:
    """Return where a keeper sees its n-th volume."""
    return f"/projects/{number}"


def _seen(stdout: str) -> Seen:
    try:
        said: dict[str, Any] = json.loads(stdout)
        changed = {str(path): base64.b64decode(content) for path, content in said["files"].items()}
        aside = tuple(Aside(str(path), str(why), int(size)) for path, why, size in said["aside"])
        return Seen(changed, tuple(map(str, said["gone"])), aside)
    except (ValueError, KeyError, TypeError):
        raise HostError(f"The look at the mounted project ended oddly: {stdout[-200:]!r}") from None
