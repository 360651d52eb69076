"""What a compose file means, as typed values; names are the learner's own, never the engine's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from bot.handin.plan import BindMount, BuildPlan, PublishedPort, Refusal, VolumeMount

Pairs = tuple[tuple[str, str], ...]
Mount = VolumeMount | BindMount


@dataclass(frozen=True, slots=True)
class ComposeProblem:
    """The first thing in a compose file that cannot be used.

    `line` counts from 1, 0 means the whole file. `say` is our kind sentence. `words` is what Compose itself would have
    printed, '' where only we refuse. `code` is stable and upper-case.
    """

    line: int
    say: str
    words: str = ""
    code: str = "COMPOSE_FILE"
    seen: str = ""

    def refusal(self) -> Refusal:
        """Return the same as the answer to a command."""
        return Refusal(self.code, self.say, self.seen, docker=bool(self.words), exit_code=1, words=self.words)


@dataclass(frozen=True, slots=True)
class HealthPlan:
    """How the health of a container is asked for; `test` begins with CMD, CMD-SHELL or NONE, times are clamped."""

    test: tuple[str, ...] = ()  #: empty: the image's own test
    interval_s: float = 0.0  #: 0: not said
    timeout_s: float = 0.0
    retries: int = 0
    start_period_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Dependency:
    """One service that must be there first."""

    service: str
    condition: str = "service_started"  #: one of CONDITIONS
    required: bool = True


CONDITIONS = ("service_started", "service_healthy", "service_completed_successfully")


@dataclass(frozen=True, slots=True)
class NetworkUse:
    """A service on a network; `network` is the network's whole name, `aliases` are its names there."""

    network: str
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """One service as the one container that it becomes."""

    name: str
    container: str  #: `<project>-<service>-1`
    image: str  #: as written, or `<project>-<service>` for what is built
    build: BuildPlan | None = None
    command: tuple[str, ...] | None = None  #: None: the image's own; empty: none at all
    entrypoint: tuple[str, ...] | None = None
    environment: Pairs = ()
    ports: tuple[PublishedPort, ...] = ()
    expose: tuple[int, ...] = ()
    mounts: tuple[Mount, ...] = ()
    tmpfs: tuple[str, ...] = ()
    networks: tuple[NetworkUse, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    healthcheck: HealthPlan | None = None
    working_dir: str = ""
    user: str = ""
    hostname: str = ""
    container_name: str = ""  #: recorded; it is an alias here
    init: bool = False
    read_only: bool = False
    restart: str = ""  #: as written; the sandbox has a limit of its own
    stop_grace_s: float = 10.0
    mem_mb: int | None = None  #: None: the sandbox's own limit
    cpus: float | None = None
    pids: int | None = None
    profiles: tuple[str, ...] = ()
    labels: Pairs = ()  #: the learner's own, then com.docker.compose.*
    line: int = 0


@dataclass(frozen=True, slots=True)
class ComposeVolume:
    """A volume of the file: `key` there, `name` as the learner sees it; an external one must be there already."""

    key: str
    name: str
    external: bool = False
    labels: Pairs = ()


@dataclass(frozen=True, slots=True)
class ComposeNetwork:
    """A network of the file that some service is on."""

    key: str
    name: str
    external: bool = False
    labels: Pairs = ()


@dataclass(frozen=True, slots=True)
class ComposePlan:
    """A whole compose file; services stand in the order in which they start, with the volumes and networks they use."""

    project: str
    services: tuple[ServicePlan, ...]
    volumes: tuple[ComposeVolume, ...] = ()
    networks: tuple[ComposeNetwork, ...] = ()
    warnings: tuple[str, ...] = ()  #: in Compose's own words
    notes: tuple[str, ...] = ()  #: our sentences about what works otherwise here

    @property
    def enabled(self) -> tuple[ServicePlan, ...]:
        """Return the services that `up` starts: those without a profile, and what they need."""
        known = {service.name: service for service in self.services}
        wanted = [service.name for service in self.services if not service.profiles]
        for name in wanted:
            wanted.extend(need.service for need in known[name].depends_on if need.service not in wanted)
        return tuple(service for service in self.services if service.name in wanted)


def part(plan: ComposePlan, services: Collection[ServicePlan]) -> ComposePlan:
    """Return the plan with these services only, and the networks and volumes that they use."""
    used = {use.network for service in services for use in service.networks}
    mounted = {mount.source for service in services for mount in service.mounts if isinstance(mount, VolumeMount)}
    return replace(
        plan,
        services=tuple(services),
        networks=tuple(network for network in plan.networks if network.name in used),
        volumes=tuple(volume for volume in plan.volumes if volume.name in mounted),
    )
