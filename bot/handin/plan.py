"""Plans: what a learner's command means, as typed values (contract).

A command line is parsed into exactly one of these, or into a `Refusal`. Nothing here is a string for a
shell; `bot.sandbox.recipe` turns plans into engine requests. Names are the learner's own
(`getting-started`, `web`), never the engine's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.handin.compose.commands import Compose


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something we will not or cannot do, said in words that teach.

    `code` is stable and upper-case (`UNKNOWN_COMMAND`, `HOST_MOUNT`…); `say` is one or two kind sentences of
    ours naming what was seen and what to do; `nearest` is a command to try instead, or ''. `docker` says that
    the real program (Docker's client, curl, cat…) would have refused too: `words` is then what it would have
    printed, to be shown as command output with `exit_code`, and `say` is the note beneath. Otherwise `words`
    is '' and `say` is the whole answer.
    """

    code: str
    say: str
    seen: str = ""
    nearest: str = ""
    docker: bool = False
    exit_code: int = 125
    words: str = ""


@dataclass(frozen=True, slots=True)
class PublishedPort:
    """One `-p`: host side (virtual, in the learner's own port table) and container side."""

    container: int
    host: int | None = None  #: None: Docker picks one (`-p 3000`)
    address: str = "0.0.0.0"  # noqa: S104 - what `-p 3000:3000` means to Docker; we never bind it
    protocol: str = "tcp"


@dataclass(frozen=True, slots=True)
class VolumeMount:
    """A volume shown inside a container; `source` is the volume's name ('' = anonymous)."""

    source: str
    target: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class BindMount:
    """A part of the project shown inside a container; `source` is a path inside the project, '.' for all of it."""

    source: str
    target: str
    read_only: bool = False


Mount = VolumeMount | BindMount


