"""What is allowed in a compose file and will surprise: found in the plans, said before anything runs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.handin.compose.plan import ServicePlan
from bot.handin.spelling import nearest

_HOST_SETTING = re.compile(r"\w+_HOST", re.IGNORECASE)
_ONE_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")
_HERE = frozenset({"localhost"})


def notes(services: Sequence[ServicePlan]) -> Iterator[str]:
    """Yield one sentence of ours for each surprise, in the order of the services."""
    names = {alias for service in services for use in service.networks for alias in use.aliases}
    published: dict[tuple[int, str], str] = {}
    for service in services:
        yield from _unhealthy(service, services)
        yield from _unknown_hosts(service, names | {other.hostname for other in services})
        for port in service.ports:
            if port.host is None:
                continue
            first = published.setdefault((port.host, port.protocol), service.name)
            if first != service.name:
                yield f"`{first}` and `{service.name}` both publish port {port.host}; only the first one will get it."


def _unhealthy(service: ServicePlan, services: Sequence[ServicePlan]) -> Iterator[str]:
    known = {other.name: other for other in services}
    for need in service.depends_on:
        other = known[need.service]
        if need.condition == "service_healthy" and other.healthcheck is None and other.build is None:
            yield (
                f"`{service.name}` waits until `{other.name}` is healthy, and `{other.name}` has no `healthcheck:`. "
                "Unless its image brings one, that moment never comes."
            )


def _unknown_hosts(service: ServicePlan, names: set[str]) -> Iterator[str]:
    for name, value in service.environment:
        if not _HOST_SETTING.fullmatch(name) or not _ONE_WORD.fullmatch(value) or value in names:
            continue
        if value.lower() in _HERE:
            yield f"`{name}: {value}` of `{service.name}` means its own container; another service answers to its name."
            continue
        near = nearest(value, sorted(names)) or ", ".join(sorted(names - {service.name, ""}))
        yield f"`{name}: {value[:60]}` of `{service.name}` is no service here." + (
            f" There is: {near}." if near else ""
        )
