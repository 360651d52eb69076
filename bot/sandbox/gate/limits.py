"""What must hold on a host: one row a limit, with how it is attacked, what is expected, and what mends it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox.gate.judging import (
    FULL,
    READ_ONLY,
    Bounds,
    Place,
    Rule,
    Seen,
    Verdict,
    bounded,
    closed,
    every,
    filled,
    flag,
    no_hits,
    no_route,
    refused,
    remapped,
    rights,
    stood_in,
    throttled,
    unanswered,
)

RUN, BUILD = Place.RUN, Place.BUILD
SECCOMP = "use the seccomp profile of deploy/host for the whole engine"
ROOT = "run Docent as root beside the engine, or make docent-build.slice (deploy/host)"
RECIPE = "a request of ours was changed on its way: look at what stands between Docent and the engine"


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit. `essential`: also one person's own machine must have it."""

    name: str
    attack: str  #: what the canary does
    expected: str
    rules: Mapping[Place, Rule]
    mend: str  #: what to do where it does not hold
    essential: bool = True


def both(rule: Rule) -> Mapping[Place, Rule]:
    """Return the same rule for containers and for builds."""
    return {RUN: rule, BUILD: rule}


def _alone(seen: Seen, bounds: Bounds) -> bool:
    """Tell whether there is nobody to listen to: no way out and nothing but loopback."""
    return bounds.closed and no_route(seen, bounds).verdict is Verdict.HELD


def _unseen(seen: Seen, bounds: Bounds) -> bool:
    """Tell whether no process of anybody else is seen."""
    return ALONE(seen, bounds).verdict is Verdict.HELD


ALONE = refused("strangers", by=frozenset({"alone"}))
SETUID = refused("setuid", by=frozenset({"stayed 65534"}))

