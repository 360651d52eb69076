"""Keep the host clean while the bot works: a round at the start, one a minute after, and a sign of life.

A host that does not answer is tried again soon; a round that fails is logged and the next one comes. Instructors are
told once of each thing that carries our labels without our seal: somebody may be trying to have it removed, or shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

import structlog

from bot.core.messages import Note
from bot.core.words import stolen_label
from bot.errors import ChatError, HostError
from bot.ports import Housekeeping, Staff, Store

log = structlog.get_logger(__name__)

EVERY_S = 60.0
AGAIN_S = 5.0  #: after a host that did not answer
ROUND_S = 120.0
BEAT_S = 15.0
BEAT = "docent.beat"
#: Takes away what dead Docents left on this host.
Bury = Callable[[], Awaitable[object]]


class Upkeep:
    """Looks after one host."""

    def __init__(self, store: Store, host: Housekeeping, staff: Staff, bury: Bury | None = None) -> None:
        self._store, self._host, self._staff, self._bury = store, host, staff, bury
        self._told: set[str] = set()

    async def keep(self, every_s: float = EVERY_S, again_s: float = AGAIN_S) -> None:
        """Make rounds until cancelled; the first removes what a crash left."""
        begun = False
        while True:
            pause_s = every_s
            try:
                async with asyncio.timeout(ROUND_S):
                    await self._round(first=not begun)
                begun = True
            except (HostError, TimeoutError) as error:
                log.warning("sweep_waits", error=str(error) or "the round took too long")
                pause_s = again_s
            except Exception:
                log.exception("round_failed")  # the next one may do better; nobody else looks after the host
            await asyncio.sleep(pause_s)

    async def _round(self, *, first: bool) -> None:
        attempts = {attempt.id for attempt in await self._store.open_attempts()}
        if first:
            log.info("swept", removed=await self._host.sweep(attempts))
        tidied = await self._host.reconcile(attempts)
        if tidied.removed or tidied.stuck or tidied.alarms:
            log.info("tidied", removed=tidied.removed, stuck=list(tidied.stuck), alarms=list(tidied.alarms))
        if self._bury is not None:
            await self._bury()
        await self._tell(set(tidied.alarms) - self._told)

    async def _tell(self, alarms: Collection[str]) -> None:
        if not alarms:
            return
        log.error("stolen_label", things=sorted(alarms))
        self._told |= set(alarms)
        try:
            await self._staff.tell(Note(stolen_label(sorted(alarms))))
        except ChatError as error:
            log.warning("alarm_not_told", error=str(error))


async def beat(folder: Path, every_s: float = BEAT_S) -> None:
    """Leave a sign of life in the data folder until cancelled; `docent janitor` looks at its age."""
    while True:
        await asyncio.to_thread((folder / BEAT).touch)
        await asyncio.sleep(every_s)
