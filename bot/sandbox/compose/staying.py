"""Evidence about a compose project: whether its data outlives being taken down and up.

The learner's own project is taken down and up here, as they would do it, because that is what has to be proved; nothing
of theirs is removed but what `down` removes, and it is up again afterwards.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.core.evidence import StaysSeen
from bot.core.specs import StaysSpec
from bot.errors import HostError
from bot.handin.compose.commands import Compose, Down, Source, Up
from bot.handin.plan import Output, VolumeMount
from bot.sandbox import evidence
from bot.sandbox.answers import ROUND_S, Answer, answer, content
from bot.sandbox.belongings import containers
from bot.sandbox.compose.composing import Composing
from bot.sandbox.compose.project import Files, Project, look
from bot.sandbox.names import Owner
from bot.sandbox.pool import Verifiers
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container

GRACE_S = 3  #: enough for a database to write what it has
#: one `up` makes the network first and then the volume; a second one takes longer than this after the first
OLDER_S = 0.2
MARKER = "chk-"


class Ended(Exception):
    """The play ended early; the evidence says where."""

    def __init__(self, seen: StaysSeen) -> None:
        super().__init__(seen.state)
        self.seen = seen


class Staying:
    """Takes projects down and up, and looks what is left."""

    def __init__(self, setup: Setup, verifiers: Verifiers, composing: Composing) -> None:
        self._setup, self._verifiers, self._composing = setup, verifiers, composing

    async def play(self, owner: Owner, spec: StaysSpec, files: Files) -> StaysSeen:
        """Post an item, take the project down and up, look for the item and remove it."""
        project = await look(self._setup, owner, files, Source())
        if isinstance(project, Output):
            return StaysSeen("down", observed=project.text)
        if idle := next((n for n in (spec.app, spec.database) if not self._runs(project, n)), ""):
            return StaysSeen("down", observed=f"{idle}, which does not run")
        volume = _volume(project, spec.database)
        older = await self._older(owner, project, volume)
        posted: list[str] = []
        try:
            before = await self._app(owner, spec, project, "first")
            items = [each for each in await self._list(owner, spec, before) if not _ours(each)]
            first = StaysSeen("played", "first", volume, older, len(items))
            if not volume or not older:
                return first  # what is there was not taken down and up by the learner: that is all there is to say
            marker = await self._post(owner, spec, before, first, posted)
            return await self._again(owner, spec, files, marker, first)
        except Ended as ended:
            return _with(ended.seen, volume, older)
        finally:
            await self._tidy(owner, spec, files, posted)

    async def _again(self, owner: Owner, spec: StaysSpec, files: Files, marker: str, first: StaysSeen) -> StaysSeen:
        for act in (Down(grace_s=GRACE_S), Up(detach=True)):
            out = await self._composing.perform(owner, Compose(act), files, lambda _: None)
            if out.exit_code:
                observed = out.text.splitlines()[-1] if out.text else "no word"
                return StaysSeen("not_up", "second", first.volume, True, first.items, observed=observed)
        project = await look(self._setup, owner, files, Source())
        if isinstance(project, Output):
            return StaysSeen("not_up", "second", first.volume, True, first.items, observed=project.text)
        app = await self._app(owner, spec, project, "second")
        kept = any(each.get("name") == marker for each in await self._list(owner, spec, app))
        log = evidence.tail(await self._setup.host.logs(app.id, tail=200))
        return StaysSeen("played", "second", first.volume, True, first.items, kept, log=log)

    def _runs(self, project: Project, service: str) -> bool:
        there = project.container(service)
        return there is not None and there.running

    async def _older(self, owner: Owner, project: Project, volume: str) -> bool:
        """Tell whether the volume was there before the project's network: then a `down` came in between."""
        since = {each.name: each.since for each in await self._composing.volumes.mine(owner)}.get(volume, 0.0)
        names = {each.name for each in project.plan.networks}
        made = [each for each in await self._composing.networks.made(owner) if each.name in names]
        raw = await self._setup.host.network(made[0].id) if made else None
        return raw is not None and since > 0 and _moment(str(raw.get("Created", ""))) - since > OLDER_S

    async def _app(self, owner: Owner, spec: StaysSpec, project: Project, at: str) -> Container:
        """Return the app's container once it answers. Raises: Ended."""
        ends = time.monotonic() + spec.wait_s
        there = project.container(spec.app)
        while there is not None:
            mine = await containers(self._setup, owner)
            there = next((each for each in mine if there and each.id == there.id), None)
            answered = await self._ask(owner, spec, there, "GET", spec.items, retry_for_s=ROUND_S) if there else {}
            if answered and not answered.get("error"):
                break
            if time.monotonic() >= ends or there is None or not there.running:
                log = evidence.tail(await self._setup.host.logs(there.id, tail=200)) if there else ""
                raise Ended(StaysSeen("silent", at, observed=str(answered.get("error", "")), log=log))
        if there is None:
            raise Ended(StaysSeen("silent", at, observed="no container"))
        return there

    async def _list(self, owner: Owner, spec: StaysSpec, app: Container) -> Sequence[Mapping[str, Any]]:
        items = content(await self._ask(owner, spec, app, "GET", spec.items))
        return [each for each in items if isinstance(each, Mapping)] if isinstance(items, list) else []

    async def _post(self, owner: Owner, spec: StaysSpec, app: Container, first: StaysSeen, posted: list[str]) -> str:
        marker = f"{MARKER}{secrets.token_hex(4)}"
        answered = await self._ask(owner, spec, app, "POST", spec.items, body={"name": marker})
        item = content(answered)
        if not isinstance(item, Mapping) or item.get("name") != marker or not item.get("id"):
            log = evidence.tail(await self._setup.host.logs(app.id, tail=200))
            observed = str(answered.get("error") or f"{answered.get('status')} for POST {spec.items}")
            raise Ended(StaysSeen("not_saved", "first", items=first.items, observed=observed, log=log))
        posted.append(str(item["id"]))
        return marker

    async def _tidy(self, owner: Owner, spec: StaysSpec, files: Files, posted: Sequence[str]) -> None:
        """Take our item out of the learner's list, wherever the app is by now."""
        if not posted:
            return
        with suppress(HostError):
            project = await look(self._setup, owner, files, Source())
            app = None if isinstance(project, Output) else project.container(spec.app)
            for each in posted:
                if app and app.running:
                    await self._ask(owner, spec, app, "DELETE", f"{spec.items}/{each}")

    async def _ask(
        self,
        owner: Owner,
        spec: StaysSpec,
        app: Container,
        method: str,
        path: str,
        *,
        body: Mapping[str, str] | None = None,
        retry_for_s: float = 0,
    ) -> Answer:
        url = f"http://{app.ip}:{spec.port}{path}"
        return await answer(self._verifiers, owner, method, url, body=body, retry_for_s=retry_for_s)


def _volume(project: Project, service: str) -> str:
    """Return the volume with a name that a service has in the file, '' when it has none."""
    plan = next((each for each in project.plan.services if each.name == service), None)
    mounts = plan.mounts if plan else ()
    return next((mount.source for mount in mounts if isinstance(mount, VolumeMount) and mount.source), "")


def _ours(item: Mapping[str, Any]) -> bool:
    return str(item.get("name", "")).startswith(MARKER)


def _with(seen: StaysSeen, volume: str, older: bool) -> StaysSeen:
    return StaysSeen(seen.state, seen.at, volume, older, seen.items, seen.kept, seen.observed, seen.log)


def _moment(text: str) -> float:
    """Return the seconds of a time as the engine writes it, 0 when it is none; its nanoseconds are left out."""
    try:
        return datetime.fromisoformat(re.sub(r"\.\d+", "", text)).timestamp()
    except ValueError:
        return 0.0
