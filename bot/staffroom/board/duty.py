"""What instructors do from a board: see who is where, see figures, have it made anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.core.cohorts.board.figures import figure_rows
from bot.core.cohorts.board.panel import AGAIN, FIGURES, PEOPLE, people_line, presses
from bot.core.cohorts.board.people import View, people_sheet
from bot.core.cohorts.board.tally import ALONE, those_alone
from bot.core.cohorts.cohort import Cohort
from bot.core.panels import Answer, Panel, Row, Sheet, Whispered
from bot.core.workshop import Workshop
from bot.ports import Asked, Cohorts, Duty
from bot.staffroom.authority import NO_INSTRUCTOR, NOT_YOURS, Authority
from bot.staffroom.board.keeper import BoardKeeper

ON_HOME = 8  #: classes on one Home; Source: docs.slack.dev, 100 blocks a view
MADE_ANEW = Whispered("The board is being made anew. It is pinned in its channel in a moment.")
OVER = Whispered("This course is over, so its board stays as it is.")


class BoardDuty:
    """The buttons of boards, and what instructors see of their classes on Home."""

    def __init__(
        self,
        workshop: Workshop,
        cohorts: Cohorts,
        authority: Authority,
        keeper: BoardKeeper,
        clock: Callable[[], datetime],
    ) -> None:
        self._workshop = workshop
        self._cohorts = cohorts
        self._authority = authority
        self._keeper = keeper
        self._clock = clock
        self._alone = those_alone(workshop)

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(
            name="board",
            words={"board": self._asked},
            presses={PEOPLE: self._people, FIGURES: self._figures, AGAIN: self._again},
            sheets={PEOPLE: self._filtered},
            home=self.home,
        )

    async def home(self, user: str) -> Sequence[Panel]:
        """Return the figures of each class that this person leads, with the buttons of its board."""
        led = [*await self._authority.led_by(user)]
        panels = [await self._class(each) for each in led[:ON_HOME]]
        if led[ON_HOME:]:
            panels.append(Panel("More classes", rows=(Row(f"… and {len(led) - ON_HOME} more that you lead"),)))
        if await self._authority.leads(user, self._alone) and (await self._keeper.counted(ALONE)).started:
            panels.append(await self._class(self._alone))
        return panels

    async def _class(self, cohort: Cohort) -> Panel:
        counted = await self._keeper.counted(cohort.id)
        return Panel(cohort.name, cohort.name, (Row(people_line(counted)),), presses(cohort.id))

    async def _asked(self, asked: Asked) -> Answer:
        """Show the people of the class that is in this channel, or else of all that this person leads."""
        here = await self._cohorts.of_channel(asked.where.channel) if asked.where.channel else ()
        mine = [each for each in here if await self._authority.leads(asked.where.user, each)]
        if len(mine) == 1:
            return await self._sheet(mine[0], View(mine[0].id))
        panels = await self.home(asked.where.user)
        if not panels:
            return NO_INSTRUCTOR
        rows = (row for panel in panels for row in (Row(f"**{panel.title}**"), *panel.rows, Row(presses=panel.presses)))
        return Panel("Your classes", rows=tuple(rows))

    async def _people(self, asked: Asked) -> Answer:
        found = await self._led(asked)
        return found if isinstance(found, Whispered) else await self._sheet(*found)

    async def _filtered(self, asked: Asked) -> Answer:
        found = await self._led(asked)
        if isinstance(found, Whispered):
            return found
        cohort, view = found
        chosen = (asked.filled.get(name) or "-" for name in ("section", "state"))
        return await self._sheet(cohort, View.parse(" ".join((str(view.cohort), *chosen))) or view)

    async def _sheet(self, cohort: Cohort, view: View) -> Sheet:
        roll, marks = await self._keeper.look(cohort.id)
        return people_sheet(self._workshop, cohort, roll, marks, view, self._clock())

    async def _figures(self, asked: Asked) -> Answer:
        found = await self._led(asked)
        if isinstance(found, Whispered):
            return found
        roll, _ = await self._keeper.look(found[0].id)
        return Sheet(FIGURES, "Figures", figure_rows(self._workshop, roll.learners))

    async def _again(self, asked: Asked) -> Answer:
        found = await self._led(asked)
        if isinstance(found, Whispered):
            return found
        if found[0].ended_at:
            return OVER
        self._keeper.rebuild(found[0].id)
        return MADE_ANEW

    async def _led(self, asked: Asked) -> tuple[Cohort, View] | Whispered:
        """Return the class that a button names, if whoever pressed may see it: a button can be forged."""
        view = View.parse(asked.about)
        if view is None:
            return NOT_YOURS
        cohort = self._alone if view.cohort == ALONE else await self._cohorts.cohort(view.cohort)
        allowed = cohort is not None and await self._authority.leads(asked.where.user, cohort)
        return (cohort, view) if cohort and allowed else NOT_YOURS
