"""The class's registry: the distribution registry in a container beside the engine, its things in a volume.

It is made when somebody first shares and stopped with the bot; the next bot finds it by name and takes it over when it
is set up as it would set it up itself. What fails here is said to whoever shares, and stops nobody else.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import aiohttp
import structlog

from bot.errors import HostError, RegistryDown
from bot.ports import Passes
from bot.sandbox import recipe
from bot.sandbox.engine import EngineSaid
from bot.sandbox.host import Host, Ran
from bot.sandbox.sharing import layout
from bot.sandbox.sharing.issuer import Issuer, open_issuer
from bot.sandbox.sharing.layout import FOLDER, LOOPBACK, Address, packed, split
from bot.sandbox.sharing.tokens import Tokens
from bot.sandbox.things import Raw

log = structlog.get_logger(__name__)

READY_S = 10.0
STOP_S = 2
TIDY_S = 60.0
LOOK_AGAIN_S = 20.0  #: for so long a registry that answered is taken to answer
ROOM_AGAIN_S = 15.0
MIB = 1024 * 1024


class House:
    """Runs the registry. `image` returns its image id, '' while it is not prepared."""

    def __init__(
        self,
        host: Host,
        instance: str,
        image: Callable[[], Awaitable[str]],
        folder: Path,
        passes: Passes,
        address: Address,
    ) -> None:
        self._host, self._instance, self._image = host, instance, image
        self._folder, self._address = folder, address
        self._issuer: Issuer | None = None
        self._tokens = Tokens(passes, self.issuer, self.room)
        self._tokens_at = ""
        self._listens_at = ""
        self._session: aiohttp.ClientSession | None = None
        self._one_at_a_time = asyncio.Lock()
        self._shut = False
        self._seen_at = float("-inf")
        self._room: tuple[float, bool] = (float("-inf"), True)

    @property
    def name(self) -> str:
        """Return the name of its container and of its volume."""
        return f"docentregistry-{self._instance}"

    @property
    def address(self) -> str:
        """Return `host:port` as the engine and we reach it; '' before the first `open`."""
        return self._listens_at

    @property
    def public(self) -> str:
        """Return the address that learners write on their own machines."""
        return self._address.public or self._listens_at

    @property
    def published(self) -> bool:
        """Tell whether other machines than this one can reach it."""
        return bool(self._address.public)

    def issuer(self) -> Issuer:
        """Return who signs."""
        if self._issuer is None:
            self._issuer = open_issuer(self._folder)
        return self._issuer

    @property
    def session(self) -> aiohttp.ClientSession:
        """Return the client that we ask it with."""
        if self._session is None:
            self._session = aiohttp.ClientSession()  # without the operator's proxies: it is on this machine
        return self._session

    async def known(self) -> bool:
        """Tell whether it was made before. Raises: `HostError`."""
        return await self._host.inspect(self.name) is not None

    async def open(self) -> None:
        """Return when the registry answers, made and started if need be. Raises: `RegistryDown`, `HostError`."""
        async with self._one_at_a_time:
            if self._shut:
                raise RegistryDown("The class's registry is closed.")
            if time.monotonic() - self._seen_at < LOOK_AGAIN_S:
                return
            there = await self._host.inspect(self.name)
            kept = ((there or {}).get("Config") or {}).get("Labels") or {}
            await self._listen(str(kept.get("docent.tokens", "")))
            started = await self._run(there, kept)
            await self._until_it_answers()
            if started and there is not None:
                await self._tidy()
            self._seen_at = time.monotonic()

    async def shut(self) -> None:
        """Let whoever opens it end, and nobody open it again: it is about to be removed."""
        self._shut = True
        async with self._one_at_a_time:
            self.doubt()

    async def close(self) -> None:
        """Stop the registry, which nobody could log in to any more; what is in it stays."""
        await self._tokens.stop()
        if self._listens_at:
            with suppress(HostError):
                await self._host.stop(self.name, STOP_S)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def doubt(self) -> None:
        """Look again next time: it did not answer as it should."""
        self._seen_at = float("-inf")

    async def room(self) -> bool:
        """Tell whether there is room for more; when nobody can tell, there is."""
        asked_at, there_is = self._room
        if time.monotonic() - asked_at < ROOM_AGAIN_S:
            return there_is
        body = {"Cmd": ["du", "-sk", recipe.REGISTRY_HOME], "AttachStdout": True}
        with suppress(HostError, ValueError, IndexError):
            ran = await self._host.execute(self.name, body, deadline_s=10)
            if isinstance(ran, Ran) and ran.exit_code == 0:
                there_is = int(ran.stdout.split()[0]) * 1024 < self._address.room_mb * MIB
        if not there_is:
            log.warning("registry_full", room_mb=self._address.room_mb)
        self._room = (time.monotonic(), there_is)
        return there_is

    async def _listen(self, kept: str) -> None:
        """Start the token server where it was before, else where there is room."""
        if self._tokens_at:
            return
        wanted = [self._address.tokens] if self._address.tokens else [kept, f"{LOOPBACK}:0"]
        for each in filter(None, wanted):
            host, port = split(each)
            try:
                self._tokens_at = f"{host}:{await self._tokens.start(host, port)}"
            except OSError as error:
                reason = error.strerror or str(error)
            else:
                return
        raise RegistryDown(f"Tokens for the registry cannot be given out at {wanted[-1]}: {reason}.")

    async def _tidy(self) -> None:
        """Clear away what no image needs any more, now that nobody is writing. Source: `garbage-collection.md`."""
        body = {"Cmd": ["registry", "garbage-collect", recipe.REGISTRY_CONFIG], "AttachStdout": True}
        with suppress(HostError):
            ran = await self._host.execute(self.name, body, deadline_s=TIDY_S)
            if not isinstance(ran, Ran) or ran.exit_code != 0:
                log.warning("registry_not_tidied", said=ran.output[-300:] if isinstance(ran, Ran) else ran.message)

    async def _run(self, there: Raw | None, kept: dict[str, str]) -> bool:
        """Have its container run as it should be; False when it did already."""
        image = await self._image()
        if not image:
            raise RegistryDown("The registry is not prepared on this host yet. `docent images prepare` does that.")
        listen = split(self._address.listen or kept.get("docent.listen", "") or f"{LOOPBACK}:{free_port()}")
        config = layout.config(self._address, self._tokens_at)
        digest = hashlib.sha256(json.dumps([config, image, self._tokens_at]).encode() + self.issuer().cert_pem)
        request = recipe.registry(self._instance, image, listen, digest.hexdigest()[:16])
        labels = request.body["Labels"]
        assert isinstance(labels, dict)  # noqa: S101 - we have just made it
        labels["docent.tokens"] = self._tokens_at
        self._listens_at = f"{listen[0]}:{listen[1]}"
        same = all(kept.get(key) == labels[key] for key in ("docent.recipe", "docent.listen"))
        if there is not None and same and (there.get("State") or {}).get("Running"):
            return False
        if there is None or not same:
            await self._make(request, config)
        refused = await self._host.start(self.name)
        if refused is not None:
            await self._host.remove(self.name)  # another port next time, where we may choose
            log.warning("registry_refused", said=refused.message)
            why = f"another program holds {self._listens_at}" if "already" in refused.message else "the log tells why"
            raise RegistryDown(f"The class's registry does not start: {why}.")
        return True

    async def _make(self, request: recipe.Request, config: dict[str, object]) -> None:
        await self._host.remove(self.name)
        await self._host.must("POST", "/volumes/create", body=recipe.registry_volume(self._instance))
        made = await self._host.create(request)
        if isinstance(made, EngineSaid):
            raise RegistryDown(f"The registry could not be made: {made.message}")
        http = {"addr": ":5000", "secret": secrets.token_hex(16), "relativeurls": True}
        files = {
            f"{FOLDER}/config.yml": json.dumps(config | {"http": http}).encode(),
            f"{FOLDER}/root.crt": self.issuer().cert_pem,
        }
        said = await self._host.put(made, recipe.REGISTRY_HOME, packed(files))
        if said is not None:
            raise RegistryDown(f"The registry could not be set up: {said.message}")

    async def _until_it_answers(self) -> None:
        ends = time.monotonic() + READY_S
        while True:
            said = ""
            try:
                async with self.session.get(f"http://{self._listens_at}/v2/", timeout=_patience()) as answer:
                    if answer.status == 401:
                        return
                    said = f"it answers {answer.status}"
            except (aiohttp.ClientError, TimeoutError) as error:
                said = str(error) or "no answer in time"
            if time.monotonic() > ends:
                raise RegistryDown(f"The registry at {self._listens_at} does not answer as it should: {said}.")
            await asyncio.sleep(0.1)


def _patience() -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=2)


def free_port() -> int:
    """Return a port of the loopback that nobody holds now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trying:
        trying.bind((LOOPBACK, 0))
        return int(trying.getsockname()[1])
