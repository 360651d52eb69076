"""The host: learners' sandboxes on its engine, and what looks after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog

from bot.errors import HostError
from bot.progress.ledger import SqlLedger
from bot.progress.passes import SqlPasses
from bot.progress.pins import Pins
from bot.progress.store import SqlStore
from bot.sandbox.catalogue import BROWSER, CANARY, CATALOGUE, REGISTRY, VERIFIER
from bot.sandbox.disk.meter import Weight
from bot.sandbox.disk.watch import Rules
from bot.sandbox.janitor.books import Books
from bot.sandbox.janitor.burying import bury_dead
from bot.sandbox.janitor.claims import Claim, claimed, engine_at
from bot.sandbox.sandbox import DockerSandbox
from bot.sandbox.sharing.layout import Address
from bot.sandbox.sharing.opening import Opening
from bot.settings import Settings
from bot.upkeep import Upkeep, beat
from bot.wiring.beside import Works
from bot.wiring.clock import now
from bot.wiring.images import image_finder, later_images, pinned_images
from bot.wiring.instructors import Instructors
from bot.wiring.kept import kept_secret, seal_of
from bot.wiring.records import DATABASE
from bot.wiring.telling import gate_teller, told_when_full

log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_host(settings: Settings, store: SqlStore) -> AsyncIterator[DockerSandbox]:
    """Have the sandbox open, and other Docents on this machine know that it is ours."""
    sandbox = await open_sandbox(settings, store)
    with claimed(settings.claims, claim_of(settings, sandbox.books)):
        try:
            yield sandbox
        finally:
            await sandbox.close()


def care(settings: Settings, store: SqlStore, sandbox: DockerSandbox, instructors: Instructors) -> Works:
    """Return what looks after the host while the bot runs."""
    staff = instructors.channel
    bury = partial(bury_dead, sandbox.janitor, settings.claims, settings.docker_host)
    return {
        "beat": lambda: beat(settings.data),
        "upkeep": Upkeep(store, sandbox, staff, bury).keep,
        "registry": lambda: opened_registry(sandbox),
        "images": lambda: later_images(settings, store, sandbox),
        "gate": lambda: sandbox.keeper.keep(store, gate_teller(staff), now),
        "room": lambda: told_when_full(sandbox, staff),
        "pulse": lambda: sandbox.pulse(instructors.changes.ring),
    }


async def open_sandbox(settings: Settings, store: SqlStore) -> DockerSandbox:
    """Return the sandbox on the host's engine, with the images that were prepared for it."""
    instance = await kept_secret(store, "instance", 3)
    bases = await asyncio.to_thread(pinned_images, settings, Pins(store.database))
    verifier, served = bases.get(VERIFIER, ""), {row.name for row in CATALOGUE if row.base}
    bases = {name: image for name, image in bases.items() if name in served}
    registry, browser, canary = (image_finder(settings, store, name) for name in (REGISTRY, BROWSER, CANARY))
    opening = Opening(SqlPasses(store.database), settings.data, registry, address_of(settings))
    return DockerSandbox(
        instance,
        bases,
        verifier,
        url=settings.docker_host,
        run_cgroup=settings.run_cgroup,
        runtime=settings.runtime,
        opening=opening,
        browser=browser,
        books=Books(instance, await seal_of(store), SqlLedger(store.database)),
        rules=Rules(Weight(settings.disk_mb * 1024 * 1024, settings.disk_files), settings.disk_full_pct),
        canary=canary,
        profile=settings.host_profile,
    )


def claim_of(settings: Settings, books: Books) -> Claim:
    """Return what this Docent says of itself on this machine."""
    key, database = books.seal.key.hex(), (settings.data / DATABASE).resolve()
    return Claim(books.instance, key, str(database), settings.passing, engine_at(settings.docker_host))


def address_of(settings: Settings) -> Address:
    """Return where the registry is to be."""
    return Address(settings.registry, settings.registry_tokens, settings.registry_public, settings.registry_room_mb)


async def opened_registry(sandbox: DockerSandbox) -> None:
    """Have a registry that was used before ready again; the first of all is made when somebody shares.

    If it cannot be, whoever shares is told.
    """
    if sandbox.sharing is None:
        return
    try:
        if not await sandbox.sharing.house.known():
            return
        await sandbox.sharing.house.open()
    except HostError as error:
        log.warning("registry_waits", error=str(error))
    else:
        log.info("registry", address=sandbox.sharing.house.public)
