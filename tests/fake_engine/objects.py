"""What an engine holds, as far as Docent looks at it; the answers have the shapes of the real one's (API 1.41)."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

Json = dict[str, Any]
MOMENT = 1_764_000_000
ISO = "2025-11-24T16:00:00.000000000Z"


VERSION = {
    "ApiVersion": "1.41",
    "MinAPIVersion": "1.12",
    "Version": "20.10.24",
    "Os": "linux",
    "Arch": "amd64",
    "KernelVersion": "6.1.0",
    "GitCommit": "5d6db84",
    "GoVersion": "go1.19.8",
    "BuildTime": ISO,
}


class Refused(Exception):
    """The engine says no; the argument is its message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Did:
    """What a program did; without an exit code it runs until it is ended."""

    code: int | None = 0
    out: bytes = b""
    err: bytes = b""


def shell(command: Sequence[str]) -> Did:
    """Return what a few small programs do; whatever is not known runs on."""
    match list(command):
        case ["echo", *words]:
            return Did(out=" ".join(words).encode() + b"\n")
        case ["true"]:
            return Did()
        case ["false"]:
            return Did(1)
        case ["sh", "-c", "echo out; echo err >&2; exit 3"]:
            return Did(3, b"out\n", b"err\n")
        case ["nosuch", *_]:
            raise Refused(400, 'OCI runtime create failed: exec: "nosuch": executable file not found in $PATH: unknown')
        case _:
            return Did(None)


def framed(did: Did) -> bytes:
    """Return its output as the engine's multiplexed stream."""
    parts = [(1, did.out), (2, did.err)]
    return b"".join(struct.pack(">BxxxL", stream, len(data)) + data for stream, data in parts if data)


@dataclass
class Container:
    """One container."""

    id: str
    name: str
    body: Json
    image: str
    serial: int
    state: str = "created"
    did: Did = Did()
    networks: dict[str, str] = field(default_factory=dict)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def labels(self) -> Mapping[str, str]:
        return self.body.get("Labels") or {}

    def end(self, code: int) -> None:
        self.did = Did(code, self.did.out, self.did.err)
        self.state = "exited"
        self.ended.set()

    def places(self) -> Json:
        return {name: {"IPAddress": ip, "NetworkID": name} for name, ip in self.networks.items()}

    def row(self) -> Json:
        status = {"created": "Created", "running": "Up 1 second"}.get(self.state, f"Exited ({self.did.code})")
        return {
            "Id": self.id,
            "Names": [f"/{self.name}"],
            "Image": self.body["Image"],
            "ImageID": self.image,
            "Command": " ".join([*(self.body.get("Entrypoint") or []), *(self.body.get("Cmd") or [])]),
            "Created": MOMENT + self.serial,
            "State": self.state,
            "Status": status,
            "Labels": self.labels,
            "Mounts": [],
            "NetworkSettings": {"Networks": self.places()},
        }

    def inspected(self) -> Json:
        return {
            "Id": self.id,
            "Name": f"/{self.name}",
            "Created": ISO,
            "Image": self.image,
            "State": {"Running": self.state == "running", "Status": self.state, "ExitCode": self.did.code or 0},
            "Config": {key: value for key, value in self.body.items() if key != "HostConfig"},
            "HostConfig": self.body.get("HostConfig") or {},
            "Mounts": [],
            "RestartCount": 0,
            "NetworkSettings": {"Networks": self.places()},
        }


