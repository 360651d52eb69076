"""Decide about each thing found on a host: keep it, take it away, or raise an alarm. Pure.

Only what carries our seal under its own name, or stands in our build groups, is ever taken away. Everything else is
somebody else's, whatever it is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from bot.ports import Entry, Stage
from bot.sandbox.janitor.seal import INSTANCE, Seal, What
from bot.sandbox.names import interpreter_volume

#: What names of images begin with.
IMAGE_NAMES = ("docent-{}/", "docentcheck-{}/", "docentfetched-{}/", "docentcopier-{}-")
#: Containers of ours that hold nothing: whoever needs one makes one.
HELPERS = frozenset({"writer", "filler", "browser", "keeper", "canary"})
#: A build and what is said about it are over by then.
BUILD_LEASE = timedelta(minutes=5)
#: Where the engine leaves groups to systemd, all Docents on a host build in one.
SHARED_GROUP = "docent-build.slice"
#: For so long the creation of a thing may be under way.
MAKING = timedelta(minutes=2)


class Fate(Enum):
    """What is to become of a thing."""

    #: it is wanted, or not ours to touch
    KEEP = "keep"
    #: it is there although the books only intend it
    CONFIRM = "confirm"
    #: nobody wants it any more
    REMOVE = "remove"
    #: it says that it is ours and is not
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class Thing:
    """One object as the engine lists it."""

    what: What
    id: str
    name: str  #: an image's: one of its names, '' for none
    labels: Mapping[str, str] = field(default_factory=dict)
    state: str = ""  #: of a container: created | running | … | removing | dead
    image_id: str = ""  #: of a container
    group: str = ""  #: the control group that a container was asked into; looked up where no label says whose it is
    made_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """What a thing is judged by."""

    instance: str
    seal: Seal
    entries: Mapping[tuple[What, str], Entry]
    now: datetime
    since: datetime  #: what was made before is of an earlier process
    open_attempts: frozenset[int]
    verifier: str  #: image id
    alive: bool = True  #: the bot works; else its helpers are nobody's
    warm: frozenset[str] | None = None  #: names of the helpers that are waited with; None: nobody can tell
    making: frozenset[tuple[What, str]] = frozenset()

    def entry(self, thing: Thing) -> Entry | None:
        """Return what the books say of a thing, by its name or by its id."""
        if (found := self.entries.get((thing.what, thing.name))) is not None:
            return found
        same = (each for each in self.entries.values() if each.engine_id == thing.id and each.what == thing.what)
        return next(same, None)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was decided about a thing, and why."""

    thing: Thing
    fate: Fate
    why: str


def judge(thing: Thing, scene: Scene) -> Finding | None:
    """Return what is to become of a thing; None for what has nothing to do with us."""
    said = _fate(thing, scene)
    return None if said is None else Finding(thing, *said)


def _fate(thing: Thing, scene: Scene) -> tuple[Fate, str] | None:
    if thing.what is What.IMAGE and (entry := scene.entries.get((What.IMAGE, thing.name))) is not None:
        return _named(entry, scene)
    if f"docent-build/{scene.instance}-" in thing.group:
        return _step(thing, scene)  # whatever its labels say: they are those of the image that is being made
    if thing.group == SHARED_GROUP:
        return _anybodys_step(thing, scene)
    if thing.labels.get(INSTANCE) != scene.instance:
        return _unclaimed(thing, scene)
    if not _ours(thing, scene):
        if "docent.kind" not in thing.labels:
            return Fate.KEEP, "it carries the labels of an image of ours, and is somebody else's"
        return Fate.ALARM, "it carries our labels without our seal"
    entry = scene.entry(thing)
    if (thing.what, thing.name) in scene.making:
        return Fate.KEEP, "it is being made"
    if entry is None:
        return _unknown(thing)
    if entry.stage is Stage.INTENDED:
        return _intended(thing, entry, scene)
    return _known(thing, entry, scene)


def _unclaimed(thing: Thing, scene: Scene) -> tuple[Fate, str] | None:
    if thing.what is not What.IMAGE and f"-{scene.instance}-" in thing.name and thing.name.startswith("docent"):
        return Fate.KEEP, "it is called like one of ours, and we did not make it"
    return None


def _step(thing: Thing, scene: Scene) -> tuple[Fate, str]:
    began = scene.since.replace(microsecond=0)  # the engine says in whole seconds when a container was made
    old = thing.made_at is not None and (thing.made_at < began or scene.now - thing.made_at > BUILD_LEASE)
    if old or not scene.alive:
        return Fate.REMOVE, "the step of a build that nobody waits for"
    return Fate.KEEP, "the step of a build"


def _anybodys_step(thing: Thing, scene: Scene) -> tuple[Fate, str]:
    if thing.made_at is not None and scene.now - thing.made_at > BUILD_LEASE:
        return Fate.REMOVE, "the step of a build that nobody can be waiting for"
    return Fate.KEEP, "the step of a build, perhaps of another Docent's"


