"""Docker's options, command by command, and what becomes of each here: used, quiet, or answered with a lesson.

Names and short forms are those of Docker's client 28.2 (`docker COMMAND --help`); BuildKit-only options of
`docker build` are from docker/buildx. A row without `quiet` and without a lesson is used by its plan.
"""

from __future__ import annotations

from bot.handin.flags import Kind, Lesson, Table
from bot.handin.flags import flags as _flags

PRIVILEGED = Lesson(
    "PRIVILEGED",
    "`{option}` would give the container the keys to the whole machine. This host is shared by your class, so "
    "containers run without it; the workshop never needs it.",
)
HOST_MOUNT = Lesson(
    "HOST_MOUNT",
    "`{option}` would open a folder of the shared host to your container. Only your own project (`-v .:/app`) and your "
    "own volumes (`-v todo-db:/etc/todos`) can be mounted here.",
)
BAD_TARGET = Lesson(
    "BAD_TARGET", "`{option}` aims at a folder of the kernel; choose a folder of your own, such as `/app` or `/data`."
)
HOST_NETWORK = Lesson(
    "HOST_NETWORK",
    "`{option}` would put the container onto the network of the shared host, beside everybody else's. Publish a port "
    "instead: `-p 127.0.0.1:3000:3000`.",
)
HOST_NAMESPACE = Lesson(
    "HOST_NAMESPACE",
    "`{option}` would let the container look out of its box. Being apart from the rest is what makes it a container, "
    "so leave it out here.",
)
CAPABILITY = Lesson(
    "CAPABILITY",
    "`{option}` changes what the kernel lets a container do. On this shared host that is fixed; leave it out.",
)
DEVICE = Lesson(
    "DEVICE", "`{option}` would hand a device of the shared host to your container. That is not possible here."
)
SECURITY_OPT = Lesson(
    "SECURITY_OPT",
    "`{option}` would change how the container is locked in. On this shared host that is fixed; leave it out.",
)
OTHER_ENGINE = Lesson(
    "OTHER_ENGINE", "`{option}` points Docker at another engine. Here you have one, ready to use: leave it out."
)
RUNTIME = Lesson(
    "RUNTIME", "`{option}` chooses how the host runs containers. On this shared host that is fixed; leave it out."
)
LIMITS = Lesson(
    "LIMITS",
    "`{option}` sets limits. Your sandbox already has its own memory, CPU and process limits; leave it out here.",
)
HOST_FILE = Lesson(
    "HOST_FILE",
    "`{option}` reads or writes a file beside the Docker client. You have none of these here; leave it out.",
)
OTHER_CONTAINER = Lesson(
    "OTHER_CONTAINER",
    "`{option}` is an old way to tie containers together. Section 07 shows networks, which replaced it.",
)
NETWORK_SETTING = Lesson(
    "NETWORK_SETTING",
    "`{option}` changes how the container's network works. That is fixed on this shared host; leave it out.",
)
PUBLISH_ALL = Lesson(
    "PUBLISH_ALL", "`{option}` would publish every port at random. Say which one you mean: `-p 127.0.0.1:3000:3000`."
)
RESTART = Lesson(
    "NOT_OFFERED",
    "`{option}` is known to Docker but not offered here: containers of this workshop start once. Leave it out.",
)
NOT_OFFERED = Lesson(
    "NOT_OFFERED", "`{option}` is a real Docker option, but the workshop does without it. Leave it out."
)
TEMPLATE = Lesson(
    "NOT_OFFERED", "`{option}` is a real Docker option, but this list is only shown as a table here. Leave it out."
)
BUILDKIT = Lesson(
    "BUILDKIT",
    "`{option}` belongs to BuildKit, Docker's newer builder; this workshop uses the classic one. Leave it out.",
)
PUSH = Lesson("PUSH_APART", "Here an image is built first and pushed after: leave out `{option}`, then `docker push`.")


_SWITCH, _TEXT, _LIST, _WHOLE = Kind.SWITCH, Kind.TEXT, Kind.LIST, Kind.WHOLE

