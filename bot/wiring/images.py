"""Which images the host has for us, those that come while the bot runs included."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.errors import HostError
from bot.progress.pins import Pins
from bot.progress.store import SqlStore
from bot.sandbox.catalogue import CATALOGUE
from bot.sandbox.engine_images import EngineImages
from bot.sandbox.images import list_images
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import Settings, shipped

log = structlog.get_logger(__name__)

LOOK_FOR_IMAGES_S = 10.0


def pinned_images(settings: Settings, pins: Pins) -> dict[str, str]:
    """Return name → image id. What is not pinned yet, or not on the host any more, is taken from what is prepared."""
    known = pins.get()
    engine = EngineImages(settings.docker_host or None)
    try:
        for image in list_images(engine, shipped("deploy").parent):
            gone = image.name not in known or engine.find(known[image.name]) is None
            if image.id and gone:
                pins.put(image.name, image.id, image.standin)
    except HostError as error:
        log.warning("images_unknown", error=str(error))
    return pins.get()


def image_finder(settings: Settings, store: SqlStore, name: str) -> Callable[[], Awaitable[str]]:
    """Return a function that looks up an image of ours: it may be prepared while the bot runs already."""

    async def image() -> str:
        pins = Pins(store.database)
        known = (await asyncio.to_thread(pins.get)).get(name, "")
        return known or (await asyncio.to_thread(pinned_images, settings, pins)).get(name, "")

    return image


async def later_images(settings: Settings, store: SqlStore, sandbox: DockerSandbox) -> None:
    """Serve images that are prepared while the bot runs already, until all are there."""
    while True:
        missing = {row.name for row in CATALOGUE if row.base} - set(sandbox.served)
        if not missing:
            return
        await asyncio.sleep(LOOK_FOR_IMAGES_S)
        found = await asyncio.to_thread(pinned_images, settings, Pins(store.database))
        come = {name: found[name] for name in missing & found.keys()}
        if come:
            sandbox.serve(come)
            log.info("images", come=sorted(come))
