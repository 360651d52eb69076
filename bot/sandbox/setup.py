"""What every command and probe needs of this host, made once by `bot.sandbox.sandbox`."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.host import Host
from bot.sandbox.names import Owner
from bot.sandbox.recipe import Limits


@dataclass(frozen=True, slots=True)
class Setup:
    """One host as Docent uses it. `bases`: public name (`node:24-alpine`) → pinned image id."""

    host: Host
    instance: str
    bases: Mapping[str, str]
    verifier: str  #: image id of the verifier
    limits: Limits = field(default_factory=Limits)
    run_cgroup: str = ""  #: parent group of running containers, where the operator made one
    #: one change of a learner's containers at a time, so that two commands never take one port
    turns: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))

    def owner(self, learner: str) -> Owner:
        """Return the learner as an owner of things on this host."""
        return Owner(self.instance, learner)
