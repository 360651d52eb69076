"""Images of a real Docker engine: the adapter of `bot.sandbox.image_engine.ImageEngine`.

Preparing images is a set-up tool of its own: synchronous, in two threads, with pulls and builds that take minutes. It
goes through the same door as everything else, so each of its calls has a deadline too.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

from bot.errors import EngineDown, EngineTimeout, HostError
from bot.sandbox.engine import Engine, EngineSaid, Lane, Reply
from bot.sandbox.host import KEPT
from bot.sandbox.image_engine import BuildFailed, LocalImage, NoRegistry, Ran
from bot.sandbox.stream import Frames, HeadTail

T = TypeVar("T")
CALL_S = 30.0
REMOVE_S = 120.0  #: big images are many files
#: A registry that has not said a word by then will not be waited for.
REGISTRY_PATIENCE_S = 12.0
PULL_S = 1800.0
#: Between two lines of a build.
SILENCE_S = 120.0
EMPTY = {"X-Registry-Config": "e30="}  #: no registry credentials


class EngineImages:
    """Images of one engine; not for use where an event loop runs."""

    def __init__(self, base_url: str | None = None) -> None:
        self._base_url = base_url or ""

    def ping(self) -> None:
        """Return when the engine answers. Raises: EngineDown."""
        self._must("GET", "/_ping")

    def find(self, ref: str) -> LocalImage | None:
        """Return the image that a tag or an ID names."""
        seen = self._ask("GET", f"/images/{quote(ref, safe='/:')}/json")
        if isinstance(seen, EngineSaid):
            if seen.status == 404:
                return None
            raise _refused(seen)
        config = seen.json.get("Config") or {}
        return LocalImage(seen.json["Id"], dict(config.get("Labels") or {}), tuple(config.get("OnBuild") or ()))

    def pull(self, ref: str, said: Callable[[str, float | None], None]) -> LocalImage:
        """Return the image from its registry. Raises: NoRegistry."""
        name, tag = _split(ref)
        layers: dict[str, tuple[int, int]] = {}

        def take(line: Mapping[str, Any]) -> None:
            if error := line.get("error"):
                raise NoRegistry(_why_not(ref, str(error)))
            detail = line.get("progressDetail") or {}
            if detail.get("total"):
                layers[str(line.get("id"))] = (int(detail.get("current", 0)), int(detail["total"]))
            done, total = (sum(column) for column in zip(*layers.values(), strict=True)) if layers else (0, 0)
            said(str(line.get("status", "")), done / total if total else None)

        try:
            self._lines("/images/create", {"fromImage": name, "tag": tag}, b"", take, PULL_S, REGISTRY_PATIENCE_S)
        except EngineDown:
            raise
        except HostError as error:
            raise NoRegistry(_why_not(ref, str(error))) from error
        found = self.find(ref)
        if found is None:
            raise NoRegistry(f"The registry did not deliver {ref}.")
        return found

    def build(
        self, context: Path, tag: str, labels: Mapping[str, str], said: Callable[[str], None], deadline_s: float
    ) -> LocalImage:
        """Return the image built, with no network. Raises: BuildFailed."""
        params = {
            "t": tag,
            "rm": "1",
            "forcerm": "1",
            "nocache": "1",
            "pull": "0",
            "networkmode": "none",
            "labels": json.dumps(dict(labels)),
            "version": "1",  # the classic builder keeps to the limits it is given
        }

        def take(line: Mapping[str, Any]) -> None:
            if error := line.get("error"):
                raise BuildFailed(str(error))
            if text := str(line.get("stream", "")).strip():
                said(text.splitlines()[-1])

        began = time.monotonic()
        try:
            with context.open("rb") as tar:
                self._lines("/build", params, tar, take, deadline_s, SILENCE_S)
        except EngineTimeout:
            if time.monotonic() - began < deadline_s:
                raise  # it fell silent: that is the engine's doing
            raise BuildFailed(f"the build took longer than {deadline_s:.0f} s") from None
        made = self.find(tag)
        if made is None:
            raise BuildFailed("the engine ended the build without a word")
        return made

    def tag(self, image_id: str, ref: str) -> None:
        """Give an image one more name."""
        name, tag = _split(ref)
        self._must("POST", f"/images/{quote(image_id)}/tag", {"repo": name, "tag": tag})

    def remove(self, ref: str) -> None:
        """Take a name away; twice is once."""
        said = self._ask("DELETE", f"/images/{quote(ref, safe='/:')}", deadline_s=REMOVE_S)
        if isinstance(said, EngineSaid) and said.status != 404:
            raise _refused(said)

    def run_once(self, image_id: str, command: Sequence[str], *, entrypoint: str, deadline_s: float) -> Ran:
        """Return what a command printed in a throw-away container without network or rights."""
        body = {
            "Image": image_id,
            "Cmd": list(command),
            "Entrypoint": [entrypoint],
            "Labels": {"docent.kind": "smoke"},
            "HostConfig": {
                "NetworkMode": "none",
                "CapDrop": ["ALL"],
                "SecurityOpt": ["no-new-privileges:true"],
                "ReadonlyRootfs": True,
                "Memory": 512 * 1024 * 1024,
                "MemorySwap": 512 * 1024 * 1024,
                "PidsLimit": 128,
                "Tmpfs": {"/tmp": "rw,nosuid,nodev,size=16m"},  # noqa: S108 - a path in the container
            },
        }
        made = f"/containers/{self._must('POST', '/containers/create', body=body).json['Id']}"
        try:
            self._must("POST", f"{made}/start")
            ended = self._must("POST", f"{made}/wait", deadline_s=deadline_s)
            output = self._output(f"{made}/logs")
        finally:
            with suppress(HostError):
                self._ask("DELETE", made, {"force": "1", "v": "1"}, deadline_s=REMOVE_S)
        return Ran(int(ended.json["StatusCode"]), output)

    def _output(self, path: str) -> str:
        frames, kept = Frames(), HeadTail(KEPT, KEPT)

        def sink(chunk: bytes) -> bool:
            for _, piece in frames.feed(chunk):
                kept.add(piece)
            return True

        params = {"stdout": "1", "stderr": "1"}
        said = _done(
            lambda engine: engine.stream(Lane.CONTROL, "GET", path, sink, params=params, deadline_s=CALL_S),
            self._base_url,
        )
        if said is not None:
            raise _refused(said)
        return kept.text()

    def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: object = None,
        deadline_s: float = CALL_S,
    ) -> Reply | EngineSaid:
        return _done(
            lambda engine: engine.ask(Lane.CONTROL, method, path, params=params, json=body, deadline_s=deadline_s),
            self._base_url,
        )

    def _must(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        body: object = None,
        deadline_s: float = CALL_S,
    ) -> Reply:
        answer = self._ask(method, path, params, body, deadline_s)
        if isinstance(answer, EngineSaid):
            raise _refused(answer)
        return answer

    def _lines(
        self,
        path: str,
        params: Mapping[str, str],
        data: bytes | BinaryIO,
        take: Callable[[Mapping[str, Any]], None],
        deadline_s: float,
        silence_s: float,
    ) -> None:
        """Feed the JSON lines of a streamed call to `take`; what it raises ends the call."""
        lines = _Lines()
        trouble: list[Exception] = []

        def sink(chunk: bytes) -> bool:
            try:
                for line in lines.feed(chunk):
                    take(line)
            except (NoRegistry, BuildFailed) as error:
                trouble.append(error)
            return not trouble

        headers = {"Content-Type": "application/x-tar", **EMPTY}
        said = _done(
            lambda engine: engine.stream(
                Lane.BUILD,
                "POST",
                path,
                sink,
                params=params,
                data=data,
                headers=headers,
                deadline_s=deadline_s,
                silence_s=silence_s,
            ),
            self._base_url,
        )
        if trouble:
            raise trouble[0]
        if said is not None:
            raise _refused(said)


class _Lines:
    """Cuts a stream into its JSON lines."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> Iterator[Mapping[str, Any]]:
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in filter(None, map(bytes.strip, lines)):
            yield json.loads(line)


def _done(call: Callable[[Engine], Coroutine[Any, Any, T]], url: str) -> T:
    """Return what comes of one call, made on an event loop of its own."""
    return asyncio.run(call(Engine(url)))


def _refused(said: EngineSaid) -> HostError:
    return HostError(f"The Docker engine refused: {said.message}")


def _split(ref: str) -> tuple[str, str]:
    """Return name and tag; a colon before the last slash is a port."""
    name, colon, tag = ref.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (ref, "latest")


def _why_not(ref: str, error: str) -> str:
    words = ("lookup", "dial tcp", "timeout", "timed out", "no route", "connection refused", "did not finish")
    quiet = any(word in error.lower() for word in words)
    return f"No registry answers for {ref} from here." if quiet else f"The registry has no {ref} for us: {error[:160]}"
