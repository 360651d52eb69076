"""The engine, with a clerk at its door: what is made is entered and sealed first, what is not ours is not seen.

Nothing can be made past it. A name that the books do not know is never removed, so that a stranger's container that
happens to be called like one of ours is safe; that also spares the engine every "remove what a crash may have left".
Source: Engine API v1.41, `ContainerCreate`, `NetworkCreate`, `VolumeCreate`, `ImageTag`, `ImageCommit`, `ImageBuild`.
"""

from __future__ import annotations

import json as jsons
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast
from urllib.parse import unquote

from bot.ports import Stage
from bot.sandbox.calling.health import Health
from bot.sandbox.engine import Engine, EngineSaid, Lane, Params, Reply, Sink
from bot.sandbox.hijack import Wire
from bot.sandbox.janitor.books import Books
from bot.sandbox.janitor.seal import Labels, What
from bot.sandbox.janitor.sight import Sight

CONFLICT, NO_SUCH = 409, 404
_MADE = {"/containers/create": What.CONTAINER, "/networks/create": What.NETWORK, "/volumes/create": What.VOLUME}
_FOLDERS = {"containers": What.CONTAINER, "networks": What.NETWORK, "volumes": What.VOLUME, "images": What.IMAGE}
_TAGGED = re.compile(r"/images/[^/]+/tag")
_REMOVED = re.compile(r"/(containers|networks|volumes|images)/(.+)")
_RENAMED = re.compile(r"/containers/([^/]+)/rename")
#: sends the request, with this body
Send = Callable[[object], Awaitable[Reply | EngineSaid]]
_ID = re.compile(r"(sha256:)?[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Making:
    """One object about to be made; `json` carries its seal."""

    what: What
    name: str
    labels: Labels
    json: object


class BookedEngine:
    """Does what `Engine` does, for one Docent."""

    def __init__(self, engine: Engine, books: Books) -> None:
        self.engine, self.books = engine, books
        self._sight = Sight(books)
        self._making: set[tuple[What, str]] = set()

    @property
    def local(self) -> bool:
        """Tell whether the engine is on this machine."""
        return self.engine.local

    @property
    def health(self) -> Health:
        """Return whether the engine is well (`Engine.health`)."""
        return self.engine.health

    async def ping(self) -> None:
        """Return when the engine has said that it is there (`Engine.ping`)."""
        await self.engine.ping()

    @property
    def making(self) -> frozenset[tuple[What, str]]:
        """Return what is being made at this moment."""
        return frozenset(self._making)

    async def ask(
        self,
        lane: Lane,
        method: str,
        path: str,
        *,
        deadline_s: float,
        params: Params | None = None,
        json: object = None,
        patient: bool = False,
    ) -> Reply | EngineSaid:
        """Return the answer to one request (`Engine.ask`)."""
        await self.books.open()

        async def send(body: object) -> Reply | EngineSaid:
            return await self.engine.ask(
                lane, method, path, params=params, json=body, deadline_s=deadline_s, patient=patient
            )

        if method == "POST":
            if (made := self._made(path, params or {}, json)) is not None:
                return await self._make(made, send, deadline_s)
            if (renamed := _RENAMED.fullmatch(path)) and params:
                return await self._rename(renamed[1], params["name"], send, json)
        if method == "DELETE" and (gone := _REMOVED.fullmatch(path)):
            return await self._remove(_FOLDERS[gone[1]], unquote(gone[2]), send, json)
        answer = await send(json)
        if method == "GET" and isinstance(answer, Reply):
            return replace(answer, json=self._sight.of(path, answer.json))
        return answer

    async def stream(
        self,
        lane: Lane,
        method: str,
        path: str,
        sink: Sink,
        *,
        deadline_s: float,
        params: Params | None = None,
        json: object = None,
        data: bytes | BinaryIO | None = None,
        headers: Mapping[str, str] | None = None,
        patient: bool = True,
        silence_s: float | None = None,
    ) -> EngineSaid | None:
        """Feed the answer's bytes to `sink` until it ends (`Engine.stream`); a build's result gets its seal."""
        if path == "/build" and params and "labels" in params:
            await self.books.open()
            labels = self.books.seal.sealed(What.IMAGE, "", jsons.loads(params["labels"]))
            params = {**params, "labels": jsons.dumps(labels)}
        return await self.engine.stream(
            lane,
            method,
            path,
            sink,
            deadline_s=deadline_s,
            params=params,
            json=json,
            data=data,
            headers=headers,
            patient=patient,
            silence_s=silence_s,
        )

    def close(self) -> None:
        """Let the threads go."""
        self.engine.close()

    async def take_over(self, path: str, *, params: Params, body: object, deadline_s: float) -> Wire | EngineSaid:
        """Return the raw line that a request opened (`Engine.take_over`)."""
        return await self.engine.take_over(path, params=params, body=body, deadline_s=deadline_s)

    def _made(self, path: str, params: Params, json: object) -> _Making | None:
        if (what := _MADE.get(path)) is not None:
            body = dict(cast(Mapping[str, Any], json))
            name = params.get("name", "") if what is What.CONTAINER else str(body.get("Name", ""))
            labels = self.books.seal.sealed(what, name, body.get("Labels") or {})
            return _Making(what, name, labels, self._with_volumes(body) | {"Labels": labels})
        if path == "/commit" or _TAGGED.fullmatch(path):
            return _Making(What.IMAGE, f"{params['repo']}:{params['tag']}", {}, json)
        return None

    def _with_volumes(self, body: dict[str, Any]) -> dict[str, Any]:
        """Return the request with a seal on the nameless volumes that the container brings."""
        host = body.get("HostConfig") or {}
        if "Mounts" not in host:
            return body
        return body | {"HostConfig": host | {"Mounts": [self._mount(each) for each in host["Mounts"]]}}

    def _mount(self, mount: Mapping[str, Any]) -> Mapping[str, Any]:
        options = mount.get("VolumeOptions") or {}
        if not options.get("Labels"):
            return mount
        labels = self.books.seal.sealed(What.VOLUME, "", options["Labels"])
        return {**mount, "VolumeOptions": options | {"Labels": labels}}

    async def _make(self, made: _Making, send: Send, deadline_s: float) -> Reply | EngineSaid:
        """Enter, ask, confirm. When no answer comes the entry stays as intended: nobody can tell."""
        books, key = self.books, (made.what, made.name)
        before = books.entry(*key)
        # to make one of these twice is to make it once, so that one that is there needs no new entry
        known = before is not None and before.stage is Stage.THERE and made.what is not What.CONTAINER
        if not known:
            await books.intend(*key, made.labels)
        twice = key in self._making
        self._making.add(key)
        try:
            answer = await send(made.json)
            lost = before is not None and before.stage is Stage.INTENDED and not twice
            if isinstance(answer, EngineSaid) and answer.status == CONFLICT and lost:
                answer = await self._adopted(made, answer, send, deadline_s)
        finally:
            if not twice:
                self._making.discard(key)
        if isinstance(answer, Reply):
            said = answer.json if isinstance(answer.json, dict) else {}
            books.there(*key, made.name if made.what in (What.VOLUME, What.IMAGE) else str(said.get("Id", "")))
        elif before is not None:
            books.restore(before)
        else:
            books.gone(*key)
        return answer

    async def _adopted(self, made: _Making, refused: EngineSaid, send: Send, deadline_s: float) -> Reply | EngineSaid:
        """Take over what an earlier request made whose answer was lost, if it is ours; else what the engine said."""
        if made.what is not What.CONTAINER:
            return refused
        path = f"/containers/{made.name}"
        found = await self.engine.ask(Lane.CONTROL, "GET", f"{path}/json", deadline_s=deadline_s)
        if isinstance(found, EngineSaid):
            return await send(made.json)
        config: Mapping[str, Any] = found.json.get("Config") or {}
        labels: Labels = config.get("Labels") or {}
        if not self.books.seal.holds(made.what, made.name, labels):
            return refused
        wanted = cast(Mapping[str, Any], made.json)
        same = all(labels.get(name) == value for name, value in made.labels.items())
        fresh = (found.json.get("State") or {}).get("Status") == "created"
        if same and fresh and found.json.get("Image") == wanted.get("Image"):
            return Reply(201, {"Id": found.json["Id"], "Warnings": []})
        await self.engine.ask(Lane.CONTROL, "DELETE", path, params={"force": "1", "v": "1"}, deadline_s=deadline_s)
        return await send(made.json)

    async def _rename(self, container: str, name: str, send: Send, json: object) -> Reply | EngineSaid:
        take_back = await self.books.rename(container, name)
        answer: Reply | EngineSaid = await send(json)
        if isinstance(answer, EngineSaid):
            take_back()
        return answer

    async def _remove(self, what: What, name: str, send: Send, json: object) -> Reply | EngineSaid:
        """Remove what the books know, or what has no name but the engine's id; that comes from what we listed."""
        ours = self.books.entry(what, name) is not None or bool(_ID.fullmatch(name))
        if not ours and not (what is What.IMAGE and not name.startswith("docent")):
            return EngineSaid(NO_SUCH, f"No such {what}: {name}")
        answer: Reply | EngineSaid = await send(json)
        if isinstance(answer, Reply) or answer.status == NO_SUCH:
            self.books.gone(what, name)
        return answer
