"""Looks after what learners write, and stops at a limit whoever writes more.

Cheap while nothing happens: one `statvfs` each half second. Folders are weighed when the whole file system has grown,
and every ten seconds in any case; what does not run is weighed once. How long a look takes decides how soon the next
may come, so that a busy disk cannot keep us busy.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import structlog

from bot.errors import HostError, HostFull
from bot.sandbox.cgroup import Cgroups, Groups, Member
from bot.sandbox.disk.meter import Room, Weight, room
from bot.sandbox.disk.scale import Scale, Writer
from bot.sandbox.host import Host
from bot.sandbox.names import Owner

log = structlog.get_logger(__name__)

MIB = 1024 * 1024
EVERY_S = 0.5
ANYWAY_S = 10.0
#: A look may take one part in so many of our time, but we look away no longer than so many seconds: where all is slow,
#: whoever writes may not be.
SELDOM, BLIND_S = 5, 2.0
GROWN = 8  #: a look is due when one part in so many of a limit was written since the last, by anybody
KEPT = 500  #: containers of which we remember that they were stopped
Stopped = Callable[[str, str], Awaitable[None]]  #: a learner, and a sentence for them


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be written: by one learner's containers and volumes, by one build, and how full the host may be."""

    most: Weight = field(default_factory=lambda: Weight(1024 * MIB, 50_000))
    full_pct: float = 85.0


@dataclass(slots=True)
class Building:
    """A build that runs. `stopped` is a sentence once it wrote too much."""

    stopped: str = ""
    step: str = ""
    before: Weight = field(default_factory=Weight)  #: what its earlier steps wrote
    now: Weight = field(default_factory=Weight)

    def wrote(self, step: str, weight: Weight) -> Weight:
        """Return what it wrote in all, with this step."""
        if step != self.step:
            self.before, self.step = self.before + self.now, step
        self.now = weight
        return self.before + weight


def to_stop(writers: Iterable[Writer], volumes: Mapping[str, Writer], most: Weight) -> Mapping[str, str]:
    """Return learner → container to stop ('' where none runs) of those who hold more than `most`: their heaviest."""
    held: defaultdict[str, Weight] = defaultdict(Weight)
    heaviest: dict[str, tuple[int, int, str]] = {}
    for each in volumes.values():
        held[each.learner] += each.weight
    for each in writers:
        held[each.learner] += each.weight
        if each.running:
            own = sum((volumes[name].weight for name in each.volumes if name in volumes), each.weight)
            heaviest[each.learner] = max(heaviest.get(each.learner, (0, 0, "")), (own.bytes, own.files, each.running))
    return {who: heaviest.get(who, (0, 0, ""))[2] for who, weight in held.items() if weight.over(most)}


