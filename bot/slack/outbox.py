"""The one door out: every Web API call that sends or edits goes through here, inside Slack's limits.

A bucket per method, about one message a second per channel (short bursts pass), edits of one message
coalesced so that the newest wins, order final > answer > progress > board, a 429 pauses its method, and
finals and answers are never dropped. Edits of a pressed card go to its `response_url` while it lasts
(5 uses in 30 min), because that costs no method's tier.
Source of tiers: docs.slack.dev rate limits; chat.update tier 3 (50+/min), views.publish tier 4 (100+/min),
chat.postMessage about 1/s per channel and several hundred a minute per workspace.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError

from bot.slack.answers import pause_for

log = structlog.get_logger(__name__)

Send = Callable[[], Awaitable[Any]]


class Priority(IntEnum):
    """Who goes first when not everything can be sent at once."""

    FINAL = 0  #: a verdict
    ANSWER = 1  #: what somebody is waiting for
    PROGRESS = 2  #: may be overtaken by a newer edit
    BOARD = 3


@dataclass(slots=True)
class Bucket:
    """A token bucket: `rate` a second, at most `burst` saved up; paused until `paused_until`."""

    rate: float
    burst: float
    tokens: float = field(init=False)
    filled_at: float = 0.0
    paused_until: float = 0.0

    def __post_init__(self) -> None:
        """Start full."""
        self.tokens = self.burst

    def wait_s(self, now: float) -> float:
        """Return how long until one token is there, 0 when it is."""
        self.tokens = min(self.burst, self.tokens + (now - self.filled_at) * self.rate)
        self.filled_at = now
        short = max(0.0, (1 - self.tokens) / self.rate)
        return max(short, self.paused_until - now, 0.0)

    def take(self) -> None:
        """Spend one token."""
        self.tokens -= 1


#: calls a minute we allow ourselves, and the burst; a little under Slack's own numbers
METHODS: dict[str, tuple[float, float]] = {
    "chat.postMessage": (280, 40),
    "chat.postEphemeral": (95, 20),
    "chat.update": (48, 20),
    "views.publish": (95, 30),
    "users.info": (95, 40),
    "users.list": (18, 10),
    "conversations.open": (48, 20),
    "files.getUploadURLExternal": (95, 30),
    "files.completeUploadExternal": (95, 30),
    "dnd.info": (48, 20),
    "response_url": (600, 60),
    "assistant.threads.setStatus": (280, 40),
    "assistant.threads.setSuggestedPrompts": (48, 20),
}
#: half a second less than a burst of four: calls do not arrive as far apart as they were sent
CHANNEL_RATE, CHANNEL_BURST = 1.0, 3.5
IN_FLIGHT = 32
PATIENCE = 8  #: times a 429 or a lost connection is retried before the caller is told


@dataclass(slots=True)
class Item:
    """One call waiting to be sent; `key` names what newer edits replace."""

    method: str
    channel: str
    send: Send
    priority: Priority
    done: asyncio.Future[Any]
    key: str = ""
    tries: int = 0


class Outbox:
    """Sends what it is given, in order per channel; `start` it in the running loop, `stop` drains it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, paced: bool = True) -> None:
        self._clock = clock
        self._paced = paced
        self._queues: dict[Priority, OrderedDict[str, deque[Item]]] = {p: OrderedDict() for p in Priority}
        self._methods = {name: Bucket(rate / 60, burst, filled_at=clock()) for name, (rate, burst) in METHODS.items()}
        self._channels: dict[str, Bucket] = {}
        self._busy: set[str] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task: asyncio.Task[None] | None = None
        self._serial = itertools.count()
        self.refused = 0  #: 429 answers seen

    def start(self) -> None:
        """Begin sending."""
        self._task = asyncio.create_task(self._dispatch(), name="outbox")

    async def stop(self, drain_s: float = 10) -> None:
        """Send what is left for at most `drain_s`, then end."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(drain_s):
                await self._idle.wait()
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, *self._sending, return_exceptions=True)
            self._task = None

    @property
    def waiting(self) -> int:
        """Return how many calls are not sent yet."""
        return sum(len(queue) for channels in self._queues.values() for queue in channels.values())

    async def send(self, method: str, channel: str, send: Send, priority: Priority, *, key: str = "") -> Any:
        """Send and return what the call returned. With a `key`, a newer send of that key takes the place of one that
        still waits, and both callers get the newer one's answer. Raises what the call raised, after patience."""
        loop = asyncio.get_running_loop()
        item = Item(method, channel, send, priority, loop.create_future(), key)
        if key and (older := self._take_waiting(key)):
            item.priority = min(item.priority, older.priority)
            _follow(older.done, item.done)
        self._queues[item.priority].setdefault(channel, deque()).append(item)
        self._idle.clear()
        self._wake.set()
        return await item.done

    def _take_waiting(self, key: str) -> Item | None:
        for channels in self._queues.values():
            for channel, queue in channels.items():
                for item in queue:
                    if item.key == key:
                        queue.remove(item)
                        if not queue:
                            del channels[channel]
                        return item
        return None

    async def _dispatch(self) -> None:
        while True:
            self._wake.clear()
            delay = self._send_what_may_go()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._wake.wait()

    def _send_what_may_go(self) -> float | None:
        """Start every call that its buckets allow; return seconds until the next may go, None when nothing waits."""
        now = self._clock()
        soonest: float | None = None
        for channels in self._queues.values():
            for channel in list(channels):
                if channel in self._busy or len(self._sending) >= IN_FLIGHT:
                    continue
                item = channels[channel][0]
                wait = self._wait_s(item, now)
                if wait > 0:
                    soonest = wait if soonest is None else min(soonest, wait)
                    continue
                channels[channel].popleft()
                if not channels[channel]:
                    del channels[channel]
                self._begin(item)
        return soonest

    def _wait_s(self, item: Item, now: float) -> float:
        """Return how long the call has to wait; without a pace only a 429 makes it wait."""
        method = self._method(item.method)
        if not self._paced:
            return max(0.0, method.paused_until - now)
        return max(method.wait_s(now), self._channel(item.channel).wait_s(now))

    def _begin(self, item: Item) -> None:
        self._method(item.method).take()
        self._channel(item.channel).take()
        self._busy.add(item.channel)
        task = asyncio.create_task(self._perform(item), name=f"send-{next(self._serial)}")
        self._sending.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._wake.set()  # not before: who looks while this still counts finds no room, and nobody calls again
        if not self.waiting and not self._sending:  # several may end in one turn of the loop; the last one counts
            self._idle.set()

    async def _perform(self, item: Item) -> None:
        try:
            result = await item.send()
        except asyncio.CancelledError:
            item.done.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for this call
            if not self._again(item, error) and not item.done.done():
                item.done.set_exception(error)
        else:
            if not item.done.done():
                item.done.set_result(result)
        finally:
            self._busy.discard(item.channel)

    def _again(self, item: Item, error: Exception) -> bool:
        """Put the call back at the front when trying again can help."""
        pause = pause_for(error, item.tries)
        item.tries += 1
        if pause is None or item.tries > PATIENCE:
            return False
        if isinstance(error, SlackApiError):
            self.refused += 1
        self._method(item.method).paused_until = self._clock() + pause
        self._queues[item.priority].setdefault(item.channel, deque()).appendleft(item)
        log.info("slack_call_waits", method=item.method, pause_s=round(pause, 1), tries=item.tries)
        return True

    def _method(self, method: str) -> Bucket:
        if method not in self._methods:
            self._methods[method] = Bucket(48 / 60, 20, filled_at=self._clock())
        return self._methods[method]

    def _channel(self, channel: str) -> Bucket:
        if channel not in self._channels:
            if len(self._channels) > 5_000:
                self._channels.clear()
            self._channels[channel] = Bucket(CHANNEL_RATE, CHANNEL_BURST, filled_at=self._clock())
        return self._channels[channel]


def _follow(older: asyncio.Future[Any], newer: asyncio.Future[Any]) -> None:
    """Answer the older caller with what the newer call gets."""

    def copy(done: asyncio.Future[Any]) -> None:
        if older.done():
            return
        if done.cancelled():
            older.cancel()
        elif error := done.exception():
            older.set_exception(error)
        else:
            older.set_result(done.result())

    newer.add_done_callback(copy)
