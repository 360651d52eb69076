"""`-p`: what Docker's client makes of it, in Docker's own words where it is wrong.

Source: github.com/docker/go-connections `nat.ParsePortSpec`, github.com/docker/cli `convertToStandardNotation`.
"""

from __future__ import annotations

from ipaddress import ip_address

from bot.handin.plan import PublishedPort

_PORT_LIMIT = 65535
#: a range publishes every port in it; more than this is a slip
_MOST_PORTS = 10


def _range(text: str) -> tuple[int, int] | None:
    """Return first and last port."""
    first, dash, last = text.partition("-")
    numbers = (first, last) if dash else (first, first)
    if not all(n.isascii() and n.isdigit() and len(n) <= 5 and int(n) <= _PORT_LIMIT for n in numbers):
        return None
    low, high = int(numbers[0]), int(numbers[1])
    return (low, high) if low <= high else None


def _short_form(spec: str) -> str:
    """Return `3000:3000/tcp` for `published=3000,target=3000`. Raises `ValueError` with Docker's words."""
    if "=" not in spec:
        return spec
    given = {"published": "", "target": "", "protocol": "tcp"}
    for part in spec.split(","):
        key, equals, value = part.partition("=")
        if not equals or not key:
            raise ValueError(f"invalid publish opts format (should be name=value but got '{part}')")
        given[key] = value
    return f"{given['published']}:{given['target']}/{given['protocol']}"


def _address(text: str) -> str:
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    try:
        return str(ip_address(bare)) if bare else ""
    except ValueError:
        raise ValueError(f"invalid IP address: {bare}") from None


def parse_publish(spec: str) -> tuple[PublishedPort, ...] | str:
    """Return the ports that one `-p` publishes, or Docker's words about it."""
    try:
        return _parse(_short_form(spec))
    except ValueError as wrong:
        return str(wrong)


def _parse(spec: str) -> tuple[PublishedPort, ...]:
    before, _, container = spec.rpartition(":")
    address, _, host = before.rpartition(":")
    container, slash, protocol = container.partition("/")
    protocol = protocol if slash and protocol else "tcp"
    where = _address(address)
    if not container:
        raise ValueError(f"no port specified: {spec}<empty>")
    inside = _range(container)
    if inside is None:
        raise ValueError(f"invalid containerPort: {container}")
    outside = _range(host) if host else None
    if host and outside is None:
        raise ValueError(f"invalid hostPort: {host}")
    if outside and inside[1] - inside[0] != outside[1] - outside[0]:
        raise ValueError(f"invalid ranges specified for container and host Ports: {container} and {host}")
    if protocol.lower() not in {"tcp", "udp", "sctp"}:
        raise ValueError(f"invalid proto: {protocol}")
    if inside[0] == 0 or inside[1] - inside[0] >= _MOST_PORTS:
        raise ValueError(f"invalid containerPort: {container}")
    return tuple(
        PublishedPort(
            container=port,
            host=(outside[0] + number or None) if outside else None,
            address=where or "0.0.0.0",  # noqa: S104 - Docker's own meaning; nothing of ours listens there
            protocol=protocol.lower(),
        )
        for number, port in enumerate(range(inside[0], inside[1] + 1))
    )
