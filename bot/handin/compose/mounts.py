"""`volumes:` of a service → volumes of its own and folders of the project; nothing of the host has a name here.

Source: github.com/compose-spec/compose-go `format/volume.go`.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.handin.compose.events import Mapping, Node, Scalar
from bot.handin.compose.keys import MOUNT, UNUSED_MOUNT, judge_keys
from bot.handin.compose.plan import Mount
from bot.handin.compose.values import Place, flag, items, text
from bot.handin.paths import inside, of_the_kernel, tidy
from bot.handin.plan import BindMount, VolumeMount

MOST_MOUNTS = 20
_DRIVE = re.compile(r"[A-Za-z]:")
#: a mount over these hides the system of the container itself
_SYSTEM = frozenset({"/", "/bin", "/sbin", "/lib", "/lib64", "/usr", "/etc", "/boot", "/run", "/var/run"})


def read_mounts(node: Node, place: Place, service: str, volumes: Collection[str]) -> tuple[Mount, ...]:
    """Return the mounts with the file's own keys as sources of volumes. Raises `Broken`."""
    found: dict[str, Mount] = {}
    for number, item in enumerate(items(node, place, "- ./:/app")):
        here = place.at(number)
        mount = _long(item, here) if isinstance(item, Mapping) else _short(item, here)
        _judge_target(item, mount.target, here)
        if isinstance(mount, VolumeMount) and mount.source and mount.source not in volumes:
            raise _undefined(item, mount.source, service, here)
        if mount.target in found:
            say = f"`{mount.target}` is mounted twice. One folder of a container can show one thing only."
            raise here.wrong(item, say, f"Error response from daemon: Duplicate mount point: {mount.target}")
        found[mount.target] = mount
    if len(found) > MOST_MOUNTS:
        raise place.wrong(
            node, f"`{place.path}` has {len(found)} mounts; up to {MOST_MOUNTS} are fine.", code="TOO_MANY"
        )
    return tuple(found.values())


def _undefined(node: Node, source: str, service: str, place: Place) -> Exception:
    words = f'service "{service}" refers to undefined volume {source[:100]}: invalid compose project'
    say = f"the volume `{source[:60]}` is not declared. Add `volumes:` at the very left, and below it `{source[:60]}:`."
    if "/" in source or "." in source:
        say = (
            f"`{source[:60]}` is read as a volume's name. A folder of your project begins with `./`: `./{source[:60]}`."
        )
    return place.wrong(node, say, words, "UNDEFINED_VOLUME")


def _short(node: Node, place: Place) -> Mount:
    spec = text(node, place)
    if not spec:
        raise place.wrong(node, "here stands an empty text. A mount is `SOURCE:TARGET`.", "invalid empty volume spec")
    drive = _DRIVE.match(spec)
    fields = spec[2:].split(":") if drive else spec.split(":")
    if drive:
        fields[0] = spec[:2] + fields[0]
    if len(fields) == 1:
        if drive:
            say = f"`{spec[:60]}` is read as a drive of Windows. A volume's name has two letters or more."
            raise place.wrong(node, say, code="HOST_MOUNT")
        return VolumeMount("", _clean(fields[0]))
    if "" in fields:
        raise place.wrong(
            node,
            f"`{spec[:60]}` has nothing between its colons.",
            f"invalid spec: {spec[:200]}: empty section between colons",
        )
    if len(fields) > 3:
        raise place.wrong(
            node,
            f"`{spec[:60]}` has too many colons; it is `SOURCE:TARGET`.",
            f"invalid spec: {spec[:200]}: too many colons",
        )
    options = fields[2].split(",") if len(fields) == 3 else []
    target = _clean(fields[1]) if len(fields) > 1 else ""
    return _mount(node, fields[0], target, "ro" in options, place)


def _mount(node: Node, source: str, target: str, read_only: bool, place: Place) -> Mount:
    if source[0] in "./~\\" or _DRIVE.match(source):
        return _bind(node, source, target, read_only, place)
    return VolumeMount(source, target, read_only)


def _bind(node: Node, source: str, target: str, read_only: bool, place: Place) -> BindMount:
    within = inside(source)
    if within is None:
        say = (
            f"`{source[:60]}` is a folder of the shared host, or outside of your project. Mount your own project with "
            "`./`, or a volume by its name."
        )
        raise place.wrong(node, say, code="HOST_MOUNT")
    return BindMount(within, target, read_only)


def _long(node: Mapping, place: Place) -> Mount:
    judge_keys(node, place.path, MOUNT, UNUSED_MOUNT, place.file)
    kind_node = node.get("type")
    if kind_node is None:
        raise place.wrong(
            node,
            "a mount in this form needs a `type:`, `volume` or `bind`.",
            f"validating {place.file}: {place.path} missing property 'type'",
        )
    kind = text(kind_node, place.at("type"))
    source_node, target_node = node.get("source"), node.get("target")
    source = text(source_node, place.at("source")) if source_node else ""
    target = _clean(text(target_node, place.at("target"))) if target_node else ""
    only = node.get("read_only")
    read_only = flag(only, place.at("read_only")) if only else False
    _judge_options(node, place)
    if kind == "bind":
        if not source:
            words = 'invalid mount config for type "bind": field Source must not be empty'
            raise place.wrong(node, "a `bind` needs a `source:`, such as `./`.", words)
        return _bind(node, source, target, read_only, place)
    if kind != "volume":
        raise place.wrong(
            kind_node, f"a mount of type `{kind[:40]}` cannot be used here; `volume` and `bind` can.", code="MOUNT_TYPE"
        )
    if source and (source[0] in "./~\\" or _DRIVE.match(source)):
        raise place.wrong(
            node, f"`{source[:60]}` is a folder. For a folder of your project write `type: bind`.", code="MOUNT_TYPE"
        )
    return VolumeMount(source, target, read_only)


def _judge_options(node: Mapping, place: Place) -> None:
    """Raise about options of a mount that would change what the host does."""
    for key, known in (("bind", {"create_host_path"}), ("volume", {"nocopy"})):
        options = node.get(key)
        if isinstance(options, Mapping):
            for name, value in options.entries:
                if name.text not in known:
                    say = f"`{key}.{name.text[:40]}` cannot be used here. Please leave it out."
                    raise place.wrong(name, say, code="COMPOSE_KEY")
                flag(value, place.at(key).at(name.text))
        elif options is not None:
            raise place.at(key).must_be(options, "mapping")


def _clean(target: str) -> str:
    return tidy(target) if target.startswith("/") else target


def _judge_target(node: Node, target: str, place: Place) -> None:
    line = node if isinstance(node, Scalar) else Scalar(node.line, target)
    if not target.startswith("/") or any(ord(sign) < 32 for sign in target) or len(target) > 200:
        say = f"`{target[:60]}` is where it shall appear in the container; that must begin with a slash, as in `/app`."
        words = f"invalid mount path: '{target[:100]}' mount path must be absolute"
        words = f'Error response from daemon: invalid mount config for type "volume": {words}'
        raise place.wrong(line, say, words, "BAD_TARGET")
    if target in _SYSTEM or of_the_kernel(target):
        say = f"`{target[:60]}` belongs to the container's own system; choose a folder such as `/app`."
        raise place.wrong(line, say, code="BAD_TARGET")
