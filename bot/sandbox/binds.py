"""The container that mounts the project: which one is meant, and what the engine says about it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from bot.core.evidence import BindSeen, MountView
from bot.handin.plan import BindMount
from bot.sandbox import evidence
from bot.sandbox.engine import EngineSaid
from bot.sandbox.names import Owner
from bot.sandbox.scenario import mount_view
from bot.sandbox.screen import shown
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, Raw, ended_of

MOST_PROGRAMS = 60


def base_of(bases: Mapping[str, str], container: Container, image: str) -> str:
    """Return the public name of the base that a container was made from, one like `image` first; '' for no base."""
    names = sorted(name for name, image_id in bases.items() if image_id == container.image_id)
    return next((name for name in names if fnmatchcase(name, image)), next(iter(names), ""))


def folders(container: Container) -> list[BindMount]:
    """Return the folders of the project that a container has mounted."""
    return [mount for mount in container.mounts if isinstance(mount, BindMount)]


def mounting(bases: Mapping[str, str], mine: Sequence[Container], image: str) -> Container | None:
    """Return the container that is meant: one that mounts the project, else one of a base like `image`.

    A running one comes first, one of such a base before others; `mine` is newest first.
    """
    chosen = [c for c in mine if folders(c)] or [c for c in mine if fnmatchcase(base_of(bases, c, image), image)]
    return min(chosen, key=lambda c: (not c.running, not fnmatchcase(base_of(bases, c, image), image)), default=None)


async def bind_seen(setup: Setup, owner: Owner, mine: Sequence[Container], image: str) -> BindSeen:
    """Return what the engine says about the container that is meant."""
    names = tuple(each.name for each in mine)
    meant = mounting(setup.bases, mine, image)
    if meant is None:
        return BindSeen(others=names)
    raw, programs, log = await asyncio.gather(
        setup.host.inspect(meant.id), _programs(setup, meant), setup.host.logs(meant.id, tail=200)
    )
    if raw is None:  # removed since
        return BindSeen(others=tuple(name for name in names if name != meant.name))
    sources = {owner.project(each.source): each.source for each in folders(meant)}
    return BindSeen(
        evidence.container_view(meant, ended_of(raw), log),
        tuple(name for name in names if name != meant.name),
        base_of(setup.bases, meant, image),
        str((raw.get("Config") or {}).get("WorkingDir") or ""),
        tuple(_placed(owner, each, sources) for each in raw.get("Mounts") or ()),
        programs,
    )


def _placed(owner: Owner, mount: Raw, sources: Mapping[str, str]) -> MountView:
    return replace(mount_view(owner, mount), folder=sources.get(str(mount.get("Name")), ""))


async def _programs(setup: Setup, container: Container) -> tuple[str, ...]:
    """Return the command lines of what runs in a container, as the host sees them."""
    if not container.running:
        return ()
    answer = await setup.host.ask("GET", f"/containers/{container.id}/top")
    if isinstance(answer, EngineSaid):  # it has ended since
        return ()
    rows = (answer.json.get("Processes") or ())[:MOST_PROGRAMS]
    return tuple(shown(str(row[-1])) for row in rows if row)
