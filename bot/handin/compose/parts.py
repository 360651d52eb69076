"""`ports:`, `healthcheck:`, `depends_on:` and the other keys of a service that have a form of their own."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.handin.compose.around import Around
from bot.handin.compose.events import Listing, Mapping, Node, Scalar
from bot.handin.compose.keys import DEPENDENCY, HEALTH, PORT, UNUSED_HEALTH, judge_keys
from bot.handin.compose.plan import CONDITIONS, Dependency, HealthPlan, ServicePlan
from bot.handin.compose.values import Place, decimal, flag, items, mapping, seconds, size_mb, text, texts, whole
from bot.handin.paths import of_the_kernel
from bot.handin.plan import PublishedPort
from bot.handin.publish import parse_publish

MOST_PORTS = 20
MOST_TMPFS = 10
MOST_MEM_MB = 256
MOST_CPUS = 1.0
MOST_PIDS = 128

FOLDER = re.compile(r"/[^\x00-\x1f\x7f]{0,199}")
#: what YAML 1.1 read as a number of base 60
_SIXTIES = re.compile(r"[1-9]\d?(?::[0-5]?\d)+")


def read_ports(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    """Return the plan with its ports, short or long form. Raises `Broken`."""
    found: list[PublishedPort] = []
    for number, item in enumerate(items(node, place, '- "127.0.0.1:3000:3000"')):
        spec = _port_fields(item, place.at(number)) if isinstance(item, Mapping) else text(item, place.at(number))
        if isinstance(item, Scalar) and item.plain and _SIXTIES.fullmatch(spec):
            place.notes.append(
                f'Line {item.line}: put quotes around ports: `"{spec}"`. Without them, older YAML reads {spec} as '
                "minutes and seconds, and so as one large number."
            )
        read = parse_publish(spec)
        if isinstance(read, str):
            say = f'`{spec[:60]}` cannot be read as a port. It is `"HOST:CONTAINER"`, as in `"127.0.0.1:3000:3000"`.'
            raise place.wrong(item, say, read[:300], "BAD_PORT")
        found.extend(read)
    if len(found) > MOST_PORTS:
        raise place.wrong(node, f"I see {len(found)} ports; up to {MOST_PORTS} are fine here.", code="TOO_MANY")
    return replace(plan, ports=tuple(dict.fromkeys(found)))


def _port_fields(node: Mapping, place: Place) -> str:
    judge_keys(node, place.path, PORT, {}, place.file)
    parts = {key.text: text(value, place.at(key.text)) for key, value in node.entries}
    if "target" not in parts:
        raise place.wrong(
            node,
            "a port in this form needs `target:`, the port inside of the container.",
            f"validating {place.file}: {place.path} missing property 'target'",
        )
    address = f"{parts['host_ip']}:" if parts.get("host_ip") else ""
    return f"{address}{parts.get('published', '')}:{parts['target']}/{parts.get('protocol') or 'tcp'}"


def read_expose(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    """Return the plan with the ports that it only names. Raises `Broken`."""
    found: list[int] = []
    for number, item in enumerate(items(node, place, '- "3000"')):
        read = parse_publish(text(item, place.at(number)))
        if isinstance(read, str) or any(port.host for port in read):
            raise place.wrong(item, '`expose` takes ports of the container only, as in `- "3000"`.', code="BAD_PORT")
        found.extend(port.container for port in read)
    return replace(plan, expose=tuple(dict.fromkeys(found))[:MOST_PORTS])


def read_healthcheck(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    """Return the plan with its health check, times clamped. Raises `Broken`."""
    body = mapping(node, place)
    judge_keys(body, place.path, HEALTH, UNUSED_HEALTH, place.file)
    off = body.get("disable")
    if off and flag(off, place.at("disable")):
        return replace(plan, healthcheck=HealthPlan(("NONE",)))
    wanted = HealthPlan()
    test = body.get("test")
    if isinstance(test, Scalar):
        wanted = replace(wanted, test=("CMD-SHELL", text(test, place.at("test"))))
    elif test is not None:
        wanted = replace(wanted, test=texts(test, place.at("test")))
    if test is not None and wanted.test[:1] not in {("CMD",), ("CMD-SHELL",), ("NONE",)}:
        say = 'the list behind `test:` begins with "CMD" (a program) or "CMD-SHELL" (a line for a shell).'
        raise place.wrong(test, say, 'healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"')
    if value := body.get("interval"):
        wanted = replace(wanted, interval_s=_time(value, place.at("interval"), 5, 60))
    if value := body.get("timeout"):
        wanted = replace(wanted, timeout_s=_time(value, place.at("timeout"), 1, 10))
    if value := body.get("start_period"):
        wanted = replace(wanted, start_period_s=_time(value, place.at("start_period"), 0, 60))
    if value := body.get("retries"):
        here = place.at("retries")
        wanted = replace(wanted, retries=int(_clamp(whole(value, here), 1, 20, "", value, here)))
    return replace(plan, healthcheck=wanted)


def _time(node: Node, place: Place, low: float, high: float) -> float:
    return _clamp(seconds(node, place), low, high, "s", node, place)


def _clamp(asked: float, low: float, high: float, unit: str, node: Node, place: Place) -> float:
    given = min(max(asked, low), high)
    if given != asked:
        place.notes.append(
            f"Line {node.line}: on this shared host, `{place.path}` is {given:g}{unit} instead of {asked:g}{unit}."
        )
    return given


def read_depends_on(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    """Return the plan with what must be there first. Raises `Broken`."""
    if isinstance(node, Listing):
        names = dict.fromkeys(text(item, place.at(n)) for n, item in enumerate(items(node, place)))
        return replace(plan, depends_on=tuple(Dependency(name) for name in names))
    found = []
    for key, value in mapping(node, place, "- mysql").entries:
        here = place.at(key.text)
        body = mapping(value, here, "condition: service_healthy")
        judge_keys(body, here.path, DEPENDENCY, {}, here.file)
        wanted, required = body.get("condition"), body.get("required")
        condition = _condition(wanted, here.at("condition")) if wanted else CONDITIONS[0]
        found.append(Dependency(key.text, condition, flag(required, here.at("required")) if required else True))
    return replace(plan, depends_on=tuple(found))


def _condition(node: Node, place: Place) -> str:
    condition = text(node, place)
    if condition not in CONDITIONS:
        say = f"`{condition[:40]}` is no condition. There are {', '.join(f'`{each}`' for each in CONDITIONS)}."
        known = ", ".join(f"'{each}'" for each in CONDITIONS)
        raise place.wrong(node, say, f"validating {place.file}: {place.path} value must be one of {known}")
    return condition


def read_tmpfs(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    """Return the plan with its folders in memory; options are not used. Raises `Broken`."""
    found = []
    for value in texts(node, place):
        folder, _, options = value.partition(":")
        if not FOLDER.fullmatch(folder) or of_the_kernel(folder) or folder == "/":
            raise place.wrong(
                node, f"`{folder[:60]}` cannot be such a folder. Write it like `/tmp`.", code="BAD_TARGET"
            )
        if options:
            place.notes.append(
                f"Line {node.line}: the options `{options[:40]}` are not used; a `tmpfs` has its own limits here."
            )
        found.append(folder)
    if len(found) > MOST_TMPFS:
        raise place.wrong(node, f"I see {len(found)} folders; up to {MOST_TMPFS} are fine here.", code="TOO_MANY")
    return replace(plan, tmpfs=tuple(dict.fromkeys(found)))


def read_limits(node: Node, place: Place, around: Around, plan: ServicePlan) -> ServicePlan:
    """Return the plan with one limit, never above the sandbox's own; 0 and -1 mean those."""
    if isinstance(node, Scalar) and node.text == "-1":
        return plan
    if place.path.endswith(".mem_limit"):
        return replace(
            plan, mem_mb=min(max(size_mb(node, place), 1), MOST_MEM_MB) if text(node, place) != "0" else None
        )
    if place.path.endswith(".cpus"):
        return replace(plan, cpus=min(decimal(node, place), MOST_CPUS) or None)
    return replace(plan, pids=min(whole(node, place), MOST_PIDS) or None)
