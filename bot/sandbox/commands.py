"""One plan → what Docker's CLI would print. The only place that knows every plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import assert_never

from bot.errors import RegistryDown
from bot.handin import plan as plans
from bot.handin import usage
from bot.handin.compose.commands import Compose, ExecService
from bot.sandbox.builds import Builds
from bot.sandbox.compose import composing
from bot.sandbox.conversing import Conversation, Conversing
from bot.sandbox.copying.copying import Copying
from bot.sandbox.curl import curl
from bot.sandbox.handling import Handling
from bot.sandbox.image_files import ImageFiles
from bot.sandbox.lists import Lists
from bot.sandbox.looking import Looking
from bot.sandbox.names import Owner
from bot.sandbox.places import Places
from bot.sandbox.pool import Networks, Verifiers
from bot.sandbox.project import list_files, show_files
from bot.sandbox.project_volume import ProjectVolumes
from bot.sandbox.pruning import Pruning
from bot.sandbox.running import Pull, Running
from bot.sandbox.setup import Setup
from bot.sandbox.sharing.shop import Shop
from bot.sandbox.showing import Showing
from bot.sandbox.user_networks import UserNetworks
from bot.sandbox.volumes import Volumes

HELP = """Docker commands that work here:
  docker build      Make an image from a Dockerfile      docker build -t NAME .
  docker run        Start a container from an image      docker run -d -p 127.0.0.1:3000:3000 NAME
  docker ps         List containers (-a: stopped too)    docker ps -a
  docker logs       Show what a container printed        docker logs NAME
  docker exec       Run a command in a container         docker exec NAME ls
                    (-it: talk with it, in a thread)     docker exec -it NAME sh
  docker cp         Copy files from or to a container    docker cp NAME:/app/package.json .
  docker stop       Stop containers                      docker stop NAME
  docker kill       Stop containers at once              docker kill NAME
  docker rename     Give a container another name        docker rename NAME NEWNAME
  docker start      Start stopped containers             docker start NAME
  docker restart    Stop and start containers            docker restart NAME
  docker rm         Remove containers (-f: running too)  docker rm -f NAME
  docker images     List images                          docker images
  docker rmi        Remove images                        docker rmi NAME
  docker inspect    Show everything about one thing      docker inspect NAME
  docker tag        Give an image one more name          docker tag NAME NEWNAME
  docker history    Show the layers of an image          docker history NAME
  docker volume     Keep data: create, ls, inspect, rm   docker volume create todo-db
  docker login      Log in to the registry               docker login -u NAME
  docker push       Bring an image to the registry       docker push NAME/getting-started
  docker pull       Get an image from the registry       docker pull NAME/getting-started
  docker search     Look for images                      docker search node
  docker network    Connect containers: create, ls, …    docker network create todo-app
  docker port       Show published ports                 docker port NAME
  docker top        Show what runs in a container        docker top NAME
  docker stats      Show what containers use             docker stats --no-stream
  docker diff       Show files a container changed       docker diff NAME
  docker system df  Show how much room your things take  docker system df
  docker container prune -f   Remove all your stopped containers
  docker compose    Run several containers from one file docker compose up -d
  docker version    Show the engine's version            docker version
Beside them: curl http://localhost:3000/, ls, cat FILE, rm FILE"""


#: said below a page of Docker's
HERE = "These work here; Docker itself has more. `docker help` shows everything on one screen."


def helped(topic: str) -> plans.Output:
    """Return the page of help about a topic, '' for everything."""
    page = composing.HELP if topic.startswith("compose") else usage.page(topic)
    return plans.Output(page or HELP, note=HERE if page and not topic.startswith("compose") else "")


