"""`docker volume`: a learner's volumes, under their own names."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping, Sequence

from bot.errors import HostError
from bot.handin.plan import CreateVolume, ListVolumes, Output, RemoveVolumes
from bot.handin.policy import MOST_VOLUMES
from bot.sandbox import listing, recipe, sieve
from bot.sandbox.belongings import containers
from bot.sandbox.inspection import VOLUMES
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, Volume


class Volumes:
    """The learners' volumes on this host."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    async def mine(self, owner: Owner) -> tuple[Volume, ...]:
        """Return the learner's volumes, by name; what holds the project is none of them."""
        return await self._setup.host.volumes(*owner.labels, "docent.kind=volume")

    async def create(self, owner: Owner, plan: CreateVolume) -> Output:
        """Return `docker volume create`; one that is there already is fine, as with Docker."""
        name = plan.name or secrets.token_hex(32)
        async with self._setup.turns[owner.key]:
            mine = await self.mine(owner)
            if name not in {each.name for each in mine}:
                if full := no_room(len(mine) + 1):
                    return full
                await self._make(owner, name, dict(plan.labels))
        return Output(name)

    async def ensure(self, owner: Owner, names: Sequence[str], nameless: int = 0) -> Output | None:
        """Make the volumes that a container is to see; returns why there is no room for them."""
        mine = await self.mine(owner)
        new = sorted(set(names) - {each.name for each in mine})
        if (new or nameless) and (full := no_room(len(mine) + len(new) + nameless)):
            return full
        for name in new:
            await self._make(owner, name, {})
        return None

    async def _make(self, owner: Owner, name: str, own: Mapping[str, str]) -> None:
        request = recipe.volume(owner, owner.volume(name), name, own, since=time.time())
        made = (await self._setup.host.must("POST", "/volumes/create", body=request)).json
        # creating a volume that is there already returns it, whoever it belongs to
        if (made.get("Labels") or {}).get("docent.learner") != owner.key:
            raise HostError(f"A volume of another owner is called {owner.volume(name)}.")

    async def listed(self, owner: Owner, plan: ListVolumes) -> Output:
        """Return `docker volume ls`."""
        used = users(await containers(self._setup, owner))
        chosen = sieve.kept(await self.mine(owner), plan.shown.filters, sieve.volumes(used))
        rows = [volume_row(each) for each in chosen]
        return listing.listed(listing.VOLUMES, rows, plan.shown, quiet="Name" if plan.quiet else "")

    async def remove(self, owner: Owner, plan: RemoveVolumes) -> Output:
        """Return `docker volume rm`."""
        done: list[str] = []
        errors: list[str] = []
        async with self._setup.turns[owner.key]:
            mine = {each.name: each for each in await self.mine(owner)}
            used = users(await containers(self._setup, owner))
            for name in plan.names:
                if name not in mine:
                    if plan.force:
                        done.append(name)
                    else:
                        errors.append(f"Error response from daemon: get {name}: no such volume")
                elif by := used.get(mine[name].engine_name):
                    errors.append(f"Error response from daemon: remove {name}: volume is in use - [{', '.join(by)}]")
                else:
                    await self.delete(mine.pop(name))
                    done.append(name)
        return Output("\n".join([*done, *errors]), 1 if errors else 0)

    async def delete(self, volume: Volume) -> None:
        """Remove a volume (idempotent)."""
        await self._setup.host.ask("DELETE", f"/volumes/{volume.engine_name}")

    async def prune(self, owner: Owner, *, named: bool) -> list[str]:
        """Remove the volumes that no container uses, and return their names; those with a name only if asked."""
        async with self._setup.turns[owner.key]:
            used = users(await containers(self._setup, owner))
            gone = [
                each for each in await self.mine(owner) if each.engine_name not in used and (named or each.nameless)
            ]
            for each in gone:
                await self.delete(each)
        return [each.name for each in gone]


def users(mine: Sequence[Container]) -> dict[str, list[str]]:
    """Return for each of the engine's volumes the ids of the containers that have it."""
    found: dict[str, list[str]] = {}
    for container in mine:
        for name, _ in container.volumes:
            found.setdefault(name, []).append(container.id)
    return found


def volume_row(volume: Volume) -> listing.Row:
    """Return the fields of `docker volume ls`; what only a cluster has is `N/A`, as the CLI writes it."""
    own = {"Labels": listing.labels(volume.labels), "Mountpoint": f"{VOLUMES}/{volume.name}/_data", "Name": volume.name}
    nothing = dict.fromkeys(("Availability", "Group", "Links", "Size", "Status"), "N/A")
    return {**own, **nothing, "Driver": "local", "Scope": "local"}


def view(volume: Volume) -> Mapping[str, object]:
    """Return a volume as `docker volume inspect` prints it."""
    return {
        "CreatedAt": volume.created,
        "Driver": "local",
        "Labels": dict(volume.labels) or None,
        "Mountpoint": f"{VOLUMES}/{volume.name}/_data",
        "Name": volume.name,
        "Options": None,
        "Scope": "local",
    }


def no_room(count: int) -> Output | None:
    """Return what is said when the learner would have too many volumes."""
    if count <= MOST_VOLUMES:
        return None
    return Output(
        f"docker: that would make {count} volumes, and there is room for {MOST_VOLUMES}.",
        1,
        note="`docker volume ls` lists them, `docker volume rm NAME` removes one.",
    )
