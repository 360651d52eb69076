"""`-v` and `--mount`: what a container is to see of volumes and of the project, in Docker's words where it is wrong.

Only two things can be mounted: the learner's own volumes, by name, and their own project. Every other source has no
value here that could name it.
Source: github.com/docker/cli 28 `opts/mount.go`, `compose/loader/volume.go`; github.com/moby/moby
`volume/mounts/linux_parser.go`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass

from bot.handin.docker_flags import BAD_TARGET, HOST_MOUNT, NOT_OFFERED
from bot.handin.flags import Lesson
from bot.handin.paths import inside, of_the_kernel, tidy
from bot.handin.plan import BindMount, Mount, VolumeMount

VOLUME_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
LONGEST_VOLUME_NAME = 60
_LONGEST_TARGET = 200
_MODES = frozenset({"rw", "ro", "z", "Z", "nocopy", "cached", "delegated", "consistent"})
_TRUE, _FALSE = frozenset({"true", "1"}), frozenset({"false", "0"})
#: keys of `--mount` that change nothing of what is seen here
_QUIET = frozenset({"volume-nocopy", "consistency", "bind-propagation", "bind-nonrecursive", "bind-recursive"})
_HOST_KEYS = frozenset({"volume-opt", "volume-driver"})  #: can name any folder or device of the host
_OTHER_KEYS = frozenset({"volume-label", "volume-subpath", "image-subpath", "tmpfs-size", "tmpfs-mode"})


@dataclass(frozen=True, slots=True)
class Wrong:
    """Why a mount cannot be: Docker's own words, said by its client while reading options (`flag`) or later."""

    words: str
    say: str
    flag: bool = False


def parse_volume(spec: str) -> Mount | Wrong | Lesson:
    """Return what one `-v` mounts."""
    if re.match(r"[A-Za-z]:[\\/]", spec):
        return HOST_MOUNT
    parts = spec.split(":")
    if "" in parts:
        return Wrong(f"invalid spec: {spec[:200]}: empty section between colons", _SHAPE)
    if len(parts) > 3:
        return Wrong(f"{_DAEMON}invalid volume specification: '{spec[:200]}'", _SHAPE)
    modes = parts[2].split(",") if len(parts) == 3 else []
    if strange := [mode for mode in modes if mode not in _MODES]:
        return Wrong(f"{_DAEMON}invalid mode: {parts[2][:60]}", f"`{strange[0][:30]}` is no way to mount; `ro` is one.")
    source, target = ("", parts[0]) if len(parts) == 1 else (parts[0], parts[1])
    where = _target(target, f"invalid volume specification: '{spec[:200]}': ")
    if isinstance(where, Wrong | Lesson):
        return where
    read_only = "ro" in modes
    if _is_path(source):
        path = _project_path(source)
        return HOST_MOUNT if path is None else BindMount(path, where, read_only)
    return _volume(source, where, read_only)


def parse_mount(spec: str) -> Mount | Wrong | Lesson:
    """Return what one `--mount` mounts."""
    fields = _fields(spec)
    if isinstance(fields, Wrong | Lesson):
        return fields
    kind, source, target = fields.get("type", "volume").lower(), fields.get("source", ""), fields.get("target", "")
    if not target:
        return Wrong("target is required", "Say where it is to be seen: `target=/etc/todos`.", flag=True)
    if kind in {"tmpfs", "npipe", "cluster", "image"}:
        return NOT_OFFERED if kind in {"tmpfs", "image"} else HOST_MOUNT
    config = f'invalid mount config for type "{kind[:30]}": '
    if kind not in {"volume", "bind"}:
        say = f"`type={kind[:30]}` is unknown; `volume` and `bind` are the two here."
        return Wrong(f"{_DAEMON}{config}mount type unknown", say)
    where = _target(target, "", config)
    if isinstance(where, Wrong | Lesson):
        return where
    read_only = fields.get("readonly") == "true"
    if kind == "volume":
        return HOST_MOUNT if _is_path(source) else _volume(source, where, read_only)
    if not source:
        return Wrong(f"{_DAEMON}{config}field Source must not be empty", "Say what to mount: `src=.` is your project.")
    path = _project_path(source)
    return HOST_MOUNT if path is None else BindMount(path, where, read_only)


