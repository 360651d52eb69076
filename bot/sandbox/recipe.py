"""Plans → exact engine requests. Pure, and the one place where a learner's freedom is measured out.

The golden test over this module reads as the security policy: what is not written here is never sent. Ports are
never published on the host, no host path is ever mounted, no device, sysctl, namespace or runtime is ever asked for.
Source: Engine API v1.41, `ContainerCreate`, `ImageBuild`, `NetworkCreate`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from bot.handin.plan import BindMount, Mount, PublishedPort, RunPlan
from bot.handin.written import written
from bot.sandbox.names import Owner
from bot.sandbox.verifier import HOME, MOUNTED, entrypoint, environment

Json = dict[str, object]

MIB = 1024 * 1024
#: What official images' entry points need (postgres, nginx and mysql change owner and user); nothing more.
CAPABILITIES = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID")
#: The container itself, where nothing answers: no question for an outside name leaves the host (CVE-2024-29018).
NO_RESOLVER = "127.0.0.1"
#: A learner's file system holds nothing under these that an image may declare as its volume.
TMPFS = "rw,nosuid,nodev,mode=1777,size=32m,nr_inodes=4096"
KINDS = ("learner", "probe", "verifier", "writer", "keeper", "browser", "canary")
#: Where the browser keeps its profile and what its processes share.
BROWSER_TMPFS = "rw,nosuid,nodev,noexec,mode=1777,size=96m,nr_inodes=4096"
#: Where the registry keeps what it is given, and how it is set up.
REGISTRY_HOME = "/var/lib/registry"
REGISTRY_CONFIG = f"{REGISTRY_HOME}/docent/config.yml"
#: Where the writer sees the project.
PROJECT = "/project"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one learner's things may use."""

    mem_mb: int = 256
    pids: int = 128
    cpus: float = 1.0
    build_mem_mb: int = 512
    build_cpus: float = 1.0
    build_deadline_s: float = 120.0
    build_output_bytes: int = 8 * MIB  #: a build that prints more is stopped
    image_growth_mb: int = 600  #: over its base
    image_layers: int = 60
    containers: int = 10  #: a learner's own, stopped ones included
    foreground_s: float = 20.0  #: how long a command without -d is waited for


@dataclass(frozen=True, slots=True)
class Request:
    """One object to make: its name on the host and the body to send."""

    name: str
    body: Json


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What of an image a container's request depends on."""

    id: str
    written: str  #: the name the learner used
    volumes: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()  #: `3000/tcp`


@dataclass(frozen=True, slots=True)
class Making:
    """Who makes a container, and for what."""

    owner: Owner
    kind: str = "learner"  #: one of KINDS
    attempt: int = 0  #: the check it is made for; 0 for a learner's own
    cgroup: str = ""  #: parent group whose ceiling holds for all learners together, '' where there is none
    limits: Limits = field(default_factory=Limits)
    runtime: str = ""  #: the operator's choice (`runsc`); a learner never has one


def container(plan: RunPlan, name: str, image: ImageFacts, ports: tuple[PublishedPort, ...], by: Making) -> Request:
    """Return the request for a learner's container called `name`; `ports` have their host side decided."""
    own = {key: value for key, value in plan.labels if not key.startswith("docent.")}
    first = next(iter(plan.networks), "bridge")  # the engine takes one network while making a container
    place = "none" if first == "none" else by.owner.joined(first)
    body: Json = {
        "Image": image.id,
        "Cmd": list(plan.command) or None,
        "Env": [f"{key}={value}" for key, value in plan.env],
        "WorkingDir": plan.workdir,
        "User": plan.user,
        "Hostname": plan.hostname,
        "Tty": plan.tty,
        "OpenStdin": plan.interactive,
        "StdinOnce": plan.interactive and not plan.detach,
        "Healthcheck": {"Test": ["NONE"]},
        "StopTimeout": 10,
        # every key of ours is set, so that a label of the image can never stand in for one
        "Labels": own | labels(by.owner, by.kind, by.attempt) | _record(plan, name, image, ports),
        "HostConfig": _confined(by) | _seen(plan, image, by) | {"Init": plan.init, "NetworkMode": place},
        "NetworkingConfig": {"EndpointsConfig": {} if place == "none" else {place: endpoint(plan, name, first)}},
    }
    if plan.entrypoint:
        body["Entrypoint"] = [plan.entrypoint]
        body["Cmd"] = list(plan.command)
    on_host = (
        by.owner.container(name) if by.kind == "learner" else f"docentprobe-{by.owner.instance}-{by.owner.key}-{name}"
    )
    return Request(on_host, body)


