"""Take away all that is a learner's, an attempt's or this Docent's: what carries its seal and its labels."""

from __future__ import annotations

import json

from bot.sandbox.host import Host
from bot.sandbox.names import transits
from bot.sandbox.setup import Setup


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
