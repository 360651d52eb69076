"""How the engine is doing: runs calls by their clocks, counts what comes of them, and leaves a sick engine in peace."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog

from bot.errors import EngineDown, EngineTimeout, HostError
from bot.sandbox.calling.breaker import SLOW_S, Admitted, Breaker, Came
from bot.sandbox.calling.exchange import Unreadable

log = structlog.get_logger(__name__)

NOBODY = "The Docker engine does not answer. Is it running?"
RESTING = "The Docker engine does not answer as it should, so I leave it in peace and look again every few seconds."
SERVER_FAULTS = {502, 503, 504}  #: the engine's word that it cannot serve

#: Tells the status of an answer that has begun.
Heard = Callable[[int], None]


class Health:
    """One engine's. `canary` returns '' when a call of ours went well."""

    def __init__(self, canary: Callable[[], Awaitable[str]]) -> None:
        self._canary = canary
        self.breaker = Breaker()

    async def admitted(self) -> None:
        """Return when work may be done; while the engine rests, whoever comes at the right moment tries it first.

        Raises `EngineDown` at once when it is to be left in peace.
        """
        admitted = self.breaker.admits(time.monotonic())
        if admitted is Admitted.NOTHING:
            raise EngineDown(RESTING)
        if admitted is Admitted.WORK:
            return
        self.breaker = self.breaker.sent()
        came, why = Came.FAILED, "the canary was given up"
        try:
            why = await self._tried()
            came = Came.FAILED if why else Came.WELL
        finally:
            self.breaker = self.breaker.back(came, time.monotonic(), why)
        if came is Came.FAILED:
            raise EngineDown(RESTING)
        log.info("engine_is_back")

    def still(self) -> None:
        """Raise `EngineDown` when the engine was found to be sick while we waited for our turn."""
        if self.breaker.resting:
            raise EngineDown(RESTING)

    @asynccontextmanager
    async def counted(self, op: str, deadline_s: float, first_s: float | None = None) -> AsyncIterator[Heard]:
        """Run the block by its clocks, make foreign errors ours, and count what came of it.

        The block tells by what it is given that an answer has begun, and with which status. With `first_s` the deadline
        is the job's own, and the engine's is that an answer has begun by then.
        """
        statuses: list[int] = []
        try:
            async with asyncio.timeout(deadline_s), asyncio.timeout(first_s) as first:

                def heard(status: int) -> None:
                    statuses.append(status)
                    first.reschedule(None)

                yield heard
        except TimeoutError as error:
            if first_s is None or not statuses:
                self._note(Came.FAILED, f"{op} did not end in time")
            raise EngineTimeout(f"The Docker engine did not finish {op} in {deadline_s:g} s.") from error
        except OSError as error:
            self._note(Came.FAILED, f"{op} broke off")
            broke = isinstance(error, ConnectionResetError | BrokenPipeError)
            say = f"The connection to the Docker engine broke off during {op}." if broke else NOBODY
            raise EngineDown(say) from error
        except (Unreadable, ValueError, RecursionError) as error:
            self._note(Came.FAILED, f"{op} was answered with something unreadable")
            raise HostError(f"The Docker engine gave an answer to {op} that we cannot read: {error}") from error
        # a 500 may be a learner's doing where something was to be changed (a port that is taken)
        broken = SERVER_FAULTS | {500} if op.startswith("GET ") else SERVER_FAULTS
        failed = broken & set(statuses)
        self._note(Came.FAILED if failed else Came.WELL, f"{op} was answered with {statuses}" if failed else "")

    async def _tried(self) -> str:
        try:
            async with asyncio.timeout(SLOW_S):
                return await self._canary()
        except (OSError, Unreadable, ValueError) as error:  # a time-out is an OSError
            return f"{type(error).__name__}: {error}"

    def _note(self, came: Came, why: str = "") -> None:
        before = self.breaker
        self.breaker = before.after(came, time.monotonic(), why)
        if self.breaker.resting and not before.resting:
            log.error("engine_rests", why=why)
