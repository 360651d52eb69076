"""What a probe saw (contract between the sandbox that gathers evidence and the verdict that judges it)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.handin.compose.plan import ComposePlan, ComposeProblem


@dataclass(frozen=True, slots=True)
class AnswerSeen:
    """The option that the learner chose last (its index), None when not answered.

    The rest is filled in by `bot.core.verdict.answer_seen`, which knows the question.
    """

    chosen: int | None
    right: bool = False
    picked: str = ""  #: text of the chosen option
    asked: str = ""  #: the question


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A project file; `near` lists files whose name is easily confused with it (`Dockerfile.txt`)."""

    exists: bool
    text: str = ""
    size: int = 0  #: bytes
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildSeen:
    """One build of the project. `refused` is what the policy said before any engine saw it."""

    ok: bool
    image_id: str = ""
    step: str = ""  #: the instruction at which it stopped, as written
    line: str = ""  #: the line that says why
    log: str = ""  #: last 8,000 characters
    refused: str = ""
    took_s: float = 0.0
    pushed: str = ""  #: what it is called in the registry where they made it elsewhere and handed it in


@dataclass(frozen=True, slots=True)
class ImageSeen:
    """The learner's image of that name; `others` are the names they do have."""

    exists: bool
    image_id: str = ""
    workdir: str = ""
    cmd: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    user: str = ""
    paths: tuple[str, ...] = ()  #: those of `has` + `lacks` that exist in it
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ContainerView:
    """One container of the learner's."""

    name: str
    image: str  #: as the learner wrote it
    image_id: str
    state: str  #: created | running | exited | …
    exit_code: int = 0
    oom_killed: bool = False
    detached: bool = True
    ports: tuple[tuple[str, int, int, str], ...] = ()  #: (address, host port, container port, protocol)
    log: str = ""  #: last 8,000 characters
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class ContainersSeen:
    """All containers of the learner made from the asked image (newest first), and the names of the rest."""

    image_id: str  #: what the image's name points at now, '' when there is no such image
    containers: tuple[ContainerView, ...] = ()
    others: tuple[str, ...] = ()
    name: str = ""  #: the image as it was looked for, where that is not the spec's own word


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """One answer; `error` is set instead when there was none (`refused`, `timeout`, `reset`, `too_large`)."""

    method: str
    path: str
    status: int = 0
    content_type: str = ""
    body: str = ""  #: at most 256 KiB
    error: str = ""


@dataclass(frozen=True, slots=True)
class HttpSeen:
    """What the verifier saw. `state` tells why nothing could be asked: `no_image`, `no_container`, `exited`."""

    nonce: str
    answers: tuple[HttpAnswer, ...] = ()
    state: str = "asked"
    log: str = ""  #: the container's log, last 8,000 characters
    listening: tuple[int, ...] = ()  #: TCP ports that were open when the asked one was not
    exit_code: int = 0
    extra: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Install:
    """One instruction that fetches libraries, and whether it was done again after a change."""

    command: str
    after_source: bool
    after_packages: bool


@dataclass(frozen=True, slots=True)
class CacheSeen:
    """Three builds: the project as it is (`build`), with a changed source file, with changed packages.

    When the first does not go through there are no installs; `missing` is a file that could not be changed.
    """

    build: BuildSeen
    installs: tuple[Install, ...] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class ContextSeen:
    """A build of the project with one planted file more, and whether the image has it (`path`, absolute)."""

    build: BuildSeen
    path: str = ""
    there: bool = False


@dataclass(frozen=True, slots=True)
class MountView:
    """Something that a container sees beside its image; `name` is the learner's, '' for a nameless volume."""

    kind: str  #: volume | bind | tmpfs
    name: str
    target: str
    writable: bool = True
    folder: str = ""  #: of the project, `.` for all of it; only where it was asked which


@dataclass(frozen=True, slots=True)
class VolumeSeen:
    """The learner's volumes, and the mounts of one container of the image: the newest that runs, else the newest."""

    volumes: tuple[str, ...] = ()
    container: str = ""  #: '' when there is none
    mounts: tuple[MountView, ...] = ()
    running: bool = True


@dataclass(frozen=True, slots=True)
class ScenarioSeen:
    """A container made like the learner's was asked to keep an item, killed, removed and replaced by another one.

    `state`: `played` to the end; `no_container` to take as a model; `exited` or `silent` (one of ours did not come
    up); `not_saved` (the item was not taken). `at` tells which one: first | second | control.
    """

    state: str
    at: str = ""
    kept: bool = False  #: the second one, with the same volume, lists the item
    kept_without: bool = False  #: the control, without any volume, lists it too
    observed: str = ""  #: what was answered where it stopped
    log: str = ""
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class BindSeen:
    """The container that is meant: one that mounts the project, else one of the base; rather one that runs.

    `base` is the public name of the image it was made from, '' for one that is no base.
    """

    container: ContainerView | None = None
    others: tuple[str, ...] = ()
    base: str = ""
    workdir: str = ""
    mounts: tuple[MountView, ...] = ()
    programs: tuple[str, ...] = ()  #: command lines of what runs in it