def _seen(plan: RunPlan, image: ImageFacts, by: Making) -> Json:
    """Return what the container sees beside its image: the learner's own volumes, never a folder of the host."""
    covered = {mount.target for mount in plan.mounts}
    seen: Json = {"Tmpfs": {path: TMPFS for path in image.volumes if path not in covered}}
    if plan.mounts:
        seen["Mounts"] = [_mount(mount, by) for mount in plan.mounts]
    return seen


def _mount(mount: Mount, by: Making) -> Json:
    row: Json = {"Type": "volume", "Target": mount.target, "ReadOnly": mount.read_only}
    if isinstance(mount, BindMount):
        # as a real bind mount, it never takes over what the image has at that place
        return row | {"Source": by.owner.project(mount.source), "VolumeOptions": {"NoCopy": True}}
    if mount.source:
        return row | {"Source": by.owner.volume(mount.source)}
    return row | {"VolumeOptions": {"Labels": labels(by.owner, _kind("volume", by.attempt), by.attempt)}}


def _kind(own: str, attempt: int) -> str:
    """Return the kind of a thing; what a check makes is not the learner's to see."""
    return "probe" if attempt else own


def endpoint(plan: RunPlan, name: str, network: str) -> Json:
    """Return how a container is to be found on one of the learner's networks; on the default one there are no names."""
    if network == "bridge":
        return {}
    return {"Aliases": [name, *(alias for each, alias in plan.aliases if each == network)]}


def volume(
    owner: Owner, engine_name: str, name: str, own: Mapping[str, str], attempt: int = 0, since: float = 0
) -> Json:
    """Return the request for a learner's volume; the local driver without options, so it can hold nothing else.

    `since` is kept with it: what the engine calls the creation of a volume is the last change of its folder.
    """
    plain = {key: value for key, value in own.items() if not key.startswith("docent.")}
    made_for = labels(owner, _kind("volume", attempt), attempt) | {"docent.name": name}
    made_for |= {"docent.since": f"{since:.3f}"} if since else {}
    return {"Name": engine_name, "Driver": "local", "Labels": plain | made_for}


def project_volume(owner: Owner, source: str) -> Json:
    """Return the request for the volume that holds a folder of the project."""
    made_for = labels(owner, "project") | {"docent.name": source}
    return {"Name": owner.project(source), "Driver": "local", "Labels": made_for}


def project_writer(owner: Owner, image_id: str, volume: str, program: str, question: str) -> Request:
    """Return the request for the container of ours through which files reach a project's volume.

    It is made of the verifier's image and runs nothing of the learner's; `program` is Python for its interpreter.
    """
    host = _bare(mem_mb=64, pids=16, cpus=0.5, cgroup="")
    body: Json = {
        "Image": image_id,
        "Entrypoint": [*entrypoint()[:-1], "-c"],
        "Cmd": [program, question],
        "Env": _probe_environment(),
        "User": "0:0",
        "WorkingDir": "/",
        "NetworkDisabled": True,
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": labels(owner, "writer"),
        "HostConfig": host
        | {
            # files of the project may have any owner by now; the folder is given to the usual one
            "CapAdd": ["CHOWN", "DAC_OVERRIDE"],
            "ReadonlyRootfs": True,
            "NetworkMode": "none",
            "Mounts": [{"Type": "volume", "Source": volume, "Target": PROJECT, "VolumeOptions": {"NoCopy": True}}],
        },
    }
    return Request(owner.writer, body)


