"""Evidence about what a compose file describes, what runs of it, and what stays of it."""

from __future__ import annotations

from typing import assert_never

from bot.core.evidence import ComposeSeen, ServiceSeen, ServicesSeen, StaysSeen
from bot.core.specs import ComposeSpec, ServicesSpec, StaysSpec
from bot.handin.compose.commands import Source
from bot.handin.compose.plan import ComposeProblem, ServicePlan
from bot.handin.plan import Output
from bot.handin.reference import normalise
from bot.sandbox import evidence
from bot.sandbox.belongings import containers
from bot.sandbox.compose.composing import Composing
from bot.sandbox.compose.project import Files, Project, compose_seen, look, read_project
from bot.sandbox.compose.staying import Staying
from bot.sandbox.names import Owner
from bot.sandbox.pool import Verifiers
from bot.sandbox.setup import Setup
from bot.sandbox.things import ended_of


class Composed:
    """Looks at the compose projects of one host."""

    def __init__(self, setup: Setup, verifiers: Verifiers, composing: Composing) -> None:
        self._setup = setup
        self._staying = Staying(setup, verifiers, composing)

    async def seen(
        self, owner: Owner, spec: ComposeSpec | ServicesSpec | StaysSpec, files: Files
    ) -> ComposeSeen | ServicesSeen | StaysSeen:
        """Return the evidence for one spec. Raises `HostError`."""
        match spec:
            case ComposeSpec():
                return compose_seen(files)
            case ServicesSpec():
                return await services_seen(self._setup, owner, spec, files)
            case StaysSpec():
                return await self._staying.play(owner, spec, files)
            case _ as never:
                assert_never(never)


async def services_seen(setup: Setup, owner: Owner, spec: ServicesSpec, files: Files) -> ServicesSeen:
    """Return what runs of the learner's compose file."""
    read = read_project(files, Source())
    if isinstance(read, ComposeProblem):
        return ServicesSeen(read.say)
    project = await look(setup, owner, files, Source())
    if isinstance(project, Output):
        return ServicesSeen(project.note or project.text)
    known = {service.name: service for service in project.plan.services}
    seen = [await _service(setup, owner, project, name, known.get(name)) for name in spec.services]
    wanted = {normalise(known[name].image) for name in spec.services if name in known}
    others = (each for each in await containers(setup, owner) if not each.project)
    return ServicesSeen("", tuple(seen), tuple(each.name for each in others if normalise(each.image) in wanted))


async def _service(setup: Setup, owner: Owner, project: Project, name: str, plan: ServicePlan | None) -> ServiceSeen:
    there = project.container(name)
    raw = await setup.host.inspect(there.id) if there and plan else None
    if there is None or plan is None or raw is None:
        return ServiceSeen(name, known=plan is not None)
    log = await setup.host.logs(there.id, tail=200)
    return ServiceSeen(
        name,
        container=evidence.container_view(there, ended_of(raw), log),
        current=there.config_hash == dict(plan.labels)["com.docker.compose.config-hash"],
        networks=tuple(owner.public_network(each) for each in there.networks),
        health=str((((raw.get("State") or {}).get("Health")) or {}).get("Status", "")),
    )
