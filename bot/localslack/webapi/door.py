"""The door of the Web API: who calls, may they, how often; then the method."""

from __future__ import annotations

import asyncio
import json
import secrets
from typing import Any

from aiohttp import web

from bot.localslack.faults import Fault
from bot.localslack.premises import Premises
from bot.localslack.tiers import Tiers
from bot.localslack.values import Json, Refused
from bot.localslack.webapi.call import Args, Call, Method
from bot.localslack.webapi.methods import METHODS

_PREFIXES = {"bot": "xoxb-", "app": "xapp-"}


def routes(premises: Premises) -> list[web.RouteDef]:
    """Return the routes of the Web API."""

    async def handle(request: web.Request) -> web.Response:
        return await serve(premises, request)

    return [web.route("GET", "/api/{method}", handle), web.route("POST", "/api/{method}", handle)]


async def serve(premises: Premises, request: web.Request) -> web.Response:
    """Answer one call."""
    name = request.match_info["method"]
    given = await _given(request)
    args = Args(given)
    fault = premises.faults.take(name)
    if fault and fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if fault and fault.status:
        premises.calls.note(premises.clock(), name, args.shown(), f"http_{fault.status}")
        return _broken(fault)
    limited = _limit(premises, name, args)
    if limited:
        premises.calls.limited[name] += 1
        premises.calls.note(premises.clock(), name, args.shown(), "ratelimited")
        return web.json_response(
            {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(limited)}
        )
    answer = _answer(premises, name, Call(premises, args), _token(request, given), fault)
    error = answer.get("error") if not answer["ok"] else None
    premises.calls.note(premises.clock(), name, args.shown(), error)
    if error:
        premises.problems.found(error, _in_words(name, answer), name)
    granted = ",".join(sorted(premises.manifest.bot_scopes))
    return web.json_response(answer, headers={"x-oauth-scopes": granted, "Cache-Control": "no-store"})


async def _given(request: web.Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.text() or "{}")
        except ValueError:
            return given
        return given | (body if isinstance(body, dict) else {})
    if request.method == "POST":
        given |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    return given


def _token(request: web.Request, given: dict[str, Any]) -> str:
    header = request.headers.get("Authorization", "")
    return header.removeprefix("Bearer").strip() or str(given.get("token") or "")


def _answer(premises: Premises, name: str, call: Call, token: str, fault: Fault | None) -> Json:
    try:
        method = _method(premises, name, token)
        return _fail_on_purpose(fault) or {"ok": True, **method.handler(call)}
    except Refused as refused:
        return {"ok": False, "error": refused.error, **refused.more}


def _method(premises: Premises, name: str, token: str) -> Method:
    """Return the method that the caller may call. Raises: Refused."""
    method = METHODS.get(name)
    if method is None:
        raise Refused("unknown_method", req_method=name)
    check_token(premises, method.token, token)
    _check_scopes(premises, method)
    return method


def _fail_on_purpose(fault: Fault | None) -> Json | None:
    return {"ok": False, "error": fault.error} if fault and fault.error else None


def check_token(premises: Premises, kind: str, token: str) -> None:
    """Let in who shows the token of this kind. Raises: Refused."""
    if kind == "none":
        return
    if not token:
        raise Refused("not_authed")
    expected = premises.keys.bot_token if kind == "bot" else premises.keys.app_token
    if secrets.compare_digest(token.encode(), expected.encode()):
        if kind == "bot" and not premises.installed:
            raise Refused("account_inactive")
        return
    other = _PREFIXES["app" if kind == "bot" else "bot"]
    raise Refused("not_allowed_token_type" if token.startswith(other) else "invalid_auth")


def _check_scopes(premises: Premises, method: Method) -> None:
    granted = premises.manifest.bot_scopes
    missing = [scope for scope in method.scopes if scope not in granted]
    if missing:
        raise Refused("missing_scope", needed=",".join(missing), provided=",".join(sorted(granted)))


def _limit(premises: Premises, name: str, args: Args) -> int:
    """Return after how many seconds to try again; 0 lets the call through."""
    method = METHODS.get(name)
    if method is None:
        return 0
    channel = args.text("channel") or args.text("channel_id")
    wait_s = premises.limits.wait_s(name, method.tier, channel)
    if wait_s and premises.limits.mode is Tiers.REPORT:
        premises.problems.found("rate", f"More calls of {name} than its tier allows: Slack would refuse some.", name)
        return 0
    return wait_s


def _broken(fault: Fault) -> web.Response:
    headers = {"Retry-After": str(fault.retry_after_s)} if fault.status == 429 else {}
    if fault.status == 429:
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    return web.Response(status=fault.status or 500, text="broken on purpose")


def _in_words(name: str, answer: Json) -> str:
    messages = answer.get("response_metadata", {}).get("messages", [])
    needed = f"needs the scope {answer['needed']}" if "needed" in answer else ""
    return "; ".join([f"{name} was refused: {answer['error']}", *filter(None, [needed, *messages[:3]])])
