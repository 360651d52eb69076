"""Docker's commands: those offered here, those a later section brings, and those the workshop does without."""

from __future__ import annotations

from dataclasses import dataclass

from bot.handin import docker_flags as flags
from bot.handin.flags import Table


@dataclass(frozen=True, slots=True)
class Verb:
    """One command. `path` is its own name in Docker's messages, `does` the plan it makes."""

    path: str
    does: str
    usage: str
    table: Table
    at_least: int = 0
    at_most: int | None = None
    mixed: bool = True  #: options may follow the words (not for run and exec: there they belong to the command)


_PS = ("ps", "[OPTIONS]", flags.PS, 0, 0)
_IMAGES = ("images", "[OPTIONS] [REPOSITORY[:TAG]]", flags.IMAGES, 0, 1)
_CONTAINERS = "[OPTIONS] CONTAINER [CONTAINER...]"


def _verb(path: str, does: str, usage: str, table: Table, at_least: int, at_most: int | None) -> Verb:
    return Verb(f"docker {path}", does, usage, table, at_least, at_most, mixed=does not in {"run", "exec"})


def _twice(name: str, usage: str, table: Table, at_least: int, at_most: int | None) -> dict[str, Verb]:
    """Return a command that can also be written `docker container NAME`."""
    return {path: _verb(path, name, usage, table, at_least, at_most) for path in (name, f"container {name}")}


#: words after `docker` → command
VERBS: dict[str, Verb] = {
    "build": _verb("build", "build", "[OPTIONS] PATH | URL | -", flags.BUILD, 1, 1),
    "image build": _verb("image build", "build", "[OPTIONS] PATH | URL | -", flags.BUILD, 1, 1),
    "builder build": _verb("builder build", "build", "[OPTIONS] PATH | URL | -", flags.BUILD, 1, 1),
    "buildx build": _verb("buildx build", "build", "[OPTIONS] PATH | URL | -", flags.BUILD, 1, 1),
    "buildx b": _verb("buildx build", "build", "[OPTIONS] PATH | URL | -", flags.BUILD, 1, 1),
    **_twice("run", "[OPTIONS] IMAGE [COMMAND] [ARG...]", flags.RUN, 1, None),
    **_twice("exec", "[OPTIONS] CONTAINER COMMAND [ARG...]", flags.EXEC, 2, None),
    "ps": _verb("ps", *_PS),
    "container ls": _verb("container ls", *_PS),
    "container list": _verb("container ls", *_PS),
    "container ps": _verb("container ls", *_PS),
    **_twice("stop", _CONTAINERS, flags.STOP, 1, None),
    **_twice("start", _CONTAINERS, flags.START, 1, None),
    **_twice("restart", _CONTAINERS, flags.RESTART_FLAGS, 1, None),
    **_twice("rm", _CONTAINERS, flags.RM, 1, None),
    "container remove": _verb("container rm", "rm", _CONTAINERS, flags.RM, 1, None),
    **_twice("logs", "[OPTIONS] CONTAINER", flags.LOGS, 1, 1),
    "images": _verb("images", *_IMAGES),
    "image ls": _verb("image ls", *_IMAGES),
    "image list": _verb("image ls", *_IMAGES),
    "inspect": _verb("inspect", "inspect", "[OPTIONS] NAME|ID [NAME|ID...]", flags.INSPECT, 1, None),
    "image inspect": _verb("image inspect", "inspect", "[OPTIONS] IMAGE [IMAGE...]", flags.INSPECT_IMAGE, 1, None),
    "container inspect": _verb("container inspect", "inspect", _CONTAINERS, flags.INSPECT_CONTAINER, 1, None),
    "rmi": _verb("rmi", "rmi", "[OPTIONS] IMAGE [IMAGE...]", flags.RMI, 1, None),
    "image rm": _verb("image rm", "rmi", "[OPTIONS] IMAGE [IMAGE...]", flags.RMI, 1, None),
    "image remove": _verb("image rm", "rmi", "[OPTIONS] IMAGE [IMAGE...]", flags.RMI, 1, None),
    "version": _verb("version", "version", "[OPTIONS]", flags.VERSION, 0, 0),
}

#: words that only open a group of commands
GROUPS = frozenset({"container", "image", "buildx", "builder"})

#: first words (or a group and its word) → section of the workshop that brings them
LATER: dict[str, str] = {
    **dict.fromkeys(
        ("tag", "push", "pull", "login", "logout", "search", "image tag", "image push", "image pull"), "04"
    ),
    "volume": "05",
    "network": "07",
    "compose": "08",
    **dict.fromkeys(("history", "image history"), "09"),
}

_OWN = "to remove your own things use `docker rm` and `docker rmi`"

#: known to Docker, not part of the workshop → what to do instead
WITHOUT: dict[str, str] = {
    **dict.fromkeys(("kill", "container kill"), "`docker stop` ends a container, `docker rm -f` also removes it"),
    **dict.fromkeys(("create", "container create"), "`docker run` creates a container and starts it"),
    **dict.fromkeys(("port", "container port"), "`docker ps` shows the published ports"),
    **dict.fromkeys(
        ("attach", "container attach", "wait", "container wait"), "`docker logs` shows what a container prints"
    ),
    **dict.fromkeys(
        ("top", "stats", "events", "diff", "container top", "container stats", "container diff"),
        "`docker ps` and `docker logs` show what your containers do",
    ),
    **dict.fromkeys(
        ("cp", "container cp"),
        "`docker exec NAME cat FILE` shows a file of a container; files go in by your Dockerfile",
    ),
    **dict.fromkeys(
        ("commit", "container commit", "import", "image import", "load", "image load"),
        "images are made with a Dockerfile and `docker build`",
    ),
    **dict.fromkeys(
        ("export", "container export", "save", "image save"),
        "images stay on this host, and your Dockerfile can rebuild them anywhere",
    ),
    **dict.fromkeys(
        ("pause", "unpause", "container pause", "container unpause"), "`docker stop` and `docker start` are enough"
    ),
    **dict.fromkeys(
        ("rename", "update", "container rename", "container update"),
        "remove the container and run a new one as you want it",
    ),
    **dict.fromkeys(("system", "image prune", "container prune", "builder"), f"this host is shared: {_OWN}"),
    **dict.fromkeys(
        ("swarm", "service", "stack", "node", "secret", "config"), "they belong to clusters of many machines"
    ),
    **dict.fromkeys(
        ("plugin", "context", "trust", "manifest", "checkpoint", "buildx"), "your engine here is set up and ready"
    ),
    **dict.fromkeys(("info",), "`docker version` shows the engine"),
    **dict.fromkeys(
        ("init", "scout", "debug", "desktop", "model", "mcp", "sbom", "scan", "ai"), "the workshop gets by without it"
    ),
}

#: every word that can follow `docker`
KNOWN = frozenset(path.split()[0] for path in (*VERBS, *LATER, *WITHOUT)) | {"help"} | GROUPS
