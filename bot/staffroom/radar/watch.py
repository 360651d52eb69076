"""The watch: looks at every class every few seconds, and soon after a check."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.core.cohorts.cohort import NEW, Cohort
from bot.core.cohorts.radar import UNSEEN, Outage, outages, stuck
from bot.core.events import AskedForCheck, CheckEnded, Event
from bot.core.turn import Turn
from bot.core.workshop import Workshop
from bot.errors import DocentError
from bot.ports import Store, Trails
from bot.rounds import rounds
from bot.staffroom.radar.alerts import AlertBook
from bot.staffroom.radar.clusters import ClusterDesk
from bot.staffroom.radar.postbox import Postbox

log = structlog.get_logger(__name__)

EVERY_S = 5.0
PAUSE_S = 2.0  #: between two looks, however much happens
REMEMBERED = timedelta(seconds=20)  #: how often it is noted that we are here
LOOKED = "radar.looked"  #: note: when we looked last
LOOK_S = 60.0  #: a look that takes longer is given up


class Watch:
    """Looks for who is stuck. `down` tells whether our host is; `alone` whether to look at who is in no cohort.

    Nobody was there when no look came for as long as `unseen`, by the clock.
    """

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        trails: Trails,
        postbox: Postbox,
        alerts: AlertBook,
        clusters: ClusterDesk,
        clock: Callable[[], datetime],
        *,
        down: Callable[[], bool],
        alone: bool,
        unseen: timedelta = UNSEEN,
    ) -> None:
        self._workshop = workshop
        self._store = store
        self._trails = trails
        self._postbox = postbox
        self._alerts = alerts
        self._clusters = clusters
        self._clock = clock
        self._down = down
        self._alone = alone
        self._unseen = unseen
        self._marked = asyncio.Event()
        self._looked: datetime | None = None
        self._noted: datetime | None = None
        self._outages: tuple[Outage, ...] = ()

    def follow(self, event: Event, turn: Turn) -> None:
        """Look soon after a check."""
        if isinstance(event, CheckEnded | AskedForCheck):
            self._marked.set()

    async def keep(self) -> None:
        """Look again and again until cancelled."""
        try:
            await rounds("radar", self._look_in_time, self._until_marked)
        finally:
            await self._clusters.stop()

    async def _look_in_time(self) -> None:
        async with asyncio.timeout(LOOK_S):
            await self.look()

    async def _until_marked(self) -> None:
        await asyncio.sleep(PAUSE_S)
        await self._mark_within(EVERY_S - PAUSE_S)
        self._marked.clear()

    async def _mark_within(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._marked.wait()
        except TimeoutError:
            return

    async def look(self) -> None:
        """Look once at every class that is going on."""
        await self._mind_outages()
        today = self._clock().date()
        running = [each for each in await self._postbox.cohorts.open() if each.runs(today)]
        classes: list[Cohort | None] = [*running, *([None] if self._alone else [])]
        results = await asyncio.gather(*map(self._class, classes), return_exceptions=True)
        await self._alerts.leave(running)
        for result in results:
            if isinstance(result, DocentError):  # one class's trouble is not the next one's
                log.warning("class_not_looked_at", error=str(result))
            elif result is not None:
                raise result

    async def _class(self, cohort: Cohort | None) -> None:
        live = await self._alerts.live(cohort)
        trails = await self._trails.of(cohort.id if cohort else NEW)
        found = stuck(self._workshop, trails, self._clock(), self._outages)
        await self._alerts.follow(cohort, live, trails, found)
        if cohort is not None:
            await self._clusters.follow(cohort, trails)

    async def _mind_outages(self) -> None:
        """Note when our host was down, and when nobody looked at all, as when the bot was restarted."""
        now = self._clock()
        if self._looked is None and (last := await self._store.note(LOOKED)):
            self._looked = datetime.fromisoformat(last)
        self._outages = outages(self._outages, self._looked, now, down=self._down(), unseen=self._unseen)
        self._alerts.outages = self._outages
        self._looked = now
        if self._noted is None or now - self._noted >= REMEMBERED:
            await self._store.remember(LOOKED, now.isoformat())
            self._noted = now
