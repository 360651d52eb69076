"""`docker ps` and `docker images`: what a learner has, in the CLI's own columns or those asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from bot.handin.paths import HOME
from bot.handin.plan import BindMount, ListContainers, ListImages, Output
from bot.handin.reference import normalise
from bot.sandbox import console, listing, sieve
from bot.sandbox.belongings import Picture, containers, pictures
from bot.sandbox.names import Owner, split
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container

NONE = "<none>"
LONGEST_MOUNT = 15


class Lists:
    """Commands that list."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    async def containers(self, owner: Owner, plan: ListContainers) -> Output:
        """Return `docker ps`."""
        mine = await containers(self._setup, owner)
        for name, value in plan.shown.filters:
            if name in ("before", "since") and not any(value in (each.name, each.id[: len(value)]) for each in mine):
                return Output(f"Error response from daemon: no such container {value}", 1)
        every = plan.all or plan.last or any(name == "status" for name, _ in plan.shown.filters)
        rows = [each for each in mine if each.running or every]
        rows = sieve.kept(rows, plan.shown.filters, sieve.containers(owner, mine))
        rows = rows[: plan.last] if plan.last else rows
        named = {tag: image.id for image in await pictures(self._setup, owner, mine) for tag in image.tags}
        now = datetime.now(UTC)
        found = [container_row(owner, each, image_cell(each, named), now, whole=plan.no_trunc) for each in rows]
        return listing.listed(listing.PS, found, plan.shown, quiet="ID" if plan.quiet else "")

    async def images(self, owner: Owner, plan: ListImages) -> Output:
        """Return `docker images`."""
        mine = await pictures(self._setup, owner, await containers(self._setup, owner))
        chosen = sieve.kept(mine, plan.shown.filters, sieve.images(mine))
        now = datetime.now(UTC)
        rows = [
            image_row(image, tag, now, whole=plan.no_trunc)
            for image in chosen
            for tag in image.tags or ("",)
            if _asked_for(plan.repository, tag)
        ]
        shape = listing.IMAGES
        if plan.digests:
            shape = replace(shape, usual=(*shape.usual[:2], "Digest", *shape.usual[2:]))
        return listing.listed(shape, rows, plan.shown, quiet="ID" if plan.quiet else "")


def container_row(owner: Owner, row: Container, image: str, now: datetime, *, whole: bool) -> listing.Row:
    """Return the fields of `docker ps`."""
    sources = [
        (f"{HOME}/{each.source}".removesuffix("/.") if isinstance(each, BindMount) else each.source)
        for each in row.mounts
    ]
    named = {target: name for name, target in row.volumes}
    mounts = [source or named.get(each.target, "") for source, each in zip(sources, row.mounts, strict=True)]
    return {
        "Command": console.quoted(row.command if whole else console.ellipsis(row.command, 20)),
        "CreatedAt": f"{row.created_at:%Y-%m-%d %H:%M:%S} +0000 UTC",
        "ID": row.id if whole else row.id[:12],
        "Image": image,
        "Labels": listing.labels(row.labels),
        "LocalVolumes": str(sum(not isinstance(each, BindMount) for each in row.mounts)),
        "Mounts": ",".join(each if whole else console.ellipsis(each, LONGEST_MOUNT) for each in mounts),
        "Names": row.name,
        "Networks": ",".join(map(owner.public_network, row.networks)),
        "Platform": None,
        "Ports": console.ports(row.ports, row.exposed) if row.running else "",
        "RunningFor": console.ago(row.created_at, now),
        "Size": "0B",  # as the CLI writes it where nobody asked for sizes
        "State": row.state,
        "Status": row.status,
    }


def image_cell(container: Container, named: Mapping[str, str]) -> str:
    """Return the image as it was written, or its id once the name means a newer image."""
    now = named.get(normalise(container.image), container.image_id)
    return container.image if now == container.image_id else console.short(container.image_id)


def image_row(image: Picture, tag: str, now: datetime, *, whole: bool) -> listing.Row:
    """Return the fields of `docker images`."""
    repository, its_tag = split(tag) if tag else (NONE, NONE)
    return {
        "Containers": "N/A",
        "CreatedAt": f"{image.created_at:%Y-%m-%d %H:%M:%S} +0000 UTC",
        "CreatedSince": console.ago(image.created_at, now),
        "Digest": _digest(image.digests, repository),
        "ID": image.id if whole else console.short(image.id),
        "Repository": repository,
        "SharedSize": "N/A",
        "Size": console.size(image.size),
        "Tag": its_tag,
        "UniqueSize": "N/A",
        "VirtualSize": console.size(image.size, digits=4),
    }


def _digest(digests: Sequence[str], repository: str) -> str:
    parts = (digest.partition("@") for digest in digests)
    return next((digest for name, _, digest in parts if name == repository), NONE)


def _asked_for(repository: str, tag: str) -> bool:
    if not repository:
        return True
    wanted, wanted_tag = split(normalise(repository) or repository)
    its, its_tag = split(tag) if tag else ("", "")
    if "*" in repository:
        return sieve.refers(repository, tag)
    return its == wanted and (":" not in repository or its_tag == wanted_tag)
