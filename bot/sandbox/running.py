"""`docker run`, `start`, `restart`, `stop`, `rm`, `logs`, `exec`: a learner's containers, in Docker's words."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from bot.errors import ImageMissing
from bot.handin.decision import image_decided
from bot.handin.env_files import read_env
from bot.handin.plan import (
    ExecPlan,
    Output,
    ReadLogs,
    RemoveContainers,
    RunPlan,
    StartContainers,
    StopContainers,
    VolumeMount,
)
from bot.handin.policy import judge_run
from bot.handin.reference import normalise
from bot.sandbox import recipe
from bot.sandbox.belongings import Several, containers, listener, pictures, which_container, which_picture
from bot.sandbox.decisions import keep
from bot.sandbox.engine import EngineSaid
from bot.sandbox.leftovers import discarded_when_given_up
from bot.sandbox.names import Owner, random_name
from bot.sandbox.places import Places
from bot.sandbox.pool import Networks
from bot.sandbox.refusals import MORE, decided, name_taken, no_container, port_taken, public, several, start_code
from bot.sandbox.sayings import engine_since
from bot.sandbox.screen import shown
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container

LONGEST_GRACE_S = 10
#: gets what an image's name stands for from the registry; None when it is here, or is none of the learner's
Pull = Callable[[Owner, str], Awaitable[Output | None]]

Finish = Callable[[recipe.Request], recipe.Request]  #: adds to a container's request what only Compose asks for


class Running:
    """Commands about containers."""

    def __init__(self, setup: Setup, networks: Networks, places: Places) -> None:
        self._setup = setup
        self._networks = networks
        self._places = places

    async def run(self, owner: Owner, plan: RunPlan, files: Mapping[str, bytes], pull: Pull | None = None) -> Output:
        """Create and start a container; without `-d` wait for it for a while. What is missing may be pulled.

        Nobody is here to type: a program that wants a keyboard finds its input at an end.
        """
        if not plan.detach:
            plan = replace(plan, interactive=False, tty=plan.tty and not plan.interactive)
        pulled = await pull(owner, plan.image) if pull else None
        if pulled is None or pulled.exit_code:
            return pulled or await self._run(owner, plan, files)
        out = await self._run(owner, plan, files)
        return replace(out, text=f"{pulled.text}\n{out.text}")

    async def _run(self, owner: Owner, plan: RunPlan, files: Mapping[str, bytes]) -> Output:
        async with self._setup.turns[owner.key]:
            made = await self._create(owner, plan, files)
            if isinstance(made, Output):
                return made
            container, mine = made
            async with discarded_when_given_up(self._setup.host, container.id):
                refused = await self._start(container, mine)
        if refused is not None:
            return await self.not_started(container, plan, refused)
        if plan.detach:
            return Output(container.id)
        async with discarded_when_given_up(self._setup.host, container.id):
            return await self._foreground(container, plan.remove)

    async def not_started(self, container: Container, plan: RunPlan, refused: EngineSaid) -> Output:
        """Return what the CLI prints about a container that was made and did not start."""
        text = f"docker: Error response from daemon: {refused.message}{MORE}"
        if plan.detach:
            text = f"{container.id}\n{text}"
        elif plan.remove:
            await self._setup.host.remove(container.id)
        return Output(text, start_code(refused.message))

    async def _foreground(self, container: Container, remove: bool) -> Output:
        host = self._setup.host
        code = await host.wait(container.id, self._setup.limits.foreground_s)
        text = shown(await host.logs(container.id)).rstrip("\n")
        if code is not None:
            note = await self._died_of(container.id, code)
            if remove:
                await host.remove(container.id)
            return Output(text, code, note=note)
        name = container.name
        return Output(
            text,
            note=f"It is still running, so it goes on in the background. `docker logs {name}` shows what it prints, "
            f"`docker stop {name}` ends it; with `-d` you get the prompt back at once.",
        )

    async def _died_of(self, container: str, code: int) -> str:
        if code != 137:
            return ""
        if self._setup.disk and (stopped := self._setup.disk.note(container)):
            return stopped
        ended = await self._setup.host.ended(container)
        if ended is None or not ended.oom_killed:
            return ""
        return f"It wanted more than the {self._setup.limits.mem_mb} MB of memory that a container has here."

    async def make(
        self, owner: Owner, plan: RunPlan, files: Mapping[str, bytes], finish: Finish = lambda request: request
    ) -> Container | Output:
        """Create a container, its request completed by `finish`; the caller has the learner's turn."""
        made = await self._create(owner, plan, files, finish)
        return made if isinstance(made, Output) else made[0]

    async def launch(self, container: Container) -> EngineSaid | None:
        """Start a container that is made, or return why not; the caller has the learner's turn."""
        mine = await containers(self._setup, self._setup.owner(container.learner))
        return await self._start(container, [each for each in mine if each.id != container.id])

    async def _create(
        self, owner: Owner, plan: RunPlan, files: Mapping[str, bytes], finish: Finish = lambda request: request
    ) -> tuple[Container, Sequence[Container]] | Output:
        host = self._setup.host
        mine = await containers(self._setup, owner)
        image = await self._image(owner, plan, mine)
        if isinstance(image, Output):
            return image
        if len(mine) >= self._setup.limits.containers:
            return Output(
                f"docker: you have {len(mine)} containers, and there is room for {self._setup.limits.containers}.",
                125,
                note="`docker ps -a` lists them, `docker rm -f NAME` removes one.",
            )
        name = plan.name or random_name(secrets.token_hex(8), frozenset(each.name for each in mine))
        taken = next((each for each in mine if each.name == name), None)
        if taken is not None:
            return Output(f"docker: Error response from daemon: {name_taken(name, taken.id)}{MORE}", 125)
        ports = decided(plan.ports, mine)
        by = await self._setup.making(owner)
        placed = await self._places.prepare(owner, with_own_volumes(plan, image, self._setup.bases), files)
        if isinstance(placed, Output):
            return placed
        plan = placed
        request = finish(recipe.container(plan, name, image, ports, by))
        made = await host.create(request)
        if isinstance(made, EngineSaid) and "network" in made.message and made.status == 404:
            self._networks.forget(owner)
            await self._networks.ensure(owner)
            made = await host.create(request)
        if isinstance(made, EngineSaid):
            return Output(f"docker: Error response from daemon: {public(owner, made.message)}{MORE}", 125)
        await self._places.join(owner, made, name, plan)
        fresh = await host.containers(*owner.labels)
        return next(each for each in fresh if each.id == made), mine

    async def _image(self, owner: Owner, plan: RunPlan, mine: Sequence[Container]) -> recipe.ImageFacts | Output:
        images = await pictures(self._setup, owner, mine)
        own = [name for image in images for name in (*image.tags, image.id)]
        refusal = judge_run(plan, self._setup.bases, own)
        keep(owner, image_decided(plan, refusal))
        if refusal is not None:
            return Output(refusal.words or refusal.say, refusal.exit_code, note=refusal.say if refusal.words else "")
        found = which_picture(plan.image, images)
        if isinstance(found, Several):
            return Output(f"docker: Error response from daemon: {several(found)}{MORE}", 125)
        image_id = found.id if found else self._setup.bases[normalise(plan.image)]
        detail = await self._setup.host.image(image_id)
        if detail is None:
            raise ImageMissing(f"The image {plan.image} is not on this host any more. Run `docent images prepare`.")
        return recipe.ImageFacts(detail.id, plan.image, detail.volumes, detail.exposed)

    async def _start(self, container: Container, mine: Sequence[Container]) -> EngineSaid | None:
        for at, port in enumerate(container.ports):
            twice = any(replace(other, container=port.container) == port for other in container.ports[:at])
            if twice or listener(mine, port.address, port.host or 0, port.protocol):
                return EngineSaid(500, port_taken(container, port))
        owner = self._setup.owner(container.learner)
        if self._setup.disk and (full := await self._setup.disk.refusal(owner)):
            return EngineSaid(507, full)
        refused = await self._setup.host.start(container.id)
        if refused is not None and refused.status == 404 and owner.network in refused.message:
            # somebody removed the network under us
            self._networks.forget(owner)
            await self._networks.ensure(owner)
            refused = await self._setup.host.start(container.id)
        return refused and replace(refused, message=public(owner, refused.message))

    async def refresh(self, owner: Owner, files: Mapping[str, bytes]) -> None:
        """Show the project as it is now to containers that mount it."""
        await self._places.refresh(owner, files)

    async def start(self, owner: Owner, plan: StartContainers, files: Mapping[str, bytes]) -> Output:
        """Start containers, or restart them; they see the project as it is now."""
        async with self._setup.turns[owner.key]:
            await self.refresh(owner, files)

            async def one(container: Container) -> str:
                others = [each for each in await containers(self._setup, owner) if each.id != container.id]
                if plan.restart:
                    await self._setup.host.stop(container.id, min(plan.grace_s, LONGEST_GRACE_S))
                refused = await self._start(container, others)
                return f"Error response from daemon: {refused.message}" if refused else ""

            out = await self.each(owner, plan.names, one)
        failed = [name for name in plan.names if name not in out.text.splitlines()]
        if out.exit_code and not plan.restart:
            return replace(out, text=f"{out.text}\nError: failed to start containers: {', '.join(failed)}")
        return out

    async def stop(self, owner: Owner, plan: StopContainers) -> Output:
        """Stop containers, killing what does not end by itself."""

        async def one(container: Container) -> str:
            refused = await self._setup.host.stop(container.id, min(plan.grace_s, LONGEST_GRACE_S))
            return f"Error response from daemon: {public(owner, refused.message)}" if refused else ""

        return await self.each(owner, plan.names, one)

    async def remove(self, owner: Owner, plan: RemoveContainers) -> Output:
        """Remove containers; a running one only with force."""

        async def one(container: Container) -> str:
            if container.running and not plan.force:
                return (
                    f'Error response from daemon: cannot remove container "/{container.name}": container is running: '
                    "stop the container before removing or force remove"
                )
            refused = await self._setup.host.remove(container.id)
            return f"Error response from daemon: {public(owner, refused.message)}" if refused else ""

        return await self.each(owner, plan.names, one, gone_is_fine=plan.force)

    async def each(
        self,
        owner: Owner,
        names: Sequence[str],
        act: Callable[[Container], Awaitable[str]],
        *,
        gone_is_fine: bool = False,
    ) -> Output:
        """Return what Docker prints for a command that takes several containers: what went well, then what did not."""
        mine = await containers(self._setup, owner)
        done: list[str] = []
        errors: list[str] = []
        failed = False
        for name in names:
            meant = which_container(name, mine)
            if isinstance(meant, Container):
                error = await act(meant)
            else:
                error = f"Error response from daemon: {several(meant) if meant else f'No such container: {name}'}"
            failed |= bool(error) and not (gone_is_fine and meant is None)
            (errors if error else done).append(error or name)
        return Output("\n".join([*done, *errors]), 1 if failed else 0)

    async def logs(self, owner: Owner, plan: ReadLogs) -> Output:
        """Return what a container printed."""
        meant = which_container(plan.name, await containers(self._setup, owner))
        if not isinstance(meant, Container):
            return no_container(plan.name, meant)
        since = engine_since(plan.since, time.time()) if plan.since else ""
        text = await self._setup.host.logs(meant.id, tail=plan.tail, timestamps=plan.timestamps, since=since)
        note = self._setup.disk.note(meant.id) if self._setup.disk and not meant.running else ""
        if plan.follow and meant.running:
            note = f"That is all so far; I cannot follow along in a chat. Ask again with `docker logs {plan.name}`."
        return Output(shown(text).rstrip("\n"), note=note)

    async def execute(self, owner: Owner, plan: ExecPlan, files: Mapping[str, bytes]) -> Output:
        """Run a command in a running container."""
        found = await self.inside(owner, plan, files)
        if isinstance(found, Output):
            return found
        meant, body = found
        ran = await self._setup.host.execute(meant.id, body, deadline_s=self._setup.limits.foreground_s)
        if isinstance(ran, EngineSaid):
            # Docker repeats the name as it was typed
            paused = "is paused" in ran.message
            words = public(owner, ran.message.replace(meant.id, plan.name) if paused else ran.message)
            return Output(f"Error response from daemon: {words}", 1 if paused else start_code(ran.message))
        text = shown(ran.output).rstrip("\n")
        if ran.exit_code is None and not plan.detach:
            return Output(text, note=f"The command still runs inside `{meant.name}`; I stopped watching it.")
        code = ran.exit_code or 0
        return Output(text, code)

    async def inside(
        self, owner: Owner, plan: ExecPlan, files: Mapping[str, bytes]
    ) -> tuple[Container, dict[str, object]] | Output:
        """Return the running container that is meant, and the engine's request for one more program in it."""
        env = read_env(plan.env_files, plan.env, files)
        if isinstance(env, str):
            return Output(env, 1, note="It is read from your project; `ls` shows your files.")
        meant = which_container(plan.name, await containers(self._setup, owner))
        if not isinstance(meant, Container):
            return no_container(plan.name, meant)
        if not meant.running:
            return Output(f"Error response from daemon: container {meant.id} is not running", 1)
        body: dict[str, object] = {
            "Cmd": list(plan.command),
            "Env": [f"{key}={value}" for key, value in env],
            "WorkingDir": plan.workdir,
            "User": plan.user,
            "AttachStdout": not plan.detach,
            "AttachStderr": not plan.detach,
            "Detach": plan.detach,
        }
        return meant, body


def with_own_volumes(plan: RunPlan, image: recipe.ImageFacts, bases: Mapping[str, str]) -> RunPlan:
    """Return the plan with a nameless volume at each folder that a base image declares as one, as Docker makes it.

    Only for bases: what a learner's own image declares may be any folder, and gets a little memory instead.
    """
    if image.id not in bases.values():
        return plan
    covered = {mount.target for mount in plan.mounts}
    own = tuple(VolumeMount("", path) for path in image.volumes if path not in covered)
    return replace(plan, mounts=(*plan.mounts, *own))
