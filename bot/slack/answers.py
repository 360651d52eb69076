"""What Slack's Web API answered when it did not do what was asked: its name, its status, whether to ask again."""

from __future__ import annotations

import aiohttp
from slack_sdk.errors import SlackApiError

#: what a call that cannot reach Slack raises
UNREACHED = (aiohttp.ClientError, TimeoutError, OSError)
#: refusals that pass by themselves. Source: docs.slack.dev, errors of every method
PASSING = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})
LONGEST_PAUSE_S = 30.0


def why(error: SlackApiError) -> str:
    """Return what Slack calls its refusal; `http_502` where it was no answer of Slack's own."""
    data = getattr(error.response, "data", error.response)
    name = data.get("error") if isinstance(data, dict) else None
    return str(name) if name else f"http_{status_of(error)}"


def status_of(error: SlackApiError) -> int:
    """Return the HTTP status; slack_sdk hands over its own response or, where it could not read it, aiohttp's."""
    response = error.response
    return int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)


def pause_for(error: Exception, tries: int) -> float | None:
    """Return for how long to leave the method alone before trying again, None when trying again is no use."""
    if isinstance(error, SlackApiError):
        if status_of(error) == 429:
            return _retry_after(error)
        if status_of(error) < 500 and why(error) not in PASSING:
            return None
        return min(2.0**tries, LONGEST_PAUSE_S)
    return min(2.0**tries, LONGEST_PAUSE_S) if isinstance(error, UNREACHED) else None


def surely_not_done(error: Exception) -> bool:
    """Tell whether a failed call certainly did nothing: it was refused, or nobody was reached."""
    if isinstance(error, SlackApiError):
        return status_of(error) == 429 or (status_of(error) < 500 and why(error) not in PASSING - {"ratelimited"})
    return isinstance(error, aiohttp.ClientConnectorError)


def _retry_after(error: SlackApiError) -> float:
    try:
        return max(0.0, float(error.response.headers.get("Retry-After", 1)))
    except (TypeError, ValueError):
        return LONGEST_PAUSE_S
