"""Before any listener: is it our workspace, is it a person, and was it here before?"""

from __future__ import annotations

import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import structlog
from slack_bolt import BoltResponse

log = structlog.get_logger(__name__)

REMEMBER_S = 600.0  #: Slack resends at once, after 1 and after 5 minutes. Source: docs.slack.dev, Events API retries
DOUBLE_S = 0.5  #: two presses of the same button within so long are one
REMEMBER = 20_000

Body = Mapping[str, Any]
Next = Callable[[], Awaitable[None]]
Taken = BoltResponse(status=200, body="")  # acknowledges without a listener


class Seen:
    """Remembers keys for a while; `again` tells whether a key was here before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, keep_s: float = REMEMBER_S) -> None:
        self._keys: OrderedDict[str, float] = OrderedDict()
        self._clock = clock
        self._keep_s = keep_s

    def again(self, key: str) -> bool:
        """Return True when the key was seen in the last while; remember it otherwise."""
        now = self._clock()
        while self._keys and (len(self._keys) > REMEMBER or next(iter(self._keys.values())) < now - self._keep_s):
            self._keys.popitem(last=False)
        if key in self._keys:
            return True
        self._keys[key] = now
        return False


def delivery_key(body: Body) -> str:
    """Return what names one delivery: the event id, or a click's trigger id (clicks have no event id)."""
    if event_id := body.get("event_id"):
        return f"event/{event_id}"
    if trigger := body.get("trigger_id"):
        return f"trigger/{trigger}"
    return ""


def gesture_key(body: Body) -> str:
    """Return what is the same in both halves of a double click, or of a form that is sent twice; '' for all else."""
    if body.get("type") not in ("block_actions", "view_submission"):
        return ""
    user = (body.get("user") or {}).get("id", "")
    if body["type"] == "block_actions":
        place = body.get("container") or {}
        actions = [(each.get("action_id"), each.get("value")) for each in body.get("actions") or ()]
        return f"press/{user}/{place.get('message_ts') or place.get('view_id')}/{actions}"
    view = body.get("view") or {}
    filled = json.dumps((view.get("state") or {}).get("values"), sort_keys=True)
    return f"form/{user}/{view.get('id')}/{hashlib.sha256(filled.encode()).hexdigest()}"


def only_once(seen: Seen, gestures: Seen | None = None) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Return the middleware that drops what Slack delivers again, and the second half of a double click."""
    lately = gestures or Seen(keep_s=DOUBLE_S)

    async def drop_what_was_here(body: dict[str, Any], next: Next) -> BoltResponse | None:  # noqa: A002 - Bolt's name
        key, gesture = delivery_key(body), gesture_key(body)
        if (key and seen.again(key)) or (gesture and lately.again(gesture)):
            log.info("delivered_again", key=key)
            return Taken
        await next()
        return None

    return drop_what_was_here


def only_teams(teams: Collection[str]) -> Callable[..., Awaitable[BoltResponse | None]]:
    """Return the middleware that refuses other workspaces, and people of others in channels that are shared."""

    async def drop_other_teams(body: dict[str, Any], next: Next) -> BoltResponse | None:  # noqa: A002 - Bolt's name
        if not is_ours(body, teams):
            log.warning("foreign_team", places=sorted(places(body)), homes=sorted(homes(body)))
            return Taken
        await next()
        return None

    return drop_other_teams


def is_ours(body: Body, teams: Collection[str]) -> bool:
    """Tell whether this comes from one of our workspaces, or organisations, and from somebody who is at home there."""
    where, whence = places(body), homes(body)
    if organisations(body) & set(teams):
        return True  # which of an organisation's workspaces it was does not matter; who it is is asked later
    return bool(where) and where <= set(teams) and whence <= set(teams)


def places(body: Body) -> set[str]:
    """Return the workspaces that something is said to have happened in."""
    return {str(team) for team in (body.get("team_id"), (body.get("team") or {}).get("id")) if team}


def homes(body: Body) -> set[str]:
    """Return the workspaces that whoever did it is said to be of. Source: docs.slack.dev, Slack Connect."""
    event, user = body.get("event") or {}, body.get("user") or {}
    told = [event.get(name) for name in ("team", "user_team", "source_team")]
    told.append(user.get("team_id") if isinstance(user, Mapping) else None)
    return {str(team) for team in told if team}


def organisations(body: Body) -> set[str]:
    """Return the organisations (Enterprise Grid) that something is said to have happened in."""
    enterprise = body.get("enterprise")
    told = (body.get("enterprise_id"), enterprise.get("id") if isinstance(enterprise, Mapping) else None)
    return {str(each) for each in told if each}
