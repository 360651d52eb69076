"""Before a container is made: what it is to see and to join is there, or Docker's words say what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.errors import HostError
from bot.handin.env_files import read_env
from bot.handin.paths import HOME
from bot.handin.plan import BindMount, Output, RunPlan, VolumeMount
from bot.sandbox import recipe
from bot.sandbox.engine import EngineSaid
from bot.sandbox.folders import below
from bot.sandbox.names import Owner
from bot.sandbox.pool import Networks
from bot.sandbox.project_volume import ProjectVolumes
from bot.sandbox.refusals import MORE
from bot.sandbox.setup import Setup
from bot.sandbox.user_networks import UserNetworks
from bot.sandbox.volumes import Volumes


class Places:
    """Volumes, project folders and networks of the containers that are to be made."""

    def __init__(
        self, setup: Setup, networks: Networks, volumes: Volumes, made: UserNetworks, projects: ProjectVolumes
    ) -> None:
        self._setup, self._networks, self._volumes, self._made, self._projects = (
            setup,
            networks,
            volumes,
            made,
            projects,
        )

    async def prepare(self, owner: Owner, plan: RunPlan, files: Mapping[str, bytes]) -> RunPlan | Output:
        """Return the plan with its settings from files read, once all it names is there; else the CLI's answer."""
        env = read_env(plan.env_files, plan.env, files)
        if isinstance(env, str):
            return Output(f"docker: {env}{MORE}", 125, note="It is read from your project; `ls` shows your files.")
        binds = [mount for mount in plan.mounts if isinstance(mount, BindMount)]
        for mount in binds:
            if refused := _no_folder(mount, plan, files):
                return refused
        absent = await self._made.missing(owner, plan.networks)
        if absent:
            return Output(
                f"docker: Error response from daemon: network {absent} not found{MORE}",
                125,
                note=f"`docker network create {absent}` makes it.",
            )
        volumes = [mount.source for mount in plan.mounts if isinstance(mount, VolumeMount)]
        full = await self._volumes.ensure(owner, [name for name in volumes if name], volumes.count(""))
        if full is not None:
            return replace(full, exit_code=125)
        await self._projects.bring(owner, [mount.source for mount in binds], files)
        if not plan.networks or "bridge" in plan.networks:
            await self._networks.ensure(owner)
        return replace(plan, env=env, env_files=())

    async def refresh(self, owner: Owner, files: Mapping[str, bytes]) -> None:
        """Bring the project that containers mount up to date. Raises `HostError`."""
        await self._projects.refresh(owner, files)

    async def join(self, owner: Owner, container: str, name: str, plan: RunPlan) -> None:
        """Put a container that is made onto the rest of its networks; the engine takes one while making it."""
        for network in plan.networks[1:]:
            body = {"Container": container, "EndpointConfig": recipe.endpoint(plan, name, network)}
            said = await self._setup.host.ask("POST", f"/networks/{owner.joined(network)}/connect", body=body)
            if isinstance(said, EngineSaid):
                raise HostError(f"The network {network} could not be joined: {said.message}")


def _no_folder(mount: BindMount, plan: RunPlan, files: Mapping[str, bytes]) -> Output | None:
    if mount.source in files:
        say = f"`{mount.source}` is a file, and only folders of your project can be mounted here. Mount its folder."
        return Output(f"docker: {say}", 125)
    if mount.source == "." or mount.source in plan.made_folders or below(mount.source, files):
        return None
    words = f'invalid mount config for type "bind": bind source path does not exist: {HOME}/{mount.source}'
    return Output(
        f"docker: Error response from daemon: {words}{MORE}", 125, note="`ls` shows the folders of your project."
    )
