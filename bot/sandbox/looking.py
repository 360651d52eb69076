"""`docker history`, `diff`, `port`, `top`, `stats`, `system df`: a closer look at a learner's own things."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from bot.handin.plan import Output, ShowChanges, ShowHistory, ShowPorts, ShowProcesses, ShowStats
from bot.handin.reference import normalise
from bot.pictures.layers import Layer
from bot.sandbox import console, figures
from bot.sandbox.belongings import Picture, Several, containers, pictures, which_container, which_picture
from bot.sandbox.engine import EngineSaid
from bot.sandbox.names import Owner
from bot.sandbox.refusals import no_container, public, several
from bot.sandbox.screen import shown
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, Raw

STATS_S = 20.0  #: the engine takes two looks a second apart
DISK_S = 40.0  #: the engine adds up all its volumes


class Looking:
    """Commands that look closer."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    async def history(self, owner: Owner, plan: ShowHistory) -> Output:
        """Return `docker history`."""
        found = which_picture(plan.image, await pictures(self._setup, owner))
        if isinstance(found, Several):
            return Output(f"Error response from daemon: {several(found)}", 1)
        image_id = found.id if found else self._setup.bases.get(normalise(plan.image), "")
        answer = await self._setup.host.ask("GET", f"/images/{quote(image_id)}/history") if image_id else None
        if answer is None or isinstance(answer, EngineSaid):
            return Output(f"Error response from daemon: No such image: {normalise(plan.image) or plan.image}", 1)
        rows = figures.history(answer.json, image_id, datetime.now(UTC), whole=plan.no_trunc, human=plan.human)
        if plan.quiet:
            return Output("\n".join(row[0] for row in rows))
        return Output(console.table(("IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"), rows))

    async def layers(self, owner: Owner, image: str) -> tuple[Layer, ...]:
        """Return an image's layers, newest first, each told apart from its base's; () when there is no such image."""
        found = which_picture(image, await pictures(self._setup, owner, await containers(self._setup, owner)))
        image_id = found.id if isinstance(found, Picture) else self._setup.bases.get(normalise(image), "")
        rows = await self._steps(image_id) if image_id else ()
        detail = await self._setup.host.image(image_id) if rows else None
        below: Sequence[Raw] = ()
        for base in self._setup.bases.values():
            there = await self._setup.host.image(base) if detail else None
            if detail and there and stands_on(detail.raw, there.raw):
                below = max(below, await self._steps(base), key=len)
        return tuple(
            Layer(str(raw.get("CreatedBy") or ""), int(raw.get("Size") or 0), at >= len(rows) - len(below))
            for at, raw in enumerate(rows)
            if raw.get("Size") or not figures.OURS.search(str(raw.get("CreatedBy") or ""))
        )

    async def _steps(self, image_id: str) -> Sequence[Raw]:
        answer = await self._setup.host.ask("GET", f"/images/{quote(image_id)}/history")
        return () if isinstance(answer, EngineSaid) else list(answer.json)

    async def _meant(self, owner: Owner, name: str) -> Container | Output:
        meant = which_container(name, await containers(self._setup, owner))
        return meant if isinstance(meant, Container) else no_container(name, meant)

    async def changes(self, owner: Owner, plan: ShowChanges) -> Output:
        """Return `docker diff`."""
        meant = await self._meant(owner, plan.name)
        if isinstance(meant, Output):
            return meant
        answer = await self._setup.host.ask("GET", f"/containers/{meant.id}/changes")
        if isinstance(answer, EngineSaid):
            return Output(f"Error response from daemon: {public(owner, answer.message)}", 1)
        return Output(shown(figures.changes(answer.json or ())))

    async def ports(self, owner: Owner, plan: ShowPorts) -> Output:
        """Return `docker port`, from the learner's own port table."""
        meant = await self._meant(owner, plan.name)
        if isinstance(meant, Output):
            return meant
        number, _, protocol = plan.port.partition("/")
        lines = []
        for port in meant.ports if meant.running else ():
            fits = str(port.container) == number and port.protocol == (protocol.lower() or "tcp")
            before = "" if plan.port else f"{port.container}/{port.protocol} -> "
            if fits or not plan.port:
                lines.append(f"{before}{port.address}:{port.host}")
                if port.address == "0.0.0.0":  # noqa: S104 - the CLI shows both families for it
                    lines.append(f"{before}[::]:{port.host}")
        if plan.port and not lines:
            return Output(f"Error: No public port '{plan.port}' published for {plan.name}", 1)
        return Output("\n".join(lines))

    async def processes(self, owner: Owner, plan: ShowProcesses) -> Output:
        """Return `docker top`."""
        meant = await self._meant(owner, plan.name)
        if isinstance(meant, Output):
            return meant
        if not meant.running:
            return Output(f"Error response from daemon: Container {meant.id} is not running", 1)
        answer = await self._setup.host.ask("GET", f"/containers/{meant.id}/top")
        if isinstance(answer, EngineSaid):
            return Output(f"Error response from daemon: {public(owner, answer.message)}", 1)
        return Output(shown(figures.processes(answer.json["Titles"], answer.json["Processes"] or ())))

    async def stats(self, owner: Owner, plan: ShowStats) -> Output:
        """Return `docker stats --no-stream`."""
        mine = await containers(self._setup, owner)
        chosen = []
        for name in plan.names:
            meant = which_container(name, mine)
            if not isinstance(meant, Container):
                return no_container(name, meant)
            chosen.append(meant)
        if not plan.names:
            chosen = [each for each in mine if each.running or plan.all]
        rows = await asyncio.gather(*map(self._stats, chosen))
        note = "That is one look; I cannot keep watching in a chat. Ask again whenever you like." if plan.stream else ""
        return Output(figures.stats(rows, whole=plan.no_trunc), note=note)

    async def _stats(self, container: Container) -> figures.Stats:
        if not container.running:
            return figures.Stats(container.id, container.name)
        path = f"/containers/{container.id}/stats"
        answer = await self._setup.host.ask("GET", path, params={"stream": "0"}, deadline_s=STATS_S)
        if isinstance(answer, EngineSaid):
            return figures.Stats(container.id, container.name)
        return figures.stats_of(container.id, container.name, answer.json)

    async def disk(self, owner: Owner) -> Output:
        """Return `docker system df` of what the learner has; the rest of the host is not theirs to see."""
        mine = await containers(self._setup, owner)
        images = await pictures(self._setup, owner, mine)
        answer = await self._setup.host.ask("GET", "/system/df", deadline_s=DISK_S)
        if isinstance(answer, EngineSaid):
            return Output(f"Error response from daemon: {answer.message}", 1)
        written = {raw["Id"]: int(raw.get("SizeRw") or 0) for raw in answer.json.get("Containers") or ()}
        shared = {raw["Id"]: int(raw.get("SharedSize") or 0) for raw in answer.json.get("Images") or ()}
        used = {each.image_id for each in mine}
        held = {name for each in mine for name, _ in each.volumes}
        volumes = {
            raw["Name"]: max(int((raw.get("UsageData") or {}).get("Size") or 0), 0)
            for raw in answer.json.get("Volumes") or ()
            if (raw.get("Labels") or {}).items() >= _labelled(owner).items()
        }
        stopped = [each for each in mine if not each.running]
        rows = [
            _images_share(images, used, shared),
            figures.Share(
                "Containers", len(mine), len(mine) - len(stopped), sum(written.get(each.id, 0) for each in mine),
                sum(written.get(each.id, 0) for each in stopped),
            ),
            figures.Share(
                "Local Volumes", len(volumes), len(held & volumes.keys()), sum(volumes.values()),
                sum(count for name, count in volumes.items() if name not in held),
            ),
            figures.Share("Build Cache", 0, 0, 0, 0, percent=False),
        ]  # fmt: skip
        return Output(figures.disk(rows))


def stands_on(image: Raw, base: Raw) -> bool:
    """Tell whether an inspected image begins with all the layers of another."""
    above, below = ((raw.get("RootFS") or {}).get("Layers") or [] for raw in (image, base))
    return bool(below) and above[: len(below)] == below


def _labelled(owner: Owner) -> dict[str, str]:
    parts = (label.partition("=") for label in (*owner.labels, "docent.kind=volume"))
    return {key: value for key, _, value in parts}


def _images_share(images: tuple[Picture, ...], used: set[str], shared: dict[str, int]) -> figures.Share:
    """Return the row of images; layers that several have are counted once."""
    alone = {image.id: image.size - min(shared.get(image.id, 0), image.size) for image in images}
    common = max((min(shared.get(image.id, 0), image.size) for image in images), default=0)
    free = sum(count for image_id, count in alone.items() if image_id not in used)
    return figures.Share("Images", len(alone), len(used & alone.keys()), sum(alone.values()) + common, free)