@dataclass(frozen=True, slots=True)
class LiveSeen:
    """A source file was changed where a container sees it, for a moment, and put back.

    `state`: `played`; `no_container` that mounts the project and runs, `no_file` of that name in what it mounts,
    `silent` (no answer before anything was changed), `lost` (no answer any more after it was put back).
    """

    state: str
    container: str = ""
    served: bool = False  #: what the changed file does was seen from outside
    took_s: float = 0.0  #: until then, from when the file was written
    same: bool = True  #: by the same container, which has run all the time
    observed: str = ""
    log: str = ""


@dataclass(frozen=True, slots=True)
class MemberSeen:
    """The container that is meant by one member of a network: the newest that runs; `container` is '' without one.

    `joined` tells for each of its networks the names by which it is found there; `bridge` is the default network.
    """

    container: str = ""
    joined: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NetworkSeen:
    """The networks that the learner made, and the members in the order of the spec."""

    networks: tuple[str, ...] = ()
    members: tuple[MemberSeen, ...] = ()


@dataclass(frozen=True, slots=True)
class DnsSeen:
    """What a name leads to on a network, asked from there."""

    container: str = ""  #: of the image, '' when none runs
    joined: bool = False  #: it is on that network
    addresses: tuple[str, ...] = ()  #: all it has, on any network
    found: tuple[str, ...] = ()  #: those that the name has
    open: bool = False  #: its port accepts


@dataclass(frozen=True, slots=True)
class LogsSeen:
    """What the newest container of the image printed since it was started last; None when there is no container."""

    container: ContainerView | None = None
    others: tuple[str, ...] = ()
    text: str = ""  #: at most 96 KB, the middle may be cut


@dataclass(frozen=True, slots=True)
class SqlSeen:
    """An item was added through the app, ticked and removed; after each the database was asked for its row.

    `state`: `played` to the end; `no_app` or `no_database` runs; `exited` or `silent` (the app), `not_saved` (the app
    did not take the item), `unreached` (nothing answers at the database's port), `denied` (no login that the
    containers' settings name is accepted), `no_table` (of that name, in that schema).
    """

    state: str
    added: int = 0  #: rows with the item's id
    ticked: int = 0  #: of these, rows that are completed after it was ticked
    removed: int = 0  #: rows that are left after it was removed
    names_host: bool = True  #: the app was told of a database at all
    schema: str = ""  #: the one the app was told to use
    observed: str = ""
    log: str = ""  #: the app's, last 8,000 characters
    exit_code: int = 0


@dataclass(frozen=True, slots=True)
class HistorySeen:
    """What the learner's image is made of above its base, newest first: Docker's words for each layer."""

    exists: bool
    made_by: tuple[str, ...] = ()
    others: tuple[str, ...] = ()  #: names of the learner's images


@dataclass(frozen=True, slots=True)
class RegistrySeen:
    """What the registry has under a name, beside what the learner's sandbox has; ids are image ids, '' for none."""

    name: str  #: `ada/getting-started`
    local_id: str = ""  #: of the image that it must be
    tagged_id: str = ""  #: of what carries this name in the sandbox
    names: tuple[str, ...] = ()  #: the learner's own tags
    digest: str = ""  #: of what the registry has as `latest`, '' for nothing
    stored_id: str = ""  #: of the image there, '' when it has none for this host's kind of machine
    platforms: tuple[str, ...] = ()  #: that it was built for
    tags: tuple[str, ...] = ()  #: what else the repository has when `latest` is missing
    refused: str = ""  #: why it is not taken in here
    down: str = ""  #: why the registry could not be asked


@dataclass(frozen=True, slots=True)
class ComposeSeen:
    """The learner's compose file, read: exactly one of `plan` and `problem` is there."""

    file: str = ""  #: '' when there is none
    plan: ComposePlan | None = None
    problem: ComposeProblem | None = None


@dataclass(frozen=True, slots=True)
class ServiceSeen:
    """One service: its container, None when there is none."""

    name: str
    known: bool = True  #: the file has it
    container: ContainerView | None = None
    current: bool = True  #: made from what the file says now
    networks: tuple[str, ...] = ()  #: the learner's names
    health: str = ""  #: starting | healthy | unhealthy | '' where nobody asks


@dataclass(frozen=True, slots=True)
class ServicesSeen:
    """What runs of the project; `by_hand` names the learner's other containers of the same images."""

    problem: str = ""  #: why the file cannot be read, '' when it can
    services: tuple[ServiceSeen, ...] = ()
    by_hand: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaysSeen:
    """Whether the learner took the project down and up, and what became of an item when we did.

    `state`: `played`; `down` (a service does not run), `silent` (the app did not answer), `not_saved`, `not_up` (the
    project did not come up again).
    """

    state: str
    at: str = ""  #: first | second: before or after we took it down
    volume: str = ""  #: the database's, '' when it has none with a name
    older: bool = False  #: it was there before the network, so the learner's `down` left it
    items: int = 0  #: of the learner's own, before
    kept: bool = False
    observed: str = ""
    log: str = ""


Evidence = (
    AnswerSeen
    | FileSeen
    | BuildSeen
    | ImageSeen
    | ContainersSeen
    | HttpSeen
    | CacheSeen
    | ContextSeen
    | VolumeSeen
    | ScenarioSeen
    | BindSeen
    | LiveSeen
    | NetworkSeen
    | DnsSeen
    | LogsSeen
    | SqlSeen
    | HistorySeen
    | RegistrySeen
    | ComposeSeen
    | ServicesSeen
    | StaysSeen
)