RUN = Table(
    *_flags("detach/d rm init interactive/i tty/t", _SWITCH),
    *_flags("name workdir/w entrypoint user/u hostname/h"),
    *_flags("publish/p env/e label/l env-file", _LIST),
    *_flags("volume/v mount", _LIST),  # judged by what they mount
    *_flags("network net network-alias net-alias", _LIST),  # judged by what they name
    *_flags("quiet/q sig-proxy disable-content-trust", _SWITCH, quiet=True),
    *_flags("pull platform detach-keys", quiet=True),
    *_flags("privileged", _SWITCH, PRIVILEGED),
    *_flags("use-api-socket", _SWITCH, HOST_MOUNT),
    *_flags("pid ipc uts userns cgroupns cgroup-parent", _TEXT, HOST_NAMESPACE),
    *_flags("cap-add cap-drop group-add", _LIST, CAPABILITY),
    *_flags("device gpus device-cgroup-rule blkio-weight-device", _LIST, DEVICE),
    *_flags("device-read-bps device-read-iops device-write-bps device-write-iops", _LIST, DEVICE),
    *_flags("security-opt sysctl storage-opt", _LIST, SECURITY_OPT),
    *_flags("runtime isolation init-path volume-driver", _TEXT, RUNTIME),
    *_flags("annotation", _LIST, RUNTIME),
    *_flags(
        "memory/m memory-reservation memory-swap kernel-memory shm-size cpus cpuset-cpus cpuset-mems", _TEXT, LIMITS
    ),
    *_flags(
        "memory-swappiness oom-score-adj pids-limit cpu-shares/c cpu-period cpu-quota cpu-rt-period", _TEXT, LIMITS
    ),
    *_flags("cpu-rt-runtime blkio-weight cpu-count cpu-percent io-maxbandwidth io-maxiops", _TEXT, LIMITS),
    *_flags("oom-kill-disable", _SWITCH, LIMITS),
    *_flags("ulimit", _LIST, LIMITS),
    *_flags("cidfile", _TEXT, HOST_FILE),
    *_flags("label-file log-driver log-opt", _LIST, HOST_FILE),
    *_flags("volumes-from link", _LIST, OTHER_CONTAINER),
    *_flags("ip ip6 link-local-ip", _LIST, NETWORK_SETTING),
    *_flags("add-host dns dns-option dns-opt dns-search", _LIST, NETWORK_SETTING),
    *_flags("mac-address domainname", _TEXT, NETWORK_SETTING),
    *_flags("publish-all/P", _SWITCH, PUBLISH_ALL),
    *_flags("restart stop-signal stop-timeout", _TEXT, RESTART),
    *_flags("read-only no-healthcheck", _SWITCH, NOT_OFFERED),
    *_flags("health-cmd health-interval health-retries health-start-period health-start-interval", _TEXT, NOT_OFFERED),
    *_flags("health-timeout", _TEXT, NOT_OFFERED),
    *_flags("attach/a expose tmpfs", _LIST, NOT_OFFERED),
)

EXEC = Table(
    *_flags("detach/d interactive/i tty/t", _SWITCH),
    *_flags("env/e env-file", _LIST),
    *_flags("user/u workdir/w"),
    *_flags("detach-keys", quiet=True),
    *_flags("privileged", _SWITCH, PRIVILEGED),
)

