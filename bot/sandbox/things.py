"""What is on the host, parsed once from the engine's JSON into typed values. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.errors import HostError, HostFull
from bot.handin.paths import HOME
from bot.handin.plan import BindMount, Mount, PublishedPort, VolumeMount

Raw = Mapping[str, Any]

NO_SPACE = "no space left on device"  #: Source: strerror(ENOSPC)
FULL = "The disk of the Docker host is full."
#: Source: moby `daemon/graphdriver/overlay2/overlay.go` and `layer/layer.go`
UNREADABLE = ("error creating overlay mount", "layer does not exist")
DAMAGED = (
    "A layer of an image on the Docker host is damaged. There, remove the image (`docker image rm --force`) and run "
    "`docent images prepare`."
)


def host_fault(message: str) -> HostError | None:
    """Return what the host is to blame for, by the engine's words; None where it is not."""
    if NO_SPACE in message:
        return HostFull(FULL)
    if any(sign in message for sign in UNREADABLE):
        return HostError(DAMAGED)
    return None


@dataclass(frozen=True, slots=True)
class Container:
    """One container as the engine lists it; `name` and `image` are the learner's own words, '' for our own things."""

    id: str
    engine_name: str
    name: str
    image: str
    image_id: str
    command: str
    created_at: datetime
    state: str  #: created | running | paused | restarting | removing | exited | dead
    status: str  #: the engine's words: `Up 3 minutes`, `Exited (1) 2 hours ago`
    ip: str
    exposed: tuple[tuple[int, str], ...]
    ports: tuple[PublishedPort, ...]
    kind: str
    learner: str
    attempt: int
    detached: bool
    remove: bool
    mounts: tuple[Mount, ...] = ()  #: as they were asked for
    volumes: tuple[tuple[str, str], ...] = ()  #: the engine's name of a volume, and where it is seen
    networks: tuple[str, ...] = ()  #: the engine's names
    service: str = ""  #: of a compose file, as Compose's labels say
    project: str = ""
    config_hash: str = ""
    config_file: str = ""  #: its name in the project
    plan: str = ""  #: what it was made by, written down
    labels: tuple[tuple[str, str], ...] = ()  #: the learner's, and their image's

    @property
    def running(self) -> bool:
        """Tell whether its process runs."""
        return self.state in {"running", "paused", "restarting"}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a container's process ended, or that it has not."""

    running: bool
    exit_code: int
    oom_killed: bool
    restarts: int
    error: str
    ip: str


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume of a learner's; `name` is their own word, for a nameless one the engine's."""

    engine_name: str
    name: str
    created: str  #: as the engine writes it
    labels: tuple[tuple[str, str], ...]  #: the learner's
    since: float = 0.0  #: when it was really made, in seconds of the epoch; 0 where nobody noted it

    @property
    def nameless(self) -> bool:
        """Tell whether nobody gave it a name."""
        return len(self.name) == 64 and all(sign in "0123456789abcdef" for sign in self.name)


@dataclass(frozen=True, slots=True)
class Network:
    """One network of a learner's; `name` is their own word."""

    id: str
    engine_name: str
    name: str
    driver: str = "bridge"
    created: str = ""  #: as the engine writes it
    labels: tuple[tuple[str, str], ...] = ()  #: the learner's


@dataclass(frozen=True, slots=True)
class Image:
    """One image as the engine lists it."""

    id: str
    tags: tuple[str, ...]  #: the engine's
    created_at: datetime
    size: int  #: bytes
    learner: str
    bases: tuple[str, ...]  #: public names of the bases that its Dockerfile names
    labels: tuple[tuple[str, str], ...] = ()  #: the learner's
    digests: tuple[str, ...] = ()  #: the engine's


@dataclass(frozen=True, slots=True)
class ImageDetail:
    """One image, inspected."""

    id: str
    created_at: datetime
    tags: tuple[str, ...]  #: the engine's
    size: int  #: bytes
    layers: int
    workdir: str
    cmd: tuple[str, ...]
    entrypoint: tuple[str, ...]
    exposed: tuple[str, ...]
    user: str
    volumes: tuple[str, ...]
    raw: Raw


def container_of(raw: Raw) -> Container:
    """Return one entry of `GET /containers/json`."""
    labels: Mapping[str, str] = raw.get("Labels") or {}
    networks = (raw.get("NetworkSettings") or {}).get("Networks") or {}
    engine_name = next(iter(raw.get("Names") or [""])).removeprefix("/")
    return Container(
        id=raw["Id"],
        engine_name=engine_name,
        name=_name(engine_name, labels),
        image=labels.get("docent.image", ""),
        image_id=raw.get("ImageID", ""),
        command=raw.get("Command", ""),
        created_at=datetime.fromtimestamp(raw.get("Created", 0), UTC),
        state=raw.get("State", ""),
        status=raw.get("Status", ""),
        ip=next((str(n.get("IPAddress") or "") for n in networks.values()), ""),
        exposed=_exposed(json.loads(labels.get("docent.exposed") or "[]")),
        ports=ports_of(labels.get("docent.ports", "")),
        kind=labels.get("docent.kind", ""),
        learner=labels.get("docent.learner", ""),
        attempt=int(labels.get("docent.attempt") or 0),
        detached=bool(labels.get("docent.detached")),
        remove=bool(labels.get("docent.remove")),
        mounts=_mounts(labels.get("docent.mounts", "")),
        volumes=tuple(
            (str(each["Name"]), str(each.get("Destination", "")))
            for each in raw.get("Mounts") or ()
            if each.get("Name")
        ),
        networks=tuple(networks),
        service=labels.get("com.docker.compose.service", ""),
        project=labels.get("com.docker.compose.project", ""),
        config_hash=labels.get("com.docker.compose.config-hash", ""),
        config_file=labels.get("com.docker.compose.project.config_files", "").removeprefix(f"{HOME}/"),
        plan=labels.get("docent.plan", ""),
        labels=own_labels(labels),
    )


