"""Slack's rate limits, per method: only told of, or enforced.

Source: https://docs.slack.dev/apis/web-api/rate-limits/ and java-slack-sdk's MethodsRateLimits. Slack publishes
rates per minute and tolerates bursts of a size it does not publish; here a burst of half a minute's worth is tolerated.
"""

from __future__ import annotations

import enum
import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from bot.localslack.values import Clock


class Tiers(enum.StrEnum):
    """What happens to a call above the rate."""

    #: nothing
    OFF = "off"
    #: it is counted and told as a problem
    REPORT = "report"
    #: it is answered 429 with Retry-After
    ENFORCE = "enforce"


class Tier(enum.Enum):
    """A published rate, in calls a minute."""

    #: rare calls
    T1 = 1
    #: lists
    T2 = 20
    #: edits and reads
    T3 = 50
    #: most others
    T4 = 100
    #: hundreds a minute
    MANY = 600
    #: one a second and channel, several hundred a minute in all
    POST = 300
    #: no limit known
    FREE = 0


@dataclass(slots=True)
class _Bucket:
    per_s: float
    size: float
    tokens: float
    at: datetime

    def take(self, now: datetime) -> float:
        """Take one token; return 0.0, or after how many seconds there is one (then nothing is taken)."""
        passed = max(0.0, (now - self.at).total_seconds())
        self.tokens = min(self.size, self.tokens + passed * self.per_s)
        self.at = now
        # the smallest error of a sum of floats must not cost a whole call
        if self.tokens >= 1 - 1e-9:
            self.tokens -= 1
            return 0.0
        return (1 - self.tokens) / self.per_s


#: Posts to one channel: one a second, short bursts tolerated.
CHANNEL_BURST = 4


class RateLimits:
    """Counts calls against the tiers."""

    def __init__(self, mode: Tiers, clock: Clock) -> None:
        self.mode = mode
        self._clock = clock
        self._buckets: dict[tuple[str, str], _Bucket] = {}
        self.over: Counter[str] = Counter()

    def wait_s(self, method: str, tier: Tier, channel: str | None = None) -> int:
        """Return 0 when the call is within its rate, else after how many whole seconds to try again."""
        if self.mode is Tiers.OFF or tier is Tier.FREE:
            return 0
        waits = [self._bucket(method, "", tier.value / 60, max(1.0, tier.value / 2))]
        if tier is Tier.POST and channel:
            waits.append(self._bucket(method, channel, 1.0, CHANNEL_BURST))
        wait = max(waits)
        if wait == 0:
            return 0
        self.over[method] += 1
        return max(1, math.ceil(wait))

    def _bucket(self, method: str, channel: str, per_s: float, size: float) -> float:
        now = self._clock()
        bucket = self._buckets.setdefault((method, channel), _Bucket(per_s, size, size, now))
        return bucket.take(now)
