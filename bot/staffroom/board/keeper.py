"""Keeps the board of every open cohort true, and that of those who learn without one.

Classes are counted from what turns tell; records are read seldom. A board is edited when its numbers changed, at most
once in `every_s`; of all boards at most `AT_ONCE` in that time, those first that have waited longest: Slack's limit for
edits is one for all of them, and verdicts need most of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.core.cohorts.board.panel import board, last
from bot.core.cohorts.board.tally import ALONE, Marks, OurSide, Roll, Spots, Tally, moved, spots, tally, those_alone
from bot.core.cohorts.cohort import Cohort
from bot.core.panels import Panel
from bot.core.workshop import Workshop
from bot.errors import ChatError
from bot.ports import Channels, Cohorts, Nobody, Rolls, Stand, Store, StuckLearners, Waiting
from bot.rounds import rounds
from bot.staffroom.board.changes import Changed, Changes
from bot.staffroom.telling import Telling

log = structlog.get_logger(__name__)

AT_ONCE = 2  #: of Slack's 50 edits a minute 24 at most. Source: docs.slack.dev, chat.update, tier 3
LOOK = timedelta(seconds=15)  #: boards are counted so often without a sign: who falls quiet or is stuck makes none
READ = timedelta(minutes=5)  #: records are read so often without a sign: another process may have changed them
REFUSED = timedelta(seconds=60)  #: until a channel that refused is tried again
PLACE = "board.place"  #: note: `channel/ts` of the board of those alone
MOVED = Panel("This board has moved to another channel.")
NOBODY = Nobody()


@dataclass(frozen=True, slots=True)
class Counted:
    """A class counted, of what and when."""

    tally: Tally
    spots: Spots
    marks: Marks
    at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A board as it stands, where, and since when."""

    panel: Panel
    channel: str
    at: datetime


def reading(cohort: Cohort) -> str:
    """Return the channel in which a cohort's board is read: its instructors' own, else that of the class."""
    return cohort.staff_channel or cohort.channel


