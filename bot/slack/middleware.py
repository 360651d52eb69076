"""Before any listener: is it our workspace, is it a person, and was it here before?"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import structlog
from slack_bolt import BoltResponse

log = structlog.get_logger(__name__)

REMEMBER_S = 600.0  #: Slack resends at once, after 1 and after 5 minutes. Source: docs.slack.dev, Events API retries
REMEMBER = 20_000

Next = Callable[[], Awaitable[None]]
Taken = BoltResponse(status=200, body="")  # acknowledges without a listener


class Seen:
    """Remembers keys for a while; `again` tells whether a key was here before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys: OrderedDict[str, float] = OrderedDict()
        self._clock = clock

    def again(self, key: str) -> bool:
        """Return True when the key was seen in the last minutes; remember it otherwise."""
        now = self._clock()
        while self._keys and (len(self._keys) > REMEMBER or next(iter(self._keys.values())) < now - REMEMBER_S):
            self._keys.popitem(last=False)
        if key in self._keys:
            return True
        self._keys[key] = now
        return False


def delivery_key(body: dict[str, Any]) -> str:
    """Return what names one delivery: the event id, or a click's trigger id (clicks have no event id)."""
    if event_id := body.get("event_id"):
        return f"event/{event_id}"
    if trigger := body.get("trigger_id"):
        return f"trigger/{trigger}"
    return ""


def only_once(seen: Seen) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Return the middleware that drops what Slack delivers again."""

    async def drop_what_was_here(body: dict[str, Any], next: Next) -> BoltResponse | None:  # noqa: A002 - Bolt's name
        key = delivery_key(body)
        if key and seen.again(key):
            log.info("delivered_again", key=key)
            return Taken
        await next()
        return None

    return drop_what_was_here


def only_teams(teams: Collection[str]) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Return the middleware that refuses other workspaces and their people; empty `teams` lets all of ours pass."""

    async def drop_other_teams(body: dict[str, Any], next: Next) -> BoltResponse | None:  # noqa: A002 - Bolt's name
        team = body.get("team_id") or (body.get("team") or {}).get("id") or ""
        if teams and team not in teams:
            log.warning("foreign_team", team=team)
            return Taken
        await next()
        return None

    return drop_other_teams
