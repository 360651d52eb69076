"""What a learner has on the host, and what they mean when they name it. Nobody else's things are ever looked at."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.handin.reference import normalise
from bot.sandbox.inspection import own_digests
from bot.sandbox.names import Owner
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container

HEX = re.compile(r"[0-9a-f]{1,64}")


@dataclass(frozen=True, slots=True)
class Picture:
    """One image that a learner may see: their own, or a base they use."""

    id: str
    tags: tuple[str, ...]  #: public names; empty for an image that lost its name to a newer build
    created_at: datetime
    size: int
    base: bool = False
    labels: tuple[tuple[str, str], ...] = ()
    digests: tuple[str, ...] = ()  #: `name@sha256:…` in the registry, by the learner's names


@dataclass(frozen=True, slots=True)
class Several:
    """A prefix that fits more than one thing."""

    prefix: str


async def containers(setup: Setup, owner: Owner) -> tuple[Container, ...]:
    """Return the learner's own containers, newest first; ended ones of `--rm` are removed on the way."""
    found = await setup.host.containers(*owner.labels)
    kept = []
    for each in found:
        if each.kind != "learner":
            continue
        if each.remove and each.state in {"exited", "dead"}:
            await setup.host.remove(each.id)
        elif each.state != "removing":
            kept.append(each)
    return tuple(kept)


async def pictures(setup: Setup, owner: Owner, used: Sequence[Container] = ()) -> tuple[Picture, ...]:
    """Return the learner's images and the bases they use, newest first."""
    built, named = await asyncio.gather(setup.host.images(*owner.labels), setup.host.named_images(*owner.images))
    # what was pulled carries the labels of whoever built it, or none: its name says whose it is
    found = {image.id: image for image in (*named, *built)}.values()
    own = []
    for image in found:
        tags = tuple(filter(None, map(owner.public, image.tags)))
        # an image that only a check has made is not the learner's to see
        if tags or not image.tags:
            digests = tuple(own_digests(image.digests, tags))
            own.append(Picture(image.id, tags, image.created_at, image.size, labels=image.labels, digests=digests))
    names = {name for image in found for name in image.bases} | {normalise(c.image) for c in used}
    bases = [await _base(setup, name) for name in sorted(names & set(setup.bases))]
    return tuple(sorted([*own, *filter(None, bases)], key=lambda image: image.created_at, reverse=True))


async def _base(setup: Setup, name: str) -> Picture | None:
    detail = await setup.host.image(setup.bases[name])
    return None if detail is None else Picture(detail.id, (name,), detail.created_at, detail.size, base=True)


def which_container(name: str, among: Sequence[Container]) -> Container | Several | None:
    """Return the container meant: by name, by id, or by the beginning of an id."""
    for each in among:
        if name.removeprefix("/") == each.name or name == each.id:
            return each
    if not HEX.fullmatch(name):
        return None
    fitting = [each for each in among if each.id.startswith(name)]
    return Several(name) if len(fitting) > 1 else next(iter(fitting), None)


def which_picture(name: str, among: Sequence[Picture]) -> Picture | Several | None:
    """Return the image meant: by tag, by id, or by the beginning of an id."""
    wanted = normalise(name)
    for each in among:
        if (wanted and wanted in each.tags) or name in (each.id, each.id.removeprefix("sha256:")):
            return each
    digits = name.removeprefix("sha256:")
    if not HEX.fullmatch(digits):
        return None
    fitting = [each for each in among if each.id.removeprefix("sha256:").startswith(digits)]
    return Several(name) if len(fitting) > 1 else next(iter(fitting), None)


def listener(among: Sequence[Container], address: str, port: int, protocol: str = "tcp") -> Container | None:
    """Return the running container that holds this virtual host port, on this address or on all of them."""
    every = "0.0.0.0"  # noqa: S104 - compared, never bound
    for each in among:
        for held in each.ports if each.running else ():
            same = held.host == port and held.protocol == protocol
            if same and (held.address == address or every in (held.address, address)):
                return each
    return None
