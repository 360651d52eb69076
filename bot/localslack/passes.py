"""Passes that work for a short while: trigger ids, response URLs, Socket Mode tickets, upload places."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.localslack.values import Clock, Refused

#: Source: https://docs.slack.dev/interactivity/handling-user-interaction/ (trigger_id: 3 s, once;
#: response_url: 5 times in 30 minutes).
TRIGGER_LIFE = timedelta(seconds=3)
HOOK_LIFE = timedelta(minutes=30)
HOOK_USES = 5


@dataclass(frozen=True, slots=True)
class Trigger:
    """Permission to open one view for one person. `view_id`: the view it was pressed in."""

    user: str
    until: datetime
    view_id: str | None = None
    used: bool = False


@dataclass(frozen=True, slots=True)
class Hook:
    """Permission to answer one interaction. `ts` None: there is no message to replace (a slash command)."""

    channel: str
    user: str
    until: datetime
    ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class Passes:
    """Gives passes out and takes them back."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._triggers: dict[str, Trigger] = {}
        self._hooks: dict[str, Hook] = {}

    def trigger(self, user: str, view_id: str | None = None) -> str:
        """Return a new trigger id."""
        now = self._clock()
        self._forget(now)
        trigger_id = f"{int(now.timestamp() * 1000)}.{secrets.randbelow(10**12):012d}.{secrets.token_hex(16)}"
        self._triggers[trigger_id] = Trigger(user, now + TRIGGER_LIFE, view_id)
        return trigger_id

    def exchange(self, trigger_id: str) -> Trigger:
        """Take a trigger id for its one use. Raises: Refused."""
        trigger = self._triggers.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if self._clock() > trigger.until:
            raise Refused("expired_trigger_id")
        self._triggers[trigger_id] = replace(trigger, used=True)
        return trigger

    def hook(self, channel: str, user: str, ts: str | None = None, thread_ts: str | None = None) -> str:
        """Return the secret part of a new response URL."""
        key = secrets.token_urlsafe(24)
        self._hooks[key] = Hook(channel, user, self._clock() + HOOK_LIFE, ts, thread_ts)
        return key

    def use_hook(self, key: str) -> Hook:
        """Take one use of a response URL. Raises: Refused."""
        hook = self._hooks.get(key)
        if hook is None:
            raise Refused("invalid_url")
        if self._clock() > hook.until:
            raise Refused("expired_url")
        if hook.uses >= HOOK_USES:
            raise Refused("used_url")
        self._hooks[key] = replace(hook, uses=hook.uses + 1)
        return hook

    def _forget(self, now: datetime) -> None:
        """Drop what ended long ago, so that a long run does not grow; for a while it is still known by name."""
        if len(self._triggers) > 5_000:
            late = now - timedelta(minutes=1)
            self._triggers = {k: t for k, t in self._triggers.items() if t.until > late}
        if len(self._hooks) > 5_000:
            self._hooks = {k: h for k, h in self._hooks.items() if h.until > now}
