"""What every command and probe needs of this host, made once by `bot.sandbox.sandbox`."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.errors import HostError
from bot.sandbox.cgroup import Groups
from bot.sandbox.disk.watch import Watch
from bot.sandbox.host import Host
from bot.sandbox.names import Owner
from bot.sandbox.recipe import Limits, Making


@dataclass(frozen=True, slots=True)
class Setup:
    """One host as Docent uses it. `bases`: public name (`node:24-alpine`) → pinned image id."""

    host: Host
    instance: str
    bases: Mapping[str, str]
    verifier: str  #: image id of the verifier
    limits: Limits = field(default_factory=Limits)
    groups: Groups | None = None  #: what bounds all learners together; None: nothing does
    disk: Watch | None = None  #: what they write is watched; None: it is not
    runtime: str = ""  #: what the engine runs learners' containers with, '' for its default
    #: one change of a learner's containers at a time, so that two commands never take one port
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    #: processor seconds of builds that nobody has read yet, by the key of their learner
    built_s: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))

    def owner(self, learner: str) -> Owner:
        """Return the learner as an owner of things on this host."""
        return Owner(self.instance, learner)

    async def run_cgroup(self) -> str:
        """Return the group above containers in which learners have their say, '' where there is none."""
        return (await self.groups.found()).run if self.groups else ""

    async def making(self, owner: Owner, kind: str = "learner", attempt: int = 0) -> Making:
        """Return by whom and within which bounds a container is made. Raises: `HostError` without the runtime."""
        if self.runtime:
            known = (await self.host.info()).get("Runtimes") or {}
            if self.runtime not in known:
                raise HostError(
                    f"The Docker engine has no runtime {self.runtime!r} (it has {', '.join(sorted(known))}): "
                    "add it to the engine's configuration, or change the setting `runtime`."
                )
        if self.disk:
            self.disk.wake(owner)
            await self.disk.must_have_room()
        return Making(owner, kind, attempt, await self.run_cgroup(), self.limits, self.runtime)