def _named(entry: Entry, scene: Scene) -> tuple[Fate, str]:
    """Decide about a name that we gave an image, whatever is in the image."""
    passed = entry.until is not None and (entry.until < scene.now or entry.at < scene.since or not scene.alive)
    return (Fate.REMOVE, "whoever looked is gone") if passed else (Fate.KEEP, "it is wanted")


def _ours(thing: Thing, scene: Scene) -> bool:
    if scene.seal.holds(thing.what, thing.name, thing.labels):
        return True
    renamed = scene.entries.get((thing.what, thing.name))
    known = renamed is not None and renamed.engine_id == thing.id
    return known and scene.seal.genuine(thing.what, thing.labels)


def _unknown(thing: Thing) -> tuple[Fate, str]:
    if thing.what is What.IMAGE or "docent.first" not in thing.labels:
        return Fate.KEEP, "it has no name of ours"  # images go by their names, nameless volumes with their containers
    return Fate.REMOVE, "the books do not know it any more"


def _intended(thing: Thing, entry: Entry, scene: Scene) -> tuple[Fate, str]:
    if entry.at >= scene.since and scene.now - entry.at < MAKING:
        return Fate.KEEP, "it is being made"
    if thing.what is What.CONTAINER and thing.state == "created":
        return Fate.REMOVE, "its creation was cut off"
    return Fate.CONFIRM, "it came to be before we could note it"


def _known(thing: Thing, entry: Entry, scene: Scene) -> tuple[Fate, str]:
    if thing.what is What.CONTAINER and entry.engine_id not in ("", thing.id) and thing.state == "created":
        return Fate.REMOVE, "its creation was cut off"
    if entry.until is not None and entry.until < scene.now:
        return Fate.REMOVE, "its time is up"
    kind, attempt = thing.labels.get("docent.kind", ""), thing.labels.get("docent.attempt", "")
    old = entry.at < scene.since or not scene.alive
    if attempt.isdigit() and (int(attempt) not in scene.open_attempts or not scene.alive):
        return Fate.REMOVE, f"attempt {attempt} is over" if scene.alive else "its check begins anew with the bot"
    if kind == "probe" and not attempt and old:
        return Fate.REMOVE, "whoever looked is gone"
    if thing.what is What.CONTAINER:
        return _container(thing, kind, entry, scene)
    of_verifier = thing.what is What.VOLUME and kind == "verifier" and bool(scene.verifier)
    if of_verifier and thing.name != interpreter_volume(scene.instance, scene.verifier):
        return Fate.REMOVE, "it belongs to an older verifier"
    return Fate.KEEP, "it is wanted"


def _container(thing: Thing, kind: str, entry: Entry, scene: Scene) -> tuple[Fate, str]:
    if thing.state in {"dead", "removing"}:
        return Fate.REMOVE, "its removal did not end"
    forgotten = scene.warm is not None and thing.name not in scene.warm and scene.now - entry.at > MAKING
    if kind in HELPERS and (entry.at < scene.since or not scene.alive or (kind == "keeper" and forgotten)):
        return Fate.REMOVE, "whoever it helped is gone"
    if kind == "verifier":
        of_old_image = bool(scene.verifier) and thing.image_id != scene.verifier
        ended = thing.state != "running" and (entry.at < scene.since or forgotten)
        if not scene.alive or of_old_image or ended or forgotten:
            return Fate.REMOVE, "nobody asks it any more"
    if kind == "learner" and not scene.alive:
        return Fate.KEEP, "a learner's; the bot puts it away when it is not used"
    return Fate.KEEP, "it is wanted"


def of_dead(thing: Thing, instance: str, seal: Seal, *, by_name: bool = True) -> bool:
    """Tell whether the Docent of this name, of which we have the seal, made a thing; images also `by_name`."""
    if (
        by_name
        and thing.what is What.IMAGE
        and thing.name.startswith(tuple(each.format(instance) for each in IMAGE_NAMES))
    ):
        return True  # the name is nobody else's: the claim says so
    if thing.what is What.CONTAINER and f"docent-build/{instance}-" in thing.group:
        return True
    if thing.labels.get(INSTANCE) != instance or not seal.genuine(thing.what, thing.labels):
        return False
    renamed = thing.what is What.CONTAINER and thing.name.startswith(f"docent-{instance}-")
    return renamed or seal.holds(thing.what, thing.name, thing.labels)


def absent(scene: Scene, things: frozenset[tuple[What, str]], ids: frozenset[str], seen_at: datetime) -> list[Entry]:
    """Return the entries of what is not on the host any more; `things` and `ids` were listed at `seen_at`."""
    gone = []
    for (what, name), entry in scene.entries.items():
        listed = (what, name) in things or entry.engine_id in ids
        settled = entry.stage is Stage.THERE or entry.at < scene.since or scene.now - entry.at > MAKING
        if not listed and settled and entry.at < seen_at and (what, name) not in scene.making:
            gone.append(entry)
    return gone
