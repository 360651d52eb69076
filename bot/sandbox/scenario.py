"""Play with containers made like the learner's own: does an item outlive the container, and why?

The learner's container is a model and is left alone; what is played with is ours, and is removed.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from bot.core.evidence import MountView, ScenarioSeen, VolumeSeen
from bot.core.specs import ScenarioSpec
from bot.errors import HostError
from bot.handin.plan import RunPlan
from bot.sandbox import evidence, recipe
from bot.sandbox.answers import ROUND_S, Answer, answer, content
from bot.sandbox.engine import EngineSaid
from bot.sandbox.names import Owner
from bot.sandbox.pool import Networks, Verifiers
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, Raw

NAMELESS = re.compile(r"[0-9a-f]{64}")


class Stopped(Exception):
    """The play ended early; the evidence says where."""

    def __init__(self, seen: ScenarioSeen) -> None:
        super().__init__(seen.state)
        self.seen = seen


class Scenarios:
    """Plays scenarios on one host."""

    def __init__(self, setup: Setup, networks: Networks, verifiers: Verifiers) -> None:
        self._setup, self._networks, self._verifiers = setup, networks, verifiers

    async def play(self, owner: Owner, spec: ScenarioSpec, model: Container | None, attempt: int) -> ScenarioSeen:
        """Post an item, kill and remove the container, look in a new one with the volume and in one without."""
        raw = await self._setup.host.inspect(model.id) if model and model.running else None
        if model is None or raw is None:
            return ScenarioSeen("no_container")
        marker = f"chk-{secrets.token_hex(4)}"
        made: list[str] = []
        posted = ""
        try:
            first = await self._up(owner, spec, model, _Role("first", raw, attempt), made)
            posted = await self._post(owner, spec, first, marker)
            await self._setup.host.remove(first.id)  # by force: SIGKILL, then gone with all it wrote for itself
            second, control = await asyncio.gather(
                self._up(owner, spec, model, _Role("second", raw, attempt), made),
                self._up(owner, spec, model, _Role("control", raw, attempt, volumes=False), made),
            )
            kept, kept_without = await asyncio.gather(
                self._lists(owner, spec, second, marker), self._lists(owner, spec, control, marker)
            )
            if kept:
                await self._ask(owner, spec, second, "DELETE", f"{spec.items}/{posted}")
                posted = ""
            return ScenarioSeen("played", kept=kept, kept_without=kept_without)
        except Stopped as stopped:
            return stopped.seen
        finally:
            if posted:  # it may be in the learner's list; one that is not there is fine
                with suppress(HostError):
                    await self._ask(owner, spec, model, "DELETE", f"{spec.items}/{posted}")
            for container in made:
                await self._setup.host.remove(container)

    async def _up(self, owner: Owner, spec: ScenarioSpec, model: Container, role: _Role, made: list[str]) -> Container:
        """Start one container like the model and return it once the app answers."""
        host = self._setup.host
        detail = await host.image(model.image_id)
        if detail is None:
            raise Stopped(ScenarioSeen("no_container"))
        await self._networks.ensure(owner)
        facts = recipe.ImageFacts(detail.id, spec.image, detail.volumes, detail.exposed)
        by = await self._setup.making(owner, "probe", role.attempt)
        request = recipe.container(RunPlan(spec.image, detach=True), f"{role.attempt}-{role.name}", facts, (), by)
        request = like(request, role.raw, volumes=role.volumes)
        await host.remove(request.name)  # what a crash may have left
        created = await host.create(request)
        if isinstance(created, EngineSaid):
            raise HostError(f"A container like the learner's could not be made: {created.message}")
        made.append(created)
        refused = await host.start(created)
        if refused is not None:
            raise Stopped(ScenarioSeen("exited", role.name, log=refused.message))
        return await self._answering(owner, spec, created, role)

    async def _answering(self, owner: Owner, spec: ScenarioSpec, container: str, role: _Role) -> Container:
        host = self._setup.host
        labels = (*owner.labels, "docent.kind=probe", f"docent.attempt={role.attempt}")
        ends = time.monotonic() + spec.wait_s
        while True:
            there = next((each for each in await host.containers(*labels) if each.id == container), None)
            if there is None or not there.running:
                ended = await host.ended(container)
                log = evidence.tail(await host.logs(container, tail=200)) if there else ""
                raise Stopped(ScenarioSeen("exited", role.name, log=log, exit_code=ended.exit_code if ended else 0))
            answered = await self._ask(owner, spec, there, "GET", spec.items, retry_for_s=ROUND_S)
            if not answered.get("error"):
                return there
            if time.monotonic() >= ends:
                log = evidence.tail(await host.logs(container, tail=200))
                raise Stopped(ScenarioSeen("silent", role.name, observed=str(answered["error"]), log=log))

    async def _post(self, owner: Owner, spec: ScenarioSpec, container: Container, marker: str) -> str:
        """Return the id of the item that was saved."""
        answered = await self._ask(owner, spec, container, "POST", spec.items, body={"name": marker})
        item = content(answered)
        saved = isinstance(item, Mapping) and item.get("name") == marker and item.get("id")
        if not saved or not await self._lists(owner, spec, container, marker):
            log = evidence.tail(await self._setup.host.logs(container.id, tail=200))
            observed = str(answered.get("error") or f"{answered.get('status')} for POST {spec.items}")
            raise Stopped(ScenarioSeen("not_saved", "first", observed=observed, log=log))
        return str(saved)

    async def _lists(self, owner: Owner, spec: ScenarioSpec, container: Container, marker: str) -> bool:
        items = content(await self._ask(owner, spec, container, "GET", spec.items))
        return isinstance(items, Sequence) and any(
            isinstance(item, Mapping) and item.get("name") == marker for item in items
        )

    async def _ask(
        self,
        owner: Owner,
        spec: ScenarioSpec,
        container: Container,
        method: str,
        path: str,
        *,
        body: Mapping[str, str] | None = None,
        retry_for_s: float = 0,
    ) -> Answer:
        url = f"http://{container.ip}:{spec.port}{path}"
        return await answer(self._verifiers, owner, method, url, body=body, retry_for_s=retry_for_s)


class _Role:
    """Which container of the play, and what it is made like."""

    def __init__(self, name: str, raw: Raw, attempt: int, *, volumes: bool = True) -> None:
        self.name, self.raw, self.attempt, self.volumes = name, raw, attempt, volumes


async def volume_seen(setup: Setup, owner: Owner, container: Container | None) -> VolumeSeen:
    """Return the learner's volumes and what the container sees."""
    params = {"filters": json.dumps({"label": list(owner.labels)})}
    answer = await setup.host.must("GET", "/volumes", params=params)
    names = (_own_name(owner, str(each["Name"])) for each in answer.json["Volumes"] or ())
    raw = await setup.host.inspect(container.id) if container else None
    volumes = tuple(sorted(name for name in names if name))
    if container is None or raw is None:
        return VolumeSeen(volumes)
    mounts = tuple(mount_view(owner, each) for each in raw.get("Mounts") or ())
    return VolumeSeen(volumes, container.name, mounts, container.running)


