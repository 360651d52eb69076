"""What preparing images needs of a Docker engine and of the database, as Protocols with contracts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LocalImage:
    """An image on the host."""

    id: str  #: "sha256:…"
    labels: Mapping[str, str]
    triggers: tuple[str, ...] = ()  #: what its ONBUILD would do to every build on it


@dataclass(frozen=True, slots=True)
class Ran:
    """How a container ended, and what it printed."""

    exit_code: int
    output: str


class NoRegistry(Exception):
    """The image cannot be pulled; the argument is one sentence saying why."""


class ImageEngine(Protocol):
    """What preparing needs of the engine. Safe to call from two threads. Raises `HostError` for the host's faults."""

    def ping(self) -> None:
        """Return when the engine answers. Raises: EngineDown."""
        ...

    def find(self, ref: str) -> LocalImage | None:
        """Return the image that a tag or an ID names."""
        ...

    def pull(self, ref: str, said: Callable[[str, float | None], None]) -> LocalImage:
        """Return the image from its registry; `said` gets a line and the share done (0 to 1). Raises: NoRegistry."""
        ...

    def build(
        self, context: Path, tag: str, labels: Mapping[str, str], said: Callable[[str], None], deadline_s: float
    ) -> LocalImage:
        """Return the image built, with no network, from a tar file that holds a Dockerfile. Raises: BuildFailed."""
        ...

    def tag(self, image_id: str, ref: str) -> None:
        """Give an image one more name, taking it from whoever has it."""
        ...

    def remove(self, ref: str) -> None:
        """Take a name away, and the image with its last name; twice is once."""
        ...

    def run_once(self, image_id: str, command: Sequence[str], *, entrypoint: str, deadline_s: float) -> Ran:
        """Return what a command printed in a throw-away container without network or rights."""
        ...


class BuildFailed(Exception):
    """A build of ours stopped; the argument is the line where."""


class Pins(Protocol):
    """Which image each name means, kept over restarts."""

    def get(self) -> Mapping[str, str]:
        """Return name → image ID."""
        ...

    def put(self, name: str, image_id: str, standin: bool) -> None:
        """Keep what a name means from now on."""
        ...
