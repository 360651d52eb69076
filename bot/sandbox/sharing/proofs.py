"""Evidence about what a learner has shared: what the registry has, and the image itself, fetched by its digest."""

from __future__ import annotations

from bot.core.evidence import RegistrySeen
from bot.core.specs import RegistrySpec
from bot.errors import RegistryDown
from bot.sandbox.belongings import Picture, pictures, which_picture
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup
from bot.sandbox.sharing.opening import Sharing
from bot.sandbox.sharing.replies import Home

LATEST = "latest"


class Proofs:
    """Looks at the registry for one condition. Without sharing on this host, every look says so."""

    def __init__(self, setup: Setup, sharing: Sharing | None) -> None:
        self._setup, self._sharing = setup, sharing

    async def registry(self, owner: Owner, spec: RegistrySpec) -> RegistrySeen:
        """Return what the learner's namespace has of the image, beside what their sandbox has."""
        try:
            return await self._seen(owner, spec)
        except RegistryDown as error:
            return RegistrySeen("", down=str(error))

    async def _seen(self, owner: Owner, spec: RegistrySpec) -> RegistrySeen:
        sharing = self._there()
        namespace = await sharing.passes.namespace(owner.learner)
        name = f"{namespace}/{spec.image}"
        mine = [each for each in await pictures(self._setup, owner) if not each.base]
        stored = await sharing.contents.image(owner, name, LATEST)
        tags = () if stored else await sharing.contents.tags(name)
        return RegistrySeen(
            name,
            local_id=_id(spec.like, mine),
            tagged_id=_id(name, mine),
            names=tuple(sorted(tag for each in mine for tag in each.tags)),
            digest=stored.digest if stored else "",
            stored_id=stored.image_id if stored else "",
            platforms=stored.platforms if stored else (),
            tags=tags,
            refused=stored.trouble if stored else "",
        )

    async def handed_in(self, owner: Owner, image: str) -> str:
        """Return the name in the registry of what is the learner's image of that name here too; '' when it is not."""
        if self._sharing is None or not await self._sharing.house.known():
            return ""
        seen = await self.registry(owner, RegistrySpec(image=image, like=image))
        same = seen.stored_id and seen.stored_id == seen.local_id and not seen.refused
        return seen.name if same else ""

    async def name(self, owner: Owner, image: str) -> str:
        """Return what an image is called in the learner's namespace. Raises: `RegistryDown`."""
        return f"{await self._there().passes.namespace(owner.learner)}/{image}"

    async def fetched(self, owner: Owner, image: str, attempt: int) -> str:
        """Return the id of what the registry has, pulled by its digest under a name of ours; '' when it has nothing.

        Every layer is read and its digest worked out, also where the engine has it already. Raises: `RegistryDown`.
        """
        sharing = self._there()
        home = Home(f"{await sharing.passes.namespace(owner.learner)}/{image}", LATEST)
        stored = await sharing.contents.image(owner, home.repository, home.tag)
        if stored is None or not stored.image_id or stored.trouble:
            return ""
        if trouble := await sharing.contents.unpacked_problem(home.repository, stored.digest):
            raise RegistryDown(f"What the registry has of {home.repository} cannot be used: {trouble}.")
        screen = await sharing.carrier.fetch(owner, home, stored, lambda _line: None)
        if isinstance(screen, str):
            return ""
        await self._setup.host.tag(stored.image_id, f"{owner.fetched_image}:{attempt}")
        return stored.image_id

    async def release(self, attempt: int = 0) -> None:
        """Let go of what a check fetched (0: of what any check did)."""
        if self._sharing is None:
            return
        which = f"docentfetched-{self._setup.instance}/*" + (f":{attempt}" if attempt else "")
        for image in await self._setup.host.named_images(which):
            for tag in image.tags:
                await self._sharing.carrier.drop(tag)

    def _there(self) -> Sharing:
        if self._sharing is None:
            raise RegistryDown("This host has no registry.")
        return self._sharing


def _id(name: str, mine: list[Picture]) -> str:
    found = which_picture(name, mine)
    return found.id if isinstance(found, Picture) else ""