def project_keeper(owner: Owner, image_id: str, volumes: Iterable[tuple[str, str]]) -> Request:
    """Return the request for the container of ours in which the project's volumes (name, place) are looked through.

    It is made of the verifier's image, runs nothing of the learner's and cannot change what it sees.
    """
    body: Json = {
        "Image": image_id,
        "Cmd": ["wait"],
        "Env": _probe_environment(),
        "User": "0:0",
        "WorkingDir": "/",
        "NetworkDisabled": True,
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": labels(owner, "keeper"),
        "HostConfig": _bare(mem_mb=128, pids=16, cpus=0.5, cgroup="")
        | {
            # files may have any owner and be closed to all others
            "CapAdd": ["DAC_READ_SEARCH"],
            "ReadonlyRootfs": True,
            "NetworkMode": "none",
            "Mounts": [
                {"Type": "volume", "Source": name, "Target": at, "ReadOnly": True, "VolumeOptions": {"NoCopy": True}}
                for name, at in volumes
            ],
        },
    }
    return Request(owner.keeper, body)


def labels(owner: Owner, kind: str, attempt: int = 0) -> dict[str, str]:
    """Return the labels that say whose a thing is; the janitor and every listing go by them."""
    return {
        "docent.instance": owner.instance,
        "docent.learner": owner.key,
        "docent.kind": kind,
        "docent.attempt": str(attempt) if attempt else "",
    }


def verifier(owner: Owner, image_id: str) -> Request:
    """Return the request for the container that asks questions on the learner's network.

    It is not among theirs (`Making.cgroup`): what they take together must not end who looks at it.
    """
    host = _bare(mem_mb=64, pids=32, cpus=1.0, cgroup="")
    body: Json = {
        "Image": image_id,
        "Cmd": ["wait"],
        "Env": _probe_environment(),
        "User": "65534:65534",
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": labels(owner, "verifier"),
        "HostConfig": host | {"ReadonlyRootfs": True, "NetworkMode": owner.network},
        "NetworkingConfig": {"EndpointsConfig": {owner.network: {}}},
    }
    return Request(owner.verifier, body)


def file_look(owner: Owner, image_id: str, volume: str, secret: str, question: str, attempt: int) -> Request:
    """Return the request for a look at an image's files with the verifier's own interpreter; runs nothing of theirs.

    `secret` makes the place of our files one that the image cannot know: an image that declares a volume there would
    cover them with its own and answer in their name.
    """
    home = f"{MOUNTED}-{secret}"
    host = _bare(mem_mb=64, pids=32, cpus=1.0, cgroup="")
    body: Json = {
        "Image": image_id,
        "Entrypoint": entrypoint(home),
        "Cmd": [question],
        "Env": _probe_environment(),
        "User": "0:0",
        "WorkingDir": "/",
        "NetworkDisabled": True,
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": labels(owner, "probe", attempt),
        "HostConfig": host
        | {
            # root without this may not look into another user's folder
            "CapAdd": ["DAC_OVERRIDE"],
            "ReadonlyRootfs": True,
            "NetworkMode": "none",
            "Mounts": [{"Type": "volume", "Source": volume, "Target": home, "ReadOnly": True}],
        },
    }
    return Request(f"docentlook-{owner.instance}-{owner.key}-{attempt}", body)


def browser(
    instance: str, image_id: str, serial: str, cgroup: str = "", look: tuple[Owner, str] | None = None
) -> Request:
    """Return the request for a container of ours that takes one picture; `look`: a page on this network of a learner's.

    Without it there is no network at all: a drawing of ours needs none. What a page does to the browser ends with it.
    """
    network = look[1] if look else "none"
    made_for: Json = {"docent.instance": instance, "docent.kind": "browser"}
    body: Json = {
        "Image": image_id,
        "Cmd": ["wait"],
        "User": "65534:65534",
        "WorkingDir": "/",
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": labels(look[0], "browser") if look else made_for,
        "HostConfig": _bare(mem_mb=512, pids=160, cpus=1.0, cgroup=cgroup)
        | {
            "ReadonlyRootfs": True,
            "Tmpfs": {"/tmp": BROWSER_TMPFS},  # noqa: S108 - the container's own
            "NetworkMode": network,
            "Dns": [NO_RESOLVER],
            "DnsOptions": ["timeout:1", "attempts:1"],
            "DnsSearch": [],
        },
        "NetworkingConfig": {"EndpointsConfig": {network: {}} if look else {}},
    }
    return Request(f"docentbrowser-{instance}-{serial}", body)


