"""What stands in a sandbox, and how it is brought back: values and pure decisions.

A *standing* is taken when a step passes. It holds the plans by which things were made, never what programs wrote
into them: the data in volumes and in containers is not kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.core.learner import Learner
from bot.core.workshop import Act, StepRef, Workshop
from bot.handin.compose.commands import Compose, Source, Up
from bot.handin.plan import (
    BuildPlan,
    ConnectNetwork,
    CreateNetwork,
    CreateVolume,
    Plan,
    PullImage,
    RunPlan,
    StopContainers,
    TagImage,
)
from bot.handin.reference import normalise

COMPOSE = "compose:"  #: how such a key begins
STOP_S = 1  #: what is stopped again at once gets this long


class State(StrEnum):
    """How far a container was."""

    CREATED = "created"  #: made, never started
    RUNNING = "running"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class StandingImage:
    """An image of the learner's own; without `tags` a newer one took its name, and only a container keeps it."""

    id: str
    tags: tuple[str, ...] = ()  #: the learner's words, normalised


@dataclass(frozen=True, slots=True)
class StandingContainer:
    """A container of the learner's own, and the plan that made it."""

    name: str
    plan: RunPlan
    image: str  #: id of the image it was made from
    state: State
    networks: tuple[str, ...] = ()  #: joined after it was made
    service: str = ""  #: of a compose project: it comes back by its file, which says more than the plan
    project: Source = field(default_factory=Source)


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything of a learner's on the host; containers oldest first. `root`: id of their first network,
    which they cannot remove, '' before they have one."""

    volumes: tuple[CreateVolume, ...] = ()
    networks: tuple[CreateNetwork, ...] = ()
    images: tuple[StandingImage, ...] = ()
    containers: tuple[StandingContainer, ...] = ()
    root: str = ""

    @property
    def bare(self) -> bool:
        """Tell whether there is nothing that could be brought back."""
        return not (self.volumes or self.networks or self.images or self.containers)


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do while a sandbox is brought back."""

    plan: Plan
    what: str  #: what comes back by it, in the learner's words: "the image getting-started"
    image: str = ""  #: a build: the image it makes anew; a run: the image named by id; a project: the key of its files
    may_fail: bool = False  #: it did not work then either


def deeds(
    standing: Standing, builds: Mapping[str, BuildPlan], there: Collection[str]
) -> tuple[tuple[Deed, ...], tuple[str, ...]]:
    """Return what brings the standing back into a cleared sandbox, in order, and what cannot come back.

    `builds` says how an image was built; images in `there` are on the host already and only get their names.
    """
    done = [Deed(each, f"the volume {each.name}") for each in standing.volumes]
    done += [Deed(each, f"the network {each.name}") for each in standing.networks]
    lost: list[str] = []
    left = sorted((each for each in standing.containers if not each.service), key=_turn)
    # an image that lost its name was there first: it has the name once more until its containers run
    for image in sorted(standing.images, key=lambda each: bool(each.tags)):
        users = [each for each in left if each.image == image.id and not image.tags]
        names = image.tags or tuple(dict.fromkeys(normalise(each.plan.image) for each in users if not _by_id(each)))
        made = _image(image, names, builds, image.id in there)
        if not made and image.id not in there:
            lost.append("an older image")
        done += made
        done += [deed for each in users for deed in _container(each)]
        left = [each for each in left if each not in users]
    done += [deed for each in left for deed in _container(each)]
    done += [deed for each in projects(standing) for deed in _project(each, standing)]
    return tuple(done), tuple(lost)


def projects(standing: Standing) -> tuple[Source, ...]:
    """Return the compose projects that stand, in the order they came."""
    return tuple(dict.fromkeys(each.project for each in standing.containers if each.service))


def key_of(project: Source) -> str:
    """Return under which key the files of a compose project are kept beside those of images."""
    return f"{COMPOSE}{project.name}"


def _project(project: Source, standing: Standing) -> list[Deed]:
    what = f"the project {project.name}"
    there = [each for each in standing.containers if each.service and each.project == project]
    up = Up(tuple(dict.fromkeys(each.service for each in there)), detach=True, alone=True)
    ended = tuple(each.name for each in there if each.state is not State.RUNNING)
    stopped = [Deed(StopContainers(ended, STOP_S), what)] if ended else []
    return [Deed(Compose(up, project), what, key_of(project)), *stopped]


def plain(tag: str) -> str:
    """Return an image's name as people write it."""
    return tag.removesuffix(":latest")


def _image(image: StandingImage, names: tuple[str, ...], builds: Mapping[str, BuildPlan], there: bool) -> list[Deed]:
    """Return what brings an image back under these names; nothing when nobody knows how."""
    what = f"the image {', '.join(map(plain, image.tags))}" if image.tags else "an older image"
    if there:
        return [Deed(TagImage(image.id, name), what, image.id) for name in names]
    if image.id in builds:
        return [Deed(replace(builds[image.id], tags=names, no_cache=False, quiet=False), what, image.id)]
    # it may have come from the registry
    return [Deed(PullImage(plain(name), quiet=True), what) for name in image.tags]


def _by_id(container: StandingContainer) -> bool:
    """Tell whether the learner named its image by id."""
    return container.image.removeprefix("sha256:").startswith(container.plan.image.removeprefix("sha256:"))


def _turn(container: StandingContainer) -> int:
    # one that ended frees its port before another takes it; one that never ran lost its port to another
    return (State.ENDED, State.RUNNING, State.CREATED).index(container.state)


def _container(container: StandingContainer) -> list[Deed]:
    what = f"the container {container.name}"
    plan = replace(container.plan, name=container.name, detach=True)
    made = [Deed(plan, what, container.image if _by_id(container) else "", container.state is State.CREATED)]
    made += [Deed(ConnectNetwork(name, container.name), what) for name in container.networks]
    if container.state is not State.RUNNING:
        made.append(Deed(StopContainers((container.name,), STOP_S), what))
    return made


def root_note(learner: str) -> str:
    """Return the note that holds the learner's root while their sandbox should be there."""
    return f"sandbox.root.{learner}"


def lost(now: Standing, then: Standing, root: str) -> bool:
    """Tell whether a sandbox was lost by no doing of the learner's: even what they cannot remove is another now."""
    kept = {each.id for each in now.images} & {each.id for each in then.images}
    kept |= {each.name for each in now.containers} & {each.name for each in then.containers}
    return bool(root) and now.root != root and not then.bare and not kept


def newest(learner: Learner, taken: Sequence[StepRef]) -> StepRef | None:
    """Return the step whose standing is to be brought back; `taken` are those kept, newest first.

    A step that was set back is open again, so what stood then is not what they want.
    """
    return next((ref for ref in taken if learner.done(ref)), None)


def left_to_author(workshop: Workshop, learner: Learner, taken: Iterable[StepRef]) -> tuple[tuple[StepRef, Act], ...]:
    """Return the author's commands for what is done but of which nothing of the learner's own is kept, in order.

    With anything kept, only steps after it; files are the learner's present ones and are not touched.
    """
    kept = set(taken)
    own = [ref for ref in workshop.order if ref in kept and learner.done(ref)]
    start = workshop.order.index(own[-1]) + 1 if own else 0
    missing = [ref for ref in workshop.order[start:] if learner.done(ref)]
    return tuple((ref, act) for ref in missing if (step := workshop.step(ref)) for act in step.solve if act.runs)