_DAEMON = "Error response from daemon: "
_SHAPE = "It is NAME:FOLDER, as in `-v todo-db:/etc/todos`, or `-v .:/app` for your project."


def _fields(spec: str) -> dict[str, str] | Wrong | Lesson:
    """Return the fields of `--mount` by their own names."""
    names = {"src": "source", "dst": "target", "destination": "target", "ro": "readonly"}
    found: dict[str, str] = {}
    try:
        (parts,) = csv.reader([spec], strict=True)
    except (csv.Error, ValueError):
        return Wrong("parse error", "Quotes belong around all of the mount, or nowhere.", flag=True)
    for part in parts:
        key, equals, value = part.strip().partition("=")
        key = names.get(key.lower(), key.lower())
        if not equals and key in {"readonly", "volume-nocopy", "bind-nonrecursive"}:
            value = "true"
        elif not equals:
            seen = f"`{part.strip()[:60]}` is no `key=value`" if part.strip() else "A blank or nothing follows a comma"
            say = f"{seen}. Write it in one piece: `type=volume,src=todo-db,target=/etc/todos`."
            return Wrong(f"invalid field '{part[:200]}' must be a key=value pair", say, flag=True)
        if key == "readonly":
            if value.lower() not in _TRUE | _FALSE:
                return Wrong(
                    f"invalid value for {part.partition('=')[0]}: {value[:60]}", "It is `readonly`.", flag=True
                )
            value = "true" if value.lower() in _TRUE else "false"
        elif key in _HOST_KEYS:
            return HOST_MOUNT
        elif key in _OTHER_KEYS:
            return NOT_OFFERED
        elif key not in _QUIET | {"type", "source", "target"}:
            say = f"`--mount` has no `{key[:40]}`: it is `type`, `source`, `target` and `readonly`."
            return Wrong(f"unexpected key '{key[:60]}' in '{part[:200]}'", say, flag=True)
        found[key] = value
    return found


def _is_path(source: str) -> bool:
    return source.startswith((".", "/", "~", "\\"))


def _project_path(source: str) -> str | None:
    """Return the path in the project, None when it leads elsewhere; Git Bash writes `/$(pwd)` for the project."""
    if source == "/." or source.startswith("/./"):
        source = source[1:]
    return inside(source)


def _volume(name: str, target: str, read_only: bool) -> VolumeMount | Wrong:
    if name and (wrong := bad_volume_name(name)):
        return Wrong(f"{_DAEMON}{wrong}", "A volume's name has letters, digits, `-`, `_` and `.`, and no slash.")
    return VolumeMount(name, target, read_only)


def bad_volume_name(name: str) -> str:
    """Return the engine's words about a volume's name, '' when it is fine."""
    if VOLUME_NAME.fullmatch(name) and len(name) <= LONGEST_VOLUME_NAME:
        return ""
    shown = name[:200]
    if re.fullmatch(r"[a-zA-Z0-9]", name):
        return f"create {shown}: volume name is too short, names should be at least two alphanumeric characters"
    if len(name) > LONGEST_VOLUME_NAME:
        return f"create {shown}: volume name is too long, at most {LONGEST_VOLUME_NAME} characters fit here"
    return (
        f'create {shown}: "{shown}" includes invalid characters for a local volume name, only '
        '"[a-zA-Z0-9][a-zA-Z0-9_.-]" are allowed. If you intended to pass a host directory, use absolute path'
    )


def _target(path: str, before: str, config: str = 'invalid mount config for type "volume": ') -> str | Wrong | Lesson:
    """Return the folder in the container, tidied; Git Bash writes `//app` for `/app`."""
    if not path.startswith("/"):
        say = f"Where it is seen in the container starts with a slash: `/{path[:60]}`."
        return Wrong(f"{_DAEMON}{before}{config}invalid mount path: '{path[:200]}' mount path must be absolute", say)
    where = tidy(path)
    if where == "/":
        say = "A mount on `/` would cover the whole container. Name a folder, such as `/etc/todos`."
        return Wrong(f"{_DAEMON}{before}{config}invalid specification: destination can't be '/'", say)
    return where if fits(where) else BAD_TARGET


def fits(target: str) -> bool:
    """Tell whether a container may see something at this place."""
    if target != tidy(target) or target == "/" or of_the_kernel(target):
        return False
    return len(target) <= _LONGEST_TARGET and not any(ord(sign) < 32 for sign in target)
