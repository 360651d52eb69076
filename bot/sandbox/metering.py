"""What learners' things use of this host: processor time of builds and containers, room on its disk.

Containers are looked at while they run, so of one that ends between two looks the last seconds are not known. Builds
are known exactly where their control group can be read (`bot.sandbox.cgroup`), else they are taken to use what they
may: the builder tells nothing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping

from bot.errors import HostError
from bot.sandbox.engine import EngineSaid
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, Raw

AT_ONCE = 2  #: looks at containers at the same time: nobody waits for them
DISK_S = 60.0  #: the engine counts every file of every container
MB = 1_000_000


class Meter:
    """Reads what is used on one host."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._seen: dict[str, float] = {}  #: container → processor seconds since it started
        self._looks = asyncio.Semaphore(AT_ONCE)

    async def used(self, learners: Collection[str]) -> Mapping[str, float]:
        """Return the processor seconds that these learners' things used since the last look. Raises `HostError`."""
        host, setup = self._setup.host, self._setup
        labels = f"docent.instance={setup.instance}", "docent.kind=learner"
        running = [each for each in await host.containers(*labels) if each.running]
        totals = dict(zip((each.id for each in running), await asyncio.gather(*map(self._total, running)), strict=True))
        used: defaultdict[str, float] = defaultdict(float)
        for each in running:
            before, total = self._seen.get(each.id, 0.0), totals[each.id]
            used[each.learner] += total - before if total >= before else total  # it may have been started again
        self._seen = totals
        for key in list(setup.built_s):
            used[key] += setup.built_s.pop(key)
        keys = {setup.owner(learner).key: learner for learner in learners}
        return {keys[key]: seconds for key, seconds in used.items() if key in keys and seconds > 0}

    async def _total(self, container: Container) -> float:
        path = f"/containers/{container.id}/stats"
        async with self._looks:
            try:
                answer = await self._setup.host.ask("GET", path, params={"stream": "0", "one-shot": "1"})
            except HostError:
                return self._seen.get(container.id, 0.0)
        if isinstance(answer, EngineSaid):
            return self._seen.get(container.id, 0.0)
        return cpu_s(answer.json)

    async def held(self, learners: Collection[str]) -> Mapping[str, float]:
        """Return the MB that each of these learners holds on the disk. Raises `HostError`."""
        answer = await self._setup.host.ask("GET", "/system/df", deadline_s=DISK_S)
        if isinstance(answer, EngineSaid):
            raise HostError(f"The Docker engine did not say how full its disk is: {answer.message}")
        room = room_mb(answer.json, self._setup.instance)
        return {learner: room.get(self._setup.owner(learner).key, 0.0) for learner in learners}


def cpu_s(stats: Raw) -> float:
    """Return the processor seconds of one answer of `GET /containers/{id}/stats`; 0 for one that has ended."""
    usage = (stats.get("cpu_stats") or {}).get("cpu_usage") or {}
    return int(usage.get("total_usage") or 0) / 1e9


def room_mb(disk: Raw, instance: str) -> Mapping[str, float]:
    """Return the MB that each learner's images (above what they share), containers and volumes take, by their key."""
    room: defaultdict[str, float] = defaultdict(float)
    for kind, size in (("Images", _image), ("Containers", _container), ("Volumes", _volume)):
        for raw in disk.get(kind) or ():
            labels = raw.get("Labels") or {}
            if labels.get("docent.instance") == instance and labels.get("docent.learner"):
                room[labels["docent.learner"]] += max(size(raw), 0) / MB
    return room


def _image(raw: Raw) -> int:
    return int(raw.get("Size") or 0) - max(int(raw.get("SharedSize") or 0), 0)


def _container(raw: Raw) -> int:
    return int(raw.get("SizeRw") or 0)


def _volume(raw: Raw) -> int:
    return int((raw.get("UsageData") or {}).get("Size") or 0)
