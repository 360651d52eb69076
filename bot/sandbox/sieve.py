"""Which rows of a list a learner's filters let through. Pure.

Of one name, any value will do; labels must all fit. Source: Engine API v1.41, `filters`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from bot.handin.plan import VolumeMount
from bot.handin.reference import normalise
from bot.sandbox.belongings import Picture
from bot.sandbox.names import Owner, split
from bot.sandbox.things import Container, Network, Volume

T = TypeVar("T")
Tests = Mapping[str, Callable[[T, str], bool]]
Filters = Sequence[tuple[str, str]]


def kept(rows: Sequence[T], filters: Filters, tests: Tests[T]) -> list[T]:
    """Return the rows that all filters let through."""
    return [row for row in rows if all(_fits(row, name, filters, tests) for name, _ in filters)]


def _fits(row: T, name: str, filters: Filters, tests: Tests[T]) -> bool:
    every = all if name == "label" else any
    return every(tests[name](row, value) for key, value in filters if key == name)


def containers(owner: Owner, mine: Sequence[Container]) -> Tests[Container]:
    """Return how containers are filtered; `mine` are all of the learner's, newest first."""
    order = [each.id for each in mine]

    def place(value: str) -> int:
        return next((at for at, each in enumerate(mine) if each.name == value or each.id.startswith(value)), -1)

    return {
        "name": lambda row, value: _matches(value, row.name) or _matches(value, f"/{row.name}"),
        "id": lambda row, value: row.id.startswith(value),
        "label": lambda row, value: labelled(row.labels, value),
        "status": lambda row, value: row.state == value,
        "exited": lambda row, value: row.status.startswith(f"Exited ({value})"),
        "health": lambda row, value: f"({value})" in row.status or (value == "none" and "health" not in row.status),
        "ancestor": _made_of,
        "before": lambda row, value: order.index(row.id) > place(value) >= 0,
        "since": lambda row, value: order.index(row.id) < place(value),
        "volume": lambda row, value: any(_mounted(each, value) for each in row.mounts),
        "network": lambda row, value: value in map(owner.public_network, row.networks),
        "publish": lambda row, value: any(_port(value) == (port.container, port.protocol) for port in row.ports),
        "expose": lambda row, value: _port(value) in row.exposed,
    }


def _made_of(row: Container, value: str) -> bool:
    name = normalise(value)
    by_id = len(value) >= 4 and row.image_id.removeprefix("sha256:").startswith(value.removeprefix("sha256:"))
    return by_id or (bool(name) and name == normalise(row.image))


def _mounted(mount: object, value: str) -> bool:
    named = isinstance(mount, VolumeMount) and mount.source == value
    return named or getattr(mount, "target", "") == value


def _port(value: str) -> tuple[int, str]:
    number, _, protocol = value.partition("/")
    return (int(number) if number.isdigit() else -1, protocol or "tcp")


def images(mine: Sequence[Picture]) -> Tests[Picture]:
    """Return how images are filtered; `mine` are all that the learner may see, newest first."""

    def made(value: str) -> float:
        name = normalise(value)
        return next((each.created_at.timestamp() for each in mine if name in each.tags), -1.0)

    return {
        "dangling": lambda row, value: (not row.tags) is (value.lower() in ("1", "t", "true")),
        "label": lambda row, value: labelled(row.labels, value),
        "before": lambda row, value: row.created_at.timestamp() < made(value),
        "since": lambda row, value: row.created_at.timestamp() > made(value) >= 0,
        "reference": lambda row, value: any(refers(value, tag) for tag in row.tags),
    }


def refers(pattern: str, tag: str) -> bool:
    """Tell whether a pattern means this `repository:tag`; a `*` stops at a slash."""
    parts, wanted = tag.split("/"), pattern.split("/")
    if len(parts) != len(wanted):
        return False
    last = (parts[-1], split(parts[-1])[0])
    before = all(fnmatchcase(part, want) for part, want in zip(parts[:-1], wanted[:-1], strict=True))
    return before and any(fnmatchcase(each, wanted[-1]) for each in last)


def volumes(used: Mapping[str, object]) -> Tests[Volume]:
    """Return how volumes are filtered; `used` holds the engine's names of those that a container has."""
    return {
        "name": lambda row, value: _matches(value, row.name),
        "driver": lambda row, value: value == "local",
        "label": lambda row, value: labelled(row.labels, value),
        "dangling": lambda row, value: (row.engine_name not in used) is (value.lower() in ("1", "t", "true")),
    }


def networks(used: Mapping[str, object]) -> Tests[Network]:
    """Return how networks are filtered; `used` holds the engine's names of those that a container has joined."""
    given = frozenset({"bridge", "host", "none"})
    return {
        "name": lambda row, value: _matches(value, row.name),
        "id": lambda row, value: row.id.startswith(value),
        "driver": lambda row, value: row.driver == value,
        "scope": lambda row, value: value == "local",
        "label": lambda row, value: labelled(row.labels, value),
        "type": lambda row, value: (row.name in given) is (value == "builtin"),
        "dangling": lambda row, value: (
            row.name not in given and (row.engine_name not in used) is (value.lower() in ("1", "t", "true"))
        ),
    }


def labelled(labels: Sequence[tuple[str, str]], value: str) -> bool:
    """Tell whether a label is there: by its name, or by name and value."""
    key, equals, wanted = value.partition("=")
    return any(name == key and (not equals or its == wanted) for name, its in labels)


def _matches(pattern: str, text: str) -> bool:
    """Tell whether the text holds the pattern; of patterns, `^` and `$` at the ends are understood, no others."""
    begins, ends = pattern.startswith("^"), pattern.endswith("$")
    bare = pattern.removeprefix("^").removesuffix("$")
    if begins and ends:
        return text == bare
    return text.startswith(bare) if begins else text.endswith(bare) if ends else bare in text
