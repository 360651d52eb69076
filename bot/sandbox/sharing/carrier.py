"""Carries images between the engine and the registry, each with a token for that one repository.

The registry's own address is put before a name for the transfer. That name stays on the engine, where no learner sees
it, so that the digest that belongs to it stays too.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from bot.errors import EngineTimeout, RegistryDown
from bot.sandbox.belongings import pictures
from bot.sandbox.builds import Events
from bot.sandbox.engine import EngineSaid, Sink
from bot.sandbox.names import Owner, split
from bot.sandbox.setup import Setup
from bot.sandbox.sharing.contents import Contents, Stored
from bot.sandbox.sharing.house import House
from bot.sandbox.sharing.issuer import Access
from bot.sandbox.sharing.replies import Home
from bot.sandbox.sharing.transfer import Screen

TRANSFER_S = 120.0
OUTPUT_MAX = 4 * 1024 * 1024
#: what the engine says when nobody answers it at the registry's address
SILENT = ("connection refused", "EOF", "i/o timeout", "connection reset")
Progress = Callable[[str], None]


class Carrier:
    """Pushes and fetches."""

    def __init__(self, setup: Setup, house: House, contents: Contents) -> None:
        self._setup, self._house, self._contents = setup, house, contents
        self._brought: set[tuple[str, str]] = set()  #: base, and the registry that has it
        self._one_at_a_time = asyncio.Lock()

    async def push(self, image_id: str, home: Home, progress: Progress) -> Screen:
        """Bring an image of the engine's into the registry. Raises: `RegistryDown`."""
        await self._house.open()
        if not await self._house.room():
            raise RegistryDown("The class's registry is full, so it takes nothing more in.")
        await self._bring_grounds(image_id)
        # the engine takes layers that it knows from wherever it pushed them last; it alone sees this token
        sources = [name for name in await self._contents.repositories() if name != home.repository]
        transit = f"{self._house.address}/{home.repository}:{home.tag}"
        await self._setup.host.tag(image_id, transit)
        auth = self._auth(Access(home.repository, ("pull", "push")), *(Access(name, ("pull",)) for name in sources))
        host = self._setup.host
        screen = await self._watched(
            progress, lambda sink: host.push(transit, auth, deadline_s=TRANSFER_S, on_bytes=sink)
        )
        screen.hide_sources(home.repository.partition("/")[0])
        return screen

    async def _bring_grounds(self, image_id: str) -> None:
        """Have the bases of an image in the registry, as `library/node`.

        Packing a base takes seconds. From there its layers are taken over into each learner's repository, as on Docker
        Hub: “Mounted from library/node”.
        """
        setup = self._setup
        detail = await setup.host.image(image_id)
        labels = ((detail.raw.get("Config") or {}).get("Labels") or {}) if detail else {}
        names = [name for name in labels.get("docent.bases", "").split(",") if name in setup.bases]
        for name in names:
            async with self._one_at_a_time:
                if (name, self._house.address) not in self._brought:
                    await self._bring(name)
                    self._brought.add((name, self._house.address))

    async def _bring(self, name: str) -> None:
        """Push a base. One that does not get there is no harm: each learner's push then packs it itself."""
        repository, tag = library(name)
        transit, host = f"{self._house.address}/{repository}:{tag}", self._setup.host
        await host.tag(self._setup.bases[name], transit)
        auth = self._auth(Access(repository, ("pull", "push")))
        try:
            await self._watched(
                lambda _line: None, lambda sink: host.push(transit, auth, deadline_s=TRANSFER_S, on_bytes=sink)
            )
        finally:
            await host.remove_image(transit)

    async def fetch(self, owner: Owner, home: Home, stored: Stored, progress: Progress) -> Screen | str:
        """Bring an image that was looked at onto the engine, by its digest; one sentence when it is not taken in.

        Raises: `RegistryDown`.
        """
        if stored.trouble:
            return stored.trouble
        if stored.image_id not in {each.id for each in await pictures(self._setup, owner)}:
            trouble = await self._contents.unpacked_problem(home.repository, stored.digest)
            if trouble:
                return trouble
        auth = self._auth(Access(home.repository, ("pull",)))
        repository, host = f"{self._house.address}/{home.repository}", self._setup.host
        screen = await self._watched(
            progress, lambda sink: host.pull(repository, stored.digest, auth, deadline_s=TRANSFER_S, on_bytes=sink)
        )
        if screen.error:
            raise RegistryDown(f"The engine could not fetch {home.repository}: {screen.error}.")
        return screen

    async def drop(self, reference: str) -> None:
        """Take a name away from a fetched image, and the digests under which it came unless a name there keeps them."""
        host = self._setup.host
        detail = await host.image(reference)
        for digest in (detail.raw.get("RepoDigests") or ()) if detail else ():
            repository = str(digest).partition("@")[0]
            kept = any(tag.rpartition(":")[0] == repository for tag in detail.tags) if detail else True
            if repository.startswith(f"{self._house.address}/") and not kept:
                await host.remove_image(str(digest))
        await host.remove_image(reference)

    def _auth(self, *access: Access) -> str:
        """Return `X-Registry-Auth` with a token in it, so that the engine need not ask for one."""
        token = self._house.issuer().token("docent", access, datetime.now(UTC))
        return base64.urlsafe_b64encode(json.dumps({"registrytoken": token}).encode()).decode()

    async def _watched(self, progress: Progress, transfer: Callable[[Sink], Awaitable[EngineSaid | None]]) -> Screen:
        screen, events, loop = Screen(), Events(OUTPUT_MAX), asyncio.get_running_loop()

        def take(chunk: bytes) -> bool:
            for event in events.feed(chunk):
                if line := screen.feed(event):
                    loop.call_soon_threadsafe(progress, line)
            return not events.flooded

        try:
            said = await transfer(take)
        except EngineTimeout:
            self._house.doubt()
            raise RegistryDown(f"The transfer took longer than {TRANSFER_S:.0f} s and was stopped.") from None
        screen.error = screen.error or (said.message if said else "")
        if any(sign in screen.error for sign in SILENT):
            self._house.doubt()
            raise RegistryDown("The class's registry does not answer.")
        # the engine's words, without the address that only it needs
        screen.error = screen.error.replace(f"{self._house.address}/", "")
        return screen


def library(name: str) -> tuple[str, str]:
    """Return repository and tag of a base as Docker Hub has it: `library/node`, `24-alpine`."""
    repository, tag = split(name)
    return repository if "/" in repository else f"library/{repository}", tag
