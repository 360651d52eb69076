"""The host's engine in typed words: one method a request, a deadline on each.

What the engine refuses comes back as `EngineSaid`; where no refusal can be meant for a learner it is a `HostError`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from bot.errors import EngineTimeout, HostError
from bot.sandbox.calling import quarantine
from bot.sandbox.calling.lanes import NoTurn
from bot.sandbox.engine import Engine, EngineSaid, Lane, Reply, Sink
from bot.sandbox.hijack import Wire
from bot.sandbox.janitor.booked import BookedEngine
from bot.sandbox.recipe import Request
from bot.sandbox.stream import STDOUT, Frames, HeadTail
from bot.sandbox.things import (
    Container,
    Ended,
    Image,
    ImageDetail,
    Raw,
    Volume,
    container_of,
    detail_of,
    ended_of,
    host_fault,
    image_of,
    volume_of,
)

SHORT_S = 15.0  #: for what an idle engine does in milliseconds
START_S = 40.0  #: create and start wait for disks and networks
UNDO_S = 3.0  #: for taking back what was given up
KEPT = 48 * 1024  #: bytes kept at each end of an output


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command inside a container did. `exit_code` is None when it still runs."""

    exit_code: int | None
    output: str  #: both streams, in the order they came
    stdout: str


class Host:
    """The containers, images and networks of one engine."""

    def __init__(self, engine: Engine | BookedEngine) -> None:
        self._engine = engine
        self.quarantine = quarantine.Quarantine()

    @property
    def local(self) -> bool:
        """Tell whether the engine is on this machine."""
        return self._engine.local

    async def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: object = None,
        deadline_s: float = SHORT_S,
        lane: Lane = Lane.CONTROL,
    ) -> Reply | EngineSaid:
        """Return the engine's answer."""
        answer = await self._engine.ask(lane, method, path, params=params, json=body, deadline_s=deadline_s)
        if isinstance(answer, EngineSaid) and (fault := host_fault(answer.message)):
            raise fault  # of the engine's own disk, never of what a learner's program wrote
        return answer

    async def must(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, body: object = None
    ) -> Reply:
        """Return the answer to what no learner can be blamed for. Raises `HostError` when the engine refuses."""
        answer = await self.ask(method, path, params=params, body=body)
        if isinstance(answer, EngineSaid):
            raise HostError(f"The Docker engine refused {method} {path}: {answer.message}")
        return answer

    async def version(self) -> Raw:
        """Return `GET /version`."""
        return _object(await self.must("GET", "/version"))

    async def info(self) -> Raw:
        """Return `GET /info`."""
        return _object(await self.must("GET", "/info"))

    async def containers(self, *labels: str) -> tuple[Container, ...]:
        """Return the containers in any state that carry all labels (`key=value`), newest first."""
        params = {"all": "1", "filters": json.dumps({"label": list(labels)})}
        return tuple(container_of(raw) for raw in (await self.must("GET", "/containers/json", params=params)).json)

    async def create(self, request: Request, lane: Lane = Lane.CONTROL) -> str | EngineSaid:
        """Create a container and return its id."""
        params = {"name": request.name}
        try:
            answer = await self.ask(
                "POST", "/containers/create", params=params, body=request.body, deadline_s=START_S, lane=lane
            )
        except asyncio.CancelledError:
            # whoever gave up does not know whether it was made
            with contextlib.suppress(HostError, TimeoutError):
                async with asyncio.timeout(UNDO_S):
                    await self.remove(request.name)
            raise
        return answer if isinstance(answer, EngineSaid) else str(answer.json["Id"])

    async def start(self, container: str, lane: Lane = Lane.CONTROL) -> EngineSaid | None:
        """Start a container; one that runs already is fine."""
        return _refused(await self.ask("POST", f"/containers/{quote(container)}/start", deadline_s=START_S, lane=lane))

    async def stop(self, container: str, grace_s: int, *, again: bool = False) -> EngineSaid | None:
        """Stop a container (`again`: and start it), killing it after `grace_s`."""
        verb = "restart" if again else "stop"
        path = f"/containers/{quote(container)}/{verb}"
        answer = await self.ask("POST", path, params={"t": str(grace_s)}, deadline_s=grace_s + START_S, lane=Lane.RUN)
        return _refused(answer)

    async def remove(self, container: str, *, force: bool = True) -> EngineSaid | None:
        """Remove a container and its nameless volumes; one that is gone or going is fine."""
        if self.quarantine.holds(container):
            return EngineSaid(500, quarantine.SAY)
        params = {"force": "1" if force else "0", "v": "1"}
        try:
            answer = await self.ask("DELETE", f"/containers/{quote(container)}", params=params, deadline_s=START_S)
        except NoTurn:
            raise
        except EngineTimeout as error:
            with contextlib.suppress(HostError):
                await self._engine.ping()  # it answers others: it is this container that it cannot end
                self.quarantine.put(container, str(error))
            raise
        said = _refused(answer)
        if said and any(sign in said.message for sign in quarantine.SIGNS):
            self.quarantine.put(container, said.message)
            return said
        gone = said and (said.status == 404 or "already in progress" in said.message)
        if gone or said is None:
            self.quarantine.release(container)
        return None if gone else said

    async def inspect(self, container: str, *, size: bool = False) -> Raw | None:
        """Return `GET /containers/{id}/json`, None when there is no such container; `size` takes a moment longer."""
        answer = await self.ask("GET", f"/containers/{quote(container)}/json", params={"size": "1"} if size else None)
        return None if isinstance(answer, EngineSaid) else _object(answer)

    async def ended(self, container: str) -> Ended | None:
        """Return how a container ended or that it runs, None when there is no such container."""
        raw = await self.inspect(container)
        return None if raw is None else ended_of(raw)

    async def wait(self, container: str, deadline_s: float) -> int | None:
        """Return the exit code once the container has ended, None when it still runs after `deadline_s`."""
        path = f"/containers/{quote(container)}/wait"
        try:
            answer = await self._engine.ask(Lane.RUN, "POST", path, deadline_s=deadline_s, patient=True)
        except EngineTimeout:
            return None
        return None if isinstance(answer, EngineSaid) else int(answer.json["StatusCode"])

    async def logs(self, container: str, *, tail: int | None = None, timestamps: bool = False, since: str = "") -> str:
        """Return what a container printed, both streams in order; at most 1 MB is there, the middle may be cut.

        `since` is a time as the engine takes it: seconds of 1970, with a fraction.
        """
        kept, frames = HeadTail(KEPT, KEPT), Frames()
        params = {"stdout": "1", "stderr": "1", "timestamps": "1" if timestamps else "0"}
        params["tail"] = "all" if tail is None else str(tail)
        if since:
            params["since"] = since

        def sink(chunk: bytes) -> bool:
            for _, piece in frames.feed(chunk):
                kept.add(piece)
            return True

        path = f"/containers/{quote(container)}/logs"
        await self._engine.stream(Lane.CONTROL, "GET", path, sink, params=params, deadline_s=SHORT_S, patient=False)
        return kept.text()

    async def execute(
        self, container: str, body: Mapping[str, object], *, deadline_s: float, lane: Lane = Lane.RUN, kept: int = KEPT
    ) -> Ran | EngineSaid:
        """Run a command in a running container and return what it did; it goes on when the deadline passes."""
        made = await self.ask("POST", f"/containers/{quote(container)}/exec", body=body, lane=lane)
        if isinstance(made, EngineSaid):
            return made
        path = f"/exec/{made.json['Id']}"
        both, out, frames = HeadTail(kept, kept), HeadTail(kept, kept), Frames()

        def sink(chunk: bytes) -> bool:
            for stream, piece in frames.feed(chunk):
                both.add(piece)
                if stream == STDOUT:
                    out.add(piece)
            return True

        start = {"Detach": bool(body.get("Detach")), "Tty": False}
        try:
            said = await self._engine.stream(lane, "POST", f"{path}/start", sink, json=start, deadline_s=deadline_s)
        except EngineTimeout:
            return Ran(None, both.text(), out.text())
        if said is not None:
            return said
        ended = await self.ask("GET", f"{path}/json")
        if isinstance(ended, EngineSaid):  # it went with its container, which somebody removed
            return ended
        state = _object(ended)
        code = None if state.get("Running") else int(state.get("ExitCode") or 0)
        return Ran(code, both.text(), out.text())

    async def take_over(
        self, path: str, *, params: Mapping[str, str] | None = None, body: object = None
    ) -> Wire | EngineSaid:
        """Return a raw line to a program: an attach or an exec with a keyboard."""
        return await self._engine.take_over(path, params=params or {}, body=body, deadline_s=SHORT_S)

    async def volumes(self, *labels: str) -> tuple[Volume, ...]:
        """Return the volumes that carry all labels, by name."""
        params = {"filters": json.dumps({"label": list(labels)})}
        found = (await self.must("GET", "/volumes", params=params)).json["Volumes"] or ()
        return tuple(sorted(map(volume_of, found), key=lambda each: each.name))

    async def networks(self, *labels: str) -> Sequence[Raw]:
        """Return the networks that carry all labels, without their containers."""
        params = {"filters": json.dumps({"label": list(labels)})}
        return list((await self.must("GET", "/networks", params=params)).json)

    async def network(self, name: str) -> Raw | None:
        """Return a network with its containers, None when there is none."""
        answer = await self.ask("GET", f"/networks/{quote(name)}")
        return None if isinstance(answer, EngineSaid) else _object(answer)

    async def put(self, container: str, path: str, tar: bytes) -> EngineSaid | None:
        """Unpack a tar in a container of ours; never in a learner's (CVE-2026-41567)."""
        address = f"/containers/{quote(container)}/archive"
        return await self._engine.stream(
            Lane.CONTROL,
            "PUT",
            address,
            lambda _: True,
            params={"path": path},
            data=tar,
            headers={"Content-Type": "application/x-tar"},
            deadline_s=START_S,
            patient=False,
        )

    async def images(self, *labels: str) -> tuple[Image, ...]:
        """Return the images that carry all labels, newest first; parents of others are left out."""
        filters = {"label": list(labels)} if labels else {}
        answer = await self.must("GET", "/images/json", params={"filters": json.dumps(filters)})
        return tuple(image_of(raw) for raw in answer.json)

    async def image(self, reference: str) -> ImageDetail | None:
        """Return an image by the engine's tag or id, None when there is none."""
        answer = await self.ask("GET", f"/images/{quote(reference, safe='/:')}/json")
        return None if isinstance(answer, EngineSaid) else detail_of(_object(answer))

    async def named_images(self, *patterns: str) -> tuple[Image, ...]:
        """Return the images with a name like one of these (`docent-main/u1/*`), whoever built them, newest first.

        Only the names that fit are in `tags`.
        """
        answer = await self.must("GET", "/images/json", params={"filters": json.dumps({"reference": list(patterns)})})
        return tuple(image_of(raw) for raw in answer.json)

    async def push(self, reference: str, auth: str, *, deadline_s: float, on_bytes: Sink) -> EngineSaid | None:
        """Feed the JSON stream of a push to `on_bytes` (called in a thread); `auth` as `X-Registry-Auth` has it."""
        repository, _, tag = reference.rpartition(":")
        path, headers = f"/images/{quote(repository, safe='/:')}/push", {"X-Registry-Auth": auth}
        return await self._engine.stream(
            Lane.BUILD, "POST", path, on_bytes, params={"tag": tag}, headers=headers, deadline_s=deadline_s
        )

    async def pull(
        self, repository: str, tag: str, auth: str, *, deadline_s: float, on_bytes: Sink
    ) -> EngineSaid | None:
        """Feed the JSON stream of a pull to `on_bytes`; `tag` may be a digest."""
        params, headers = {"fromImage": repository, "tag": tag}, {"X-Registry-Auth": auth}
        return await self._engine.stream(
            Lane.BUILD, "POST", "/images/create", on_bytes, params=params, headers=headers, deadline_s=deadline_s
        )

    async def tag(self, image_id: str, reference: str) -> None:
        """Give an image one more name; moves the name when another image has it."""
        repository, _, tag = reference.rpartition(":")
        await self.must("POST", f"/images/{quote(image_id)}/tag", params={"repo": repository, "tag": tag})

    async def remove_image(self, reference: str, *, force: bool = False) -> Sequence[Raw] | EngineSaid:
        """Remove a name of an image, and the image with its last one; returns `Untagged` and `Deleted` rows."""
        path = f"/images/{quote(reference, safe='/:')}"
        answer = await self.ask("DELETE", path, params={"force": "1" if force else "0"}, deadline_s=START_S)
        return answer if isinstance(answer, EngineSaid) else list(answer.json or ())

    async def build(
        self,
        context: bytes,
        params: Mapping[str, str],
        *,
        deadline_s: float,
        on_bytes: Sink,
    ) -> EngineSaid | None:
        """Feed the build's JSON stream to `on_bytes` (called in a thread); shuts the socket at the deadline.

        The engine then kills and removes the step's container. Raises `EngineTimeout`.
        """
        # An empty registry configuration: no credential of the operator's is ever sent.
        headers = {"Content-Type": "application/x-tar", "X-Registry-Config": "e30="}
        return await self._engine.stream(
            Lane.BUILD, "POST", "/build", on_bytes, params=params, data=context, headers=headers, deadline_s=deadline_s
        )


def _refused(answer: Reply | EngineSaid) -> EngineSaid | None:
    return answer if isinstance(answer, EngineSaid) else None


def _object(answer: Reply) -> Raw:
    if not isinstance(answer.json, dict):
        raise HostError("The Docker engine sent something else than JSON.")
    return answer.json
