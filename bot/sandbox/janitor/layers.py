"""Which layers a build made, read from what the classic builder prints. Pure.

They have neither name nor label, so that the engine cannot tell ours from a stranger's: we write down what we saw being
made. What came from the cache, or is a base, may be anybody's.

A build goes on for a moment after the bot that asked for it was killed. What it made then is told by the containers
that we saw it begin with, and by standing on a layer that is known to be ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

_STEP = re.compile(r"^Step \d+/\d+ : *(\w+)")
_MADE = re.compile(r"^ ---> ([0-9a-f]{12})\s*$")
_RUNS = re.compile(r"^ ---> Running in ([0-9a-f]{12})\s*$")
CACHED = " ---> Using cache"
LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class Made:
    """What a build is seen to make, by 12 digits of its id."""

    layer: str = ""
    step: str = ""  #: the container in which the next layer is made


class BuiltLayers:
    """Reads one build's stream."""

    def __init__(self) -> None:
        self._rest = b""
        self._theirs = True  #: what comes next was there before

    def feed(self, chunk: bytes) -> list[Made]:
        """Return what was made, as far as it is known now."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._rest = self._rest[-LONGEST:]
        made = []
        for line in lines:
            if b'"stream"' not in line or len(line) > LONGEST:
                continue
            try:
                said = str(json.loads(line).get("stream", ""))
            except (ValueError, AttributeError):
                continue
            if step := _STEP.match(said):
                self._theirs = step[1].upper() == "FROM"
            elif said.startswith(CACHED):
                self._theirs = True
            elif (found := _MADE.match(said)) and not self._theirs:
                made.append(Made(layer=found[1]))
            elif runs := _RUNS.match(said):
                made.append(Made(step=runs[1]))
        return made


@dataclass(frozen=True, slots=True)
class Nameless:
    """An image without a name, as the engine tells it; ids have 12 digits."""

    id: str
    parent: str
    container: str  #: in which it was made, '' for none
    instance: str = ""  #: what a label of it says


def orphans(found: Iterable[Nameless], layers: Collection[str], steps: Collection[str], instance: str) -> list[str]:
    """Return the ids of images that unfinished builds of ours made and nobody wrote down.

    `layers` are known to be ours, `steps` are containers that these builds were seen to begin with.
    """
    ours, before = set(layers), -1
    candidates = {each.id: each for each in found if each.id not in ours and each.instance in ("", instance)}
    taken: list[str] = []
    while len(taken) != before:
        before = len(taken)
        for each in list(candidates.values()):
            if each.container in steps or each.parent in ours:
                ours.add(each.id)
                taken.append(each.id)
                del candidates[each.id]
    return taken


def nameless_of(raw: Mapping[str, object]) -> Nameless:
    """Return what `GET /images/{id}/json` says."""
    config = raw.get("Config")
    labels = config.get("Labels") if isinstance(config, Mapping) else None
    container = str(raw.get("Container") or "")[:12]
    said = str(labels.get("docent.instance", "")) if isinstance(labels, Mapping) else ""
    return Nameless(_short(raw.get("Id")), _short(raw.get("Parent")), container, said)


def _short(image: object) -> str:
    return str(image or "").removeprefix("sha256:")[:12]
