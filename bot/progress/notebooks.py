"""Keep what lab notebooks are written from (`bot.ports.Notebooks`), bounded for each step and each learner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.core.ending.pages import Page, PageKind
from bot.core.workshop import StepRef
from bot.progress.database import Database
from bot.progress.store import Clock, ensure_learner, utc_now
from bot.progress.tables import learners, pages

OF_A_STEP, OF_A_LEARNER = 40, 600  #: pages kept; with at most 4,000 characters each that is 2.4 MB a learner


class SqlNotebooks:
    """The notebooks on an open database."""

    def __init__(
        self,
        database: Database,
        clock: Clock = utc_now,
        *,
        of_a_step: int = OF_A_STEP,
        of_a_learner: int = OF_A_LEARNER,
    ) -> None:
        self._database = database
        self._most = (of_a_step, of_a_learner)
        self._clock = clock

    async def keep(self, learner: str, page: Page) -> None:
        """Keep a page, at the step the learner is at when it names none."""
        await self._database.run(_keep, learner, page, self._clock(), self._most)

    async def pages(self, learner: str) -> Sequence[Page]:
        """Return the learner's pages, oldest first."""
        return await self._database.look(_pages, learner)

    async def forget(self, learner: str) -> None:
        """Forget all pages of theirs."""
        await self._database.run(_forget, learner)


def _keep(db: sa.Connection, learner: str, page: Page, now: datetime, most: tuple[int, int]) -> None:
    mine = pages.c.learner == learner
    said = {"wrote": page.wrote, "came": page.came}
    if page.once and db.execute(pages.update().where(mine, pages.c.once == page.once).values(said)).rowcount:
        return
    ensure_learner(db, learner)
    at = page.ref or _whereabouts(db, learner)
    values = {"kind": page.kind.value, "once": page.once or None, **said}
    place = {"learner": learner, "section": at.section, "step": at.step}
    db.execute(pages.insert().values(**place, **values, at=now))
    here = sa.and_(mine, pages.c.section == at.section, pages.c.step == at.step)
    for which, number in zip((here, mine), most, strict=True):
        oldest = (
            sa.select(pages.c.id).where(which).order_by(pages.c.id.desc()).offset(number).limit(1).scalar_subquery()
        )
        db.execute(pages.delete().where(which, pages.c.id <= oldest))


def _whereabouts(db: sa.Connection, learner: str) -> StepRef:
    section, step = db.execute(sa.select(learners.c.section, learners.c.step).where(learners.c.id == learner)).one()
    return StepRef(section or "", step or "")


def _pages(db: sa.Connection, learner: str) -> list[Page]:
    rows = db.execute(sa.select(pages).where(pages.c.learner == learner).order_by(pages.c.id))
    return [
        Page(
            PageKind(row.kind),
            row.wrote,
            row.came,
            StepRef(row.section, row.step) if row.section else None,
            row.at,
            row.once or "",
        )
        for row in rows
    ]


def _forget(db: sa.Connection, learner: str) -> None:
    db.execute(pages.delete().where(pages.c.learner == learner))