class Watch:
    """The watch over one host. It begins with the first thing that may write, and ends with `close`."""

    def __init__(self, host: Host, groups: Groups, instance: str, rules: Rules) -> None:
        self._host, self._groups, self._instance, self._rules = host, groups, instance, rules
        self._task: asyncio.Task[None] | None = None
        self._scale = Scale(host, instance, rules.most)
        self._builds: dict[str, Building] = {}
        self._names: dict[str, str] = {}  # key → learner
        self._over: frozenset[str] = frozenset()
        self._notes: dict[str, str] = {}
        self._seen: Room | None = None
        self._looked = Weight()
        self._look_again = 0.0
        self._look_anyway = 0.0
        self.tell: Stopped | None = None  #: called when a learner's container was stopped
        self.looks = 0  #: how often folders were weighed, and for how long in all
        self.took_s = 0.0

    def wake(self, owner: Owner | None = None) -> None:
        """Watch from now on, if not yet; `owner` is about to write."""
        if owner is not None:
            self._names[owner.key] = owner.learner
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep(), name="disk")

    async def close(self) -> None:
        """End the watch."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @contextlib.contextmanager
    def building(self, owner: Owner) -> Iterator[Building]:
        """Watch a build while the block runs."""
        self.wake(owner)
        key = f"{owner.instance}-{owner.key}"
        live = self._builds.setdefault(key, Building())  # a learner's builds share a group, and so what they may write
        try:
            yield live
        finally:
            if self._builds.get(key) is live:
                del self._builds[key]

    @property
    def most(self) -> Weight:
        """Return what one learner, and one build, may write."""
        return self._rules.most

    def note(self, container: str) -> str:
        """Return why we stopped a container, '' when we did not."""
        return self._notes.get(container, "")

    async def room(self) -> Room | None:
        """Return the room on the engine's disk, None where it is not on this machine or not ours to see."""
        root = await self._scale.folder()
        return await asyncio.to_thread(room, root) if root else None

    async def full(self) -> str:
        """Return a sentence for instructors when nothing more should begin on this host, else ''."""
        seen = await self.room()
        if seen is None or not seen.full(self._rules.full_pct):
            return ""
        full = max(seen.bytes_pct, seen.files_pct)
        return f"The host's disk is {full:.0f} % full. Nothing new begins and checks wait until there is room."

    async def must_have_room(self) -> None:
        """Raise `HostFull` when nothing more should begin on this host."""
        if full := await self.full():
            raise HostFull(f"{full} Your work is safe, and the fault is ours.")

    async def refusal(self, owner: Owner) -> str:
        """Return one sentence when the learner holds more than they may, else ''."""
        if owner.key not in self._over:
            return ""
        await self.look()  # they may have made room since
        if owner.key not in self._over:
            return ""
        return f"your containers and volumes hold more than {self._limit}; docker rm and docker volume rm make room"

    @property
    def _limit(self) -> str:
        return f"{self._rules.most.bytes // MIB} MB or {self._rules.most.files:,} files"

    async def _keep(self) -> None:
        while True:
            try:
                if await self._due():
                    await self.look()
            except HostError as error:
                log.warning("disk_not_watched", error=str(error))
            except OSError as error:
                log.warning("disk_not_weighed", error=str(error))
            await asyncio.sleep(EVERY_S)

    async def _due(self) -> bool:
        now = time.monotonic()
        if now < self._look_again:
            return False
        self._seen = await self.room()
        if self._seen is None or now >= self._look_anyway:
            return now >= self._look_anyway
        used, most = self._seen.used, self._rules.most
        self._looked = Weight(min(used.bytes, self._looked.bytes), min(used.files, self._looked.files))
        grown = Weight(used.bytes - self._looked.bytes, used.files - self._looked.files)
        return grown.over(Weight(most.bytes // GROWN, most.files // GROWN))

    async def look(self) -> None:
        """Weigh what learners' containers, volumes and builds hold, and stop those who hold too much."""
        began = time.monotonic()
        if self._seen:
            self._looked = self._seen.used
        groups = await self._groups.found()
        members = await asyncio.to_thread(lambda: {each.container: each for each in groups.members()})
        await self._look_at_builds(groups, members)
        await self._look_at_learners(members)
        took_s = time.monotonic() - began
        self.looks, self.took_s = self.looks + 1, self.took_s + took_s
        self._look_again = time.monotonic() + min(took_s * SELDOM, BLIND_S)
        self._look_anyway = time.monotonic() + ANYWAY_S

    async def _look_at_builds(self, groups: Cgroups, members: Mapping[str, Member]) -> None:
        above = groups.places[0] if groups.bounded and groups.places else None
        for step in [each for each in members.values() if above and each.folder.is_relative_to(above)]:
            live = self._builds.get(step.key)
            if live is None and (step.key or not self._builds):
                continue  # another Docent's on this host, or of a build that just ended
            live = live or Building()  # in a slice for all builds: whose it is, its own end tells
            weight = await self._scale.layer(step.container, step)
            if not live.wrote(step.container, weight).over(self._rules.most):
                continue
            live.stopped = f"the build wrote more than {self._limit} and was stopped"
            await self._kill(step.container)
            log.warning("build_stopped", build=step.key, wrote_mb=(live.before + live.now).bytes // MIB)

    async def _look_at_learners(self, members: Mapping[str, Member]) -> None:
        ours = await self._host.containers(f"docent.instance={self._instance}")
        theirs = [each for each in ours if each.kind in {"learner", "probe", "canary"}]
        in_use = {name for each in theirs if each.running for name, _ in each.volumes}
        volumes = await self._scale.volumes(in_use)
        writers = [await self._scale.writer(each, members) for each in theirs]
        over = to_stop(writers, volumes, self._rules.most)
        self._over = frozenset(over)
        for learner, container in over.items():
            if container:
                waited_for = not any(each.detached for each in theirs if each.id == container)
                await self._stop(learner, container, tell=not waited_for)
        there = {each.id for each in theirs} | members.keys()
        self._scale.forget(there, volumes)

    async def _stop(self, learner: str, container: str, *, tell: bool) -> None:
        sentence = (
            f"It was stopped, because your containers and volumes hold more than {self._limit}. "
            "`docker rm` and `docker volume rm` make room."
        )
        self._notes = dict([*self._notes.items(), (container, sentence)][-KEPT:])
        await self._kill(container)
        log.warning("container_stopped", learner=learner, container=container[:12])
        if tell and self.tell is not None and learner in self._names:
            await self.tell(self._names[learner], sentence)

    async def _kill(self, container: str) -> None:
        # refused when it ended by itself
        await self._host.ask("POST", f"/containers/{container}/kill")
