"""What `--help` shows of a command or a group: Docker's own page, with the options and commands that work here."""

from __future__ import annotations

from bot.handin.docker_verbs import GROUPS, VERBS
from bot.handin.flags import Flag, Kind

MANAGES = {
    "container": "Manage containers",
    "image": "Manage images",
    "network": "Manage networks",
    "volume": "Manage volumes",
    "system": "Manage Docker",
    "builder": "Manage builds",
    "buildx": "Extended build capabilities with BuildKit",
}
#: what each command does, as Docker says it. Source: docker/cli 28 `Short` of each command
DOES = {
    "build": "Start a build",
    "run": "Create and run a new container from an image",
    "exec": "Execute a command in a running container",
    "ps": "List containers",
    "stop": "Stop one or more running containers",
    "kill": "Kill one or more running containers",
    "pause": "Pause all processes within one or more containers",
    "unpause": "Unpause all processes within one or more containers",
    "wait": "Block until one or more containers stop, then print their exit codes",
    "rename": "Rename a container",
    "cp": "Copy files/folders between a container and the local filesystem",
    "start": "Start one or more stopped containers",
    "restart": "Restart one or more containers",
    "rm": "Remove one or more containers",
    "logs": "Fetch the logs of a container",
    "images": "List images",
    "inspect": "Return low-level information on Docker objects",
    "image inspect": "Display detailed information on one or more images",
    "container inspect": "Display detailed information on one or more containers",
    "volume inspect": "Display detailed information on one or more volumes",
    "network inspect": "Display detailed information on one or more networks",
    "rmi": "Remove one or more images",
    "version": "Show the Docker version information",
    "tag": "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
    "history": "Show the history of an image",
    "diff": "Inspect changes to files or directories on a container's filesystem",
    "port": "List port mappings or a specific mapping for the container",
    "top": "Display the running processes of a container",
    "stats": "Display a live stream of container(s) resource usage statistics",
    "system df": "Show docker disk usage",
    "container prune": "Remove all stopped containers",
    "image prune": "Remove unused images",
    "volume prune": "Remove unused local volumes",
    "network prune": "Remove all unused networks",
    "login": "Authenticate to a registry",
    "logout": "Log out from a registry",
    "search": "Search Docker Hub for images",
    "push": "Upload an image to a registry",
    "pull": "Download an image from a registry",
    "image push": "Upload an image to a registry",
    "image pull": "Download an image from a registry",
    "volume create": "Create a volume",
    "volume ls": "List volumes",
    "volume rm": "Remove one or more volumes",
    "network create": "Create a network",
    "network ls": "List networks",
    "network rm": "Remove one or more networks",
    "connect": "Connect a container to a network",
    "disconnect": "Disconnect a container from a network",
}
#: Source: docker/cli 28, the description of each option
OPTIONS = {
    "alias": "Add network-scoped alias for the container",
    "all": "Show all (for prune: remove all unused ones, not just nameless ones)",
    "attach": "Attach STDOUT/STDERR and forward signals",
    "build-arg": "Set build-time variables",
    "detach": "Run in the background",
    "digests": "Show digests",
    "driver": "Specify the driver",
    "entrypoint": "Overwrite the default ENTRYPOINT of the image",
    "env": "Set environment variables",
    "env-file": "Read in a file of environment variables",
    "file": 'Name of the Dockerfile (default: "PATH/Dockerfile")',
    "filter": "Filter output based on conditions provided",
    "follow": "Follow log output",
    "follow-link": "Always follow symbol link in SRC_PATH",
    "force": "Do not ask, and remove what is running or in use",
    "format": "Format output: 'table', 'table TEMPLATE', 'json' or 'TEMPLATE'",
    "hostname": "Container host name",
    "human": "Print sizes and dates in human readable format (default true)",
    "init": "Run an init inside the container that forwards signals and reaps processes",
    "interactive": "Keep STDIN open even if not attached",
    "label": "Set metadata",
    "last": "Show n last created containers (includes all states)",
    "latest": "Show the latest created container (includes all states)",
    "mount": "Attach a filesystem mount to the container",
    "name": "Assign a name to the container",
    "network": "Connect a container to a network",
    "network-alias": "Add network-scoped alias for the container",
    "no-cache": "Do not use cache when building the image",
    "no-stream": "Disable streaming stats and only pull the first result",
    "no-trunc": "Don't truncate output",
    "password": "Password or Personal Access Token (PAT)",
    "platform": "Set platform",
    "publish": "Publish a container's port(s) to the host",
    "quiet": "Only display IDs, or suppress the output",
    "rm": "Automatically remove the container when it exits",
    "since": 'Show logs since a moment or a span before now (e.g. "42m" for 42 minutes)',
    "signal": "Signal to send to the container",
    "tag": 'Image identifier (format: "[registry/]repository[:tag]")',
    "tail": 'Number of lines to show from the end of the logs (default "all")',
    "target": "Set the target build stage to build",
    "timeout": "Seconds to wait before killing the container",
    "timestamps": "Show timestamps",
    "tty": "Allocate a pseudo-TTY",
    "type": "Only inspect objects of the given type",
    "user": 'Username or UID (format: "<name|uid>[:<group|gid>]")',
    "username": "Username",
    "volume": "Bind mount a volume",
    "volumes": "Remove anonymous volumes associated with the container",
    "workdir": "Working directory inside the container",
}
#: Source: spf13/cobra `minNamePadding`
PADDING = 11
#: kept by Docker under an old name
_OLD = frozenset({"time", "net", "net-alias", "password-stdin"})
_VALUE = {Kind.SWITCH: "", Kind.TEXT: " string", Kind.LIST: " list", Kind.WHOLE: " int"}


def page(topic: str) -> str:
    """Return the page about a command or a group of commands, '' where there is none of its own."""
    if topic in VERBS:
        return _verb(topic)
    return _group(topic) if topic in GROUPS else ""


def does(path: str) -> str:
    """Return what a command does, in Docker's words; `path` are the words after `docker`."""
    verb = VERBS[path]
    return DOES.get(path) or DOES.get(verb.does) or DOES[verb.path.removeprefix("docker ")]


def _group(topic: str) -> str:
    own = {path: verb for path, verb in VERBS.items() if path.startswith(f"{topic} ")}
    names = sorted(path.split()[1] for path, verb in own.items() if verb.path == f"docker {path}")
    rows = [f"  {name:<{PADDING}} {does(f'{topic} {name}')}" for name in names]
    head = [f"Usage:  docker {topic} COMMAND", "", MANAGES[topic], "", "Commands:"]
    return "\n".join([*head, *rows, "", f"Run 'docker {topic} COMMAND --help' for more information on a command."])


def _verb(topic: str) -> str:
    verb = VERBS[topic]
    shown = [flag for flag in verb.table.long.values() if not (flag.lesson or flag.quiet or flag.long in _OLD)]
    spelt = {flag: _spelt(flag) for flag in sorted(shown, key=lambda flag: flag.long)}
    width = max(map(len, spelt.values()), default=0)
    rows = [f"{words:<{width}}   {OPTIONS[flag.long]}" for flag, words in spelt.items()]
    options = ["", "Options:", *rows] if rows else []
    return "\n".join([f"Usage:  {verb.told} {verb.usage}", "", does(topic), *options])


def _spelt(flag: Flag) -> str:
    short = f"  -{flag.short}, " if flag.short else "      "
    return f"{short}--{flag.long}{_VALUE[flag.kind]}"
