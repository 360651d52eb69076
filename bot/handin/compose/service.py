"""One service of a compose file → the plan of its container."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from bot.handin.compose.around import Around
from bot.handin.compose.build import read_build, read_image
from bot.handin.compose.events import Listing, Mapping, Node, Scalar
from bot.handin.compose.fault import broken
from bot.handin.compose.keys import NETWORK_USE, SERVICE, UNUSED_NETWORK_USE, UNUSED_SERVICE, judge_keys
from bot.handin.compose.mounts import read_mounts
from bot.handin.compose.parts import (
    FOLDER,
    read_depends_on,
    read_expose,
    read_healthcheck,
    read_limits,
    read_ports,
    read_tmpfs,
)
from bot.handin.compose.plan import NetworkUse, Pairs, ServicePlan
from bot.handin.compose.values import Place, command, flag, items, labels, mapping, pairs, seconds, text, texts
from bot.handin.dockerfile_rules import RESERVED_LABELS
from bot.handin.paths import HOME, inside, of_the_kernel, tidy
from bot.handin.plan import VolumeMount

LONGEST_GRACE_S = 30.0

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}")
_VARIABLE = re.compile(r"[^=\s\x00]{1,128}")
_USER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31}(?::[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31})?")
_HOSTNAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9.-]{0,61}[a-zA-Z0-9])?")
_RESTART = re.compile(r"no|always|unless-stopped|on-failure(?::\d{1,6})?")


def read_service(name: Scalar, node: Node, around: Around, place: Place) -> ServicePlan:
    """Return the plan of one service. Raises `Broken`."""
    if not NAME.fullmatch(name.text):
        say = f"`{name.text[:60]}` cannot be a service's name: letters, digits, `-`, `_` and `.` are fine, up to 63."
        words = f"validating {place.file}: services additional properties '{name.text[:100]}' not allowed"
        raise broken(name.line, "BAD_NAME", say, words, name.text)
    body = mapping(node, place, "image: node:24-alpine")
    judge_keys(body, place.path, SERVICE, UNUSED_SERVICE, place.file)
    container = f"{around.project}-{name.text}-1"
    plan = ServicePlan(name.text, container, "", line=name.line)
    for key, value in body.entries:
        if reader := _READERS.get(key.text):
            plan = reader(value, place.at(key.text), around, plan)
    plan = _with_environment(body, plan, around, place)
    return _with_networks(body.get("networks"), plan, around, place.at("networks"))


def _working_dir(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    folder = text(node, place, strict=True)
    if not FOLDER.fullmatch(folder) or of_the_kernel(folder):
        words = f"the working directory '{folder[:200]}' is invalid, it needs to be an absolute path"
        words = "" if folder.startswith("/") else f"Error response from daemon: {words}"
        say = f"`{folder[:60]}` cannot be the folder to work in. Write it from the root on, as in `/app`."
        raise place.wrong(node, say, words, "BAD_WORKDIR")
    return replace(plan, working_dir=tidy(folder))


def _matched(node: Node, place: Place, pattern: re.Pattern[str], example: str) -> str:
    value = text(node, place)
    if not pattern.fullmatch(value):
        say = f"`{value[:60]}` cannot be used for `{place.path}`. It is written like `{example}`."
        raise place.wrong(node, say)
    return value


def _container_name(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    name = text(node, place)
    if not NAME.fullmatch(name):
        words = f"validating {place.file}: {place.path} does not match pattern '[a-zA-Z0-9][a-zA-Z0-9_.-]+'"
        raise place.wrong(
            node, f"`{name[:60]}` cannot be a container's name: letters, digits, `_`, `.` and `-` are fine.", words
        )
    place.notes.append(
        f"Line {node.line}: here the container is called `{plan.container}`; `{name}` is its other name on networks."
    )
    return replace(plan, container_name=name)


def _unused(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    if not isinstance(node, Scalar):
        raise place.must_be(node, "string")
    place.notes.append(f"Line {node.line}: `{place.path}` changes nothing here.")
    return plan


def _with_environment(body: Mapping, plan: ServicePlan, around: Around, place: Place) -> ServicePlan:
    found: dict[str, str] = {}
    if (files := body.get("env_file")) is not None:
        for path in texts(files, place.at("env_file")):
            if inside(path) != ".env":
                say = f"`{path[:60]}` cannot be read here; only `.env`, at the top of your project, can."
                raise place.wrong(files, say, code="ENV_FILE")
            if not around.env_file:
                say = "there is no file `.env` in your project. Make it, or leave `env_file` out."
                path = f"{HOME}/.env"
                words = f"env file {path} not found: stat {path}: no such file or directory"
                raise place.wrong(files, say, words, "ENV_FILE")
            found.update(around.values)
    if (node := body.get("environment")) is not None:
        found.update(_environment(node, around, place.at("environment")))
    return replace(plan, environment=tuple(found.items()))


def _environment(node: Node, around: Around, place: Place) -> Pairs:
    found: dict[str, str] = {}
    for name, value, line in pairs(node, place):
        if name != name.rstrip():
            words = f"environment variable {name[:60]} is declared with a trailing space"
            words = f"'services[{place.path.split('.')[1]}].environment': {words}"
            say = f"take out the blank before the `=` of `{name.strip()[:60]}`."
            raise broken(line, "BAD_SETTING", say, words, name)
        if not _VARIABLE.fullmatch(name):
            say = f"`{name[:60]}` is no variable's name. Write `NAME: value`, or `- NAME=value`."
            raise broken(line, "BAD_SETTING", say, seen=name)
        if value is not None and "\x00" in value:
            raise broken(
                line, "BAD_SETTING", f"the value of `{name[:60]}` holds a sign that no variable can hold.", seen=name
            )
        if value is not None or name in around.values:
            found[name] = around.values[name] if value is None else value
    return tuple(found.items())


def _with_networks(node: Node | None, plan: ServicePlan, around: Around, place: Place) -> ServicePlan:
    wanted: dict[str, tuple[str, ...]] = {"default": ()}
    lines: dict[str, Node] = {}
    if isinstance(node, Listing):
        wanted = {}
        for number, item in enumerate(items(node, place)):
            key = text(item, place.at(number))
            wanted[key], lines[key] = (), item
    elif node is not None and (body := mapping(node, place)).entries:
        wanted = {}
        for name, value in body.entries:
            use = mapping(value, place.at(name.text))
            judge_keys(use, place.at(name.text).path, NETWORK_USE, UNUSED_NETWORK_USE, place.file)
            aliases = use.get("aliases")
            wanted[name.text] = _aliases(aliases, place.at(name.text).at("aliases")) if aliases else ()
            lines[name.text] = name
    for key in wanted:
        if key not in around.networks:
            say = f"the network `{key[:60]}` is not declared. Add `networks:` at the very left, and below it its name."
            words = f'service "{plan.name}" refers to undefined network {key[:100]}: invalid compose project'
            raise place.wrong(lines[key], say, words, "UNDEFINED_NETWORK")
    own = (plan.name, plan.container_name)
    uses = (
        NetworkUse(around.networks[key], tuple(dict.fromkeys(n for n in (*own, *more) if n)))
        for key, more in wanted.items()
    )
    return replace(plan, networks=tuple(uses))


def _aliases(node: Node, place: Place) -> tuple[str, ...]:
    found = texts(node, place)
    if bad := next((name for name in found if not NAME.fullmatch(name)), ""):
        raise place.wrong(
            node, f"`{bad[:60]}` cannot be a name on a network: letters, digits, `-`, `_` and `.` are fine."
        )
    return found


def _volumes(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    found = read_mounts(node, place, plan.name, around.volumes)
    named = (
        replace(each, source=around.volumes[each.source]) if isinstance(each, VolumeMount) and each.source else each
        for each in found
    )
    return replace(plan, mounts=tuple(named))


def _stop_grace(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    return replace(plan, stop_grace_s=min(seconds(node, place), LONGEST_GRACE_S))


_Reader = Callable[[Node, Place, Around, ServicePlan], ServicePlan]

_READERS: dict[str, _Reader] = {
    "image": read_image,
    "build": read_build,
    "ports": read_ports,
    "expose": read_expose,
    "volumes": _volumes,
    "tmpfs": read_tmpfs,
    "healthcheck": read_healthcheck,
    "depends_on": read_depends_on,
    "working_dir": _working_dir,
    "container_name": _container_name,
    "mem_limit": read_limits,
    "cpus": read_limits,
    "pids_limit": read_limits,
    "platform": _unused,
    "tty": _unused,
    "stdin_open": _unused,
    "init": lambda node, place, around, plan: replace(plan, init=flag(node, place)),
    "read_only": lambda node, place, around, plan: replace(plan, read_only=flag(node, place)),
    "command": lambda node, place, around, plan: replace(plan, command=command(node, place)),
    "entrypoint": lambda node, place, around, plan: replace(plan, entrypoint=command(node, place)),
    "user": lambda node, place, around, plan: replace(plan, user=_matched(node, place, _USER, "node")),
    "hostname": lambda node, place, around, plan: replace(plan, hostname=_matched(node, place, _HOSTNAME, "web")),
    "restart": lambda node, place, around, plan: replace(plan, restart=_matched(node, place, _RESTART, "always")),
    "profiles": lambda node, place, around, plan: replace(plan, profiles=tuple(dict.fromkeys(texts(node, place)))),
    "labels": lambda node, place, around, plan: replace(plan, labels=labels(node, place, RESERVED_LABELS)),
    "stop_grace_period": _stop_grace,
}
