"""Clusters: one message for what many fail with, and hints for the whole class."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from bot.classroom import Classroom
from bot.core.cohorts import clusters as rules
from bot.core.cohorts.alerts import counted
from bot.core.cohorts.clusters import KeptCluster, Spot
from bot.core.cohorts.cohort import ClassHint, Cohort, hint_for
from bot.core.cohorts.radar import Trail
from bot.core.events import GotClassHint
from bot.core.panels import Answer, Mistakes, Panel, Whispered
from bot.core.workshop import Workshop
from bot.errors import DocentError
from bot.ports import Asked, Clusters, Duty, Trails, Where
from bot.staffroom.authority import NOT_YOURS
from bot.staffroom.radar.postbox import Postbox
from bot.staffroom.telling import Room

log = structlog.get_logger(__name__)

EDIT_EVERY = timedelta(seconds=30)  #: of one message
UNREACHED = timedelta(minutes=1)


class ClusterDesk:
    """The duty of clusters and class hints (`bot.ports.Duty`); `follow` is told of every look at a class."""

    def __init__(
        self,
        workshop: Workshop,
        trails: Trails,
        clusters: Clusters,
        postbox: Postbox,
        classroom: Classroom,
        room: Room,
        clock: Callable[[], datetime],
    ) -> None:
        self._workshop = workshop
        self._trails = trails
        self._clusters = clusters
        self._postbox = postbox
        self._classroom = classroom
        self._room = room
        self._clock = clock
        self._unreached: dict[int, datetime] = {}
        self._telling: set[asyncio.Task[None]] = set()

    def duty(self) -> Duty:
        """Return what it answers to."""
        return Duty(name="clusters", presses={rules.HINT: self._hint}, sheets={rules.HINT: self._write})

    async def follow(self, cohort: Cohort, trails: Sequence[Trail]) -> None:
        """Tell of what is new, and keep what was told true."""
        now = self._clock()
        known = {each.spot: each for each in await self._clusters.of(cohort.id)}
        for seen in rules.clusters(self._workshop, trails):
            if seen.spot not in known:
                made = KeptCluster(0, cohort.id, seen.spot, len(seen.failing), seen.here, now)
                known[seen.spot] = await self._clusters.keep(made)
                log.info("cluster", cohort=cohort.id, step=str(seen.spot.ref), code=seen.spot.code)
        if not known:
            return
        current = {each.spot: each for each in rules.failing(self._workshop, trails)}
        here = rules.at_steps(self._workshop, trails)
        for kept in known.values():
            count = len(current[kept.spot].failing) if kept.spot in current else 0
            fresh = replace(kept, failing=count, here=here.get(kept.spot.ref, 0), at=now)
            if not kept.places:
                await self._post(cohort, fresh)
            elif (fresh.failing, fresh.here) != (kept.failing, kept.here) and now - kept.at >= EDIT_EVERY:
                await self._show(await self._clusters.keep(fresh))

    async def stop(self) -> None:
        """Stop telling."""
        for task in list(self._telling):
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    async def _post(self, cohort: Cohort, cluster: KeptCluster) -> None:
        if not rules.enough(cluster.failing, cluster.here) or self._unreached.get(cohort.id, cluster.at) > cluster.at:
            return
        places = await self._postbox.post(cohort, await self._panel(cluster))
        if not places:
            self._unreached[cohort.id] = cluster.at + UNREACHED
            return
        await self._clusters.keep(replace(cluster, places=tuple(places)))

    async def _hint_of(self, cluster: KeptCluster) -> ClassHint | None:
        return hint_for(await self._postbox.cohorts.hints(cluster.cohort), *cluster.spot)

    async def _panel(self, cluster: KeptCluster) -> Panel:
        return rules.cluster_panel(self._workshop, cluster, await self._hint_of(cluster))

    async def _show(self, cluster: KeptCluster) -> None:
        await self._postbox.edit(cluster.places, await self._panel(cluster))

    async def _led(self, asked: Asked) -> KeptCluster | None:
        """Return the cluster that this is about, if whoever asks leads its cohort."""
        digits = asked.about.isascii() and asked.about.isdigit() and len(asked.about) < 18
        cluster = await self._clusters.cluster(int(asked.about)) if digits else None
        if cluster is None or not await self._postbox.leader(asked.where.user, cluster.cohort):
            return None
        return cluster

    async def _hint(self, asked: Asked) -> Answer:
        cluster = await self._led(asked)
        if cluster is None:
            return NOT_YOURS
        return rules.class_hint_sheet(self._workshop, cluster, await self._hint_of(cluster))

    async def _write(self, asked: Asked) -> Answer:
        cluster = await self._led(asked)
        if cluster is None:
            return Mistakes({"text": NOT_YOURS.text})
        text = rules.read_class_hint(asked.filled, await self._hint_of(cluster))
        if isinstance(text, Mistakes):
            return text
        ref, condition, code = cluster.spot
        hint = ClassHint(ref.section, ref.step, condition, code, text, asked.where.user, self._clock())
        await self._postbox.cohorts.hint(cluster.cohort, hint)
        await self._show(cluster)
        if not text:
            return Whispered("The class hint is taken away.")
        now = rules.failing(self._workshop, await self._trails.of(cluster.cohort))
        users = next((sorted(each.failing) for each in now if each.spot == cluster.spot), [])
        task = asyncio.create_task(self._tell(users, cluster.spot, hint, asked.name))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
        whom = (
            f"{counted(len(users), 'learner')} who fail with it now are"
            if len(users) != 1
            else "1 learner who fails with it now is"
        )
        return Whispered(f"Kept. {whom} told; everybody else reads it before the first hint.")

    async def _tell(self, users: Sequence[str], spot: Spot, hint: ClassHint, by: str) -> None:
        """Tell these learners, each once whatever happens in between."""
        event = GotClassHint(spot.ref, spot.condition, spot.code, by)
        digest = hashlib.sha256(repr((spot, hint.text)).encode()).hexdigest()[:20]
        for user in users:
            try:
                where = Where(await self._room(user), user, delivery=f"class-hint/{digest}/{user}")
                await self._classroom.turn(event, where)
            except DocentError as error:
                log.warning("class_hint_not_told", learner=user, error=str(error))
