"""`docker compose down`, `stop`, `restart` and `rm`: what a file made is stopped, and removed if asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from bot.handin.compose.commands import Down
from bot.handin.compose.plan import ComposePlan
from bot.handin.plan import Output, RemoveNetworks
from bot.sandbox.compose import recipe
from bot.sandbox.compose.printing import Progress
from bot.sandbox.compose.project import Project
from bot.sandbox.names import Owner
from bot.sandbox.refusals import public
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container
from bot.sandbox.user_networks import UserNetworks
from bot.sandbox.volumes import Volumes


class Falling:
    """Takes projects down."""

    def __init__(self, setup: Setup, volumes: Volumes, networks: UserNetworks) -> None:
        self._setup, self._volumes, self._networks = setup, volumes, networks

    async def stop(
        self, owner: Owner, plan: ComposePlan, mine: Sequence[Container], grace_s: int | None, done: Progress
    ) -> str:
        """Stop containers, what others need last; return why one would not."""
        for turn in turns(plan, mine):
            said = await asyncio.gather(*(self._stop(owner, plan, each, grace_s, done) for each in turn))
            if wrong := next(filter(None, said), ""):
                return wrong
        return ""

    async def _stop(
        self, owner: Owner, plan: ComposePlan, container: Container, grace_s: int | None, done: Progress
    ) -> str:
        if not container.running:
            return ""
        began = time.monotonic()
        asked = {service.name: service.stop_grace_s for service in plan.services}
        wait_s = grace_s if grace_s is not None else int(asked.get(container.service, recipe.LONGEST_GRACE_S))
        refused = await self._setup.host.stop(container.id, min(wait_s, recipe.LONGEST_GRACE_S))
        took_s = time.monotonic() - began
        done.set(f"Container {container.name}", "Error" if refused else "Stopped", took_s)
        return f"Error response from daemon: {public(owner, refused.message)}" if refused else ""

    async def remove(self, mine: Sequence[Container], done: Progress) -> None:
        """Remove containers."""
        for container in mine:
            began = time.monotonic()
            await self._setup.host.remove(container.id)
            done.set(f"Container {container.name}", "Removed", time.monotonic() - began)

    async def down(self, owner: Owner, project: Project, act: Down, done: Progress) -> Output | None:
        """Remove the containers and networks of the file, its volumes only if asked; return what went wrong."""
        mine = list(project.of(act.services))
        if act.remove_orphans:
            mine += project.orphans
        for container in mine:
            done.set(f"Container {container.name}", "Stopped" if not container.running else "Stopping")
        if wrong := await self.stop(owner, project.plan, mine, act.grace_s, done):
            return Output(wrong, 1)
        await self.remove(mine, done)
        if act.services:
            return None
        if act.volumes:
            await self._remove_volumes(owner, project.plan, done)
        await self._remove_networks(owner, project, done)
        return None

    async def _remove_volumes(self, owner: Owner, plan: ComposePlan, done: Progress) -> None:
        wanted = {each.name for each in plan.volumes if not each.external}
        doomed = [each for each in await self._volumes.mine(owner) if each.name in wanted]
        for volume in doomed:
            await self._volumes.delete(volume)
        left = {each.name for each in await self._volumes.mine(owner)}
        for volume in doomed:
            done.set(f"Volume {volume.name}", "Resource is still in use" if volume.name in left else "Removed")

    async def _remove_networks(self, owner: Owner, project: Project, done: Progress) -> None:
        there = {each.name for each in await self._networks.made(owner)}
        for network in project.plan.networks:
            if network.external or network.name not in there:
                continue
            began = time.monotonic()
            said = await self._networks.remove(owner, RemoveNetworks((network.name,)))
            status = "Resource is still in use" if said.exit_code else "Removed"
            done.set(f"Network {network.name}", status, time.monotonic() - began)


def turns(plan: ComposePlan, mine: Sequence[Container]) -> list[list[Container]]:
    """Return the containers in the order in which they are stopped: each before what it needs."""
    depth: dict[str, int] = {}
    for service in plan.services:  # in the order in which they start
        depth[service.name] = 1 + max((depth.get(need.service, 0) for need in service.depends_on), default=0)
    found: dict[int, list[Container]] = {}
    for container in mine:
        found.setdefault(depth.get(container.service, 0), []).append(container)
    return [found[level] for level in sorted(found, reverse=True)]