BUILD = Table(
    *_flags("tag/t build-arg", _LIST),
    *_flags("file/f target"),
    *_flags("no-cache quiet/q", _SWITCH),
    *_flags("rm force-rm pull compress load disable-content-trust", _SWITCH, quiet=True),
    *_flags("progress platform", quiet=True),
    *_flags("label annotation", _LIST, NOT_OFFERED),
    *_flags("check debug/D squash", _SWITCH, NOT_OFFERED),
    *_flags("call metadata-file", _TEXT, NOT_OFFERED),
    *_flags("push", _SWITCH, PUSH),
    *_flags("secret ssh build-context cache-to no-cache-filter attest output/o allow", _LIST, BUILDKIT),
    *_flags("builder provenance sbom policy", _TEXT, BUILDKIT),
    *_flags("cache-from add-host", _LIST, NOT_OFFERED),
    *_flags("network", _TEXT, NETWORK_SETTING),
    *_flags("memory/m memory-swap cpu-shares/c cpu-period cpu-quota cpuset-cpus cpuset-mems shm-size", _TEXT, LIMITS),
    *_flags("ulimit", _LIST, LIMITS),
    *_flags("security-opt", _LIST, SECURITY_OPT),
    *_flags("cgroup-parent", _TEXT, HOST_NAMESPACE),
    *_flags("isolation", _TEXT, RUNTIME),
    *_flags("iidfile", _TEXT, HOST_FILE),
)

PS = Table(
    *_flags("all/a quiet/q latest/l no-trunc", _SWITCH),
    *_flags("last/n", _WHOLE),
    *_flags("filter/f", _LIST),
    *_flags("format"),
    *_flags("size/s", _SWITCH, NOT_OFFERED),
)
STOP = Table(*_flags("timeout/t time", _WHOLE), *_flags("signal/s", _TEXT, NOT_OFFERED))
KILL = Table(*_flags("signal/s"))
START = Table(
    *_flags("attach/a interactive/i", _SWITCH),
    *_flags("detach-keys", quiet=True),
    *_flags("checkpoint checkpoint-dir", _TEXT, NOT_OFFERED),
)
RESTART_FLAGS = Table(*_flags("timeout/t time", _WHOLE), *_flags("signal/s", _TEXT, NOT_OFFERED))
RM = Table(*_flags("force/f volumes/v", _SWITCH), *_flags("link/l", _SWITCH, OTHER_CONTAINER))
LOGS = Table(
    *_flags("follow/f timestamps/t", _SWITCH),
    *_flags("tail/n since"),
    *_flags("details", _SWITCH, quiet=True),
    *_flags("until", _TEXT, NOT_OFFERED),
)
IMAGES = Table(
    *_flags("all/a quiet/q no-trunc digests", _SWITCH),
    *_flags("tree", _SWITCH, NOT_OFFERED),
    *_flags("filter/f", _LIST),
    *_flags("format"),
)
INSPECT = Table(*_flags("format/f type"), *_flags("size/s", _SWITCH, NOT_OFFERED))
INSPECT_IMAGE = Table(*_flags("format/f"), *_flags("platform", quiet=True))
INSPECT_CONTAINER = Table(*_flags("format/f"), *_flags("size/s", _SWITCH, NOT_OFFERED))
RMI = Table(
    *_flags("force/f", _SWITCH), *_flags("no-prune", _SWITCH, quiet=True), *_flags("platform", _LIST, NOT_OFFERED)
)
VERSION = Table(*_flags("format/f", _TEXT, NOT_OFFERED))

