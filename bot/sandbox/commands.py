"""One plan → what Docker's CLI would print. The only place that knows every plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import assert_never

from bot.handin import plan as plans
from bot.sandbox.builds import Builds
from bot.sandbox.curl import curl
from bot.sandbox.names import Owner
from bot.sandbox.pool import Networks, Verifiers
from bot.sandbox.project import list_files, show_files
from bot.sandbox.running import Running
from bot.sandbox.setup import Setup
from bot.sandbox.showing import Showing

HELP = """Docker commands that work here:
  docker build      Make an image from a Dockerfile      docker build -t NAME .
  docker run        Start a container from an image      docker run -d -p 127.0.0.1:3000:3000 NAME
  docker ps         List containers (-a: stopped too)    docker ps -a
  docker logs       Show what a container printed        docker logs NAME
  docker exec       Run a command in a container         docker exec NAME ls
  docker stop       Stop containers                      docker stop NAME
  docker start      Start stopped containers             docker start NAME
  docker restart    Stop and start containers            docker restart NAME
  docker rm         Remove containers (-f: running too)  docker rm -f NAME
  docker images     List images                          docker images
  docker rmi        Remove images                        docker rmi NAME
  docker inspect    Show everything about one thing      docker inspect NAME
  docker version    Show the engine's version            docker version
Beside them: curl http://localhost:3000/, ls, cat FILE"""


class Commands:
    """Performs learners' commands on one host."""

    def __init__(self, setup: Setup, networks: Networks, verifiers: Verifiers, builds: Builds) -> None:
        self._setup, self._verifiers, self._builds = setup, verifiers, builds
        self._running = Running(setup, networks)
        self._showing = Showing(setup)

    async def run(
        self, owner: Owner, plan: plans.Plan, files: Mapping[str, bytes], progress: Callable[[str], None]
    ) -> plans.Output:
        """Perform one plan and return its output. Raises `HostError`."""
        started = time.monotonic()
        out = await self._perform(owner, plan, files, progress)
        return replace(out, took_s=time.monotonic() - started)

    async def _perform(
        self, owner: Owner, plan: plans.Plan, files: Mapping[str, bytes], progress: Callable[[str], None]
    ) -> plans.Output:
        match plan:
            case plans.BuildPlan():
                return await self._builds.command(owner, plan, files, progress)
            case plans.RunPlan():
                out = await self._running.run(owner, plan)
                if plan.ports and not out.exit_code:
                    self._verifiers.warm_soon(owner)
                return out
            case plans.Curl():
                return await curl(self._setup, self._verifiers, owner, plan)
            case plans.ShowVersion():
                return await self._showing.version(plan)
            case plans.ShowHelp():
                return plans.Output(HELP)
            case plans.ListFiles():
                return list_files(plan, files)
            case plans.ShowFiles():
                return show_files(plan, files)
            case plans.ListImages() | plans.Inspect() | plans.RemoveImages() | plans.ListContainers():
                return await self._look(owner, plan)
            case _:
                return await self._handle(owner, plan)

    async def _look(
        self, owner: Owner, plan: plans.ListImages | plans.Inspect | plans.RemoveImages | plans.ListContainers
    ) -> plans.Output:
        match plan:
            case plans.ListContainers():
                return await self._showing.containers(owner, plan)
            case plans.ListImages():
                return await self._showing.images(owner, plan)
            case plans.Inspect():
                return await self._showing.inspect(owner, plan)
            case plans.RemoveImages():
                return await self._showing.remove_images(owner, plan)
            case _ as never:
                assert_never(never)

    async def _handle(
        self,
        owner: Owner,
        plan: plans.StartContainers | plans.StopContainers | plans.RemoveContainers | plans.ReadLogs | plans.ExecPlan,
    ) -> plans.Output:
        match plan:
            case plans.StartContainers():
                return await self._running.start(owner, plan)
            case plans.StopContainers():
                return await self._running.stop(owner, plan)
            case plans.RemoveContainers():
                return await self._running.remove(owner, plan)
            case plans.ReadLogs():
                return await self._running.logs(owner, plan)
            case plans.ExecPlan():
                return await self._running.execute(owner, plan)
            case _ as never:
                assert_never(never)
