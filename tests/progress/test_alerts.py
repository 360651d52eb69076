from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

import bot.ports
from bot.core.cohorts.alerts import Alert, Ended
from bot.core.cohorts.clusters import KeptCluster, Spot
from bot.core.cohorts.radar import Why
from bot.core.workshop import StepRef
from bot.progress.alerts import SqlAlerts, SqlClusters
from bot.progress.store import SqlStore, open_store

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BUILD, NEXT = StepRef("02", "build"), StepRef("02", "run")
ALERT = Alert(0, 3, "U1", BUILD, Why.SAME, NOW)


@pytest.fixture
async def store(place: str) -> AsyncIterator[SqlStore]:
    store = await open_store(place)
    await at(store, "U1", BUILD)
    yield store
    await store.close()


async def at(store: SqlStore, user: str, ref: StepRef) -> None:
    await store.record(replace(await store.learner(user, user), at=ref), "moved")


async def test_an_alert_is_kept_once_for_each_learner_and_step(store: SqlStore) -> None:
    alerts = SqlAlerts(store.database)
    port: bot.ports.Alerts = alerts  # mypy checks the signatures
    kept = await port.keep(ALERT)
    changed = replace(kept, places=("C1/1.2", "D1/1.3"), claimed_by="UINA", claimed_name="Ina", why=Why.SLOW)
    assert await alerts.keep(replace(changed, id=0)) == changed
    assert await alerts.alert(kept.id) == changed
    assert await alerts.of("U1", BUILD) == changed
    assert (await alerts.alert(99), await alerts.of("U1", NEXT)) == (None, None)
    assert list(await alerts.live(3)) == [changed]
    assert list(await alerts.live(4)) == []
    assert [list(await alerts.elsewhere(each)) for each in ([3], [], [4, 5])] == [[], [changed], [changed]]


async def test_an_ended_alert_is_read_while_its_learner_is_still_at_the_step(store: SqlStore) -> None:
    alerts = SqlAlerts(store.database)
    ended = await alerts.keep(replace(ALERT, ended=Ended.PASSED, ended_at=NOW))
    assert list(await alerts.live(3)) == [ended]
    assert await alerts.stuck(3) == frozenset()
    await at(store, "U1", NEXT)
    assert list(await alerts.live(3)) == []


async def test_stuck_is_who_has_an_open_alert_where_they_are(store: SqlStore) -> None:
    alerts = SqlAlerts(store.database)
    await alerts.keep(ALERT)
    assert await alerts.stuck(3) == {"U1"}
    await at(store, "U1", NEXT)
    assert await alerts.stuck(3) == frozenset()
    assert [each.learner for each in await alerts.live(3)] == ["U1"]


async def test_a_cluster_is_kept_once_for_each_cohort_and_code(store: SqlStore) -> None:
    clusters = SqlClusters(store.database)
    port: bot.ports.Clusters = clusters
    seen = KeptCluster(0, 3, Spot(BUILD, "builds", "BUILD_FAILED"), 3, 9, NOW)
    kept = await port.keep(seen)
    more = await clusters.keep(replace(seen, failing=4, places=("C1/1.2",)))
    assert more == replace(kept, failing=4, places=("C1/1.2",))
    assert list(await clusters.of(3)) == [more]
    assert await clusters.cluster(kept.id) == more
    assert (await clusters.cluster(99), list(await clusters.of(4))) == (None, [])
