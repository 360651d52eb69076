"""`volumes:` and `networks:` at the top of a compose file; names are looked up among the learner's own things only."""

from __future__ import annotations

import re

from bot.handin.compose.events import Mapping, Node, Scalar
from bot.handin.compose.fault import broken
from bot.handin.compose.keys import NETWORK, UNUSED_NETWORK, UNUSED_VOLUME, VOLUME, judge_keys
from bot.handin.compose.plan import ComposeNetwork, ComposeVolume, Pairs
from bot.handin.compose.service import NAME
from bot.handin.compose.values import Place, flag, labels, mapping, text
from bot.handin.dockerfile_rules import RESERVED_LABELS

MOST_THINGS = 10
COMPOSE_VERSION = "2.40.3"
#: names that mean something else to Docker, or that are ours
TAKEN = re.compile(r"host|none|bridge|default|docent.*", re.IGNORECASE)


def read_volumes(tree: Mapping, project: str, place: Place) -> tuple[ComposeVolume, ...]:
    """Return the volumes of the file. Raises `Broken`."""
    return tuple(
        ComposeVolume(key, name, external, own if external else (*own, *_marks("volume", key, project)))
        for key, name, external, own in _things(tree, project, place, UNUSED_VOLUME, VOLUME, "local")
    )


def read_networks(tree: Mapping, project: str, place: Place) -> tuple[ComposeNetwork, ...]:
    """Return the networks of the file, `default` among them. Raises `Broken`."""
    found = [
        ComposeNetwork(key, name, external, own if external else (*own, *_marks("network", key, project)))
        for key, name, external, own in _things(tree, project, place, UNUSED_NETWORK, NETWORK, "bridge")
    ]
    if not any(network.key == "default" for network in found):
        marks = _marks("network", "default", project)
        found.append(ComposeNetwork("default", f"{project}_default", labels=marks))
    return tuple(found)


def _marks(kind: str, key: str, project: str) -> Pairs:
    """Return Compose's own labels, in the order of their names."""
    marks = {"project": project, "version": COMPOSE_VERSION, kind: key}
    return tuple((f"com.docker.compose.{name}", value) for name, value in sorted(marks.items()))


def _things(
    tree: Mapping, project: str, place: Place, unused: dict[str, str], known: frozenset[str], driver: str
) -> list[tuple[str, str, bool, Pairs]]:
    """Return key, whole name, whether it is external, and labels of each volume or network of the file."""
    node = tree.get(place.path)
    if node is None:
        return []
    entries = mapping(node, place, "todo-mysql-data:" if driver == "local" else "todo-app:").entries
    if len(entries) > MOST_THINGS:
        raise place.wrong(node, f"I see {len(entries)} {place.path}; up to {MOST_THINGS} are fine.", code="TOO_MANY")
    found = []
    for key, value in entries:
        here = place.at(key.text)
        if not NAME.fullmatch(key.text):
            words = f"validating {place.file}: {place.path} additional properties '{key.text[:100]}' not allowed"
            raise broken(
                key.line,
                "BAD_NAME",
                f"`{key.text[:60]}` cannot be a name here: letters, digits, `-`, `_` and `.` are fine.",
                words,
                key.text,
            )
        found.append((key.text, *_thing(mapping(value, here), key, project, here, unused, known, driver)))
    return found


def _thing(
    body: Mapping, key: Scalar, project: str, place: Place, unused: dict[str, str], known: frozenset[str], driver: str
) -> tuple[str, bool, Pairs]:
    judge_keys(body, place.path, known, unused, place.file)
    node = body.get("external")
    external = flag(node, place.at("external")) if node else False
    name = key.text if external else f"{project}_{key.text}"
    if node := body.get("name"):
        name = text(node, place.at("name"))
    if not NAME.fullmatch(name) or TAKEN.fullmatch(name):
        say = f"`{name[:60]}` cannot be used as a name here. Please choose another."
        raise place.wrong(node or key, say, code="BAD_NAME")
    if node := body.get("driver"):
        _judge_driver(node, driver, external, place)
    node = body.get("labels")
    return name, external, labels(node, place.at("labels"), RESERVED_LABELS) if node else ()


def _judge_driver(node: Node, driver: str, external: bool, place: Place) -> None:
    if external:
        words = f'{place.path}: conflicting parameters "external" and "driver" specified'
        raise place.wrong(node, "what is `external` has its driver already. Leave `driver` out.", words)
    if text(node, place.at("driver")) not in {driver, "default"}:
        raise place.wrong(node, f"only the driver `{driver}` can be used here. Leave `driver` out.", code="DRIVER")
