"""Images of a real Docker engine: the adapter of `bot.sandbox.image_engine.ImageEngine`."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound
from docker.utils import kwargs_from_env
from requests.exceptions import ConnectionError as RequestsConnectionError
from requests.exceptions import Timeout

from bot.errors import EngineDown, EngineTimeout, HostError
from bot.sandbox.image_engine import BuildFailed, LocalImage, NoRegistry, Ran

CALL_S = 30
#: A registry that has not said a word by then will not be waited for.
REGISTRY_PATIENCE_S = 12
#: Between two lines of a build or a pull.
SILENCE_S = 120


class EngineImages:
    """Images of one engine; each thread gets a connection of its own."""

    def __init__(self, base_url: str | None = None) -> None:
        self._base_url = base_url
        self._local = threading.local()

    @property
    def _api(self) -> Any:  # the stubs know neither build parameters nor streams
        if not hasattr(self._local, "api"):
            with _translated():
                kwargs = kwargs_from_env() if self._base_url is None else {"base_url": self._base_url}
                self._local.api = docker.APIClient(version="auto", timeout=CALL_S, **kwargs)
        return self._local.api

    def ping(self) -> None:
        """Return when the engine answers. Raises: EngineDown."""
        with _translated():
            self._api.ping()

    def find(self, ref: str) -> LocalImage | None:
        """Return the image that a tag or an ID names."""
        with _translated():
            try:
                seen = self._api.inspect_image(ref)
            except ImageNotFound:
                return None
        config = seen["Config"]
        return LocalImage(seen["Id"], dict(config.get("Labels") or {}), tuple(config.get("OnBuild") or ()))

    def pull(self, ref: str, said: Callable[[str, float | None], None]) -> LocalImage:
        """Return the image from its registry. Raises: NoRegistry."""
        name, tag = _split(ref)
        try:
            lines = self._lines("/images/create", {"fromImage": name, "tag": tag}, b"", REGISTRY_PATIENCE_S)
            layers: dict[str, tuple[int, int]] = {}
            for line in lines:
                if error := line.get("error"):
                    raise NoRegistry(_why_not(ref, str(error)))
                detail = line.get("progressDetail") or {}
                if detail.get("total"):
                    layers[str(line.get("id"))] = (int(detail.get("current", 0)), int(detail["total"]))
                done, total = (sum(column) for column in zip(*layers.values(), strict=True)) if layers else (0, 0)
                said(str(line.get("status", "")), done / total if total else None)
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
        ends = time.monotonic() + deadline_s
        with context.open("rb") as tar:
            for line in self._lines("/build", params, tar, SILENCE_S):
                if error := line.get("error"):
                    raise BuildFailed(str(error))
                if text := str(line.get("stream", "")).strip():
                    said(text.splitlines()[-1])
                if time.monotonic() > ends:
                    raise BuildFailed(f"the build took longer than {deadline_s:.0f} s")
        made = self.find(tag)
        if made is None:
            raise BuildFailed("the engine ended the build without a word")
        return made

    def tag(self, image_id: str, ref: str) -> None:
        """Give an image one more name."""
        name, tag = _split(ref)
        with _translated():
            self._api.tag(image_id, name, tag, force=True)

    def remove(self, ref: str) -> None:
        """Take a name away; twice is once."""
        with _translated():
            try:
                self._api.remove_image(ref)
            except ImageNotFound:
                return

    def run_once(self, image_id: str, command: Sequence[str], *, entrypoint: str, deadline_s: float) -> Ran:
        """Return what a command printed in a throw-away container without network or rights."""
        with _translated():
            api = self._api
            limits = api.create_host_config(
                network_mode="none",
                cap_drop=["ALL"],
                security_opt=["no-new-privileges:true"],
                read_only=True,
                mem_limit="512m",
                memswap_limit="512m",
                pids_limit=128,
                tmpfs={"/tmp": "rw,nosuid,nodev,size=16m"},  # noqa: S108 - a path in the container
            )
            labels = {"docent.kind": "smoke"}
            made = api.create_container(
                image_id, list(command), entrypoint=[entrypoint], host_config=limits, labels=labels
            )
            try:
                api.start(made["Id"])
                ended = api.wait(made["Id"], timeout=deadline_s)
                output = api.logs(made["Id"], stdout=True, stderr=True)
            finally:
                with suppress(NotFound):
                    api.remove_container(made["Id"], force=True, v=True)
        return Ran(int(ended["StatusCode"]), output.decode("utf-8", "replace"))

    def _lines(self, path: str, params: Mapping[str, str], data: Any, silence_s: float) -> Iterator[dict[str, Any]]:
        """Yield the JSON lines of a streamed call. No registry credentials and no proxy settings are sent."""
        headers = {"Content-Type": "application/tar", "X-Registry-Config": base64.b64encode(b"{}").decode()}
        api = self._api
        with _translated():
            answer = api._post(  # noqa: SLF001 - docker-py's own build() cannot carry these parameters
                api._url(path),  # noqa: SLF001
                params=dict(params),
                data=data,
                headers=headers,
                stream=True,
                timeout=(5, silence_s),
            )
            api._raise_for_status(answer)  # noqa: SLF001
            try:
                for line in answer.iter_lines():
                    if line:
                        yield json.loads(line)
            finally:
                answer.close()


def _split(ref: str) -> tuple[str, str]:
    """Return name and tag; a colon before the last slash is a port."""
    name, colon, tag = ref.rpartition(":")
    return (name, tag) if colon and "/" not in tag else (ref, "latest")


def _why_not(ref: str, error: str) -> str:
    quiet = any(word in error.lower() for word in ("lookup", "dial tcp", "timeout", "timed out", "no route", "refused"))
    return f"No registry answers for {ref} from here." if quiet else f"The registry has no {ref} for us: {error[:160]}"


@contextmanager
def _translated() -> Iterator[None]:
    """Turn the library's errors into ours; `APIError` first, because it is a requests error too."""
    try:
        yield
    except APIError as error:
        raise HostError(f"The Docker engine refused: {error.explanation}") from error
    except Timeout as error:
        raise EngineTimeout("The Docker engine did not answer in time.") from error
    except (RequestsConnectionError, DockerException) as error:
        raise EngineDown("No Docker engine answers. Is it running, and may this user talk to it?") from error
