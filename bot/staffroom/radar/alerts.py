"""Alerts: raised and posted once, kept true, and ended by the record."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.core.cohorts import alerts as rules
from bot.core.cohorts.alerts import Alert
from bot.core.cohorts.cohort import NEW, Cohort
from bot.core.cohorts.radar import Outage, Stuck, Trail
from bot.core.panels import Panel, Press
from bot.core.workshop import Workshop
from bot.ports import Alerts, Store, Trails
from bot.staffroom.radar.postbox import Postbox

log = structlog.get_logger(__name__)

AT_ONCE = 5  #: posted of one class in one look: Slack takes one message a second in a channel
UNREACHED = timedelta(minutes=1)  #: until somebody is tried again who could not be told
FIGURES_EVERY = timedelta(seconds=30)
#: A button that another duty puts under an alert, such as to ask whether one may look; None for none.
MorePress = Callable[[Alert], Press | None]


class AlertBook:
    """Keeps alerts, and shows them; `follow` is told of every look at a class."""

    def __init__(
        self,
        workshop: Workshop,
        store: Store,
        trails: Trails,
        alerts: Alerts,
        postbox: Postbox,
        clock: Callable[[], datetime],
    ) -> None:
        self.more: list[MorePress] = []
        self.outages: tuple[Outage, ...] = ()
        self._workshop = workshop
        self._store = store
        self._trails = trails
        self._alerts = alerts
        self._postbox = postbox
        self.clock = clock
        self._writing = asyncio.Lock()
        self.unblocking: set[int] = set()  #: alerts whose steps are being skipped for their learners right now
        self._unreached: dict[int, datetime] = {}
        self._figures: dict[int, tuple[Panel, datetime]] = {}

    async def live(self, cohort: Cohort | None) -> Sequence[Alert]:
        """Return what `follow` is to know, read before the record is: what ends in between is then not raised anew."""
        return await self._alerts.live(cohort.id if cohort else NEW)

    async def follow(
        self, cohort: Cohort | None, live: Sequence[Alert], trails: Sequence[Trail], found: Sequence[Stuck]
    ) -> None:
        """Raise what is new, end what is over, and tell of both; what could not be told is told later."""
        number, now = cohort.id if cohort else NEW, self.clock()
        known = {(each.learner, each.ref): each for each in live}
        for each in found:
            before = known.get((each.learner, each.ref)) or await self._alerts.of(each.learner, each.ref)
            if rules.again(before) and not (before and before.id in self.unblocking):
                raised = await self._alerts.keep(Alert(0, number, each.learner, each.ref, each.why, now))
                known[each.learner, each.ref] = raised
                log.info("stuck", learner=each.learner, step=str(each.ref), why=each.why.value, cohort=number)
        there = {trail.learner.id: trail for trail in trails}
        mine = [each for each in known.values() if each.ended is None and each.id not in self.unblocking]
        open_ones = [alert for alert in mine if not await self._ended(alert, there.get(alert.learner), now)]
        if cohort is not None and cohort.nameless:
            await self._show_figures(cohort, open_ones)
        else:
            await self._tell(cohort, open_ones, there)

    async def leave(self, cohorts: Sequence[Cohort]) -> None:
        """End the alerts of classes that are none of these any more."""
        for alert in await self._alerts.elsewhere([each.id for each in cohorts]):
            await self._ended(alert, None, self.clock())

    async def _ended(self, alert: Alert, trail: Trail | None, now: datetime) -> bool:
        """Tell whether the alert is over, and show it."""
        how = rules.ending(alert, trail.learner if trail else None)
        if how is None:
            return False
        at = trail.learner.passed.get(alert.ref, now) if trail else now
        over = await self.change(alert, lambda fresh: rules.over(fresh, how, at))
        log.info("stuck_no_more", learner=alert.learner, step=str(alert.ref), how=how.value)
        await self.show(over)
        return True

    async def _tell(self, cohort: Cohort | None, alerts: Sequence[Alert], there: Mapping[str, Trail]) -> None:
        number, now = cohort.id if cohort else NEW, self.clock()
        leaders = await self._postbox.leaders(cohort) if any(each.claimed_by for each in alerts) else frozenset()
        for alert in alerts:
            if alert.claimed_by and alert.claimed_by not in leaders:  # who instructs no more has nothing
                await self.show(await self.change(alert, lambda each: rules.claimed(each, "", "")))
        untold = [each for each in alerts if not each.places]
        if self._unreached.get(number, now) > now:
            return
        for alert in untold[:AT_ONCE]:
            places = await self._postbox.post(cohort, await self._panel(alert, there.get(alert.learner)))
            if not places:
                self._unreached[number] = self.clock() + UNREACHED
                return
            kept = await self.change(alert, partial(rules.placed, places=tuple(places)))
            if kept.ended:  # while it was posted
                await self.show(kept)

    async def _show_figures(self, cohort: Cohort, alerts: Sequence[Alert]) -> None:
        """Keep one message true about how many are stuck where."""
        panel, now = rules.figures_panel(self._workshop, [each.ref for each in alerts]), self.clock()
        shown, at = self._figures.get(cohort.id, (None, None))
        if shown == panel or (at and now - at < FIGURES_EVERY):
            return
        note = f"radar.figures.{cohort.id}"
        places = [each for each in (await self._store.note(note)).split() if each]
        if places:
            await self._postbox.edit(places, panel)
        elif alerts:
            await self._store.remember(note, " ".join(await self._postbox.post(cohort, panel)))
        self._figures[cohort.id] = (panel, now)

    async def alert(self, about: str) -> Alert | None:
        """Return the alert of this number; buttons may name anything."""
        digits = about.isascii() and about.isdigit() and len(about) < 18
        return await self._alerts.alert(int(about)) if digits else None

    async def change(self, alert: Alert, change: Callable[[Alert], Alert]) -> Alert:
        """Return the alert as it is kept after this change of what is kept now; as given when it is kept no more."""
        async with self._writing:
            fresh = await self._alerts.alert(alert.id)
            changed = change(fresh) if fresh else None
            if changed is None:
                return alert
            return changed if changed == fresh else await self._alerts.keep(changed)

    async def _panel(self, alert: Alert, trail: Trail | None = None) -> Panel:
        trail = trail or await self._trails.one(alert.learner)
        if trail is None:
            return Panel("This learner's record is gone.")
        handin = "" if alert.ended else await self._trails.handin(alert.learner)
        more = tuple(press for make in self.more if (press := make(alert)))
        workshop = self._workshop.seen_by(trail.learner.namespace)
        now = self.clock()
        return rules.alert_panel(workshop, alert, trail, now, handin=handin, more=more, outages=self.outages)

    async def show(self, alert: Alert, pressed: str = "") -> Panel:
        """Show the alert as it is now wherever it was posted but on what was pressed; return it for there."""
        panel = await self._panel(alert)
        if not await self._postbox.nameless(alert.cohort):
            await self._postbox.edit([each for each in alert.places if each != pressed], panel)
        return panel