def container_look(owner: Owner, image_id: str, volume: str, secret: str, seen: Iterable[tuple[str, str]]) -> Request:
    """Return the request for a container of ours with the files of a learner's, as it is now, and its mounts (`seen`).

    `image_id` is what was made of the learner's container; nothing of it runs, and nothing in it can be changed.
    """
    request = file_look(owner, image_id, volume, secret, "wait", 0)
    host = cast(Json, request.body["HostConfig"])
    mounts = [
        {"Type": "volume", "Source": name, "Target": at, "ReadOnly": True, "VolumeOptions": {"NoCopy": True}}
        for name, at in seen
    ]
    body = request.body | {"HostConfig": host | {"Mounts": [*cast(list[Json], host["Mounts"]), *mounts]}}
    return Request(owner.copier, body)


def volume_filler(instance: str, image_id: str, volume: str) -> Request:
    """Return the request for a container, never started, whose creation fills the volume from the verifier image."""
    body: Json = {
        "Image": image_id,
        "Labels": {"docent.instance": instance, "docent.kind": "filler"},
        "HostConfig": _bare(mem_mb=64, pids=32, cpus=0.5, cgroup="")
        | {"NetworkMode": "none", "Mounts": [{"Type": "volume", "Source": volume, "Target": HOME}]},
    }
    return Request(f"docentfiller-{instance}", body)


def registry(instance: str, image_id: str, listen: tuple[str, int], recipe: str) -> Request:
    """Return the request for the class's registry: the one thing of ours that listens, on the address asked for.

    `recipe` says what it is set up like: another one is another container.
    """
    host, name = _bare(mem_mb=256, pids=64, cpus=1.0, cgroup=""), f"docentregistry-{instance}"
    address, port = listen
    body: Json = {
        "Image": image_id,
        "Entrypoint": ["registry"],
        "Cmd": ["serve", REGISTRY_CONFIG],
        "Env": [],
        "User": "0:0",
        "WorkingDir": "/",
        "ExposedPorts": {"5000/tcp": {}},
        "Healthcheck": {"Test": ["NONE"]},
        "Labels": {
            "docent.instance": instance,
            "docent.kind": "registry",
            "docent.recipe": recipe,
            "docent.listen": f"{address}:{port}",
        },
        "HostConfig": host
        | {
            # a layer is one file, so the usual ceiling on files would be one on layers, and ends the program
            "Ulimits": [{"Name": "nofile", "Soft": 4096, "Hard": 4096}, {"Name": "core", "Soft": 0, "Hard": 0}],
            "ReadonlyRootfs": True,
            "NetworkMode": "bridge",
            "PortBindings": {"5000/tcp": [{"HostIp": address, "HostPort": str(port)}]},
            "Mounts": [{"Type": "volume", "Source": name, "Target": REGISTRY_HOME}],
        },
    }
    return Request(name, body)


def registry_volume(instance: str) -> Json:
    """Return the request for the volume that holds what learners share."""
    labels = {"docent.instance": instance, "docent.kind": "registry"}
    return {"Name": f"docentregistry-{instance}", "Driver": "local", "Labels": labels}


def network(
    owner: Owner, subnet: str, name: str = "bridge", own: Iterable[tuple[str, str]] = (), attempt: int = 0
) -> Request:
    """Return the request for a network of the learner's: no way out, and no address of the host's inside it."""
    plain = {key: value for key, value in own if not key.startswith("docent.")}
    made_for = labels(owner, _kind("network", attempt), attempt) | ({} if name == "bridge" else {"docent.name": name})
    body: Json = {
        "Name": owner.joined(name),
        "CheckDuplicate": True,
        "Driver": "bridge",
        "Internal": True,
        "Attachable": False,
        "EnableIPv6": False,
        "IPAM": {"Driver": "default", "Config": [{"Subnet": subnet}]},
        # Without an address on the bridge, what listens on the host cannot be reached from an internal network.
        "Options": {"com.docker.network.bridge.inhibit_ipv4": "true"},
        "Labels": plain | made_for,
    }
    return Request(owner.joined(name), body)