def mount_view(owner: Owner, mount: Raw) -> MountView:
    """Return one entry of `Mounts` as a judge looks at it.

    A folder of the project is a volume of ours on the host, which the learner knows as a bind mount.
    """
    name = str(mount.get("Name") or "")
    ours = name.startswith("docentproject-")
    kind = "bind" if ours else str(mount.get("Type") or "volume")
    own = "" if ours or NAMELESS.fullmatch(name) else _own_name(owner, name)
    return MountView(kind, own, str(mount.get("Destination") or ""), bool(mount.get("RW")))


def _own_name(owner: Owner, name: str) -> str:
    """Return what the learner calls the engine's volume, '' for one that is not theirs or has no name."""
    prefix = owner.container("")
    own = name.removeprefix(prefix) if name.startswith(prefix) else ""
    return "" if NAMELESS.fullmatch(own) else own


def like(request: recipe.Request, raw: Raw, *, volumes: bool) -> recipe.Request:
    """Return the request with what a learner's own container was started with; its volumes only if asked.

    A nameless volume is a new one in each container, as it would be for the learner.
    """
    config: Raw = raw.get("Config") or {}
    mounts = [each for each in raw.get("Mounts") or () if each.get("Type") == "volume"] if volumes else []
    host = cast(dict[str, Any], request.body["HostConfig"])
    covered = {str(each.get("Destination")) for each in mounts}
    tmpfs = {path: how for path, how in (host.get("Tmpfs") or {}).items() if path not in covered}
    seen = {**host, "Tmpfs": tmpfs, "Mounts": [_mount(each) for each in mounts]}
    same = {key: config.get(key) for key in ("Env", "Cmd", "Entrypoint", "WorkingDir", "User")}
    return recipe.Request(request.name, {**request.body, **same, "HostConfig": seen})


def _mount(raw: Raw) -> dict[str, object]:
    mount: dict[str, object] = {"Type": "volume", "Target": raw.get("Destination"), "ReadOnly": not raw.get("RW")}
    name = str(raw.get("Name") or "")
    return mount if NAMELESS.fullmatch(name) else {**mount, "Source": name}