@dataclass(frozen=True, slots=True)
class BuildPlan:
    """`docker build`: context is always the learner's project, or a folder in it."""

    tags: tuple[str, ...]  #: normalised `name:tag`; may be empty
    context: str = "."  #: folder inside the project
    dockerfile: str = "Dockerfile"  #: path inside the project
    target: str = ""
    build_args: tuple[tuple[str, str], ...] = ()
    no_cache: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class RunPlan:
    """`docker run`: create and start a container."""

    image: str  #: as written, e.g. `getting-started` or `node:24-alpine`
    command: tuple[str, ...] = ()
    name: str = ""
    detach: bool = False
    remove: bool = False
    ports: tuple[PublishedPort, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    workdir: str = ""
    entrypoint: str = ""
    user: str = ""
    hostname: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    init: bool = False
    mounts: tuple[Mount, ...] = ()
    made_folders: tuple[str, ...] = ()  #: sources of `-v`: Docker makes the folder where it is missing
    env_files: tuple[str, ...] = ()  #: project files; `env` wins over them
    networks: tuple[str, ...] = ()  #: () is the default one; else learner's names, `bridge`, or `none` alone
    aliases: tuple[tuple[str, str], ...] = ()  #: (network, name by which it is found there)
    interactive: bool = False  #: `-i`: it is given a keyboard
    tty: bool = False  #: `-t`: …and takes it for a terminal


@dataclass(frozen=True, slots=True)
class Listing:
    """How a list is to be shown, and which rows of it."""

    format: str = ""  #: '' is the usual table; `json`, `table …` or text with plain fields
    filters: tuple[tuple[str, str], ...] = ()  #: (name, value), names known to the list


@dataclass(frozen=True, slots=True)
class ListContainers:
    """`docker ps`."""

    all: bool = False
    quiet: bool = False
    no_trunc: bool = False
    last: int = 0  #: `-n`/`-l`; 0 means no limit
    shown: Listing = Listing()


@dataclass(frozen=True, slots=True)
class StopContainers:
    """`docker stop`."""

    names: tuple[str, ...]
    grace_s: int = 10


@dataclass(frozen=True, slots=True)
class KillContainers:
    """`docker kill`."""

    names: tuple[str, ...]
    signal: str = "KILL"


@dataclass(frozen=True, slots=True)
class PauseContainers:
    """`docker pause`, and with `resume` set `docker unpause`."""

    names: tuple[str, ...]
    resume: bool = False


@dataclass(frozen=True, slots=True)
class WaitContainers:
    """`docker wait`."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RenameContainer:
    """`docker rename`."""

    name: str
    to: str


@dataclass(frozen=True, slots=True)
class StartContainers:
    """`docker start`, and with `restart` set `docker restart`."""

    names: tuple[str, ...]
    restart: bool = False
    attach: bool = False  #: `-a` or `-i`: talk with the one container that is named
    grace_s: int = 10  #: before a restart


@dataclass(frozen=True, slots=True)
class RemoveContainers:
    """`docker rm`."""

    names: tuple[str, ...]
    force: bool = False
    volumes: bool = False


@dataclass(frozen=True, slots=True)
class ReadLogs:
    """`docker logs`; `follow` is answered with a snapshot and a word about it."""

    name: str
    tail: int | None = None
    timestamps: bool = False
    follow: bool = False
    since: str = ""  #: `42m`, or a moment as `2026-11-23T13:30:00Z`


@dataclass(frozen=True, slots=True)
class ListImages:
    """`docker images` / `docker image ls`."""

    repository: str = ""
    all: bool = False
    quiet: bool = False
    no_trunc: bool = False
    digests: bool = False
    shown: Listing = Listing()


@dataclass(frozen=True, slots=True)
class Inspect:
    """`docker inspect`, and `docker image|container|volume|network inspect`."""

    names: tuple[str, ...]
    kind: str = "any"  #: any | image | container | volume | network
    format: str = ""  #: a Go template of plain field paths, or ''


@dataclass(frozen=True, slots=True)
class RemoveImages:
    """`docker rmi` / `docker image rm`."""

    names: tuple[str, ...]
    force: bool = False


@dataclass(frozen=True, slots=True)
class ExecPlan:
    """`docker exec`."""

    name: str
    command: tuple[str, ...]
    detach: bool = False
    env: tuple[tuple[str, str], ...] = ()
    workdir: str = ""
    user: str = ""
    env_files: tuple[str, ...] = ()  #: project files; `env` wins over them
    interactive: bool = False
    tty: bool = False


@dataclass(frozen=True, slots=True)
class CopyOut:
    """`docker cp NAME:SOURCE TARGET`: from a container into the project."""

    name: str
    source: str  #: path in the container, as written: `/app/.` is what is in a folder
    target: str  #: path in the project, `.` for the project itself
    written: str  #: the target as Docker's client writes it
    folder: bool = False  #: the target was written as a folder
    follow: bool = False  #: -L
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class CopyIn:
    """`docker cp SOURCE NAME:TARGET`: from the project into a container."""

    source: str  #: path in the project, `.` for the project itself
    written: str  #: the source as Docker's client writes it
    name: str
    target: str  #: path in the container
    contents: bool = False  #: what is in the folder, and not the folder itself
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ShowVersion:
    """`docker version` / `docker --version`."""

    short: bool = False


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """`docker`, `docker --help`, `docker run --help`: what is known here, in one screen."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class Curl:
    """`curl` to one of the learner's own published ports (virtual `localhost`)."""

    host: str
    port: int
    path: str = "/"
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    show_headers: bool = False  #: -i
    head_only: bool = False  #: -I
    silent: bool = False
    fail: bool = False  #: -f: exit 22 on a status of 400 or more


@dataclass(frozen=True, slots=True)
class ListFiles:
    """`ls` in the project."""

    paths: tuple[str, ...] = (".",)
    long: bool = False
    all: bool = False


@dataclass(frozen=True, slots=True)
class ShowFiles:
    """`cat` of project files."""

    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TagImage:
    """`docker tag`: one more name, normalised `name:tag`, for an image."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class CreateVolume:
    """`docker volume create`; without a name Docker makes one up."""

    name: str = ""
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ListVolumes:
    """`docker volume ls`."""

    quiet: bool = False
    shown: Listing = Listing()


@dataclass(frozen=True, slots=True)
class RemoveVolumes:
    """`docker volume rm`."""

    names: tuple[str, ...]
    force: bool = False


@dataclass(frozen=True, slots=True)
class CreateNetwork:
    """`docker network create`; here every network is kept inside."""

    name: str
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ListNetworks:
    """`docker network ls`."""

    quiet: bool = False
    no_trunc: bool = False
    shown: Listing = Listing()


@dataclass(frozen=True, slots=True)
class RemoveNetworks:
    """`docker network rm`."""

    names: tuple[str, ...]
    force: bool = False


@dataclass(frozen=True, slots=True)
class ConnectNetwork:
    """`docker network connect`."""

    network: str
    container: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DisconnectNetwork:
    """`docker network disconnect`."""

    network: str
    container: str
    force: bool = False


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """`docker history` / `docker image history`."""

    image: str
    no_trunc: bool = False
    quiet: bool = False
    human: bool = True


@dataclass(frozen=True, slots=True)
class ShowChanges:
    """`docker diff`."""

    name: str


@dataclass(frozen=True, slots=True)
class ShowPorts:
    """`docker port`; `port` is `3000` or `3000/tcp`, '' for all."""

    name: str
    port: str = ""


@dataclass(frozen=True, slots=True)
class ShowProcesses:
    """`docker top`."""

    name: str


@dataclass(frozen=True, slots=True)
class ShowStats:
    """`docker stats`, always one look; `stream` is answered with a word about it."""

    names: tuple[str, ...] = ()
    all: bool = False
    no_trunc: bool = False
    stream: bool = True


@dataclass(frozen=True, slots=True)
class ShowDisk:
    """`docker system df`: the learner's own share."""


@dataclass(frozen=True, slots=True)
class Prune:
    """`docker container|image|volume|network prune -f`: of the learner's own things."""

    what: str  #: container | image | volume | network
    all: bool = False


@dataclass(frozen=True, slots=True)
class Login:
    """`docker login`; '' for what was not said."""

    user: str = ""
    server: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Logout:
    """`docker logout`."""

    server: str = ""


@dataclass(frozen=True, slots=True)
class PushImage:
    """`docker push`; `image` as written."""

    image: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class PullImage:
    """`docker pull`; `image` as written."""

    image: str
    quiet: bool = False
    platform: str = ""


@dataclass(frozen=True, slots=True)
class SearchImages:
    """`docker search`."""

    term: str


@dataclass(frozen=True, slots=True)
class RemoveFiles:
    """`rm` of project files; the workbench performs it, the sandbox never sees it."""

    paths: tuple[str, ...]
    force: bool = False
    folders: bool = False  #: -r


Plan = (
    BuildPlan
    | RunPlan
    | ListContainers
    | StopContainers
    | KillContainers
    | PauseContainers
    | WaitContainers
    | RenameContainer
    | StartContainers
    | RemoveContainers
    | ReadLogs
    | ListImages
    | Inspect
    | RemoveImages
    | ExecPlan
    | CopyOut
    | CopyIn
    | ShowVersion
    | ShowHelp
    | Curl
    | ListFiles
    | ShowFiles
    | TagImage
    | CreateVolume
    | ListVolumes
    | RemoveVolumes
    | CreateNetwork
    | ListNetworks
    | RemoveNetworks
    | ConnectNetwork
    | DisconnectNetwork
    | ShowHistory
    | ShowChanges
    | ShowPorts
    | ShowProcesses
    | ShowStats
    | ShowDisk
    | Prune
    | Login
    | Logout
    | PushImage
    | PullImage
    | SearchImages
    | RemoveFiles
    | Compose
)


#: plans that may open a conversation with a program; see `converses`
Talkative = RunPlan | ExecPlan | StartContainers | Compose


@dataclass(frozen=True, slots=True)
class Command:
    """One command as it was typed, and what it means."""

    line: str  #: as typed, prompt signs and continuations removed, at most 2,000 characters
    plan: Plan | Refusal


@dataclass(frozen=True, slots=True)
class Output:
    """What a command printed; the shape is the real CLI's (contract between sandbox and classroom)."""

    text: str  #: clean: no ANSI, no control characters, at most 64 KiB, cut visibly
    exit_code: int = 0
    took_s: float = 0.0
    note: str = ""  #: one kind sentence of ours about it, or ''
    built: tuple[tuple[str, BuildPlan], ...] = ()  #: ids of the images that it built, and how
    brought: tuple[tuple[str, bytes], ...] = ()  #: files that it brings into the project, as these may be kept
    limited: bool = False  #: it was stopped at a limit of ours
