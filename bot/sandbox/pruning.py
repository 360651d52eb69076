"""`docker container|image|volume|network prune`: a learner's own things, and nobody else's."""

from __future__ import annotations

from bot.handin.plan import Output, Prune
from bot.sandbox.belongings import containers, pictures
from bot.sandbox.engine import EngineSaid
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup
from bot.sandbox.user_networks import UserNetworks
from bot.sandbox.volumes import Volumes

NOTHING = "Total reclaimed space: 0B"


class Pruning:
    """Commands that tidy up."""

    def __init__(self, setup: Setup, volumes: Volumes, networks: UserNetworks) -> None:
        self._setup, self._volumes, self._networks = setup, volumes, networks

    async def prune(self, owner: Owner, plan: Prune) -> Output:
        """Remove what is not in use; how much that freed on the shared host is not counted."""
        if plan.what == "container":
            gone = await self._containers(owner)
        elif plan.what == "image":
            gone = await self._images(owner, unused=plan.all)
        elif plan.what == "volume":
            gone = await self._volumes.prune(owner, named=plan.all)
        else:
            gone = await self._networks.prune(owner)
        parts = [f"Deleted {plan.what.capitalize()}s:\n" + "\n".join(gone)] if gone else []
        if plan.what != "network":
            parts.append(NOTHING)
        return Output("\n\n".join(parts))

    async def _containers(self, owner: Owner) -> list[str]:
        async with self._setup.turns[owner.key]:
            ended = [each for each in await containers(self._setup, owner) if not each.running]
            for each in ended:
                await self._setup.host.remove(each.id)
        return [each.id for each in ended]

    async def _images(self, owner: Owner, *, unused: bool) -> list[str]:
        """Remove images without a name, with `unused` also those with one, that no container uses."""
        lines: list[str] = []
        async with self._setup.turns[owner.key]:
            mine = await containers(self._setup, owner)
            used = {each.image_id for each in mine}
            for image in await pictures(self._setup, owner):
                if image.base or image.id in used or (image.tags and not unused):
                    continue
                for target in [owner.image(tag) for tag in image.tags] or [image.id]:
                    rows = await self._setup.host.remove_image(target)
                    if isinstance(rows, EngineSaid):
                        continue  # it is the ground of another one
                    lines += [
                        f"untagged: {owner.public(row['Untagged'])}"
                        for row in rows
                        if owner.public(row.get("Untagged", ""))
                    ]
                    lines += [f"deleted: {row['Deleted']}" for row in rows if "Deleted" in row]
        return lines
