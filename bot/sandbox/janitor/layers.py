"""The layers that builds leave: known by a label that every build here puts below all it makes, and by their age.

A step's layer has no name, and whoever asked for it may be dead before it hears of it. So each Dockerfile that goes to
an engine begins its stages with `names.MARK`, which all that is built on it inherits. It says that *a* Docent built
this, not which one: a label of each Docent's own would keep their builds from sharing a cache. Therefore any of them
takes away what nothing stands on, once it is older than any build that may still need it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.errors import HostError
from bot.sandbox.engine import Engine, EngineSaid, Lane
from bot.sandbox.janitor.seal import INSTANCE
from bot.sandbox.names import LAYER
from bot.sandbox.things import moment

#: So long a layer serves as a cache.
LEASE = timedelta(hours=6)
CALL_S = 40.0

Raw = Mapping[str, Any]


def spent(image: Raw, instance: str, before: datetime) -> bool:
    """Tell whether an image, as the engine tells it, is a layer of a build that nobody may need any more. Pure.

    What was built on a learner's image has the labels of its Docent, which is the only one to judge about it.
    """
    labels = (image.get("Config") or {}).get("Labels") or {}
    named = image.get("RepoTags") or image.get("RepoDigests")
    ours = labels.get(INSTANCE, instance) == instance
    return LAYER in labels and ours and not named and moment(str(image.get("Created") or "")) < before


class Layers:
    """The layers on one engine, as one Docent judges them."""

    def __init__(self, engine: Engine, instance: str) -> None:
        self._engine, self._instance = engine, instance

    async def sweep(self, before: datetime) -> int:
        """Remove what builds made before then and nothing stands on; returns how many. Raises `HostError`."""
        params = {"filters": f'{{"dangling":["true"],"label":["{LAYER}"]}}'}
        found = await self._engine.ask(Lane.CONTROL, "GET", "/images/json", params=params, deadline_s=CALL_S)
        if isinstance(found, EngineSaid):
            raise HostError(f"The Docker engine refused to list its layers: {found.message}")
        return sum([await self._unravel(str(each["Id"]), before) for each in found.json or ()])

    async def _unravel(self, layer: str, before: datetime) -> int:
        """Remove a layer, then what it stood on, down to what somebody needs; returns how many."""
        gone = 0
        while layer:
            path = f"/images/{layer}"
            found = await self._engine.ask(Lane.CONTROL, "GET", f"{path}/json", deadline_s=CALL_S)
            if isinstance(found, EngineSaid) or not spent(found.json, self._instance, before):
                break
            # one by one: what the engine itself would take along, it would take whatever its labels say
            said = await self._engine.ask(Lane.CONTROL, "DELETE", path, params={"noprune": "1"}, deadline_s=CALL_S)
            if isinstance(said, EngineSaid):
                break  # something stands on it, or it is gone
            gone, layer = gone + 1, str(found.json.get("Parent") or "")
        return gone
