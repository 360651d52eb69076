"""`docker inspect` as a learner sees it: Docker's own fields, their own names, nothing of the shared host. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from bot.handin.paths import HOME
from bot.handin.plan import BindMount, PublishedPort
from bot.sandbox.names import Owner
from bot.sandbox.things import Container, Raw

FIELD = re.compile(r"\{\{\s*(json\s+)?(\.[A-Za-z0-9_.]*)\s*\}\}")
LEFT_OUT = object()

STATE = (
    "Status",
    "Running",
    "Paused",
    "Restarting",
    "OOMKilled",
    "Dead",
    "ExitCode",
    "Error",
    "StartedAt",
    "FinishedAt",
    "Health",
)
CONFIG = ("Hostname", "User", "ExposedPorts", "Env", "Cmd", "Image", "Volumes", "WorkingDir", "Entrypoint", "Labels")
HOST_CONFIG = ("NetworkMode", "PortBindings", "RestartPolicy", "AutoRemove", "Memory", "NanoCpus", "PidsLimit", "Init")
NETWORK = ("Aliases", "MacAddress", "NetworkID", "EndpointID", "Gateway", "IPAddress", "IPPrefixLen")
#: Where things would be on a machine of one's own. Source: docs.docker.com/engine/storage/volumes
VOLUMES = "/var/lib/docker/volumes"
IMAGE = ("Id", "RepoTags", "RepoDigests", "Comment", "Created", "Config", "Architecture", "Os", "Size", "RootFS")


def container_view(raw: Raw, container: Container, owner: Owner) -> dict[str, object]:
    """Return a container as `docker inspect` prints it."""
    bindings = _bindings(container.ports)
    config = _some(raw.get("Config") or {}, CONFIG)
    config |= {"Image": container.image, "Labels": own_labels(config.get("Labels")), "Hostname": container.id[:12]}
    host = _some(raw.get("HostConfig") or {}, HOST_CONFIG)
    mode = owner.public_network(str(host.get("NetworkMode") or owner.network))
    host |= {"NetworkMode": mode, "PortBindings": bindings, "AutoRemove": container.remove}
    exposed = {f"{number}/{protocol}": None for number, protocol in container.exposed}
    shown = exposed | bindings if container.running else {}
    return {
        "Id": raw.get("Id"),
        "Created": raw.get("Created"),
        "Path": raw.get("Path"),
        "Args": raw.get("Args"),
        "State": _some(raw.get("State") or {}, STATE),
        "Image": raw.get("Image"),
        "Name": f"/{container.name}",
        "RestartCount": raw.get("RestartCount", 0),
        "Platform": "linux",
        "HostConfig": host,
        "Mounts": _mounts(container),
        "Config": config,
        "NetworkSettings": {
            "Ports": shown,
            "Networks": _networks(raw, owner),
        },
    }


def _mounts(container: Container) -> list[dict[str, object]]:
    """Return the mounts as they were asked for; where a volume lies on the host is nobody's business."""
    names = {target: name for name, target in container.volumes}
    found: list[dict[str, object]] = []
    for mount in container.mounts:
        common = {"Destination": mount.target, "RW": not mount.read_only}
        if isinstance(mount, BindMount):
            source = HOME if mount.source == "." else f"{HOME}/{mount.source}"
            found.append({"Type": "bind", "Source": source, **common, "Mode": "", "Propagation": "rprivate"})
            continue
        name = mount.source or names.get(mount.target, "")
        place = {"Type": "volume", "Name": name, "Source": f"{VOLUMES}/{name}/_data"}
        found.append({**place, **common, "Driver": "local", "Mode": "z", "Propagation": ""})
    return found


def _networks(raw: Raw, owner: Owner) -> dict[str, object]:
    joined = (raw.get("NetworkSettings") or {}).get("Networks") or {}
    return {owner.public_network(name): _some(joined[name], NETWORK) for name in joined}


def image_view(raw: Raw, tags: Sequence[str]) -> dict[str, object]:
    """Return an image as `docker image inspect` prints it."""
    view = _some(raw, IMAGE)
    config = _some(raw.get("Config") or {}, CONFIG)
    config.pop("Hostname", None)
    config.pop("Image", None)
    config["Labels"] = own_labels(config.get("Labels"))
    return view | {
        "RepoTags": list(tags),
        "RepoDigests": own_digests(raw.get("RepoDigests") or (), tags),
        "Config": config,
    }


def own_digests(digests: Sequence[str], tags: Sequence[str]) -> list[str]:
    """Return the digests under which an image is in the registry, by the names that the learner has for it."""
    repositories = {tag.rpartition(":")[0] for tag in tags}
    found = (str(digest).partition("/")[2] for digest in digests)
    return sorted({digest for digest in found if digest.partition("@")[0] in repositories})


def own_labels(labels: object) -> dict[str, str]:
    """Return the labels without ours."""
    return {k: v for k, v in labels.items() if not k.startswith("docent.")} if isinstance(labels, Mapping) else {}


def printed(views: Sequence[Mapping[str, object]]) -> str:
    """Return the JSON that the CLI prints: four spaces, one list."""
    return json.dumps(views, indent=4, ensure_ascii=False)


def formatted(view: Mapping[str, object], template: str) -> str | None:
    """Return the template filled in, None when it asks for more than plain fields."""
    if "{{" in FIELD.sub("", template):
        return None
    return FIELD.sub(lambda found: _filled(view, found[2], as_json=bool(found[1])), template)


def missing_field(view: Mapping[str, object], template: str) -> str:
    """Return Docker's words about the first field that is not there, '' when all are."""
    for found in FIELD.finditer(template):
        if _at(view, found[2]) is LEFT_OUT:
            key = found[2].rpartition(".")[2]
            return (
                f'template parsing error: template: :1:{found.start(2) + 1}: executing "" at <{found[2]}>: '
                f'map has no entry for key "{key}"'
            )
    return ""


def go(value: object) -> str:
    """Return a value as Go's templates print it."""
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "map[" + " ".join(f"{key}:{go(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list | tuple):
        return "[" + " ".join(map(go, value)) + "]"
    return str(value)


def _filled(view: Mapping[str, object], path: str, *, as_json: bool) -> str:
    value = _at(view, path)
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if as_json else go(value)


def _at(view: object, path: str) -> object:
    for name in filter(None, path.split(".")):
        if not isinstance(view, Mapping) or name not in view:
            return LEFT_OUT
        view = view[name]
    return view


def _some(raw: Raw, keys: Sequence[str]) -> dict[str, object]:
    return {key: raw[key] for key in keys if key in raw}


def _bindings(ports: Sequence[PublishedPort]) -> dict[str, object]:
    found: dict[str, object] = {}
    for port in ports:
        row = {"HostIp": "" if port.address == "0.0.0.0" else port.address, "HostPort": str(port.host)}  # noqa: S104
        key = f"{port.container}/{port.protocol}"
        before = found.get(key)
        found[key] = [*before, row] if isinstance(before, list) else [row]
    return found
