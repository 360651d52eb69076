"""Looks at the host at start, hourly and after an engine restart; in a class, no work is done on a host that fails.

On one person's own machine (`try`) what is missing is logged, and nothing waits. For a class work waits until the
host was looked at once; a look that found all well is remembered, so that a restart of the bot delays nobody.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.errors import DocentError, EngineDown, HostError, HostUnsafe
from bot.sandbox.gate.judging import Verdict
from bot.sandbox.gate.truth import Profile, Row, Truth

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=1)
#: Before the first look. For a class: until the janitor's first round is over, which takes the steps of builds that
#: began in the second of our start for older ones; on one person's own machine quieter moments may be waited for.
PATIENCE_S = {"class": 2.0, "try": 45.0}
LOOK_S = 15.0  #: between two looks whether the engine is still the same
BLIND_MOST = 3
FIRST_S = 60.0  #: work waits for the first look for so long, then it is refused
NOTE = "gate.held"
UNKNOWN = "I have not been able to see yet whether this host is safe, and run nothing before that."
UNSAFE = "This host does not hold a limit that a class needs, so I run nothing on it. The instructors know."


class Looks(Protocol):
    """What the keeper asks (`bot.sandbox.gate.gate.Gate`)."""

    async def look(self) -> Truth:
        """Return the truth about the host. Raises: `HostError`."""
        ...

    async def mark(self) -> str:
        """Return what changes with the host. Raises: `HostError`."""
        ...


class Notes(Protocol):
    """Where a look is remembered (`bot.ports.Store`)."""

    async def note(self, key: str) -> str:
        """Return what is remembered, '' for nothing."""
        ...

    async def remember(self, key: str, value: str) -> None:
        """Remember a value."""
        ...


#: Tells the instructors what the host does not hold (nothing of it: all holds again) and returns whether they heard.
Tell = Callable[[Sequence[Row]], Awaitable[bool]]


class Keeper:
    """Keeps the truth about one host, and refuses work by it."""

    def __init__(self, gate: Looks, profile: Profile) -> None:
        self._gate = gate
        self._profile = profile
        self._known = asyncio.Event()
        self._mark = ""
        self._looked_at: datetime | None = None
        self._told: tuple[str, ...] = ()
        self._blind = 0  #: looks in a row that could not tell what held before
        self.refusal = UNKNOWN if profile == "class" else ""  #: '' when work may be done

    async def admit(self) -> None:
        """Return when work of learners may be done. Raises: `HostUnsafe`."""
        if self._profile != "class":
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_S):
                await self._known.wait()
        if self.refusal:
            raise HostUnsafe(self.refusal)

    async def keep(self, notes: Notes, tell: Tell, clock: Callable[[], datetime], every_s: float = LOOK_S) -> None:
        """Look whenever it is time to, until cancelled."""
        await asyncio.sleep(min(PATIENCE_S[self._profile], every_s * 3))
        while True:
            try:
                await self._once(notes, tell, clock())
            except HostError as error:
                log.warning("gate_waits", error=str(error))
                self._known.set()  # that nothing can be known is known: who waits is refused
                if isinstance(error, EngineDown):
                    self._mark = ""  # what comes back is looked at anew
            await asyncio.sleep(every_s)

    async def _once(self, notes: Notes, tell: Tell, now: datetime) -> None:
        mark = await self._gate.mark()
        due = self._looked_at is None or now - self._looked_at >= EVERY
        if mark == self._mark and not due:
            return
        if not self._known.is_set() and await self._remembered(notes, mark, now):
            return
        if mark != self._mark and self._known.is_set():
            log.info("gate_looks_again", why="the engine was started anew, or is another one")
            self._close()
        truth = await self._gate.look()
        failed = truth.failed(self._profile)
        if self._only_blind(failed):
            return
        self._mark, self._looked_at = mark, now
        self.refusal = UNSAFE if failed and self._profile == "class" else ""
        self._known.set()
        missing = sorted(row.name for row in truth.missing())
        said = log.warning if failed else log.info
        said("gate", profile=self._profile, failed=[row.name for row in failed], missing=missing)
        await notes.remember(NOTE, "" if failed else json.dumps({"mark": mark, "at": now.isoformat()}))
        await self._tell(failed, tell)

    def _only_blind(self, failed: Sequence[Row]) -> bool:
        """Tell whether what held before could just not be tried now: a busy hour closes no class at once."""
        blind = bool(failed) and all(row.finding.verdict is Verdict.COULD_NOT_TELL for row in failed)
        self._blind = self._blind + 1 if blind and self._known.is_set() and not self.refusal else 0
        if not 0 < self._blind <= BLIND_MOST:
            return False
        log.warning("gate_could_not_tell", what=[row.name for row in failed])
        return True

    def _close(self) -> None:
        """Let work wait again: what held before may not hold on what is there now."""
        if self._profile == "class":
            self._known.clear()
            self.refusal = UNKNOWN

    async def _remembered(self, notes: Notes, mark: str, now: datetime) -> bool:
        """Take over a look of before, where it was at this host as it is, not long ago, and found all well."""
        try:
            kept = json.loads(await notes.note(NOTE) or "{}")
            at = datetime.fromisoformat(kept["at"])
        except (ValueError, KeyError, TypeError):
            return False
        if kept.get("mark") != mark or not timedelta() <= now - at < EVERY:
            return False
        self._mark, self._looked_at, self.refusal = mark, at, ""
        self._known.set()
        return True

    async def _tell(self, failed: Sequence[Row], tell: Tell) -> None:
        """Tell it once when it changes; on one person's own machine the doctor tells it."""
        names = tuple(row.name for row in failed)
        if self._profile != "class" or names == self._told:
            return
        try:
            heard = await tell(failed)
        except DocentError as error:
            heard = False
            log.warning("gate_not_told", error=str(error))
        if heard:  # else they are told with the next look
            self._told = names
