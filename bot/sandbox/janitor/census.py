"""Everything on a host, whoever it belongs to, as `judging` looks at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot.errors import HostError
from bot.sandbox.engine import Engine, EngineSaid, Lane
from bot.sandbox.janitor.judging import Thing
from bot.sandbox.janitor.seal import INSTANCE, What

LIST_S = 30.0
REMEMBERED = 10_000

Raw = Mapping[str, Any]


@dataclass
class Census:
    """Looks through one host; what it once looked up of a stranger's container it does not ask again."""

    engine: Engine
    _groups: dict[str, str] = field(default_factory=dict)

    async def take(self) -> list[Thing]:
        """Return all containers, networks, volumes and images. Raises `HostError`."""
        things = [*await self.containers()]
        things += [_thing(What.NETWORK, raw, raw["Id"]) for raw in await self._list("/networks")]
        volumes = await self._list("/volumes")
        things += [_thing(What.VOLUME, raw, raw["Name"]) for raw in volumes["Volumes"] or ()]
        for raw in await self._list("/images/json"):
            names = [*(raw.get("RepoTags") or ()), *(raw.get("RepoDigests") or ())]
            labels, made = raw.get("Labels") or {}, _moment(raw)
            for name in [each for each in names if not each.startswith("<none>")] or [""]:
                things.append(Thing(What.IMAGE, raw["Id"], name, labels, made_at=made))
        return things

    async def containers(self) -> list[Thing]:
        """Return all containers in all states."""
        found = []
        for raw in await self._list("/containers/json", {"all": "1"}):
            labels = raw.get("Labels") or {}
            name = next(iter(raw.get("Names") or [""])).removeprefix("/")
            group = "" if INSTANCE in labels and "docent.kind" in labels else await self._group(raw["Id"])
            state, image = raw.get("State", ""), raw.get("ImageID", "")
            found.append(Thing(What.CONTAINER, raw["Id"], name, labels, state, image, group, _moment(raw)))
        return found

    async def _group(self, container: str) -> str:
        """Return the control group that a container was asked into; it never changes."""
        if container not in self._groups:
            said = await self.engine.ask(Lane.CONTROL, "GET", f"/containers/{container}/json", deadline_s=LIST_S)
            if isinstance(said, EngineSaid):
                return ""  # gone meanwhile
            while len(self._groups) >= REMEMBERED:
                del self._groups[next(iter(self._groups))]
            self._groups[container] = str((said.json.get("HostConfig") or {}).get("CgroupParent") or "")
        return self._groups[container]

    async def _list(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        said = await self.engine.ask(Lane.CONTROL, "GET", path, params=params, deadline_s=LIST_S)
        if isinstance(said, EngineSaid):
            raise HostError(f"The Docker engine refused to list {path}: {said.message}")
        return said.json or []


def _thing(what: What, raw: Raw, engine_id: str) -> Thing:
    return Thing(what, engine_id, str(raw["Name"]), raw.get("Labels") or {})


def _moment(raw: Raw) -> datetime:
    return datetime.fromtimestamp(raw.get("Created") or 0, UTC)