TAG = Table()
VOLUME_CREATE = Table(
    *_flags("label", _LIST),
    *_flags("driver/d", _TEXT),  # judged by its value
    *_flags("opt/o", _LIST, SECURITY_OPT),
    *_flags("group scope availability type limit-bytes required-bytes", _TEXT, NOT_OFFERED),
    *_flags("secret sharing topology-preferred topology-required", _LIST, NOT_OFFERED),
)
_LISTING = (*_flags("filter/f", _LIST), *_flags("format"))
VOLUME_LS = Table(*_flags("quiet/q", _SWITCH), *_flags("cluster", _SWITCH, NOT_OFFERED), *_LISTING)
INSPECT_THING = Table(*_flags("format/f"), *_flags("verbose/v", _SWITCH, quiet=True))
VOLUME_RM = Table(*_flags("force/f", _SWITCH))
NETWORK_CREATE = Table(
    *_flags("label", _LIST),
    *_flags("driver/d", _TEXT),  # judged by its value
    *_flags("internal attachable ipv4", _SWITCH, quiet=True),
    *_flags("ipv6 ingress config-only", _SWITCH, NETWORK_SETTING),
    *_flags("aux-address gateway ip-range ipam-opt opt/o subnet", _LIST, NETWORK_SETTING),
    *_flags("config-from ipam-driver scope", _TEXT, NETWORK_SETTING),
)
NETWORK_LS = Table(*_flags("quiet/q no-trunc", _SWITCH), *_LISTING)
NETWORK_RM = Table(*_flags("force/f", _SWITCH))
CONNECT = Table(
    *_flags("alias", _LIST),
    *_flags("ip ip6 gw-priority", _TEXT, NETWORK_SETTING),
    *_flags("driver-opt link-local-ip", _LIST, NETWORK_SETTING),
    *_flags("link", _LIST, OTHER_CONTAINER),
)
DISCONNECT = Table(*_flags("force/f", _SWITCH))
HISTORY = Table(
    *_flags("no-trunc quiet/q human/H", _SWITCH),
    *_flags("format", _TEXT, TEMPLATE),
    *_flags("platform", _TEXT, quiet=True),
)
PLAIN = Table()
CP = Table(*_flags("follow-link/L quiet/q", _SWITCH), *_flags("archive/a", _SWITCH, quiet=True))
STATS = Table(*_flags("all/a no-stream no-trunc", _SWITCH), *_flags("format", _TEXT, TEMPLATE))
SYSTEM_DF = Table(*_flags("verbose/v", _SWITCH, NOT_OFFERED), *_flags("format", _TEXT, TEMPLATE))
LOGIN = Table(*_flags("username/u password/p"), *_flags("password-stdin", _SWITCH))
PUSH_FLAGS = Table(
    *_flags("quiet/q", _SWITCH),
    *_flags("disable-content-trust", _SWITCH, quiet=True),
    *_flags("all-tags/a", _SWITCH, NOT_OFFERED),
    *_flags("platform", quiet=True),
)
PULL = Table(
    *_flags("quiet/q", _SWITCH),
    *_flags("disable-content-trust", _SWITCH, quiet=True),
    *_flags("all-tags/a", _SWITCH, NOT_OFFERED),
    *_flags("platform"),
)
SEARCH = Table(
    *_flags("no-trunc", _SWITCH, quiet=True),
    *_flags("limit", _WHOLE, quiet=True),
    *_flags("filter/f", _LIST, NOT_OFFERED),
    *_flags("format", _TEXT, TEMPLATE),
)
PRUNE = Table(*_flags("force/f", _SWITCH), *_flags("filter", _LIST, NOT_OFFERED))
PRUNE_ALL = Table(*_flags("all/a force/f", _SWITCH), *_flags("filter", _LIST, NOT_OFFERED))

ROOT = Table(
    *_flags("version/v", _SWITCH),
    *_flags("debug/D", _SWITCH, quiet=True),
    *_flags("log-level/l", quiet=True),
    *_flags("host/H", _LIST, OTHER_ENGINE),
    *_flags("context/c config tlscacert tlscert tlskey", _TEXT, OTHER_ENGINE),
    *_flags("tls tlsverify", _SWITCH, OTHER_ENGINE),
)

#: every long option there is: tells what a phone's long dash stood for
LONG_OPTIONS = frozenset(
    name
    for table in (
        *(RUN, EXEC, BUILD, PS, STOP, START, RM, LOGS, IMAGES, INSPECT, RMI, VERSION, ROOT, VOLUME_CREATE, VOLUME_LS),
        *(VOLUME_RM, NETWORK_CREATE, NETWORK_LS, NETWORK_RM, CONNECT, DISCONNECT, HISTORY, STATS, SYSTEM_DF, PRUNE_ALL),
        *(LOGIN, PUSH_FLAGS, PULL, SEARCH),
    )
    for name in table.long
) | {"help", "json", "data", "header", "request", "include", "silent", "fail", "head"}
