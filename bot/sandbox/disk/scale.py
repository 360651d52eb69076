"""Weighs what containers, volumes and steps of builds have written, where the engine keeps it.

Where its folders are not ours to see, the engine counts a container's bytes itself, and nobody counts the rest. The
engine's own count of everything (`bot.sandbox.metering`) is no substitute: it takes seconds, knows neither how many
files there are nor those without a name, and sees no build. Nor the other way round: only the engine knows what images
take above what they share, and a weighing ends where the limit is passed.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.cgroup import Member
from bot.sandbox.disk.meter import Weight, nameless, weigh
from bot.sandbox.host import Host
from bot.sandbox.things import Container


@dataclass(frozen=True, slots=True)
class Writer:
    """A container or volume as it was weighed."""

    learner: str
    weight: Weight
    running: str = ""  #: the container to stop; '' where nothing runs
    volumes: tuple[str, ...] = ()


class Scale:
    """Weighs on one host for one Docent; looks no further once something weighs more than `most`."""

    def __init__(self, host: Host, instance: str, most: Weight) -> None:
        self._host, self._instance, self._most = host, instance, most
        self._root: Path | None = None
        self._layers: dict[str, Path | None] = {}  # container → its writable layer, None where it is not to be seen
        self._still: dict[str, Weight] = {}  # what does not change as long as nothing runs there

    async def folder(self) -> Path | None:
        """Return the engine's own folder, None where it is not on this machine or not ours to see."""
        if self._root is None and self._host.local:
            root = Path(str((await self._host.info()).get("DockerRootDir") or "/nowhere"))
            self._root = root if await asyncio.to_thread(_open, root / "volumes") else None
        return self._root

    async def writer(self, container: Container, members: Mapping[str, Member]) -> Writer:
        """Return what a container wrote to its own layer; one that does not run is weighed once."""
        volumes = tuple(name for name, _ in container.volumes)
        if container.running:
            self._still.pop(container.id, None)
            weight = await self.layer(container.id, members.get(container.id))
            return Writer(container.learner, weight, container.id, volumes)
        if container.id not in self._still:
            self._still[container.id] = await self.layer(container.id, None)
        return Writer(container.learner, self._still[container.id], "", volumes)

    async def volumes(self, in_use: set[str]) -> dict[str, Writer]:
        """Return name → weight of the volumes of this Docent's learners."""
        params = {"filters": json.dumps({"label": [f"docent.instance={self._instance}"]})}
        root, found = await self.folder(), {}
        for raw in (await self._host.must("GET", "/volumes", params=params)).json["Volumes"] or ():
            name, learner = raw["Name"], (raw.get("Labels") or {}).get("docent.learner", "")
            if not learner or root is None:
                continue
            if name in in_use or name not in self._still:
                self._still[name] = await asyncio.to_thread(weigh, root / "volumes" / name / "_data", self._most)
            found[name] = Writer(learner, self._still[name])
        return found

    async def layer(self, container: str, member: Member | None) -> Weight:
        """Return what a container wrote to its own layer, with what it holds open and has removed."""
        if container not in self._layers:
            raw = await self._host.inspect(container) or {}
            place = Path(((raw.get("GraphDriver") or {}).get("Data") or {}).get("UpperDir") or "/nowhere")
            self._layers[container] = place if await asyncio.to_thread(_open, place) else None
        upper = self._layers[container]
        if upper is None:
            # an engine elsewhere, or a way of keeping layers that we cannot see: it counts the bytes itself
            raw = await self._host.inspect(container, size=True) or {}
            return Weight(int(raw.get("SizeRw") or 0))
        most = self._most
        return await asyncio.to_thread(lambda: weigh(upper, most) + nameless(member.processes() if member else ()))

    def forget(self, containers: Collection[str], volumes: Collection[str]) -> None:
        """Forget all but these, which are still there."""
        self._layers = {name: path for name, path in self._layers.items() if name in containers}
        self._still = {name: weight for name, weight in self._still.items() if name in containers or name in volumes}


def _open(folder: Path) -> bool:
    """Tell whether a folder may be looked into."""
    try:
        next(folder.iterdir(), None)
    except OSError:
        return False
    return True
