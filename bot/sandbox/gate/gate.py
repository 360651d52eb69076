"""One look at a host: what it says of itself, and what the canaries come to."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.errors import ImageMissing
from bot.sandbox.gate.canaries import Canaries
from bot.sandbox.gate.posture import Posture, Room, posture_of
from bot.sandbox.gate.truth import Truth, truth_of
from bot.sandbox.host import Host
from bot.sandbox.setup import Setup
from bot.sandbox.things import Raw

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Gate:
    """The gate of one host. `canary` finds the id of the canary's image, '' as long as it is not prepared."""

    def __init__(self, setup: Setup, canary: Callable[[], Awaitable[str]]) -> None:
        self._setup = setup
        self._canary = canary

    async def look(self) -> Truth:
        """Attack everything, ask the engine, and return what came of it. Raises: `HostError`."""
        image = await self._canary()
        if not image or await self._setup.host.image(image) is None:
            raise ImageMissing("The image docent-canary is not on this host. Run `docent images prepare`.")
        attacked = await Canaries(self._setup, image).attack()
        posture = await posture_now(self._setup.host)
        return truth_of({place: (each.seen, each.bounds) for place, each in attacked.items()}, posture)

    async def mark(self) -> str:
        """Return what changes when the engine, its machine or the canary is another one, or was started anew.

        Raises: `HostError`.
        """
        host = self._setup.host
        info, version = await host.info(), await host.version()
        # the engine makes its own bridge anew whenever it starts
        bridge = await host.network("bridge") or {}
        boot = ""
        if host.local:
            with contextlib.suppress(OSError):
                boot = await asyncio.to_thread(BOOT_ID.read_text)
        parts = [info.get("ID"), info.get("SecurityOptions"), info.get("DefaultRuntime"), version.get("Version")]
        parts += [bridge.get("Id"), bridge.get("Created"), boot.strip(), await self._canary(), self._setup.runtime]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


async def posture_now(host: Host) -> Posture:
    """Return what the engine says of itself. Raises: `HostError`."""
    version, info, bridge = await host.version(), await host.info(), await host.network("bridge")
    room = await asyncio.to_thread(room_of, info) if host.local else None
    return posture_of(version, info, bridge, room)


def room_of(info: Raw) -> Room | None:
    """Return how much is free where the engine keeps its data, None where that cannot be seen."""
    try:
        seen = os.statvfs(str(info.get("DockerRootDir") or "/var/lib/docker"))
    except OSError:
        return None
    # some file systems (Btrfs) make inodes as they go, and count none
    return Room(seen.f_bavail / max(seen.f_blocks, 1), seen.f_favail / seen.f_files if seen.f_files else 1.0)