class Commands:
    """Performs learners' commands on one host."""

    def __init__(
        self,
        setup: Setup,
        networks: Networks,
        verifiers: Verifiers,
        builds: Builds,
        projects: ProjectVolumes,
        image_files: ImageFiles,
        shop: Shop | None = None,
    ) -> None:
        self._shop = shop
        self._setup, self._verifiers, self._builds = setup, verifiers, builds
        self._projects = projects
        self._volumes = Volumes(setup)
        self._networks = UserNetworks(setup, networks, verifiers)
        places = Places(setup, networks, self._volumes, self._networks, projects)
        self._running = Running(setup, networks, places)
        self.composing = composing.Composing(setup, self._running, builds, self._volumes, self._networks, verifiers)
        self._conversing = Conversing(setup, self._running)
        self._handling = Handling(setup, self._running)
        self._showing = Showing(setup, self._volumes, self._networks)
        self._lists = Lists(setup)
        self.looking = Looking(setup)
        self._copying = Copying(setup, image_files)
        self._pruning = Pruning(setup, self._volumes, self._networks)

    async def run(
        self, owner: Owner, plan: plans.Plan, files: Mapping[str, bytes], progress: Callable[[str], None]
    ) -> plans.Output:
        """Perform one plan and return its output. Raises `HostError`."""
        started = time.monotonic()
        out = await self._perform(owner, plan, files, progress)
        return replace(out, took_s=time.monotonic() - started)

    async def converse(
        self, owner: Owner, plan: plans.Talkative, files: Mapping[str, bytes]
    ) -> Conversation | plans.Output:
        """Start what the plan says with a keyboard, or return what the CLI would print. Raises `HostError`."""
        if isinstance(plan, Compose):
            assert isinstance(plan.act, ExecService)  # noqa: S101 - the one act with a keyboard
            meant = await self.composing.meant(owner, plan.act, plan.source, files)
            if isinstance(meant, plans.Output):
                return meant
            plan = meant
        opened = await self._conversing.open(owner, plan, files, self._pull(lambda _: None))
        if isinstance(plan, plans.RunPlan) and plan.ports and not isinstance(opened, plans.Output):
            self._verifiers.warm_soon(owner)
        return opened

    async def _perform(
        self, owner: Owner, plan: plans.Plan, files: Mapping[str, bytes], progress: Callable[[str], None]
    ) -> plans.Output:
        match plan:
            case plans.BuildPlan():
                return await self._builds.command(owner, plan, files, progress)
            case plans.RunPlan():
                out = await self._running.run(owner, plan, files, self._pull(progress))
                if plan.ports and not out.exit_code:
                    self._verifiers.warm_soon(owner)
                return out
            case plans.Curl():
                return await curl(self._setup, self._verifiers, owner, plan)
            case plans.ShowHelp(topic=topic):
                return helped(topic)
            case Compose():
                return await self.composing.perform(owner, plan, files, progress)
            case plans.ListFiles() | plans.ShowFiles():
                return self._listed(owner, plan, files)
            case plans.RemoveFiles():
                raise AssertionError("files are removed before the sandbox is asked")
            case (
                plans.StartContainers()
                | plans.StopContainers()
                | plans.RemoveContainers()
                | plans.ReadLogs()
                | plans.ExecPlan()
                | plans.CopyOut()
                | plans.CopyIn()
                | plans.KillContainers()
                | plans.PauseContainers()
                | plans.WaitContainers()
                | plans.RenameContainer()
            ):
                return await self._handle(owner, plan, files)
            case (
                plans.CreateVolume()
                | plans.ListVolumes()
                | plans.RemoveVolumes()
                | plans.CreateNetwork()
                | plans.ListNetworks()
                | plans.RemoveNetworks()
                | plans.ConnectNetwork()
                | plans.DisconnectNetwork()
                | plans.Prune()
                | plans.TagImage()
            ):
                return await self._keep(owner, plan)
            case plans.Login() | plans.Logout() | plans.PushImage() | plans.PullImage() | plans.SearchImages():
                return await self._share(owner, plan, progress)
            case _:
                return await self._look(owner, plan)

    def _pull(self, progress: Callable[[str], None]) -> Pull | None:
        shop = self._shop
        return (lambda owner, image: shop.run_needs(owner, image, progress)) if shop else None

    async def _share(
        self,
        owner: Owner,
        plan: plans.Login | plans.Logout | plans.PushImage | plans.PullImage | plans.SearchImages,
        progress: Callable[[str], None],
    ) -> plans.Output:
        if self._shop is None:
            raise RegistryDown("This host has no registry.")
        match plan:
            case plans.Login():
                return await self._shop.login(owner, plan)
            case plans.Logout():
                return await self._shop.logout(owner, plan)
            case plans.PushImage():
                return await self._shop.push(owner, plan, progress)
            case plans.PullImage():
                return await self._shop.pull(owner, plan, progress)
            case plans.SearchImages():
                return await self._shop.search(owner, plan)
            case _ as never:
                assert_never(never)

    def _listed(
        self, owner: Owner, plan: plans.ListFiles | plans.ShowFiles, files: Mapping[str, bytes]
    ) -> plans.Output:
        if isinstance(plan, plans.ListFiles):
            return list_files(plan, files, self._projects.aside(owner))
        return show_files(plan, files)

    async def _keep(
        self,
        owner: Owner,
        plan: plans.CreateVolume
        | plans.ListVolumes
        | plans.RemoveVolumes
        | plans.CreateNetwork
        | plans.ListNetworks
        | plans.RemoveNetworks
        | plans.ConnectNetwork
        | plans.DisconnectNetwork
        | plans.Prune
        | plans.TagImage,
    ) -> plans.Output:
        match plan:
            case plans.CreateVolume():
                return await self._volumes.create(owner, plan)
            case plans.ListVolumes():
                return await self._volumes.listed(owner, plan)
            case plans.RemoveVolumes():
                return await self._volumes.remove(owner, plan)
            case plans.CreateNetwork():
                return await self._networks.create(owner, plan)
            case plans.ListNetworks():
                return await self._networks.listed(owner, plan)
            case plans.RemoveNetworks():
                return await self._networks.remove(owner, plan)
            case plans.ConnectNetwork():
                return await self._networks.connect(owner, plan)
            case plans.DisconnectNetwork():
                return await self._networks.disconnect(owner, plan)
            case plans.Prune():
                return await self._pruning.prune(owner, plan)
            case plans.TagImage():
                return await self._showing.tag(owner, plan)
            case _ as never:
                assert_never(never)

    async def _look(
        self,
        owner: Owner,
        plan: plans.ListImages
        | plans.Inspect
        | plans.RemoveImages
        | plans.ListContainers
        | plans.ShowHistory
        | plans.ShowChanges
        | plans.ShowPorts
        | plans.ShowProcesses
        | plans.ShowStats
        | plans.ShowDisk
        | plans.ShowVersion,
    ) -> plans.Output:
        match plan:
            case plans.ShowHistory():
                return await self.looking.history(owner, plan)
            case plans.ShowChanges():
                return await self.looking.changes(owner, plan)
            case plans.ShowPorts():
                return await self.looking.ports(owner, plan)
            case plans.ShowProcesses():
                return await self.looking.processes(owner, plan)
            case plans.ShowStats():
                return await self.looking.stats(owner, plan)
            case plans.ShowDisk():
                return await self.looking.disk(owner)
            case plans.ShowVersion():
                return await self._showing.version(plan)
            case plans.ListContainers():
                return await self._lists.containers(owner, plan)
            case plans.ListImages():
                return await self._lists.images(owner, plan)
            case plans.Inspect():
                return await self._showing.inspect(owner, plan)
            case plans.RemoveImages():
                return await self._showing.remove_images(owner, plan)
            case _ as never:
                assert_never(never)

    async def _handle(
        self,
        owner: Owner,
        plan: plans.StartContainers
        | plans.StopContainers
        | plans.RemoveContainers
        | plans.ReadLogs
        | plans.ExecPlan
        | plans.CopyOut
        | plans.CopyIn
        | plans.KillContainers
        | plans.PauseContainers
        | plans.WaitContainers
        | plans.RenameContainer,
        files: Mapping[str, bytes],
    ) -> plans.Output:
        match plan:
            case plans.StartContainers():
                return await self._running.start(owner, plan, files)
            case plans.StopContainers():
                return await self._running.stop(owner, plan)
            case plans.RemoveContainers():
                return await self._running.remove(owner, plan)
            case plans.ReadLogs():
                return await self._running.logs(owner, plan)
            case plans.ExecPlan():
                return await self._running.execute(owner, plan, files)
            case plans.CopyOut():
                return await self._copying.out(owner, plan, files)
            case plans.CopyIn():
                return await self._copying.into(owner, plan, files)
            case plans.KillContainers():
                return await self._handling.kill(owner, plan)
            case plans.PauseContainers():
                return await self._handling.pause(owner, plan)
            case plans.WaitContainers():
                return await self._handling.wait(owner, plan)
            case plans.RenameContainer():
                return await self._handling.rename(owner, plan)
            case _ as never:
                assert_never(never)
