"""How calls of the webhook are signed, and when they are tried again. Pure."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

SIGNATURE, TIMESTAMP, EVENT = "Docent-Signature", "Docent-Timestamp", "Docent-Event"
LONGEST = timedelta(minutes=15)  #: between two tries


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return what stands in the header of a call: `v1=` and an HMAC over the time and the body."""
    return "v1=" + hmac.new(secret.encode(), b"%d." % timestamp + body, hashlib.sha256).hexdigest()


def headers(secret: str, event: str, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers of a call. The time is that of the call, so that an old one can be refused."""
    timestamp = int(now.timestamp())
    signed = {SIGNATURE: signature(secret, timestamp, body), TIMESTAMP: str(timestamp), EVENT: event}
    return signed | {"Content-Type": "application/json", "User-Agent": "Docent"}


def wait(tries: int, luck: float, asked_s: float = 0) -> timedelta:
    """Return how long to wait after so many tries that failed: 1 s, 2 s, 4 s … a quarter of an hour, spread by `luck`.

    `luck` is 0 to 1; `asked_s` is what the other side asked for (Retry-After).
    """
    longest = LONGEST.total_seconds()
    meant = min(2.0 ** min(tries - 1, 20), longest) * (0.75 + luck / 2)
    return timedelta(seconds=max(meant, min(asked_s, longest)))
