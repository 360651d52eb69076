"""What is in an image, read inside it by the verifier's own interpreter; nothing of the image runs."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from bot.errors import HostError
from bot.sandbox import recipe
from bot.sandbox.engine import EngineSaid, Lane
from bot.sandbox.names import Owner, interpreter_volume
from bot.sandbox.setup import Setup

LOOK_S = 20.0
REMEMBERED = 500  #: images whose files were looked at


class ImageFiles:
    """Looks into images."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._seen_paths: OrderedDict[tuple[str, tuple[str, ...]], tuple[str, ...]] = OrderedDict()
        self._volume = ""
        self._filling = asyncio.Lock()

    async def there(self, owner: Owner, image_id: str, paths: tuple[str, ...], attempt: int) -> tuple[str, ...]:
        """Return those of the paths that exist in the image; remembered, as an image never changes."""
        key = (image_id, paths)
        if key not in self._seen_paths:
            self._seen_paths[key] = await self._look(owner, image_id, paths, attempt)
            while len(self._seen_paths) > REMEMBERED:
                self._seen_paths.popitem(last=False)
        return self._seen_paths[key]

    async def _look(self, owner: Owner, image_id: str, paths: tuple[str, ...], attempt: int) -> tuple[str, ...]:
        host, nonce = self._setup.host, secrets.token_hex(8)
        question = json.dumps({"op": "files", "paths": list(paths), "nonce": nonce, "deadline_s": LOOK_S})
        request = recipe.file_look(owner, image_id, await self.prepare(), secrets.token_hex(8), question, attempt)
        await host.remove(request.name)  # what a crash may have left
        made = await host.create(request, Lane.PROBE)
        if isinstance(made, EngineSaid):
            raise HostError(f"The image could not be looked at: {made.message}")
        try:
            refused = await host.start(made, Lane.PROBE)
            code = None if refused else await host.wait(made, LOOK_S + 5)
            said = await host.logs(made)
        finally:
            await host.remove(made)
        if refused or code is None:
            raise HostError(f"The look at the image did not end: {refused.message if refused else 'time is up'}")
        answer = _json(said)
        if answer.get("nonce") != nonce or not answer.get("ok"):
            raise HostError(f"The look at the image failed: {said[-300:]}")
        return tuple(str(each["path"]) for each in answer["results"] if any(m["exists"] for m in each["matches"]))

    async def prepare(self) -> str:
        """Return the volume that holds the verifier's folder, filled once a start."""
        async with self._filling:
            if not self._volume:
                host, verifier = self._setup.host, self._setup.verifier
                volume = interpreter_volume(self._setup.instance, verifier)
                owned = {"docent.instance": self._setup.instance, "docent.kind": "verifier"}
                await host.must("POST", "/volumes/create", body={"Name": volume, "Labels": owned})
                request = recipe.volume_filler(self._setup.instance, verifier, volume)
                await host.remove(request.name)
                made = await host.create(request, Lane.PROBE)
                if isinstance(made, EngineSaid):
                    raise HostError(f"The verifier's volume could not be filled: {made.message}")
                await host.remove(made)
                self._volume = volume
        return self._volume


def _json(text: str) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
