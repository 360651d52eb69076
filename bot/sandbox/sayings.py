"""What a container printed since it was started last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.core.evidence import LogsSeen
from bot.sandbox import evidence
from bot.sandbox.screen import shown
from bot.sandbox.setup import Setup
from bot.sandbox.things import Container, ended_of

SPAN = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s)")
SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
STARTED = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")


async def logs_seen(setup: Setup, container: Container | None, others: Sequence[str]) -> LogsSeen:
    """Return the log of the container's last run; one that was started again has to say everything again."""
    raw = await setup.host.inspect(container.id) if container else None
    if container is None or raw is None:
        return LogsSeen(others=tuple(others))
    ended = ended_of(raw)
    text = shown(await setup.host.logs(container.id, since=engine_time(str((raw.get("State") or {}).get("StartedAt")))))
    return LogsSeen(evidence.container_view(container, ended, text), tuple(others), text)


def engine_time(started: str) -> str:
    """Return the engine's own time (`2026-11-23T09:00:00.5Z`) as its log filter takes it, '' for one that is none."""
    found = STARTED.fullmatch(started)
    if found is None:
        return ""
    seconds = int(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp())
    return f"{seconds}.{(found[2] or '0').ljust(9, '0')}" if seconds > 0 else ""


def engine_since(written: str, now: float) -> str:
    """Return what a learner wrote for `--since` as the log filter takes it; `now` in seconds of 1970."""
    if written.isdigit():
        return written
    if (spans := SPAN.findall(written)) and "-" not in written:
        return f"{now - sum(float(count) * SECONDS[unit] for count, unit in spans):.3f}"
    moment = datetime.fromisoformat(written.removesuffix("Z")[:19]).replace(tzinfo=UTC)
    return f"{int(moment.timestamp())}.0"
