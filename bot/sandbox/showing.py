"""`docker inspect`, `tag`, `rmi`, `version`: a learner's things one by one, in the CLI's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.handin.plan import Inspect, Output, RemoveImages, ShowVersion, TagImage
from bot.handin.reference import normalise
from bot.handin.template import read_template
from bot.sandbox import console, inspection
from bot.sandbox.belongings import (
    Picture,
    Several,
    containers,
    pictures,
    which_container,
    which_picture,
)
from bot.sandbox.engine import EngineSaid
from bot.sandbox.names import Owner, transits
from bot.sandbox.refusals import several
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container
from bot.sandbox.user_networks import UserNetworks
from bot.sandbox.volumes import Volumes
from bot.sandbox.volumes import view as volume_view

CLIENT = "28.2"  #: the docker CLI whose output we follow
PLAIN_FIELDS = "Only plain fields can be asked for here, such as `{{.State.Status}}` or `{{json .Config.Cmd}}`."

#: said below what is true of every network here, though nobody asked for it
INSIDE = (
    "`Internal` is true because networks in this class have no way out to the internet. "
    "On your own machine it says false."
)


class Showing:
    """Commands that look, and `rmi`."""

    def __init__(self, setup: Setup, volumes: Volumes, networks: UserNetworks) -> None:
        self._setup, self._volumes, self._networks = setup, volumes, networks

    async def inspect(self, owner: Owner, plan: Inspect) -> Output:
        """Return `docker inspect`, filled into `--format` where one is given."""
        mine = await containers(self._setup, owner)
        images = await pictures(self._setup, owner, mine)
        views: list[Mapping[str, object]] = []
        errors: list[str] = []
        for name in plan.names:
            view = await self._view(owner, name, plan.kind, mine, images)
            if isinstance(view, str):
                errors.append(view)
            else:
                views.append(view)
        if not plan.format:
            text = inspection.printed(views)
            inside = any(view.get("Internal") is True for view in views)
            return Output("\n".join([text, *errors]), 1 if errors else 0, note=INSIDE if inside else "")
        parts = read_template(plan.format)
        if parts is None:
            return Output("", 64, note=PLAIN_FIELDS)
        lines: list[str] = []
        for view in views:
            try:
                lines.append(inspection.formatted(view, parts))
            except inspection.MissingField as missing:
                errors.append(str(missing))
        return Output("\n".join([*lines, *errors]), 1 if errors else 0)

    async def _view(
        self, owner: Owner, name: str, kind: str, mine: Sequence[Container], images: Sequence[Picture]
    ) -> Mapping[str, object] | str:
        container = which_container(name, mine) if kind in ("any", "container") else None
        if isinstance(container, Container):
            raw = await self._setup.host.inspect(container.id)
            if raw is not None:
                return inspection.container_view(raw, container, owner)
        image = which_picture(name, images) if kind in ("any", "image") else None
        image = image or (await self._unused_base(name) if kind in ("any", "image") else None)
        if isinstance(image, Picture):
            detail = await self._setup.host.image(image.id)
            if detail is not None:
                return inspection.image_view(detail.raw, image.tags)
        kept = await self._kept(owner, name, kind)
        if kept is not None:
            return kept
        meant = container if isinstance(container, Several) else image
        if isinstance(meant, Several):
            return f"Error response from daemon: {several(meant)}"
        return {
            "any": f"Error: No such object: {name}",
            "image": f"Error response from daemon: No such image: {normalise(name) or name}",
            "container": f"Error response from daemon: No such container: {name}",
            "volume": f"Error response from daemon: get {name}: no such volume",
            "network": f"Error response from daemon: network {name} not found",
        }[kind]

    async def _kept(self, owner: Owner, name: str, kind: str) -> Mapping[str, object] | None:
        network = await self._networks.view(owner, name) if kind in ("any", "network") else None
        if network is not None or kind not in ("any", "volume"):
            return network
        found = next((each for each in await self._volumes.mine(owner) if each.name == name), None)
        return volume_view(found) if found else None

    async def _unused_base(self, name: str) -> Picture | None:
        detail = await self._setup.host.image(self._setup.bases.get(normalise(name), "-"))
        return Picture(detail.id, (normalise(name),), detail.created_at, detail.size, True) if detail else None

    async def tag(self, owner: Owner, plan: TagImage) -> Output:
        """Return `docker tag`: one more name for an image of the learner's, or for one that is served."""
        meant = which_picture(plan.source, await pictures(self._setup, owner, await containers(self._setup, owner)))
        meant = meant or await self._unused_base(plan.source)
        if not isinstance(meant, Picture):
            words = several(meant) if meant else f"No such image: {normalise(plan.source) or plan.source}"
            return Output(f"Error response from daemon: {words}", 1)
        if meant.base:
            say = f"`{meant.tags[0]}` is served to the whole class, so it keeps its one name. Tag an image of your own."
            return Output("", 1, note=say)
        await self._setup.host.tag(meant.id, owner.image(plan.target))
        return Output("")

    async def remove_images(self, owner: Owner, plan: RemoveImages) -> Output:
        """Return `docker rmi`: names are taken off, an image goes with its last name."""
        lines: list[str] = []
        errors: list[str] = []
        for name in plan.names:
            mine = await containers(self._setup, owner)
            meant = which_picture(name, await pictures(self._setup, owner, mine))
            if not isinstance(meant, Picture):
                words = several(meant) if meant else f"No such image: {normalise(name) or name}"
                errors.append(f"Error response from daemon: {words}")
            elif meant.base:
                errors.append(f"Error response from daemon: {meant.tags[0]} is served to the whole class and stays.")
            else:
                done = await self._remove_image(owner, meant, name, plan.force, mine)
                (errors if isinstance(done, str) else lines).extend([done] if isinstance(done, str) else done)
        return Output("\n".join([*lines, *errors]), 1 if errors else 0)

    async def _remove_image(
        self, owner: Owner, image: Picture, name: str, force: bool, mine: Sequence[Container]
    ) -> list[str] | str:
        named = normalise(name) in image.tags
        users = [each for each in mine if each.image_id == image.id]
        last = not named or len(image.tags) == 1
        if users and last and not force:
            return _in_use(image, name, named, users[0])
        if not named and len(image.tags) > 1 and not force:
            return (
                f"Error response from daemon: conflict: unable to delete {console.short(image.id)} (must be forced) - "
                "image is referenced in multiple repositories"
            )
        tags = [normalise(name)] if named else list(image.tags)
        lines = [f"Untagged: {tag}" for tag in tags]
        lines += await self._leave_registry(image, tags)
        if last and await self._is_check(owner, image.id):  # our own name for it must not keep it alive
            await self._setup.host.remove_image(owner.check_image)
        for target in [owner.image(tag) for tag in tags] or [image.id]:
            rows = await self._setup.host.remove_image(target, force=force)
            if isinstance(rows, EngineSaid):
                return f"Error response from daemon: {rows.message.replace(target, name)}"
            lines += [f"Deleted: {row['Deleted']}" for row in rows if "Deleted" in row]
        return lines

    async def _leave_registry(self, image: Picture, tags: Sequence[str]) -> list[str]:
        """Take off the names under which these went to the registry, and return what Docker prints about that."""
        detail = await self._setup.host.image(image.id)
        held = [each for tag in tags for each in transits(detail.tags if detail else (), tag)]
        for each in held:
            await self._setup.host.remove_image(each)
        digests = inspection.own_digests((detail.raw.get("RepoDigests") if detail else None) or (), tags)
        return [f"Untagged: {digest}" for digest in digests]

    async def _is_check(self, owner: Owner, image_id: str) -> bool:
        detail = await self._setup.host.image(owner.check_image)
        return detail is not None and detail.id == image_id

    async def version(self, plan: ShowVersion) -> Output:
        """Return `docker version` with the engine's real version; the client is us."""
        raw = await self._setup.host.version()
        engine = str(raw.get("Version", ""))
        if plan.short:
            return Output(f"Docker version {engine}, answered by Docent")
        rows = [
            "Client: Docent, which speaks Docker's language",
            f" Follows:           docker CLI {CLIENT}",
            "",
            "Server:",
            " Engine:",
            f"  Version:          {engine}",
            f"  API version:      {raw.get('ApiVersion', '')} (minimum version {raw.get('MinAPIVersion', '')})",
            f"  Go version:       {raw.get('GoVersion', '')}",
            f"  Git commit:       {raw.get('GitCommit', '')}",
            f"  OS/Arch:          {raw.get('Os', '')}/{raw.get('Arch', '')}",
        ]
        return Output("\n".join(rows))


def _in_use(image: Picture, name: str, named: bool, by: Container) -> str:
    what = f'repository reference "{name}" (must force)' if named else f"{console.short(image.id)} (must be forced)"
    verb = "remove" if named else "delete"
    if by.running and not named:
        what = f"{console.short(image.id)} (cannot be forced)"
    state = "running container" if by.running and not named else "container"
    return (
        f"Error response from daemon: conflict: unable to {verb} {what} - {state} {by.id[:12]} is using its "
        f"referenced image {console.short(image.id)}"
    )
