"""`docker compose ps`, `logs`, `config` and `ls`: what there is of a project, as Compose shows it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.handin.compose.commands import ListProjects, ListServices, ReadServiceLogs, ShowConfig
from bot.handin.compose.plan import ComposePlan, part
from bot.handin.compose.render import render_config
from bot.handin.plan import Output
from bot.sandbox.belongings import containers
from bot.sandbox.compose import printing
from bot.sandbox.compose import project as reading
from bot.sandbox.compose.project import Project, warnings
from bot.sandbox.names import Owner
from bot.sandbox.screen import shown
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container


def config(whole: ComposePlan, act: ShowConfig, profiles: Sequence[str]) -> Output:
    """Return `docker compose config`: of the services asked for, or of those that `up` would start."""
    lines: Sequence[str]
    plan = part(whole, reading.chosen(whole, act.services, profiles, alone=False))
    services = sorted(plan.services, key=lambda each: each.name)
    match act.what:
        case "quiet":
            lines = ()
        case "services":
            lines = [service.name for service in services]
        case "images":
            lines = [service.image for service in services]
        case "volumes":
            lines = sorted(volume.key for volume in plan.volumes)
        case "profiles":
            lines = sorted({name for service in whole.services for name in service.profiles})
        case _:
            lines = [render_config(plan).rstrip("\n")]
    return Output("\n".join([*warnings(plan), *lines]), note=reading.note(plan))


class Showing:
    """Looks at projects."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def services(self, project: Project, act: ListServices) -> Output:
        """Return `docker compose ps`."""
        rows = [each for each in project.of(act.services) if each.running or act.all]
        if act.names:
            return Output("\n".join(each.service for each in rows))
        if act.quiet:
            return Output("\n".join(each.id for each in rows))
        text = printing.services(rows, datetime.now(UTC), whole=act.no_trunc)
        ended = next((each.service for each in project.of(act.services) if not each.running), "")
        note = f"`{ended}` does not run any more: `docker compose ps -a` and `docker compose logs` tell more."
        text = "\n".join([*warnings(project.plan), text])
        return Output(text, note=note if ended and not act.all else "")

    async def logs(self, project: Project, act: ReadServiceLogs) -> Output:
        """Return `docker compose logs`, one container after the other."""
        mine = project.of(act.services)
        parts = [(_prefix(project, each), await self._log(each, act)) for each in mine]
        text = printing.logs(parts, prefix=act.prefix)
        follow = act.follow and any(each.running for each in mine)
        say = (
            "That is all so far; I cannot follow along in a chat. Ask again with `docker compose logs`."
            if follow
            else ""
        )
        if mine and not text:
            say = "Nothing was printed yet; ask again in a moment."
        return Output("\n".join([*warnings(project.plan), *filter(None, [text])]), note=say)

    async def _log(self, container: Container, act: ReadServiceLogs) -> str:
        return shown(await self._setup.host.logs(container.id, tail=act.tail, timestamps=act.timestamps))

    async def arrivals(self, project: Project, mine: Sequence[Container]) -> str:
        """Return all that these containers printed, in the order in which it came, as `up` shows it."""
        lines: list[tuple[str, str, str]] = []
        for each in mine:
            for line in shown(await self._setup.host.logs(each.id, timestamps=True)).splitlines():
                at, _, text = line.partition(" ")
                lines.append((at, _prefix(project, each), text))
        width = max((len(name) for _, name, _ in lines), default=0)
        return "\n".join(f"{name.ljust(width)}  | {text}" for _, name, text in sorted(lines, key=lambda line: line[0]))

    async def projects(self, owner: Owner, act: ListProjects) -> Output:
        """Return `docker compose ls`."""
        found: dict[str, list[Container]] = {}
        for each in await containers(self._setup, owner):
            if each.project and (each.running or act.all):
                found.setdefault(each.project, []).append(each)
        if act.quiet:
            return Output("\n".join(sorted(found)))
        return Output(printing.projects((name, mine, mine[0].config_file) for name, mine in sorted(found.items())))


def _prefix(project: Project, container: Container) -> str:
    return container.name.removeprefix(f"{project.name}-")
