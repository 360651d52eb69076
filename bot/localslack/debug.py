"""The doors for tests and rehearsals: counters, records, faults, sockets, tiers."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from bot.localslack.faults import Fault
from bot.localslack.premises import Premises
from bot.localslack.socketmode import percentiles
from bot.localslack.tiers import Tiers
from bot.localslack.values import Json


def routes(premises: Premises) -> list[web.RouteDef]:
    """Return the routes under /debug."""

    async def counters(_request: web.Request) -> web.Response:
        return web.json_response(count(premises))

    async def calls(request: web.Request) -> web.Response:
        since = request.query.get("since", "0")
        after = int(since) if since.isdigit() else 0
        shown = [_call(c) for c in premises.calls.newest if c.n > after]
        return web.json_response({"ok": True, "calls": shown})

    async def deliveries(_request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "deliveries": [_delivery(d) for d in premises.hub.deliveries]})

    async def command(request: web.Request) -> web.Response:
        return await _command(premises, request)

    async def clear(_request: web.Request) -> web.Response:
        premises.faults.clear()
        return web.json_response({"ok": True})

    return [
        web.get("/debug/counters", counters),
        web.get("/debug/calls", calls),
        web.get("/debug/deliveries", deliveries),
        web.post("/debug/{what:fault|sockets|tiers}", command),
        web.delete("/debug/fault", clear),
    ]


def count(premises: Premises) -> Json:
    """Return the counters of this run."""
    hub, calls = premises.hub, premises.calls
    return {
        "ok": True,
        "calls": dict(calls.calls),
        "refused": dict(calls.refused),
        "rate_limited": dict(calls.limited),
        "over_rate": dict(premises.limits.over),
        "envelopes": dict(hub.sent),
        "acks": hub.acks,
        "retries": hub.retries,
        "unacked": hub.unacked,
        "ack_ms": percentiles(list(hub.ack_ms)),
        "hooks": calls.hooks,
        "connections": hub.sockets.connections,
    }


def _call(call: Any) -> Json:
    return {
        "n": call.n,
        "at": call.at.isoformat(),
        "method": call.method,
        "args": call.args,
        "ok": call.ok,
        "error": call.error,
    }


def _delivery(delivery: Any) -> Json:
    return {
        "n": delivery.n,
        "at": delivery.at.isoformat(),
        "type": delivery.type,
        "name": delivery.name,
        "attempt": delivery.attempt,
        "outcome": str(delivery.outcome),
        "ms": delivery.ms,
    }


async def _command(premises: Premises, request: web.Request) -> web.Response:
    try:
        body = json.loads(await request.text())
        match request.match_info["what"]:
            case "fault":
                premises.faults.add(Fault(**body))
            case "tiers":
                premises.limits.mode = Tiers(body["mode"])
            case _:
                _sockets(premises, body["do"])
    except (ValueError, TypeError, KeyError) as wrong:
        return web.json_response({"ok": False, "error": "bad_request", "message": str(wrong)}, status=400)
    return web.json_response({"ok": True})


def _sockets(premises: Premises, do: str) -> None:
    match do:
        case "refresh":
            premises.hub.sockets.refresh()
        case "drop":
            premises.hub.sockets.drop()
        case "refuse" | "accept":
            premises.hub.sockets.refusing = do == "refuse"
        case _:
            raise ValueError(f"unknown: {do}")
