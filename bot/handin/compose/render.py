"""A compose plan written out as `docker compose config` writes it: everything in its long form, keys in order."""

from __future__ import annotations

import json
import re

from bot.handin.compose.events import Scalar
from bot.handin.compose.plan import ComposePlan, HealthPlan, Mount, ServicePlan
from bot.handin.dockerfile_rules import RESERVED_LABELS
from bot.handin.paths import HOME
from bot.handin.plan import BindMount, BuildPlan, PublishedPort

Tree = str | int | float | bool | None | list["Tree"] | dict[str, "Tree"]

#: what older YAML reads as a boolean
_OLD_BOOLEANS = frozenset(
    word for plain in ("y", "n", "yes", "no", "on", "off") for word in (plain, plain.capitalize(), plain.upper())
)
#: a text that YAML reads as itself without quotes
_PLAIN = re.compile(r"-?[\w./$][\w ./$@%+=:,;()<>&|*!?~^-]*")


def render_config(plan: ComposePlan) -> str:
    """Return the file as Compose understood it, volumes and networks with their whole names."""
    networks = {network.name: network.key for network in plan.networks}
    volumes = {volume.name: volume.key for volume in plan.volumes}
    tree: dict[str, Tree] = {
        "name": plan.project,
        "services": {
            service.name: _service(service, plan.project, networks, volumes)
            for service in sorted(plan.services, key=lambda each: each.name)
        },
    }
    if plan.networks:
        tree["networks"] = {
            each.key: _thing(each.name, each.external) for each in sorted(plan.networks, key=lambda n: n.key)
        }
    if plan.volumes:
        tree["volumes"] = {
            each.key: _thing(each.name, each.external) for each in sorted(plan.volumes, key=lambda v: v.key)
        }
    return "".join(f"{line}\n" for line in _lines(tree))


def _thing(name: str, external: bool) -> Tree:
    return {"name": name, "external": True} if external else {"name": name}


def _service(service: ServicePlan, project: str, networks: dict[str, str], volumes: dict[str, str]) -> Tree:
    own_image = f"{project}-{service.name}".lower()
    own = {name: value for name, value in service.labels if not name.startswith(RESERVED_LABELS)}
    tree: dict[str, Tree] = {
        "build": _build(service.build) if service.build else None,
        "command": None if service.command is None else list(service.command),
        "container_name": service.container_name,
        "cpus": service.cpus,
        "depends_on": {
            need.service: {"condition": need.condition, "required": need.required} for need in service.depends_on
        },
        "entrypoint": None if service.entrypoint is None else list(service.entrypoint),
        "environment": dict(sorted(service.environment)),
        "expose": [str(port) for port in service.expose],
        "healthcheck": _health(service.healthcheck) if service.healthcheck else None,
        "hostname": service.hostname,
        "image": "" if service.build and service.image == own_image else service.image,
        "init": service.init,
        "labels": dict(sorted(own.items())),
        "mem_limit": str(service.mem_mb * 1024 * 1024) if service.mem_mb else "",
        "networks": {networks[use.network]: _aliases(use.aliases, service) for use in service.networks},
        "pids_limit": service.pids,
        "ports": [_port(port) for port in service.ports],
        "profiles": list(service.profiles),
        "read_only": service.read_only,
        "restart": service.restart,
        "stop_grace_period": f"{service.stop_grace_s:g}s" if service.stop_grace_s != 10 else "",
        "tmpfs": list(service.tmpfs),
        "user": service.user,
        "volumes": [_mount(mount, volumes) for mount in service.mounts],
        "working_dir": service.working_dir,
    }
    cleared = {key for key in ("command", "entrypoint") if tree[key] == []}
    return {key: value for key, value in tree.items() if value or key in cleared}


def _build(build: BuildPlan) -> Tree:
    return _some(
        context=_path(build.context),
        dockerfile=build.dockerfile.removeprefix(f"{build.context}/"),
        args=dict(sorted(build.build_args)),
        target=build.target,
    )


def _path(place: str) -> str:
    return HOME if place == "." else f"{HOME}/{place}"


def _some(**parts: Tree) -> dict[str, Tree]:
    return {key: value for key, value in parts.items() if value}


def _aliases(aliases: tuple[str, ...], service: ServicePlan) -> Tree:
    more: list[Tree] = [name for name in aliases if name not in {service.name, service.container_name}]
    return {"aliases": more} if more else None


def _health(health: HealthPlan) -> Tree:
    if health.test == ("NONE",):
        return {"disable": True}
    return _some(
        test=list(health.test),
        timeout=f"{health.timeout_s:g}s" if health.timeout_s else "",
        interval=f"{health.interval_s:g}s" if health.interval_s else "",
        retries=health.retries,
        start_period=f"{health.start_period_s:g}s" if health.start_period_s else "",
    )


def _port(port: PublishedPort) -> Tree:
    given = port.address != "0.0.0.0"  # noqa: S104 - what Docker means when no address is given
    tree: dict[str, Tree] = {"mode": "ingress", "host_ip": port.address if given else "", "target": port.container}
    tree |= {"published": str(port.host) if port.host else "", "protocol": port.protocol}
    return {key: value for key, value in tree.items() if value}


def _mount(mount: Mount, volumes: dict[str, str]) -> Tree:
    if isinstance(mount, BindMount):
        tree = _some(type="bind", source=_path(mount.source), target=mount.target, read_only=mount.read_only)
        return {**tree, "bind": {"create_host_path": True}}
    source = volumes.get(mount.source, mount.source)
    return {**_some(type="volume", source=source, target=mount.target, read_only=mount.read_only), "volume": {}}


def _lines(tree: dict[str, Tree], lead: str = "") -> list[str]:
    out: list[str] = []
    for key, value in tree.items():
        shown = f"{lead}{_scalar(key)}:"
        if isinstance(value, dict) and value:
            out += [shown, *_lines(value, f"{lead}  ")]
        elif isinstance(value, list) and value:
            out.append(shown)
            for item in value:
                if isinstance(item, dict):
                    first, *rest = _lines(item, f"{lead}    ")
                    out += [f"{lead}  - {first.lstrip()}", *rest]
                else:
                    out.append(f"{lead}  - {_scalar(item)}")
        else:
            out.append(f"{shown} {_scalar(value)}")
    return out


def _scalar(value: Tree) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:g}" if isinstance(value, float) else str(value)
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    text = value.replace("$", "$$")
    safe = _PLAIN.fullmatch(text) and text == text.strip() and ": " not in text and not text.endswith(":")
    if safe and text not in _OLD_BOOLEANS and Scalar(0, text, plain=True).kind == "string":
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(sign if sign.isprintable() else f"\\U{ord(sign):08X}" for sign in quoted)
