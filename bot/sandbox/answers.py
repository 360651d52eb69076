"""What learners' apps answer to HTTP, asked by the verifier on their network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.errors import HostError
from bot.sandbox.names import Owner
from bot.sandbox.pool import Verifiers

ASK_S = 5.0  #: for one answer
ROUND_S = 1.0  #: how long the verifier retries before we look whether the container is still up

Answer = Mapping[str, Any]  #: `status`, `headers` and `body`, or `error` (`bot/sandbox/verifier/probe.py`)


async def answers(
    verifiers: Verifiers, owner: Owner, requests: Sequence[Mapping[str, object]], *, deadline_s: float
) -> Sequence[Answer]:
    """Return what came of each request, in their order. Raises `HostError`."""
    said = await verifiers.ask(owner, {"op": "http", "requests": list(requests)}, deadline_s=deadline_s)
    if not said.get("ok"):
        raise HostError(f"The verifier did not understand us: {said.get('say')}")
    found: Sequence[Answer] = said["results"]
    return found


async def answer(
    verifiers: Verifiers,
    owner: Owner,
    method: str,
    url: str,
    *,
    body: Mapping[str, object] | None = None,
    retry_for_s: float = 0,
) -> Answer:
    """Return what came of one request; one that is refused is made again for `retry_for_s`. Raises `HostError`."""
    request: dict[str, object] = {"method": method, "url": url, "timeout_s": ASK_S, "retry_for_s": retry_for_s}
    if body is not None:
        request["json"] = dict(body)
    return (await answers(verifiers, owner, [request], deadline_s=ASK_S + retry_for_s))[0]


def content(answered: Answer) -> object:
    """Return what is in an answer, None where it is no JSON."""
    try:
        return json.loads(str(answered.get("body") or "null"))
    except (ValueError, RecursionError):
        return None
