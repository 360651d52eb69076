"""Docker's commands: those offered here, and those the workshop does without."""

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

    @property
    def told(self) -> str:
        """Return its name as Docker's messages have it: builds are handed on to Buildx, which speaks for itself."""
        return "docker buildx build" if self.does == "build" else self.path


_PS = ("ps", "[OPTIONS]", flags.PS, 0, 0)
_IMAGES = ("images", "[OPTIONS] [REPOSITORY[:TAG]]", flags.IMAGES, 0, 1)
_CONTAINERS = "[OPTIONS] CONTAINER [CONTAINER...]"
_PLAIN_CONTAINERS = "CONTAINER [CONTAINER...]"
_VOLUMES = ("volume ls", "[OPTIONS]", flags.VOLUME_LS, 0, 0)
_VOLUME_RM = ("volume rm", "[OPTIONS] VOLUME [VOLUME...]", flags.VOLUME_RM, 1, None)
_NETWORKS = ("network ls", "[OPTIONS]", flags.NETWORK_LS, 0, 0)
_NETWORK_RM = ("network rm", "NETWORK [NETWORK...]", flags.NETWORK_RM, 1, None)
_PAIR = "NETWORK CONTAINER"


def _verb(path: str, does: str, usage: str, table: Table, at_least: int, at_most: int | None) -> Verb:
    return Verb(f"docker {path}", does, usage, table, at_least, at_most, mixed=does not in {"run", "exec", "top"})


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
    **_twice("kill", _CONTAINERS, flags.KILL, 1, None),
    **_twice("pause", _PLAIN_CONTAINERS, flags.PLAIN, 1, None),
    **_twice("unpause", _PLAIN_CONTAINERS, flags.PLAIN, 1, None),
    **_twice("wait", _PLAIN_CONTAINERS, flags.PLAIN, 1, None),
    **_twice("rename", "CONTAINER NEW_NAME", flags.PLAIN, 2, 2),
    **_twice("rm", _CONTAINERS, flags.RM, 1, None),
    "container remove": _verb("container rm", "rm", _CONTAINERS, flags.RM, 1, None),
    **_twice(
        "cp",
        "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
        flags.CP,
        2,
        2,
    ),
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
    **{
        path: _verb(path, "tag", "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]", flags.TAG, 2, 2)
        for path in ("tag", "image tag")
    },
    **{path: _verb(path, "history", "[OPTIONS] IMAGE", flags.HISTORY, 1, 1) for path in ("history", "image history")},
    **_twice("diff", "CONTAINER", flags.PLAIN, 1, 1),
    **_twice("port", "CONTAINER [PRIVATE_PORT[/PROTO]]", flags.PLAIN, 1, 2),
    **_twice("top", "CONTAINER [ps OPTIONS]", flags.PLAIN, 1, None),
    **_twice("stats", "[OPTIONS] [CONTAINER...]", flags.STATS, 0, None),
    "system df": _verb("system df", "system df", "[OPTIONS]", flags.SYSTEM_DF, 0, 0),
    "container prune": _verb("container prune", "prune", "[OPTIONS]", flags.PRUNE, 0, 0),
    "image prune": _verb("image prune", "prune", "[OPTIONS]", flags.PRUNE_ALL, 0, 0),
    "volume prune": _verb("volume prune", "prune", "[OPTIONS]", flags.PRUNE_ALL, 0, 0),
    "network prune": _verb("network prune", "prune", "[OPTIONS]", flags.PRUNE, 0, 0),
    "login": _verb("login", "login", "[OPTIONS] [SERVER]", flags.LOGIN, 0, 1),
    "logout": _verb("logout", "logout", "[SERVER]", flags.PLAIN, 0, 1),
    "search": _verb("search", "search", "[OPTIONS] TERM", flags.SEARCH, 1, 1),
    **{path: _verb(path, "push", "[OPTIONS] NAME[:TAG]", flags.PUSH_FLAGS, 1, 1) for path in ("push", "image push")},
    **{path: _verb(path, "pull", "[OPTIONS] NAME[:TAG|@DIGEST]", flags.PULL, 1, 1) for path in ("pull", "image pull")},
    "volume create": _verb("volume create", "volume create", "[OPTIONS] [VOLUME]", flags.VOLUME_CREATE, 0, 1),
    "volume inspect": _verb("volume inspect", "inspect", "[OPTIONS] VOLUME [VOLUME...]", flags.INSPECT_THING, 1, None),
    "volume ls": _verb("volume ls", *_VOLUMES),
    "volume list": _verb("volume ls", *_VOLUMES),
    "volume rm": _verb("volume rm", *_VOLUME_RM),
    "volume remove": _verb("volume rm", *_VOLUME_RM),
    "network create": _verb("network create", "network create", "[OPTIONS] NETWORK", flags.NETWORK_CREATE, 1, 1),
    "network inspect": _verb(
        "network inspect", "inspect", "[OPTIONS] NETWORK [NETWORK...]", flags.INSPECT_THING, 1, None
    ),
    "network ls": _verb("network ls", *_NETWORKS),
    "network list": _verb("network ls", *_NETWORKS),
    "network rm": _verb("network rm", *_NETWORK_RM),
    "network remove": _verb("network rm", *_NETWORK_RM),
    "network connect": _verb("network connect", "connect", f"[OPTIONS] {_PAIR}", flags.CONNECT, 2, 2),
    "network disconnect": _verb("network disconnect", "disconnect", f"[OPTIONS] {_PAIR}", flags.DISCONNECT, 2, 2),
}

#: words that only open a group of commands
GROUPS = frozenset({"container", "image", "buildx", "builder", "volume", "network", "system"})

_OWN = "to remove your own things use `docker rm` and `docker rmi`"

#: known to Docker, not part of the workshop → what to do instead
WITHOUT: dict[str, str] = {
    **dict.fromkeys(("create", "container create"), "`docker run` creates a container and starts it"),
    **dict.fromkeys(("attach", "container attach"), "`docker logs` shows what a container prints"),
    **dict.fromkeys(
        ("events",),
        "`docker ps` and `docker logs` show what your containers do",
    ),
    **dict.fromkeys(
        ("commit", "container commit", "import", "image import", "load", "image load"),
        "images are made with a Dockerfile and `docker build`",
    ),
    **dict.fromkeys(
        ("export", "container export", "save", "image save"),
        "images stay on this host, and your Dockerfile can rebuild them anywhere",
    ),
    **dict.fromkeys(("update", "container update"), "remove the container and run a new one as you want it"),
    **dict.fromkeys(("system prune", "system events", "builder prune"), f"this host is shared: {_OWN}"),
    **dict.fromkeys(("volume update",), "a volume needs no change: make a new one with `docker volume create`"),
    **dict.fromkeys(
        ("swarm", "service", "stack", "node", "secret", "config"), "they belong to clusters of many machines"
    ),
    **dict.fromkeys(
        ("plugin", "context", "trust", "manifest", "checkpoint", "buildx"), "your engine here is set up and ready"
    ),
    **dict.fromkeys(("info", "system info"), "`docker version` shows the engine"),
    **dict.fromkeys(
        ("init", "scout", "debug", "desktop", "model", "mcp", "sbom", "scan", "ai"), "the workshop gets by without it"
    ),
}

#: every word that can follow `docker`
KNOWN = frozenset(path.split()[0] for path in (*VERBS, *WITHOUT)) | {"help", "compose"} | GROUPS
