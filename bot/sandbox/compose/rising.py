"""`docker compose up`, `start`, `build`: networks, volumes and containers made where they are missing or have changed.

What is there and has not changed is left alone, as Compose does: each container carries the hash of what the file said
of its service when it was made.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from bot.handin.compose.commands import BuildServices, Up
from bot.handin.compose.plan import ComposePlan, Dependency, ServicePlan
from bot.handin.plan import BuildPlan, CreateNetwork, CreateVolume, Output
from bot.handin.reference import normalise
from bot.sandbox.belongings import containers, pictures, which_picture
from bot.sandbox.builds import Builds
from bot.sandbox.compose import recipe
from bot.sandbox.compose.printing import Progress
from bot.sandbox.compose.project import Project
from bot.sandbox.names import Owner
from bot.sandbox.refusals import MORE
from bot.sandbox.running import Running
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container
from bot.sandbox.user_networks import UserNetworks
from bot.sandbox.volumes import Volumes

#: how long something is waited for that another service needs first; Compose itself would wait for ever
PATIENCE_S = 90.0
LOOK_EVERY_S = 0.5
START_NOTE = "`docker compose up -d` makes what is missing and starts it."
Tell = Callable[[str], None]


class Rising:
    """Brings projects up."""

    def __init__(
        self, setup: Setup, running: Running, builds: Builds, volumes: Volumes, networks: UserNetworks
    ) -> None:
        self._setup, self._running, self._builds = setup, running, builds
        self._volumes, self._networks = volumes, networks

    async def prepare(self, owner: Owner, plan: ComposePlan, done: Progress) -> Output | None:
        """Make the networks and volumes of the file; return Compose's words where one cannot be there."""
        networks = {each.name for each in await self._networks.made(owner)}
        volumes = {each.name for each in await self._volumes.mine(owner)}
        for each in plan.networks:
            if each.name in networks:
                continue
            if each.external:
                words = f"network {each.name} declared as external, but could not be found"
                return Output(words, 1, note=f"`docker network create {each.name}` makes it.")
            began = time.monotonic()
            made = await self._networks.create(owner, CreateNetwork(each.name, each.labels))
            if made.exit_code:
                return made
            done.set(f"Network {each.name}", "Created", time.monotonic() - began)
        for kept in plan.volumes:
            if kept.name in volumes:
                continue
            if kept.external:
                words = f'external volume "{kept.name}" not found'
                return Output(words, 1, note=f"`docker volume create {kept.name}` makes it.")
            made = await self._volumes.create(owner, CreateVolume(kept.name, kept.labels))
            if made.exit_code:
                return made
            done.set(f"Volume {kept.name}", "Created")
        return None

    async def build(
        self, owner: Owner, services: Sequence[ServicePlan], files: Mapping[str, bytes], act: BuildServices, tell: Tell
    ) -> Output:
        """Build the images of the services that have a `build:`."""
        text: list[str] = []
        built: tuple[tuple[str, BuildPlan], ...] = ()
        for service in services:
            if service.build is None:
                continue
            args = tuple((dict(service.build.build_args) | dict(act.build_args)).items())
            plan = replace(service.build, build_args=args, no_cache=act.no_cache)
            out = await self._builds.command(owner, plan, files, tell)
            built += out.built
            text.append("" if act.quiet and not out.exit_code else out.text)
            if out.exit_code:
                return replace(out, text="\n".join(filter(None, text)), built=built)
        return Output("\n".join(filter(None, text)), built=built)

    async def missing_images(self, owner: Owner, services: Sequence[ServicePlan]) -> tuple[ServicePlan, ...]:
        """Return the services whose image has to be built first."""
        if not any(service.build for service in services):
            return ()
        mine = await pictures(self._setup, owner)
        return tuple(each for each in services if each.build and which_picture(each.image, mine) is None)

    async def up(
        self,
        owner: Owner,
        project: Project,
        services: Sequence[ServicePlan],
        files: Mapping[str, bytes],
        act: Up,
        done: Progress,
        tell: Tell,
    ) -> Output | None:
        """Make and start the containers of these services; return what went wrong."""
        for service in services:
            before = project.container(service.name)
            if before is not None and not await self._stale(owner, service, before, act):
                done.set(_line(before), "Running" if before.running else "Created")
                continue
            tell(f"Container {service.container}  Creating")
            if wrong := await self._make(owner, service, before, files, done):
                return wrong
        for service in services:
            tell(f"Container {service.container}  Starting")
            if wrong := await self.start(owner, project.name, service, services, done):
                return wrong
        return await self._all_healthy(owner, project.name, services, done) if act.wait else None

    async def _stale(self, owner: Owner, service: ServicePlan, there: Container, act: Up) -> bool:
        """Tell whether the container is to be replaced."""
        if act.recreate:
            return act.recreate == "always"
        if there.config_hash != dict(service.labels).get("com.docker.compose.config-hash"):
            return True
        picture = which_picture(service.image, await pictures(self._setup, owner, (there,)))
        image_id = getattr(picture, "id", "") or self._setup.bases.get(normalise(service.image), "")
        return bool(image_id) and image_id != there.image_id

    async def _make(
        self, owner: Owner, service: ServicePlan, before: Container | None, files: Mapping[str, bytes], done: Progress
    ) -> Output | None:
        began = time.monotonic()
        async with self._setup.turns[owner.key]:
            if before is not None:
                await self._setup.host.stop(before.id, recipe.LONGEST_GRACE_S)
                await self._setup.host.remove(before.id)
            finish = partial(recipe.completed, service=service, limits=self._setup.limits)
            made = await self._running.make(owner, recipe.run_plan(service), files, finish)
        what = f"Container {service.container}"
        if isinstance(made, Output):
            done.set(what, "Error", time.monotonic() - began)
            return replace(made, text=made.text.removeprefix("docker: ").removesuffix(MORE), exit_code=1)
        done.set(what, "Recreated" if before is not None else "Created", time.monotonic() - began)
        return None

    async def start(
        self, owner: Owner, project: str, service: ServicePlan, among: Sequence[ServicePlan], done: Progress
    ) -> Output | None:
        """Start a service once what it needs is there; return what went wrong."""
        names = {each.name for each in among}
        for need in service.depends_on:
            if need.service in names and (wrong := await self._needed(owner, project, need, done)):
                return wrong
        began = time.monotonic()
        async with self._setup.turns[owner.key]:
            there = await self._there(owner, project, service.name)
            if there is None:
                return Output(f'service "{service.name}" has no container to start', 1, note=START_NOTE)
            if there.running:
                return None
            refused = await self._running.launch(there)
        done.set(_line(there), "Starting" if refused else "Started", time.monotonic() - began)
        return Output(f"Error response from daemon: {refused.message}", 1) if refused else None

    async def _there(self, owner: Owner, project: str, service: str) -> Container | None:
        mine = await containers(self._setup, owner)
        return next((each for each in mine if (each.project, each.service) == (project, service)), None)

    async def _needed(self, owner: Owner, project: str, need: Dependency, done: Progress) -> Output | None:
        """Wait until a needed service is as it should be; return Compose's words when it will not be."""
        if need.condition == "service_started":
            return None
        there = await self._there(owner, project, need.service)
        if there is None:
            return None
        began = time.monotonic()
        done.set(_line(there), "Waiting")
        wrong = (
            await self._healthy(there) if need.condition == "service_healthy" else await self._completed(there, need)
        )
        took_s = time.monotonic() - began
        if wrong is None:
            done.set(_line(there), "Healthy" if need.condition == "service_healthy" else "Exited", took_s)
            return None
        done.set(_line(there), "Error" if need.required else "Waiting", took_s)
        return wrong if need.required else None

    async def _healthy(self, there: Container) -> Output | None:
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            raw = await self._setup.host.inspect(there.id) or {}
            state = raw.get("State") or {}
            health = (state.get("Health") or {}).get("Status", "")
            if health == "healthy":
                return None
            if not state.get("Running") and not state.get("Restarting"):
                return _failed(f"container {there.name} exited ({state.get('ExitCode', 0)})", there)
            if not health:
                words = f"container {there.name} has no healthcheck configured"
                return Output(words, 1, note=f"`{there.service}` needs a `healthcheck:` for that.")
            if health == "unhealthy":
                return _failed(f"container {there.name} is unhealthy", there)
            await asyncio.sleep(LOOK_EVERY_S)
        return _failed(f"container {there.name} is unhealthy", there)

    async def _completed(self, there: Container, need: Dependency) -> Output | None:
        code = await self._setup.host.wait(there.id, PATIENCE_S)
        if code == 0:
            return None
        if code is None:
            note = f"I waited {PATIENCE_S:.0f} s for it to end."
            return Output(f'service "{need.service}" did not complete', 1, note=note)
        return Output(f'service "{need.service}" didn\'t complete successfully: exit {code}', 1)

    async def _all_healthy(
        self, owner: Owner, project: str, services: Sequence[ServicePlan], done: Progress
    ) -> Output | None:
        for service in services:
            there = await self._there(owner, project, service.name)
            if there is None:
                continue
            if service.healthcheck is None or service.healthcheck.test[:1] == ("NONE",):
                done.set(_line(there), "Healthy")
            elif wrong := await self._healthy(there):
                return wrong
            else:
                done.set(_line(there), "Healthy")
        return None


def _line(container: Container) -> str:
    return f"Container {container.name}"


def _failed(why: str, there: Container) -> Output:
    words = f"dependency failed to start: {why}"
    return Output(words, 1, note=f"`docker compose logs {there.service}` shows what it printed.")