LIMITS = (
    Limit(
        "processes",
        "starts processes until one is refused",
        "as many as allowed, then no more",
        both(bounded("pids", lambda b: b.pids, "processes", frozenset({"EAGAIN"}))),
        ROOT,
    ),
    Limit(
        "memory",
        "takes memory until it is killed",
        "killed at the limit",
        both(bounded("memory", lambda b: b.mem_mb, "MB", frozenset({"SIGKILL", "ENOMEM"}))),
        "let the kernel account for memory (and swap): cgroup_enable=memory swapaccount=1",
    ),
    Limit(
        "processor",
        "burns on twice as many processes as there are processors",
        "held back at the limit",
        both(throttled),
        "use a kernel with CPU quotas (CONFIG_CFS_BANDWIDTH)",
    ),
    Limit(
        "open files",
        "opens files until one is refused",
        "1024 at most",
        both(bounded("files", lambda b: b.files, "files", frozenset({"EMFILE"}))),
        RECIPE,
    ),
    Limit(
        "size of a file",
        "makes a file of 8 TB; asks for core files",
        "refused",
        both(every(refused("file_size", by=frozenset({"EFBIG"})), refused("core"))),
        RECIPE,
    ),
    Limit(
        "shared memory",
        "fills /dev/shm",
        "full at 16 MB",
        both(bounded("shm", lambda b: b.shm_mb, "MB", FULL)),
        RECIPE,
    ),
    Limit(
        "memory for declared volumes",
        "fills a folder that its image declares as a volume",
        "full at 32 MB and 4096 files",
        {
            RUN: every(
                bounded("volume_disk", lambda _: 32, "MB", FULL),
                bounded("volume_inodes", lambda _: 4096, "files", FULL),
            )
        },
        RECIPE,
    ),
    Limit(
        "disk",
        "takes disk space",
        "full at the limit",
        both(filled("disk", "MB")),
        "run Docent beside the engine so that it can watch, or give the engine XFS with pquota",
        False,
    ),
    Limit(
        "inodes",
        "makes empty files",
        "full at the limit",
        both(filled("inodes", "files")),
        "run Docent beside the engine so that it can watch, or give the engine XFS with pquota",
        False,
    ),
    Limit(
        "output",
        "prints without end",
        "what is kept is bounded; a build is stopped",
        both(bounded("output", lambda b: b.output_mb, "MB")),
        RECIPE,
    ),
    Limit(
        "time",
        "stays for ever and refuses to end",
        "ended, its container gone",
        {BUILD: refused("time", by=frozenset({"ended"}))},
        RECIPE,
    ),
    Limit(
        "way out",
        "knocks at 1.1.1.1 by TCP, UDP, ICMP and IPv6",
        "no way to it",
        both(every(no_route, closed("egress_", "wire_"))),
        "nothing but Docent may connect containers to networks; look at the engine's networks",
    ),
    Limit(
        "gateway",
        "knocks at the first address of its network",
        "nobody there",
        {RUN: closed("gateway_", wire=True)},
        RECIPE,
    ),
    Limit(
        "metadata",
        "knocks at 169.254.169.254",
        "no way to it",
        both(closed("metadata")),
        "drop it in the host's firewall (deploy/host)",
    ),
    Limit(
        "host's ports",
        "knocks at the host's addresses; a port of ours listens there meanwhile",
        "nobody is heard",
        both(every(closed("host_"), no_hits)),
        "drop what comes from containers to the host in its firewall (deploy/host)",
    ),
    Limit(
        "foreign names",
        "asks for a name of the internet",
        "the question leaves nobody's container",
        both(unanswered),
        "update the engine (CVE-2024-29018)",
    ),
    Limit(
        "capabilities",
        "reads its own rights",
        "those of the request, no more",
        both(rights),
        RECIPE,
    ),
    Limit(
        "setuid",
        "becomes nobody, then runs a setuid program of root's",
        "stays nobody",
        {
            RUN: every(SETUID, flag("NoNewPrivs", "1", "NoNewPrivs is off")),
            BUILD: stood_in(SETUID, "a RUN line is root already, and its rights end at the engine's default set"),
        },
        'set "no-new-privileges": true for the whole engine (deploy/host)',
    ),
    Limit(
        "mount",
        "mounts a file system and a control group",
        "refused",
        both(refused("mount", "mount_cgroup", "unshare_mount")),
        RECIPE,
    ),
    Limit("others' processes", "looks for processes of others", "none but its own", both(ALONE), RECIPE),
    Limit("user namespace", "makes one to be root in", "refused", both(refused("unshare_user")), SECCOMP),
    Limit(
        "devices",
        "makes the host's disks and memory and reads a byte",
        "refused",
        both(refused("mknod")),
        "the engine's device rules are off: is it privileged by default?",
    ),
    Limit(
        "kernel's switches",
        "opens /proc/sys, sysrq and release_agent for writing",
        "read-only",
        both(refused("proc_sys", "sysrq", "release_agent", by=READ_ONLY)),
        RECIPE,
    ),
    Limit(
        "host's secrets",
        "reads the kernel's memory, keys, log, firmware; opens files by number",
        "empty or refused",
        both(every(refused("masked", by=frozenset({"empty"})), refused("dmesg", "handle"))),
        RECIPE,
    ),
    Limit(
        "host's clock and modules",
        "sets the clock, loads a module",
        "refused",
        both(refused("clock", "module")),
        RECIPE,
    ),
    *(
        Limit(name, f"calls {call}", "refused", both(refused(attack)), SECCOMP, False)
        for name, call, attack in (
            ("AF_ALG", "socket(AF_ALG)", "af_alg"),
            ("AF_VSOCK", "socket(AF_VSOCK)", "af_vsock"),
            ("io_uring", "io_uring_setup", "io_uring"),
            ("keyring", "keyctl", "keyctl"),
            ("BPF", "bpf", "bpf"),
            ("userfaultfd", "userfaultfd", "userfaultfd"),
        )
    ),
    Limit(
        "AF_PACKET",
        "calls socket(AF_PACKET)",
        "refused",
        {RUN: refused("af_packet"), BUILD: stood_in(refused("af_packet"), "there is no network to listen to", _alone)},
        SECCOMP,
        False,
    ),
    Limit(
        "ptrace",
        "takes hold of another process of its own",
        "refused",
        both(stood_in(refused("ptrace"), "it sees only its own container's processes", _unseen)),
        SECCOMP,
        False,
    ),
    Limit(
        "system call filter", "reads whether one is on", "on", both(flag("Seccomp", "2", "no filter")), SECCOMP, False
    ),
    Limit(
        "root is nobody",
        "reads how its user ids are mapped",
        "root inside is nobody outside",
        both(
            stood_in(
                remapped,
                "capabilities are dropped, and a filter of system calls is on",
                lambda s, b: flag("Seccomp", "2", "")(s, b).verdict is Verdict.HELD,
            )
        ),
        "set userns-remap, or run the engine rootless (deploy/host)",
        False,
    ),
)
