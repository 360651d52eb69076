"""Alerts and clusters on the database (`bot.ports.radar`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from bot.core.cohorts.alerts import Alert, Ended
from bot.core.cohorts.clusters import KeptCluster, Spot
from bot.core.cohorts.radar import Why
from bot.core.workshop import StepRef
from bot.progress.database import Database
from bot.progress.tables import alerts, clusters, learners


class SqlAlerts:
    """The alerts kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def live(self, cohort: int) -> Sequence[Alert]:
        """Return the open alerts of a cohort, and those of steps at which their learners are, oldest first."""
        return await self._database.look(_live, cohort)

    async def elsewhere(self, cohorts: Collection[int]) -> Sequence[Alert]:
        """Return the open alerts of all other cohorts, but not of who is in none, oldest first."""
        return await self._database.look(_elsewhere, cohorts)

    async def of(self, learner: str, ref: StepRef) -> Alert | None:
        """Return the alert of this learner and step."""
        section, step = alerts.c.section == ref.section, alerts.c.step == ref.step
        return await self._database.look(_alert, sa.and_(alerts.c.learner == learner, section, step))

    async def alert(self, alert: int) -> Alert | None:
        """Return the alert."""
        return await self._database.look(_alert, alerts.c.id == alert)

    async def keep(self, alert: Alert) -> Alert:
        """Keep it in place of the one of its learner and step, and return it with its id."""
        return await self._database.run(_keep_alert, alert)

    async def stuck(self, cohort: int) -> Collection[str]:
        """Return who has an open alert for the step at which they are."""
        return await self._database.look(_stuck, cohort)


class SqlClusters:
    """The clusters kept in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, cohort: int) -> Sequence[KeptCluster]:
        """Return those of a cohort, oldest first."""
        return await self._database.look(_clusters, clusters.c.cohort == cohort)

    async def cluster(self, cluster: int) -> KeptCluster | None:
        """Return the cluster."""
        return next(iter(await self._database.look(_clusters, clusters.c.id == cluster)), None)

    async def keep(self, cluster: KeptCluster) -> KeptCluster:
        """Keep it in place of the one of its cohort and spot, and return it with its id."""
        return await self._database.run(_keep_cluster, cluster)


#: at the step that the alert is about
_there = sa.and_(learners.c.section == alerts.c.section, learners.c.step == alerts.c.step)
_of_learners = alerts.join(learners, learners.c.id == alerts.c.learner)


def _live(db: sa.Connection, cohort: int) -> list[Alert]:
    which = sa.and_(alerts.c.cohort == cohort, sa.or_(alerts.c.ended.is_(None), _there))
    return [
        _read(row) for row in db.execute(sa.select(alerts).select_from(_of_learners).where(which).order_by(alerts.c.id))
    ]


def _elsewhere(db: sa.Connection, cohorts: Collection[int]) -> list[Alert]:
    others = sa.and_(alerts.c.ended.is_(None), alerts.c.cohort.not_in([0, *cohorts]))
    return [_read(row) for row in db.execute(sa.select(alerts).where(others).order_by(alerts.c.id))]


def _alert(db: sa.Connection, which: sa.ColumnElement[bool]) -> Alert | None:
    row = db.execute(sa.select(alerts).where(which)).one_or_none()
    return None if row is None else _read(row)


def _read(row: sa.Row[Any]) -> Alert:
    return Alert(
        row.id,
        row.cohort,
        row.learner,
        StepRef(row.section, row.step),
        Why(row.why),
        row.at,
        tuple(row.places),
        row.claimed_by,
        row.claimed_name,
        None if row.ended is None else Ended(row.ended),
        row.ended_at,
    )


def _keep_alert(db: sa.Connection, alert: Alert) -> Alert:
    key = {"learner": alert.learner, "section": alert.ref.section, "step": alert.ref.step}
    values = {
        "cohort": alert.cohort,
        "why": alert.why.value,
        "at": alert.at,
        "places": list(alert.places),
        "claimed_by": alert.claimed_by,
        "claimed_name": alert.claimed_name,
        "ended": alert.ended.value if alert.ended else None,
        "ended_at": alert.ended_at,
    }
    return replace(alert, id=_kept(db, alerts, key, values))


def _kept(db: sa.Connection, table: sa.Table, key: dict[str, Any], values: dict[str, Any]) -> int:
    """Return the id of the row with this key, which has these values now."""
    same = sa.and_(*(table.c[name] == value for name, value in key.items()))
    changed = db.execute(table.update().where(same).values(**values).returning(table.c.id)).scalar_one_or_none()
    if changed is not None:
        return int(changed)
    return int(db.execute(table.insert().values(**key, **values).returning(table.c.id)).scalar_one())


def _stuck(db: sa.Connection, cohort: int) -> frozenset[str]:
    which = sa.and_(alerts.c.cohort == cohort, alerts.c.ended.is_(None), _there)
    return frozenset(db.execute(sa.select(alerts.c.learner).select_from(_of_learners).where(which)).scalars())


def _clusters(db: sa.Connection, which: sa.ColumnElement[bool]) -> list[KeptCluster]:
    rows = db.execute(sa.select(clusters).where(which).order_by(clusters.c.id))
    return [
        KeptCluster(
            row.id,
            row.cohort,
            Spot(StepRef(row.section, row.step), row.condition, row.code),
            row.failing,
            row.here,
            row.at,
            tuple(row.places),
        )
        for row in rows
    ]


def _keep_cluster(db: sa.Connection, cluster: KeptCluster) -> KeptCluster:
    (section, step), condition, code = cluster.spot
    key = {"cohort": cluster.cohort, "section": section, "step": step, "condition": condition, "code": code}
    values = {"failing": cluster.failing, "here": cluster.here, "at": cluster.at, "places": list(cluster.places)}
    return replace(cluster, id=_kept(db, clusters, key, values))
