"""Envelopes to the bot: delivered, acknowledged, delivered again, and written down.

Source: https://docs.slack.dev/apis/events-api/ (acknowledged within 3 s; sent again at once, after 1 and 5 minutes).
"""

from __future__ import annotations

import asyncio
import uuid
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.localslack.sockets import Answer, Outcome, Sockets
from bot.localslack.values import Clock, Json

ACK_TIMEOUT_S = 3.0
RETRY_DELAYS_S = (0.0, 60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver, for the record."""

    n: int
    at: datetime
    type: str
    name: str
    attempt: int
    outcome: Outcome
    ms: float


class SocketHub:
    """Delivers envelopes as Slack does."""

    def __init__(
        self,
        clock: Clock,
        sockets: Sockets,
        on_problem: Callable[[str, str], None],
        *,
        ack_timeout_s: float = ACK_TIMEOUT_S,
        retry_delays_s: tuple[float, ...] = RETRY_DELAYS_S,
    ) -> None:
        self._clock = clock
        self.sockets = sockets
        self._on_problem = on_problem
        self._ack_timeout_s = ack_timeout_s
        self._retry_delays_s = retry_delays_s
        self._tasks: set[asyncio.Task[None]] = set()
        self.sent: Counter[str] = Counter()
        self.acks = 0
        self.retries = 0
        self.unacked = 0
        self._delivered = 0
        self.deliveries: deque[Delivery] = deque(maxlen=1_000)
        self.ack_ms: deque[float] = deque(maxlen=20_000)

    def send_event(self, name: str, payload: Json) -> None:
        """Deliver an event in the background, again and again as Slack does until it is acknowledged."""
        task = asyncio.create_task(self._insist(name, payload))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _insist(self, name: str, payload: Json) -> None:
        attempts = len(self._retry_delays_s) + 1
        for attempt, delay_s in enumerate((0.0, *self._retry_delays_s)):
            if delay_s:
                await asyncio.sleep(delay_s)
            if attempt:
                self.retries += 1
                await self.sockets.wait_for_one(self._ack_timeout_s)
            reason = "timeout" if attempt else ""
            answer = await self._deliver("events_api", name, payload, attempt, reason)
            if answer.outcome is Outcome.ACKED:
                return
            self.unacked += 1
            then = "sends it again" if attempt + 1 < attempts else "gives up"
            self._on_problem(
                "not_acknowledged", f"The event {name} was not acknowledged ({answer.outcome}); Slack {then}."
            )

    async def ask(self, kind: str, name: str, payload: Json) -> Answer:
        """Deliver a command or an interaction once and return what the bot answered."""
        answer = await self._deliver(kind, name, payload, None, "")
        if answer.outcome is not Outcome.ACKED:
            self.unacked += 1
            self._on_problem("not_acknowledged", f"{name} was not acknowledged ({answer.outcome}).")
        return answer

    async def _deliver(self, kind: str, name: str, payload: Json, attempt: int | None, reason: str) -> Answer:
        started = asyncio.get_running_loop().time()
        answer = await self.sockets.exchange(_envelope(kind, payload, attempt, reason), self._ack_timeout_s)
        self.sent[kind] += answer.outcome is not Outcome.NO_SOCKET
        ms = (asyncio.get_running_loop().time() - started) * 1000
        if answer.outcome is Outcome.ACKED:
            self.acks += 1
            self.ack_ms.append(ms)
        self._delivered += 1
        number = self._delivered
        self.deliveries.append(Delivery(number, self._clock(), kind, name, attempt or 0, answer.outcome, round(ms, 3)))
        return Answer(answer.outcome, answer.payload, ms)

    async def close(self) -> None:
        """Give up every delivery and end all sockets."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.sockets.close()


def _envelope(kind: str, payload: Json, attempt: int | None, reason: str) -> Json:
    envelope: Json = {
        "envelope_id": str(uuid.uuid4()),
        "payload": payload,
        "type": kind,
        "accepts_response_payload": kind != "events_api",
    }
    if attempt is not None:
        envelope |= {"retry_attempt": attempt, "retry_reason": reason}
    return envelope


def percentiles(values: list[float]) -> Json:
    """Return p50, p99 and max, in the unit of the values; zeros for none."""
    if not values:
        return {"p50": 0.0, "p99": 0.0, "max": 0.0}
    ordered = sorted(values)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99)]
    return {"p50": round(at[0], 3), "p99": round(at[1], 3), "max": round(ordered[-1], 3)}
