"""`docker inspect` as a learner sees it: Docker's own fields, their own names, nothing of the shared host. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from bot.handin.paths import HOME
from bot.handin.plan import BindMount, PublishedPort
from bot.handin.template import Each, Part, Show
from bot.sandbox.names import Owner
from bot.sandbox.things import Container, Raw

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
CONFIG = frozenset(
    {"Hostname", "User", "ExposedPorts", "Env", "Cmd", "Image", "Volumes", "WorkingDir", "Entrypoint", "Labels", "Tty"}
    | {"Domainname", "AttachStdin", "AttachStdout", "AttachStderr", "OpenStdin", "StdinOnce", "OnBuild"}
)
HOST_CONFIG = ("NetworkMode", "PortBindings", "RestartPolicy", "AutoRemove", "Memory", "NanoCpus", "PidsLimit", "Init")
NETWORK = frozenset(
    {"Aliases", "MacAddress", "NetworkID", "EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "IPv6Gateway"}
    | {"IPAMConfig", "Links", "GlobalIPv6Address", "GlobalIPv6PrefixLen", "DriverOpts"}
)
#: what stands beside the networks, about the default one
SETTINGS = frozenset(
    {"Bridge", "HairpinMode", "LinkLocalIPv6Address", "LinkLocalIPv6PrefixLen", "Ports", "EndpointID", "Gateway"}
    | {"SecondaryIPAddresses", "SecondaryIPv6Addresses", "GlobalIPv6Address", "GlobalIPv6PrefixLen", "IPAddress"}
    | {"IPPrefixLen", "IPv6Gateway", "MacAddress", "Networks", "SandboxID"}
)
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
    host |= {"RestartPolicy": {**(host.get("RestartPolicy") or {}), "Name": "no"}}  # type: ignore[dict-item]
    if not host.get("Init"):
        host.pop("Init", None)
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
        "NetworkSettings": _settings(raw, container, owner),
    }


def _settings(raw: Raw, container: Container, owner: Owner) -> dict[str, object]:
    exposed = {f"{number}/{protocol}": None for number, protocol in container.exposed}
    ports = exposed | _bindings(container.ports, listening=True) if container.running else {}
    networks = _networks(raw, owner)
    found = _some(raw.get("NetworkSettings") or {}, SETTINGS) | {"Ports": ports, "Networks": networks}
    usual = networks.get("bridge") or {}
    beside = ("EndpointID", "Gateway", "IPAddress", "IPPrefixLen", "MacAddress")
    return found | {key: usual[key] for key in beside if key in found and key in usual}


def _mounts(container: Container) -> list[dict[str, object]]:
    """Return the mounts as they were asked for; where a volume lies on the host is nobody's business."""
    names = {target: name for name, target in container.volumes}
    found: list[dict[str, object]] = []
    for mount in container.mounts:
        if isinstance(mount, BindMount):
            source = HOME if mount.source == "." else f"{HOME}/{mount.source}"
            place = {"Type": "bind", "Source": source, "Destination": mount.target}
            found.append({**place, "Mode": "", "RW": not mount.read_only, "Propagation": "rprivate"})
            continue
        name = mount.source or names.get(mount.target, "")
        place = {"Type": "volume", "Name": name, "Source": f"{VOLUMES}/{name}/_data", "Destination": mount.target}
        found.append({**place, "Driver": "local", "Mode": "z", "RW": not mount.read_only, "Propagation": ""})
    return found


def _networks(raw: Raw, owner: Owner) -> dict[str, dict[str, object]]:
    joined = (raw.get("NetworkSettings") or {}).get("Networks") or {}
    found = {owner.public_network(name): _some(joined[name], NETWORK) for name in joined}
    if "bridge" in found:
        found["bridge"] |= {"Aliases": None}  # on the default network Docker knows no names
    return found


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


def formatted(view: Mapping[str, object], parts: Sequence[Part]) -> str:
    """Return the template filled in. Raises: `MissingField`."""
    return "".join(part if isinstance(part, str) else _filled(view, part) for part in parts)


class MissingField(Exception):
    """The template names a field that is not there; the message is Docker's."""

    def __init__(self, part: Show | Each, key: str) -> None:
        where = part.at + part.path.rindex(f".{key}")
        super().__init__(
            f'template parsing error: template: :1:{where}: executing "" at <{part.path}>: '
            f'map has no entry for key "{key}"'
        )


def go(value: object) -> str:
    """Return a value as Go's templates print it."""
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping) and set(value) == {"HostIp", "HostPort"}:
        return f"{{{value['HostIp']} {value['HostPort']}}}"
    if isinstance(value, Mapping):
        return "map[" + " ".join(f"{key}:{go(value[key])}" for key in sorted(value)) + "]"
    if isinstance(value, list | tuple):
        return "[" + " ".join(map(go, value)) + "]"
    return str(value)


def _filled(here: object, part: Show | Each) -> str:
    value = _at(here, part)
    if isinstance(part, Show):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if part.as_json else go(value)
    inside = [value[key] for key in sorted(value)] if isinstance(value, Mapping) else value
    each = inside if isinstance(inside, list | tuple) else ()
    return "".join(step if isinstance(step, str) else _filled(one, step) for one in each for step in part.body)


def _at(here: object, part: Show | Each) -> object:
    for name in filter(None, part.path.split(".")):
        if not isinstance(here, Mapping) or name not in here:
            raise MissingField(part, name)
        here = here[name]
    return here


def _some(raw: Raw, keys: Collection[str]) -> dict[str, object]:
    """Return these fields, in the engine's order."""
    return {key: raw[key] for key in raw if key in keys}


def _bindings(ports: Sequence[PublishedPort], *, listening: bool = False) -> dict[str, list[dict[str, str]]]:
    """Return the ports as they were asked for, or (`listening`) as they are open: all addresses means both families."""
    found: dict[str, list[dict[str, str]]] = {}
    for port in ports:
        everywhere = port.address == "0.0.0.0"  # noqa: S104 - shown, never bound
        addresses = ([port.address, "::"] if listening else [""]) if everywhere else [port.address]
        rows = found.setdefault(f"{port.container}/{port.protocol}", [])
        rows += [{"HostIp": address, "HostPort": str(port.host)} for address in addresses]
    return found