def build(
    owner: Owner,
    limits: Limits,
    cgroup: str,
    *,
    dockerfile: str,
    target: str = "",
    bases: Iterable[str] = (),
    build_args: Mapping[str, str] | None = None,
    no_cache: bool = False,
) -> dict[str, str]:
    """Return the query of `POST /build`; `dockerfile` is its path in our own tar. The classic builder, offline.

    No tag is asked for: a name is given once the result has been looked at.
    """
    params = {
        "version": "1",
        "dockerfile": dockerfile,
        "rm": "1",
        "forcerm": "1",
        "pull": "0",
        "nocache": "1" if no_cache else "0",
        "networkmode": "none",
        "memory": str(limits.build_mem_mb * MIB),
        "memswap": str(limits.build_mem_mb * MIB),
        "cpuperiod": "100000",
        "cpuquota": str(int(limits.build_cpus * 100_000)),
        "cpushares": "128",
        "shmsize": str(16 * MIB),
        "ulimits": json.dumps(_ulimits()),
        # the same for a learner's own build and for a check's, so that equal files give an equal image
        "labels": json.dumps(
            {
                "docent.instance": owner.instance,
                "docent.learner": owner.key,
                "docent.bases": ",".join(sorted(bases)),
            }
        ),
        "buildargs": json.dumps(dict(build_args or {})),
    }
    if cgroup:
        # no builder has a limit on processes of its own: only the group above it holds a fork bomb
        params["cgroupparent"] = cgroup
    if target:
        params["target"] = target
    return params


def _probe_environment() -> list[str]:
    # A name without `=` is taken out of the environment; LD_TRACE_LOADED_OBJECTS acts even when it is set to nothing.
    return [f"{key}={value}" if value else key for key, value in environment().items()]


def _confined(by: Making) -> Json:
    limits = by.limits
    host = _bare(limits.mem_mb, limits.pids, limits.cpus, by.cgroup) | {
        "CapAdd": list(CAPABILITIES),
        "NetworkMode": by.owner.network,
        "Dns": [NO_RESOLVER],
        "DnsOptions": ["timeout:1", "attempts:1"],
        "DnsSearch": [],
    }
    return host | ({"Runtime": by.runtime} if by.runtime else {})


def _bare(mem_mb: int, pids: int, cpus: float, cgroup: str) -> Json:
    host: Json = {
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true"],
        "PidsLimit": pids,
        "Memory": mem_mb * MIB,
        "MemorySwap": mem_mb * MIB,
        "OomKillDisable": False,
        "OomScoreAdj": 500,
        "NanoCpus": int(cpus * 1_000_000_000),
        "CpuShares": 128,
        "Ulimits": _ulimits(),
        "ShmSize": 16 * MIB,
        "IpcMode": "private",
        "AutoRemove": False,
        "RestartPolicy": {"Name": ""},
        "LogConfig": {"Type": "local", "Config": {"max-size": "1m", "max-file": "2", "compress": "false"}},
    }
    if cgroup:
        host["CgroupParent"] = cgroup
    return host


def _ulimits() -> list[Json]:
    bounds = {"nofile": 1024, "core": 0, "fsize": 256 * MIB, "memlock": 64 * 1024, "msgqueue": 0}
    return [{"Name": name, "Soft": bound, "Hard": bound} for name, bound in bounds.items()]


def _record(plan: RunPlan, name: str, image: ImageFacts, ports: tuple[PublishedPort, ...]) -> dict[str, str]:
    return {
        "docent.name": name,
        "docent.image": image.written,
        "docent.command": json.dumps(plan.command),
        "docent.ports": json.dumps([[p.address, p.host, p.container, p.protocol] for p in ports]),
        # on an internal network the engine does not say itself what is exposed
        "docent.exposed": json.dumps(image.exposed),
        "docent.detached": "1" if plan.detach else "",
        "docent.remove": "1" if plan.remove else "",
        "docent.mounts": json.dumps(
            [["bind" if isinstance(m, BindMount) else "volume", m.source, m.target, m.read_only] for m in plan.mounts]
        ),
        # how to make it again
        "docent.plan": json.dumps(written(plan)),
    }