class BoardKeeper:
    """Counts classes and shows their boards."""

    def __init__(
        self,
        workshop: Workshop,
        cohorts: Cohorts,
        rolls: Rolls,
        store: Store,
        stand: Stand,
        channels: Channels,
        telling: Telling,
        changes: Changes,
        *,
        our_side: Callable[[], Awaitable[OurSide]],
        staff_channel: Callable[[], Awaitable[str]],
        every_s: float,
        clock: Callable[[], datetime],
        stuck: StuckLearners = NOBODY,
        waiting: Waiting = NOBODY,
    ) -> None:
        self._workshop = workshop
        self._cohorts = cohorts
        self._rolls = rolls
        self._store = store
        self._stand = stand
        self._channels = channels
        self._telling = telling
        self._changes = changes
        self._our_side = our_side
        self._staff_channel = staff_channel
        self._every_s = every_s
        self._clock = clock
        self._stuck = stuck
        self._waiting = waiting
        self._counting = asyncio.Lock()
        self._classes: dict[int, tuple[Spots, datetime]] = {}  # as we know them, and when they were read
        self._tallies: dict[int, Counted] = {}
        self._shown: dict[int, Shown] = {}
        self._refused: dict[int, datetime] = {}

    async def keep(self) -> None:
        """Follow along until cancelled."""
        changed = Changed()

        async def until_changed() -> None:
            nonlocal changed
            await asyncio.sleep(self._every_s)
            changed = await self._changes.some(LOOK.total_seconds())

        await rounds("boards", lambda: self.round(changed), until_changed)

    async def round(self, changed: Changed) -> None:
        """Count all classes, and show the boards that say something else now.

        Of records only those of classes are read in which somebody came or went, or that were read long ago.
        """
        async with self._counting:
            self._take_in(changed)
        cohorts = [*await self._cohorts.open(), those_alone(self._workshop)]
        await self._let_go(self._tallies.keys() - {each.id for each in cohorts})
        tallies = {each.id: await self.counted(each.id) for each in cohorts}
        ours = await self._our_side()
        panels = {each.id: board(each.name, tallies[each.id], ours, each.id) for each in cohorts}
        due = [each for each in cohorts if self._is_due(each, panels[each.id])]
        due.sort(key=lambda each: self._shown[each.id].at.timestamp() if each.id in self._shown else 0.0)
        for cohort in due[:AT_ONCE]:
            await self._show(cohort, panels[cohort.id])
        if due[AT_ONCE:]:
            self._changes.ring()

    def rebuild(self, cohort: int) -> None:
        """Have a board counted and shown anew, also where it was deleted or could not be shown."""
        self._shown.pop(cohort, None)
        self._refused.pop(cohort, None)
        self._changes.cohort(cohort)

    async def look(self, cohort: int) -> tuple[Roll, Marks]:
        """Return who takes the course, as recorded now, and what was found out about them."""
        return await self._rolls.roll(cohort), await self._marks(cohort)

    async def counted(self, cohort: int) -> Tally:
        """Return the class counted, as it was a quarter of a minute ago at most; nothing is counted twice."""
        async with self._counting:  # what is read must not be older than what was taken in meanwhile
            return await self._counted(cohort)

    async def _counted(self, cohort: int) -> Tally:
        now = self._clock()
        if cohort not in self._classes or now - self._classes[cohort][1] > READ:
            self._classes[cohort] = spots(self._changes.ground, await self._rolls.roll(cohort)), now
        known, marks = self._classes[cohort][0], await self._marks(cohort)
        before = self._tallies.get(cohort)
        if before and before.spots is known and before.marks == marks and now - before.at < LOOK:
            return before.tally
        self._tallies[cohort] = Counted(tally(self._workshop, known, marks, now), known, marks, now)
        return self._tallies[cohort].tally

    async def _marks(self, cohort: int) -> Marks:
        return Marks(frozenset(await self._stuck.stuck(cohort)), frozenset(await self._waiting.waiting(cohort)))

    def _take_in(self, changed: Changed) -> None:
        for cohort in changed.cohorts:
            self._classes.pop(cohort, None)  # what happened there is in the records too
        for cohort, people in changed.spots.items():
            if cohort in self._classes:
                known, read_at = self._classes[cohort]
                self._classes[cohort] = moved(known, people.values()), read_at

    def _is_due(self, cohort: Cohort, panel: Panel) -> bool:
        shown = self._shown.get(cohort.id)
        if cohort.archived or (shown and (shown.panel, shown.channel) == (panel, reading(cohort))):
            return False
        if cohort.id in self._refused and self._clock() < self._refused[cohort.id]:
            return False
        # once there are cohorts, a board of those alone that would say nothing is not begun
        counted = self._tallies[cohort.id].tally
        return cohort.id != ALONE or counted.started > 0 or len(self._tallies) == 1 or cohort.id in self._shown

    async def _show(self, cohort: Cohort, panel: Panel) -> None:
        now = self._clock()
        try:
            shown = await self._placed(cohort, replace(panel, changed_at=now))
        except ChatError as error:
            log.warning("board_not_shown", cohort=cohort.id, error=str(error))
            shown = False
        if shown:
            self._shown[cohort.id] = Shown(panel, reading(cohort), now)
        else:
            self._refused[cohort.id] = now + REFUSED

    async def _placed(self, cohort: Cohort, panel: Panel) -> bool:
        """Show the panel where the board of this cohort stands, or is to stand from now on; False without a channel."""
        alone = cohort.id == ALONE
        stood = await self._store.note(PLACE) if alone else cohort.board
        before = stood.partition("/")[0]
        channel = (before or await self._staff_channel()) if alone else reading(cohort)
        if not channel:
            return False
        there, _, ts = (stood or await self._vacant(channel)).partition("/")
        posted = await self._stand.board(channel, ts if there == channel else "", panel)
        if (place := f"{channel}/{posted}") == stood:
            return True
        if not stood and there:  # those alone begin one of their own, once there are any
            await self._store.remember(PLACE, "")
            self._shown.pop(ALONE, None)
        if alone:
            await self._store.remember(PLACE, place)
        else:
            await self._cohorts.amend(cohort.id, lambda now: replace(now, board=place))
        await self._channels.pin(channel, posted)
        if before not in ("", channel):
            await self._telling.edit([stood], MOVED)
        return True

    async def _vacant(self, channel: str) -> str:
        """Return where the board of those alone stands in this channel, '' unless nobody learns alone."""
        place = await self._store.note(PLACE)
        here = place.partition("/")[0] == channel
        return place if here and not self._tallies[ALONE].tally.started else ""

    async def _let_go(self, ended: Collection[int]) -> None:
        """Forget courses that are over; their boards stay as they were, and say so."""
        for number in ended:
            for known in (self._tallies, self._classes, self._refused):
                known.pop(number, None)
            shown, cohort = self._shown.pop(number, None), await self._cohorts.cohort(number)
            if shown and cohort and cohort.board and not cohort.archived:
                await self._telling.edit([cohort.board], last(shown.panel))
