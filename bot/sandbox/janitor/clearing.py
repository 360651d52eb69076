"""Which images go when a host's disk fills up, or a learner has very many: ours, the longest unused first. Pure.

What a container uses stays, and so does what its learner made or named lately. A learner whose image went builds it
again, or has it rebuilt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.ports import Stage
from bot.sandbox.janitor.judging import Scene, Thing
from bot.sandbox.janitor.seal import What

#: Room is made above the first, down to the second, in per cent of bytes or of files.
HIGH_PCT, LOW_PCT = 70.0, 50.0
#: For so long an image is not taken from its learner.
LEASE = timedelta(hours=2)
#: Of one learner's; more than the workshop asks for.
MOST_NAMES = 20
CHECKS = "docentcheck-"


@dataclass(frozen=True, slots=True)
class Spare:
    """One name of an image, or an image without any, that nobody uses now."""

    ref: str  #: what it is removed by
    learner: str
    used_at: datetime
    rank: int  #: what goes first: 0 nameless, 1 kept by us for a check, 2 a learner's own


def spares(things: Iterable[Thing], scene: Scene) -> list[Spare]:
    """Return what may go, in the order in which it goes."""
    listed = list(things)
    used = {each.image_id for each in listed if each.what is What.CONTAINER}
    found = []
    for each in listed:
        if each.what is not What.IMAGE or each.id in used:
            continue
        spare = _spare(each, scene)
        if spare is not None and scene.now - spare.used_at > LEASE:
            found.append(spare)
    return sorted(found, key=lambda spare: (spare.rank, spare.used_at))


def _spare(image: Thing, scene: Scene) -> Spare | None:
    entry = scene.entries.get((What.IMAGE, image.name))
    if entry is not None and entry.until is None and entry.stage is Stage.THERE:
        return Spare(image.name, _learner(image), entry.at, 1 if image.name.startswith(CHECKS) else 2)
    if not image.name and image.made_at is not None and scene.seal.holds(What.IMAGE, "", image.labels):
        return Spare(image.id, _learner(image), image.made_at, 0)
    return None


def beyond_quota(things: Iterable[Thing], scene: Scene) -> list[Spare]:
    """Return the names that are too many, the longest unused first; of what is in use none."""
    by_learner: defaultdict[str, list[Thing]] = defaultdict(list)
    listed: Sequence[Thing] = list(things)
    for each in listed:
        entry = scene.entries.get((What.IMAGE, each.name))
        if each.what is What.IMAGE and entry is not None and each.name.startswith(f"docent-{scene.instance}/"):
            by_learner[_learner(each)].append(each)
    many = {learner: len(names) - MOST_NAMES for learner, names in by_learner.items() if len(names) > MOST_NAMES}
    gone = []
    for spare in spares(listed, scene):
        if spare.rank == 2 and many.get(spare.learner, 0) > 0:
            many[spare.learner] -= 1
            gone.append(spare)
    return gone


def _learner(image: Thing) -> str:
    """Return whose an image is, by its name: what was pulled has the labels of whoever built it."""
    parts = image.name.split("/")
    return parts[1] if len(parts) > 1 else image.labels.get("docent.learner", "")