class Objects:
    """Containers, images, networks and volumes. `programs` says what a command does, `answers` what a verifier says."""

    def __init__(self) -> None:
        self.version: Json = dict(VERSION)
        self.containers: dict[str, Container] = {}
        self.images: dict[str, Json] = {}
        self.networks: dict[str, Json] = {}
        self.volumes: dict[str, Json] = {}
        self.execs: dict[str, tuple[Container, Did]] = {}
        self.programs: Callable[[Sequence[str]], Did] = shell
        self.answers: Callable[[Json], Json] = lambda question: {"ok": True}
        self._serial = itertools.count(1)

    def serial(self, kind: str) -> tuple[int, str]:
        """Return the next number, and an id that depends on nothing else."""
        number = next(self._serial)
        return number, hashlib.sha256(f"{kind}-{number}".encode()).hexdigest()

    def add_image(self, *tags: str, config: Json | None = None, parent: str = "") -> str:
        """Have one more image and return its id."""
        number, digest = self.serial("image")
        image = f"sha256:{digest}"
        for other in self.images.values():
            other["RepoTags"] = [each for each in other["RepoTags"] if each not in tags]
        self.images[image] = {
            "Id": image,
            "RepoTags": list(tags),
            "RepoDigests": [],
            "Created": MOMENT + number,
            "Size": 5_000_000,
            "ParentId": parent,
            "Config": config or {"Cmd": ["sh"], "Labels": {}},
        }
        return image

    def image(self, reference: str) -> Json:
        """Return the image that a tag or an id names."""
        for image in self.images.values():
            tags = (*image["RepoTags"], *(tag.removesuffix(":latest") for tag in image["RepoTags"]))
            if reference in (image["Id"], *tags):
                return image
        raise Refused(404, f"No such image: {reference}")

    def container(self, reference: str) -> Container:
        """Return the container that an id or a name names."""
        for each in self.containers.values():
            if reference in (each.id, each.name):
                return each
        raise Refused(404, f"No such container: {reference}")

    def create(self, name: str, body: Json) -> Json:
        """Create a container."""
        if any(each.name == name for each in self.containers.values()):
            holder = self.container(name).id
            words = f'The container name "/{name}" is already in use by container "{holder}". You have to remove'
            raise Refused(409, f"Conflict. {words} (or rename) that container to be able to reuse that name.")
        image = self.image(body["Image"])
        number, digest = self.serial("container")
        inherited = (image["Config"].get("Labels") or {}) | (body.get("Labels") or {})
        made = Container(digest, name, {**body, "Labels": inherited}, image["Id"], number)
        mode = (body.get("HostConfig") or {}).get("NetworkMode", "")
        for place in {mode, *((body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {})} - {"", "none"}:
            self.network(place)
            made.networks[place] = ""
        self.containers[made.id] = made
        return {"Id": made.id, "Warnings": []}

    def start(self, container: Container) -> None:
        """Start a container; what it does is decided by its command."""
        image = self.images[container.image]["Config"]
        given = container.body
        command = [*(given.get("Entrypoint") or image.get("Entrypoint") or [])]
        command += given.get("Cmd") or image.get("Cmd") or []
        container.did = self.programs(command)
        container.networks = dict.fromkeys(container.networks, f"10.200.0.{2 + container.serial % 250}")
        container.state = "running"
        container.ended.clear()
        if container.did.code is not None:
            container.end(container.did.code)

    def network(self, reference: str) -> Json:
        """Return the network that an id or a name names."""
        for each in self.networks.values():
            if reference in (each["Id"], each["Name"]):
                return each
        raise Refused(404, f"network {reference} not found")

    def add_network(self, body: Json) -> Json:
        """Create a network."""
        if any(each["Name"] == body["Name"] for each in self.networks.values()):
            raise Refused(409, f"network with name {body['Name']} already exists")
        _, digest = self.serial("network")
        self.networks[digest] = {"Id": digest, "Created": ISO, "Scope": "local", "Containers": {}, **body}
        return {"Id": digest, "Warning": ""}

    def remove_network(self, network: Json) -> None:
        """Remove a network that nobody is on."""
        members = [each for each in self.containers.values() if network["Name"] in each.networks]
        if any(each.state == "running" for each in members):
            which = f"network {network['Name']} id {network['Id']}"
            raise Refused(403, f"error while removing network: {which} has active endpoints")
        del self.networks[network["Id"]]

    def add_volume(self, body: Json) -> Json:
        """Create a volume, or return the one of that name."""
        made = {"CreatedAt": ISO, "Driver": "local", "Mountpoint": f"/v/{body['Name']}", "Scope": "local", **body}
        return self.volumes.setdefault(body["Name"], made)

    def exec(self, container: Container, body: Json) -> Json:
        """Prepare one more program in a running container."""
        if container.state != "running":
            raise Refused(409, f"Container {container.id} is not running")
        _, digest = self.serial("exec")
        command = body["Cmd"]
        try:
            question = json.loads(command[-1])
        except ValueError:
            question = None
        if isinstance(question, dict) and "nonce" in question:
            did = Did(out=json.dumps({"nonce": question["nonce"], **self.answers(question)}).encode())
        else:
            did = self.programs(command)
        self.execs[digest] = (container, did)
        return {"Id": digest}


def listed(rows: Sequence[Json], filters: Mapping[str, Any]) -> list[Json]:
    """Return the rows that carry all labels, and a name like one of those asked for; newest first."""
    found = []
    for row in rows:
        labels = row.get("Labels") or (row.get("Config") or {}).get("Labels") or {}
        wanted = (each.partition("=") for each in filters.get("label") or ())
        if not all(key in labels and (not equals or labels[key] == value) for key, equals, value in wanted):
            continue
        patterns = filters.get("reference") or ()
        tags = [tag for tag in row.get("RepoTags") or () if _fits(tag, patterns)]
        if patterns and not tags:
            continue
        found.append({**row, "RepoTags": tags} if patterns else row)
    return sorted(found, key=lambda row: -int(row.get("Created") or 0) if isinstance(row.get("Created"), int) else 0)


def _fits(tag: str, patterns: Sequence[str]) -> bool:
    name = tag.rpartition(":")[0]
    same = (each for each in patterns if each.count("/") == name.count("/"))
    return any(fnmatchcase(name, each) or fnmatchcase(tag, each) for each in same)
