"""When people may be disturbed (`bot.ports.Hours`): their time zone, and whether they asked for quiet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.answers import UNREACHED, why
from bot.slack.outbox import Outbox, Priority
from bot.slack.people import People

log = structlog.get_logger(__name__)


class SlackHours:
    """What one workspace tells of its people's hours."""

    def __init__(self, client: AsyncWebClient, outbox: Outbox, people: People) -> None:
        self._client = client
        self._outbox = outbox
        self._people = people

    async def offset_s(self, user: str) -> int | None:
        """Return how far their clock is before UTC, None when that is not known."""
        person = await self._people.who(user)
        return person.tz_offset_s if person else None

    async def quiet(self, user: str, now: datetime) -> bool:
        """Tell whether they do not want to be disturbed now; also where that is not known."""

        async def ask() -> Any:
            return await self._client.dnd_info(user=user)

        try:
            told = await self._outbox.send("dnd.info", f"dnd:{user}", ask, Priority.PROGRESS)
        except (SlackApiError, *UNREACHED) as error:
            log.info("hours_unknown", user=user, error=why(error) if isinstance(error, SlackApiError) else str(error))
            return True
        return read_quiet(told, now)


def read_quiet(told: Mapping[str, Any], now: datetime) -> bool:
    """Return what `dnd.info` says of this moment: a pause they set, or the hours they keep every day.

    Source: docs.slack.dev, dnd.info
    """
    at = now.timestamp()
    snoozed = bool(told.get("snooze_enabled")) and at < float(told.get("snooze_endtime") or 0)
    starts, ends = float(told.get("next_dnd_start_ts") or 0), float(told.get("next_dnd_end_ts") or 0)
    return snoozed or (bool(told.get("dnd_enabled")) and starts <= at < ends)
