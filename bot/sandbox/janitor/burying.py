"""Take away what Docents left that are dead: rehearsals and tests that were killed, and bots whose folder is gone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import structlog

from bot.sandbox.janitor.claims import SETTLED_S, dead, engine_at, forget
from bot.sandbox.janitor.rounds import Janitor, Round

log = structlog.get_logger(__name__)


async def bury_dead(
    janitor: Janitor, folder: Path, url: str, *, dry_run: bool = False, settled_s: float = SETTLED_S
) -> Mapping[str, Round]:
    """Return instance → what was removed of it, for the dead whose claim is in the folder. Raises `HostError`."""
    came = {}
    for claim in dead(folder, engine_at(url), settled_s):
        buried = came[claim.instance] = await janitor.bury(claim, dry_run=dry_run)
        log.info("buried", instance=claim.instance, removed=len(buried.removed), stuck=len(buried.stuck))
        if not (buried.stuck or dry_run):
            forget(folder, claim)
    return came
