"""One act of `docker compose` → what Compose would print. The only place that knows every act."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import assert_never

from bot.handin.compose import commands as acts
from bot.handin.compose.plan import ComposePlan
from bot.handin.compose.policy import judge_compose
from bot.handin.compose.things import COMPOSE_VERSION
from bot.handin.decision import decided
from bot.handin.plan import ExecPlan, Output
from bot.sandbox.belongings import pictures
from bot.sandbox.builds import Builds
from bot.sandbox.compose import printing
from bot.sandbox.compose.falling import Falling
from bot.sandbox.compose.printing import Progress
from bot.sandbox.compose.project import Files, Project, chosen, look, note, refused, unknown, warnings
from bot.sandbox.compose.rising import Rising, Tell
from bot.sandbox.compose.showing import Showing, config
from bot.sandbox.decisions import keep
from bot.sandbox.names import Owner
from bot.sandbox.pool import Verifiers
from bot.sandbox.running import Running
from bot.sandbox.setup import Setup
from bot.sandbox.user_networks import UserNetworks
from bot.sandbox.volumes import Volumes

QUIET_S = 5.0  #: `up` without `-d` shows what comes until nothing came for so long
LOOK_EVERY_S = 0.5

HELP = """Compose commands that work here:
  docker compose up -d          Make and start everything in compose.yaml
  docker compose ps             List its containers (-a: stopped too)
  docker compose logs           Show what they printed        docker compose logs app
  docker compose exec           Run a command in one          docker compose exec app ls
  docker compose config         Show the file as Compose understands it
  docker compose restart        Stop and start them           docker compose restart app
  docker compose stop | start   Stop them, start them again
  docker compose build          Build what has a `build:`
  docker compose rm -f          Remove the stopped ones
  docker compose down           Remove containers and network, keep the volumes
  docker compose down -v        … and remove the volumes too, with all data in them
  docker compose ls             List your projects
