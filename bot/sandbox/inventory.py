"""What stands in a learner's sandbox, and how all of it but what is wanted again is taken away."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from bot.core.standing import Standing, StandingContainer, StandingImage, State
from bot.handin.compose.commands import Source
from bot.handin.plan import CreateNetwork, CreateVolume, RunPlan
from bot.handin.written import read_plan
from bot.sandbox.belongings import containers, pictures
from bot.sandbox.host import Host
from bot.sandbox.names import Owner
from bot.sandbox.pool import Verifiers
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, Image


async def standing(setup: Setup, owner: Owner) -> Standing:
    """Return what stands in the learner's sandbox now."""
    host = setup.host
    mine = await containers(setup, owner)
    images = [each for each in await pictures(setup, owner) if not each.base]
    used = {each.image_id for each in mine}
    networks = await host.networks(*owner.labels, "docent.kind=network")
    named = [(str(raw["Labels"].get("docent.name") or ""), raw["Labels"]) for raw in networks]
    found = (_container(owner, each, read_plan(json.loads(each.plan or "null"), RunPlan)) for each in reversed(mine))
    return Standing(
        volumes=tuple(
            CreateVolume(each.name, each.labels)
            for each in await host.volumes(*owner.labels, "docent.kind=volume")
            if not each.nameless
        ),
        networks=tuple(CreateNetwork(name, _own(labels)) for name, labels in sorted(named, key=_name) if name),
        images=tuple(StandingImage(each.id, each.tags) for each in images if each.tags or each.id in used),
        containers=tuple(each for each in found if each is not None),
        root=next((str(raw["Id"]) for raw in networks if raw["Name"] == owner.network), ""),
    )


def _name(named: tuple[str, object]) -> str:
    return named[0]


def _own(labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in labels.items() if not key.startswith("docent."))


def _container(owner: Owner, container: Container, plan: RunPlan | None) -> StandingContainer | None:
    if plan is None:
        return None
    state = State.RUNNING if container.running else State.CREATED if container.state == "created" else State.ENDED
    planned = plan.networks or ("bridge",)
    joined = (owner.public_network(each) for each in container.networks)
    later = tuple(sorted(set(joined) - {*planned, "none"}))
    project = Source(container.config_file, container.project) if container.service else Source()
    return StandingContainer(container.name, plan, container.image_id, state, later, container.service, project)


async def clear(setup: Setup, verifiers: Verifiers, owner: Owner, keep: Mapping[str, Collection[str]]) -> None:
    """Remove the learner's own containers, volumes, networks and images; `keep`: image id → names to keep (idempotent).

    Their first network and the verifier on it stay, and what checks built: nothing of the learner's is in them.
    """
    host = setup.host
    for container in await host.containers(*owner.labels, "docent.kind=learner"):
        await host.remove(container.id)
    for image in await host.images(*owner.labels):
        await _clear_image(host, owner, image, keep)
    for volume in await host.volumes(*owner.labels, "docent.kind=volume"):
        await host.ask("DELETE", f"/volumes/{volume.engine_name}")
    for raw in await host.networks(*owner.labels, "docent.kind=network"):
        if raw["Name"] != owner.network:
            await verifiers.part(owner, raw["Name"])
            await host.ask("DELETE", f"/networks/{raw['Id']}")


async def _clear_image(host: Host, owner: Owner, image: Image, keep: Mapping[str, Collection[str]]) -> None:
    if image.id not in keep:
        for name in [tag for tag in image.tags if owner.public(tag)] or ([] if image.tags else [image.id]):
            await host.remove_image(name, force=True)
        return
    for name in keep[image.id]:  # first: without a name an image is gone
        await host.tag(image.id, owner.image(name))
    doomed = [tag for tag in image.tags if (own := owner.public(tag)) and own not in keep[image.id]]
    if len(doomed) == len(image.tags) and not keep[image.id]:
        doomed = doomed[1:]  # the image that should have this name takes it
    for tag in doomed:
        await host.remove_image(tag)
