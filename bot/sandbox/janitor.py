"""What is left over from before: found by its labels, removed; everybody else's things are never touched."""

from __future__ import annotations

import json
from collections.abc import Collection

from bot.sandbox.host import Host
from bot.sandbox.names import interpreter_volume, transits
from bot.sandbox.pool import Verifiers
from bot.sandbox.setup import Setup


async def sweep(setup: Setup, verifiers: Verifiers, open_attempts: Collection[int]) -> int:
    """Remove what probes of closed attempts made, and return how many; learners' own containers are kept.

    Every object of ours was named and labelled in the request that made it, so that a crash between two steps
    leaves nothing that is not found here.
    """
    removed = 0
    for each in await setup.host.containers(f"docent.instance={setup.instance}"):
        ours = each.kind in {"filler", "writer", "keeper", "browser", "canary"}
        leftover = ours or (each.kind == "probe" and each.attempt not in open_attempts)
        idle = each.kind == "verifier" and not (each.running and each.image_id == setup.verifier)
        if leftover or idle:
            await setup.host.remove(each.id)
            removed += 1
        elif each.kind == "verifier":
            verifiers.adopt(setup.owner(each.learner))
    return removed + await _old_interpreters(setup) + await _kept_of_attempts(setup, open_attempts)


async def _kept_of_attempts(setup: Setup, open_attempts: Collection[int]) -> int:
    """Remove the networks and volumes that probes of closed attempts made."""
    ours = f"docent.instance={setup.instance}"
    params = {"filters": json.dumps({"label": [ours]})}
    kept = list((await setup.host.must("GET", "/networks", params=params)).json)
    kept += (await setup.host.must("GET", "/volumes", params=params)).json["Volumes"] or ()
    attempts = {str((each.get("Labels") or {}).get("docent.attempt") or "") for each in kept} - {""}
    closed = [attempt for attempt in attempts if int(attempt) not in open_attempts]
    for attempt in closed:
        await remove_kept(setup.host, ours, f"docent.attempt={attempt}")
    return len(closed)


async def demolish(setup: Setup) -> None:
    """Remove everything of this instance: containers, images, networks and volumes of all its learners."""
    host, ours = setup.host, f"docent.instance={setup.instance}"
    for container in await host.containers(ours):
        await host.remove(container.id)
    for image in await host.images(ours):
        for reference in image.tags or (image.id,):
            await host.remove_image(reference, force=True)
    mine = f"docent-{setup.instance}"
    fetched = f"docentfetched-{setup.instance}/*"
    await remove_pulled(host, f"{mine}/*/*", f"{mine}/*/*/*", f"{mine}/*/*/*/*", fetched)
    await remove_kept(host, ours)


async def remove_pulled(host: Host, *patterns: str) -> None:
    """Remove the images with such names, and the names under which they came from the registry."""
    for image in await host.named_images(*patterns):
        for tag in image.tags:
            public = tag.partition("/")[2].partition("/")[2]
            detail = await host.image(tag)
            for each in (*transits(detail.tags if detail else (), public), tag):
                await host.remove_image(each, force=True)


async def remove_kept(host: Host, *labels: str) -> None:
    """Remove the networks and volumes that carry all labels; what a container still uses stays."""
    params = {"filters": json.dumps({"label": list(labels)})}
    for network in (await host.must("GET", "/networks", params=params)).json:
        await host.ask("DELETE", f"/networks/{network['Id']}")
    for volume in (await host.must("GET", "/volumes", params=params)).json["Volumes"] or ():
        await host.ask("DELETE", f"/volumes/{volume['Name']}")


async def _old_interpreters(setup: Setup) -> int:
    """Remove the volumes filled from verifier images that are not used any more."""
    filters = json.dumps({"label": [f"docent.instance={setup.instance}", "docent.kind=verifier"]})
    found = (await setup.host.must("GET", "/volumes", params={"filters": filters})).json["Volumes"] or ()
    old = [each["Name"] for each in found if each["Name"] != interpreter_volume(setup.instance, setup.verifier)]
    for name in old:
        await setup.host.ask("DELETE", f"/volumes/{name}")
    return len(old)