Before the command may stand: -f FILE, -p NAME, --env-file FILE, --profile NAME"""


class Composing:
    """Performs `docker compose` for learners on one host."""

    def __init__(
        self,
        setup: Setup,
        running: Running,
        builds: Builds,
        volumes: Volumes,
        networks: UserNetworks,
        verifiers: Verifiers,
    ) -> None:
        self._setup, self._running, self._verifiers = setup, running, verifiers
        self.volumes, self.networks = volumes, networks
        self._rising = Rising(setup, running, builds, volumes, networks)
        self._falling = Falling(setup, volumes, networks)
        self._showing = Showing(setup)

    async def perform(self, owner: Owner, plan: acts.Compose, files: Files, tell: Tell) -> Output:
        """Return what Compose would print. Raises `HostError`."""
        match plan.act:
            case acts.ShowComposeVersion(short=short):
                return Output(COMPOSE_VERSION if short else f"Docker Compose version v{COMPOSE_VERSION}")
            case acts.ListProjects() as act:
                return await self._showing.projects(owner, act)
        project = await look(self._setup, owner, files, plan.source)
        if isinstance(project, Output):
            return project
        named = (plan.act.service,) if isinstance(plan.act, acts.ExecService) else plan.act.services
        if not isinstance(plan.act, acts.ExecService) and (wrong := unknown(project.plan, named)):
            return wrong
        return await self._act(owner, project, plan, files, tell)

    async def meant(self, owner: Owner, act: acts.ExecService, source: acts.Source, files: Files) -> ExecPlan | Output:
        """Return `docker exec`'s plan for a service, or what Compose prints where there is none. Raises `HostError`."""
        project = await look(self._setup, owner, files, source)
        return project if isinstance(project, Output) else self._meant(project, act)

    async def _act(self, owner: Owner, project: Project, plan: acts.Compose, files: Files, tell: Tell) -> Output:
        match plan.act:
            case acts.ShowConfig() as act:
                return config(project.plan, act, plan.source.profiles)
            case acts.ListServices() as act:
                return self._showing.services(project, act)
            case acts.ReadServiceLogs() as act:
                return await self._showing.logs(project, act)
            case acts.ExecService() as act:
                return await self._execute(owner, project, act, files)
            case acts.Up() as act:
                return await self._up(owner, project, act, plan.source, files, tell)
            case acts.Down() as act:
                return await self._down(owner, project, act)
            case acts.TurnServices() as act:
                return await self._turn(owner, project, act)
            case acts.RemoveServices() as act:
                return await self._remove(owner, project, act)
            case acts.BuildServices() as act:
                return await self._build(owner, project, act, files, tell)
            case acts.ShowComposeVersion() | acts.ListProjects():
                raise AssertionError("performed before a file was looked for")
            case _ as never:
                assert_never(never)

    async def _up(
        self, owner: Owner, project: Project, act: acts.Up, source: acts.Source, files: Files, tell: Tell
    ) -> Output:
        services = chosen(project.plan, act.services, source.profiles, alone=act.alone)
        said = warnings(project.plan)
        if not services:
            return Output("\n".join([*said, "no service selected"]), 1)
        own = [name for image in await pictures(self._setup, owner) for name in (*image.tags, image.id)]
        wanted = replace(project.plan, services=services)
        refusal = judge_compose(wanted, self._setup.bases, own)
        keep(owner, decided("compose", files[project.file], refusal or wanted))
        if refusal:
            return refused(refusal)
        if project.orphans and not act.remove_orphans:
            said.append(printing.orphans([each.name for each in project.orphans]))
        to_build = services if act.build else await self._rising.missing_images(owner, services)
        built = await self._rising.build(owner, to_build, files, acts.BuildServices(), tell)
        said += filter(None, [built.text])
        if built.exit_code:
            return replace(built, text="\n".join(said))
        out = await self._raise(owner, project, wanted, act, said, source, files, tell)
        return replace(out, built=built.built)

    async def _raise(
        self,
        owner: Owner,
        project: Project,
        wanted: ComposePlan,
        act: acts.Up,
        said: list[str],
        source: acts.Source,
        files: Files,
        tell: Tell,
    ) -> Output:
        """Make and start everything, once its images are there."""
        services = wanted.services
        done = Progress()
        wrong = await self._rising.prepare(owner, wanted, done)
        if wrong is None and act.remove_orphans:
            await self._falling.stop(owner, project.plan, project.orphans, None, done)
            await self._falling.remove(project.orphans, done)
        wrong = wrong or await self._rising.up(owner, project, services, files, act, done, tell)
        said += filter(None, [done.text()])
        if wrong is not None:
            return replace(wrong, text="\n".join([*said, wrong.text]))
        if any(service.ports for service in services):
            self._verifiers.warm_soon(owner)
        if act.detach:
            return Output("\n".join(said), note=note(project.plan))
        return await self._watch(owner, project, tuple(service.name for service in services), said, source, files)

    async def _watch(
        self,
        owner: Owner,
        project: Project,
        names: tuple[str, ...],
        said: list[str],
        source: acts.Source,
        files: Files,
    ) -> Output:
        """Show for a while what the containers print; then they go on without an audience."""
        began = heard = time.monotonic()
        printed = ""
        while True:
            now = await look(self._setup, owner, files, source)
            mine = () if isinstance(now, Output) else now.of(names)
            running = [each for each in mine if each.running]
            before, printed = printed, await self._showing.arrivals(project, mine)
            at = time.monotonic()
            heard = at if printed != before else heard
            if not running or at - heard > QUIET_S or at - began > self._setup.limits.foreground_s:
                break
            await asyncio.sleep(LOOK_EVERY_S)
        attached = f"Attaching to {', '.join(each.name.removeprefix(f'{project.name}-') for each in mine)}"
        text = "\n".join([*said, attached, printed])
        if not running:
            return Output(text, note=note(project.plan))
        say = (
            "That is so far. It goes on in the background: `docker compose logs` shows more, `docker compose stop` "
            "ends it. With `-d` you get the prompt back at once."
        )
        return Output(text, note=say)

    async def _down(self, owner: Owner, project: Project, act: acts.Down) -> Output:
        done = Progress()
        said = warnings(project.plan)
        if project.orphans and not act.remove_orphans:
            said.append(printing.orphans([each.name for each in project.orphans]))
        wrong = await self._falling.down(owner, project, act, done)
        text = "\n".join([*said, *filter(None, [done.text()])])
        return replace(wrong, text=f"{text}\n{wrong.text}") if wrong else Output(text)

    async def _turn(self, owner: Owner, project: Project, act: acts.TurnServices) -> Output:
        done = Progress({"stop": "Stopping", "restart": "Restarting"}.get(act.verb, "Running"))
        mine = project.of(act.services)
        if act.verb in {"stop", "restart"} and (
            wrong := await self._falling.stop(owner, project.plan, mine, act.grace_s, done)
        ):
            return Output(f"{done.text()}\n{wrong}", 1)
        if act.verb in {"start", "restart"}:
            there = {each.service for each in mine}
            services = chosen(project.plan, act.services, (), alone=True)
            for service in services if act.verb == "start" else [each for each in services if each.name in there]:
                failed = await self._rising.start(owner, project.name, service, services, done)
                if failed is not None:
                    return replace(failed, text="\n".join(filter(None, [done.text(), failed.text])))
        return Output("\n".join([*warnings(project.plan), *filter(None, [done.text()])]))

    async def _remove(self, owner: Owner, project: Project, act: acts.RemoveServices) -> Output:
        done = Progress("Removing")
        mine = project.of(act.services)
        if act.stop:
            await self._falling.stop(owner, project.plan, mine, None, done)
        doomed = mine if act.stop else tuple(each for each in mine if not each.running)
        if not doomed:
            return Output("No stopped containers")
        await self._falling.remove(doomed, done)
        return Output(f"Going to remove {', '.join(each.name for each in doomed)}\n{done.text()}")

    async def _build(self, owner: Owner, project: Project, act: acts.BuildServices, files: Files, tell: Tell) -> Output:
        services = chosen(project.plan, act.services, (), alone=True)
        out = await self._rising.build(owner, services, files, act, tell)
        return replace(out, text="\n".join([*warnings(project.plan), *filter(None, [out.text])]))

    async def _execute(self, owner: Owner, project: Project, act: acts.ExecService, files: Files) -> Output:
        plan = self._meant(project, act)
        return plan if isinstance(plan, Output) else await self._running.execute(owner, plan, files)

    def _meant(self, project: Project, act: acts.ExecService) -> ExecPlan | Output:
        there = project.container(act.service)
        if there is None or not there.running:
            known = [service.name for service in project.plan.services]
            hint = "`docker compose up -d` starts it." if act.service in known else f"There is: {', '.join(known)}."
            return Output(f'service "{act.service}" is not running', 1, note=hint)
        return ExecPlan(
            there.name, act.command, act.detach, act.env, act.workdir, act.user, interactive=act.tty, tty=act.tty
        )