def _name(engine_name: str, labels: Mapping[str, str]) -> str:
    """Return the learner's word for a container; one that was renamed still has its first one as a label."""
    before = f"docent-{labels.get('docent.instance')}-{labels.get('docent.learner')}-"
    if labels.get("docent.kind") == "learner" and engine_name.startswith(before):
        return engine_name.removeprefix(before)
    return labels.get("docent.name", "")


def _mounts(label: str) -> tuple[Mount, ...]:
    return tuple(
        BindMount(source, target, read_only) if kind == "bind" else VolumeMount(source, target, read_only)
        for kind, source, target, read_only in json.loads(label or "[]")
    )


def ports_of(label: str) -> tuple[PublishedPort, ...]:
    """Return the virtual ports that a container's label records."""
    return tuple(PublishedPort(c, h, address, protocol) for address, h, c, protocol in json.loads(label or "[]"))


def _exposed(ports: list[str]) -> tuple[tuple[int, str], ...]:
    parts = (port.partition("/") for port in ports)
    return tuple(sorted((int(number), protocol or "tcp") for number, _, protocol in parts if number.isdigit()))


def volume_of(raw: Raw) -> Volume:
    """Return one entry of `GET /volumes`."""
    labels: Mapping[str, str] = raw.get("Labels") or {}
    own = tuple((key, value) for key, value in labels.items() if not key.startswith("docent."))
    name, since = labels.get("docent.name") or str(raw["Name"]), float(labels.get("docent.since") or 0)
    return Volume(str(raw["Name"]), name, str(raw.get("CreatedAt") or ""), own, since)


def ended_of(raw: Raw) -> Ended:
    """Return the state part of `GET /containers/{id}/json`."""
    state: Raw = raw.get("State") or {}
    networks = (raw.get("NetworkSettings") or {}).get("Networks") or {}
    return Ended(
        running=bool(state.get("Running")),
        exit_code=int(state.get("ExitCode") or 0),
        oom_killed=bool(state.get("OOMKilled")),
        restarts=int(raw.get("RestartCount") or 0),
        error=str(state.get("Error") or ""),
        ip=next((str(n.get("IPAddress") or "") for n in networks.values()), ""),
    )


def image_of(raw: Raw) -> Image:
    """Return one entry of `GET /images/json`."""
    labels: Mapping[str, str] = raw.get("Labels") or {}
    return Image(
        id=raw["Id"],
        tags=tuple(t for t in raw.get("RepoTags") or () if t != "<none>:<none>"),
        created_at=datetime.fromtimestamp(raw.get("Created", 0), UTC),
        size=int(raw.get("Size") or 0),
        learner=labels.get("docent.learner", ""),
        bases=tuple(filter(None, labels.get("docent.bases", "").split(","))),
        labels=own_labels(labels),
        digests=tuple(raw.get("RepoDigests") or ()),
    )


def own_labels(labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the labels without ours, in order."""
    return tuple((key, labels[key]) for key in sorted(labels) if not key.startswith("docent."))


def detail_of(raw: Raw) -> ImageDetail:
    """Return what `GET /images/{name}/json` says."""
    config: Raw = raw.get("Config") or {}
    return ImageDetail(
        id=raw["Id"],
        created_at=moment(str(raw.get("Created") or "")),
        tags=tuple(raw.get("RepoTags") or ()),
        size=int(raw.get("Size") or 0),
        layers=len((raw.get("RootFS") or {}).get("Layers") or ()),
        workdir=str(config.get("WorkingDir") or ""),
        cmd=tuple(config.get("Cmd") or ()),
        entrypoint=tuple(config.get("Entrypoint") or ()),
        exposed=tuple(sorted(config.get("ExposedPorts") or ())),
        user=str(config.get("User") or ""),
        volumes=tuple(sorted(config.get("Volumes") or ())),
        raw=raw,
    )


def moment(text: str) -> datetime:
    """Return the time that the engine wrote, to the second."""
    # the engine writes nanoseconds, which Python 3.11 does not read
    return datetime.fromisoformat(f"{text[:19]}+00:00") if len(text) >= 19 else datetime.fromtimestamp(0, UTC)
