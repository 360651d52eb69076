"""What `docker compose …` asks for, as typed values; `bot.handin.compose.line` reads the words.

What a compose file means is another matter (`bot.handin.compose.plan`): it is read when the command is performed, since
the file may have changed in between.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Which compose file is meant, and how its project is called; '' is what Compose finds by itself."""

    file: str = ""  #: `-f`: a path in the project
    name: str = ""  #: `-p`
    env_file: str = ""  #: `--env-file`: a path in the project
    profiles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Up:
    """`up`; without `detach` the logs so far are shown, and everything goes on in the background."""

    services: tuple[str, ...] = ()
    detach: bool = False
    build: bool = False
    recreate: str = ""  #: always | never | '' for what has changed
    remove_orphans: bool = False
    alone: bool = False  #: `--no-deps`
    wait: bool = False  #: until all are healthy


@dataclass(frozen=True, slots=True)
class Down:
    """`down`."""

    services: tuple[str, ...] = ()
    volumes: bool = False
    remove_orphans: bool = False
    grace_s: int | None = None  #: None: what the file says


@dataclass(frozen=True, slots=True)
class ListServices:
    """`ps`."""

    services: tuple[str, ...] = ()
    all: bool = False
    quiet: bool = False
    names: bool = False  #: `--services`
    no_trunc: bool = False


@dataclass(frozen=True, slots=True)
class ReadServiceLogs:
    """`logs`; `follow` is answered with a snapshot and a word about it."""

    services: tuple[str, ...] = ()
    tail: int | None = None
    timestamps: bool = False
    follow: bool = False
    prefix: bool = True


@dataclass(frozen=True, slots=True)
class ShowConfig:
    """`config`."""

    services: tuple[str, ...] = ()
    what: str = ""  #: quiet | services | volumes | images | profiles | '' for the whole file


@dataclass(frozen=True, slots=True)
class ExecService:
    """`exec`."""

    service: str
    command: tuple[str, ...]
    detach: bool = False
    env: tuple[tuple[str, str], ...] = ()
    workdir: str = ""
    user: str = ""
    tty: bool = False  #: Compose gives it a terminal unless asked not to


@dataclass(frozen=True, slots=True)
class TurnServices:
    """`start`, `stop` and `restart`."""

    verb: str
    services: tuple[str, ...] = ()
    grace_s: int | None = None  #: None: what the file says


@dataclass(frozen=True, slots=True)
class BuildServices:
    """`build`."""

    services: tuple[str, ...] = ()
    no_cache: bool = False
    quiet: bool = False
    build_args: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RemoveServices:
    """`rm -f`: the stopped containers, with `stop` the running ones too."""

    services: tuple[str, ...] = ()
    stop: bool = False


@dataclass(frozen=True, slots=True)
class ListProjects:
    """`ls`."""

    all: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class ShowComposeVersion:
    """`version`."""

    short: bool = False


Act = (
    Up
    | Down
    | ListServices
    | ReadServiceLogs
    | ShowConfig
    | ExecService
    | TurnServices
    | BuildServices
    | RemoveServices
    | ListProjects
    | ShowComposeVersion
)


@dataclass(frozen=True, slots=True)
class Compose:
    """`docker compose …`: one act upon one project."""

    act: Act
    source: Source = Source()
