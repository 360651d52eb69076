"""response_url: answering an interaction without the Web API.

Source: https://docs.slack.dev/interactivity/handling-user-interaction/ (5 uses in 30 minutes; replace_original,
delete_original, response_type; a new message is ephemeral unless it says `in_channel`).
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

from aiohttp import web

from bot.localslack.faults import Fault
from bot.localslack.passes import Hook
from bot.localslack.posting import Content, bot_deletes, bot_edits, bot_posts, content, new_message
from bot.localslack.premises import Premises
from bot.localslack.values import Json, Message, Refused

#: The name under which faults and problems know it.
METHOD = "response_url"


def routes(premises: Premises) -> list[web.RouteDef]:
    """Return the route of response URLs."""

    async def handle(request: web.Request) -> web.Response:
        return await _serve(premises, request)

    return [web.post("/actions/{key}", handle)]


def new_url(premises: Premises, channel: str, user: str, ts: str | None = None, thread_ts: str | None = None) -> str:
    """Return a new response URL; with `ts` it may replace that message."""
    return f"{premises.origin}/actions/{premises.passes.hook(channel, user, ts, thread_ts)}"


async def _serve(premises: Premises, request: web.Request) -> web.Response:
    fault = premises.faults.take(METHOD)
    if fault and fault.delay_s:
        await asyncio.sleep(fault.delay_s)
    if fault and fault.status:
        return web.Response(status=fault.status, headers={"Retry-After": str(fault.retry_after_s)})
    premises.calls.hooks += 1
    try:
        body = _body(await request.text(), fault)
        answer_hook(premises, premises.passes.use_hook(request.match_info["key"]), body)
    except Refused as refused:
        return _refused(premises, refused)
    premises.calls.note(premises.clock(), METHOD, body, None)
    return web.Response(text="ok")


def _body(raw: str, fault: Fault | None) -> Json:
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refused("invalid_payload")
    if fault and fault.error:
        raise Refused(fault.error)
    return body


def _refused(premises: Premises, refused: Refused) -> web.Response:
    premises.calls.note(premises.clock(), METHOD, {}, refused.error)
    premises.problems.found(refused.error, f"A response_url was refused: {refused.error}", METHOD)
    status = 404 if refused.error in ("used_url", "expired_url", "invalid_url") else 400
    return web.json_response({"ok": False, "error": refused.error, **refused.more}, status=status)


def answer_hook(premises: Premises, hook: Hook, body: Json) -> None:
    """Do what an answer to an interaction says. Raises: Refused."""
    original = premises.world.find(hook.channel, hook.ts) if hook.ts else None
    if body.get("delete_original"):
        if original is None:
            raise Refused("message_not_found")
        _delete(premises, original)
        return
    said = content(body.get("text"), body.get("blocks"), body.get("attachments"))
    # Without replace_original in it, an answer is a new message.
    if body.get("replace_original") and hook.ts:
        if original is None:
            raise Refused("message_not_found")
        _replace(premises, original, said)
        return
    in_channel = body.get("response_type") == "in_channel"
    thread_ts = body.get("thread_ts") or hook.thread_ts
    only_for = None if in_channel else hook.user
    message = new_message(premises, hook.channel, said, thread_ts=thread_ts, only_for=only_for)
    if only_for:
        premises.world.post(message)
    else:
        bot_posts(premises, message)


def _replace(premises: Premises, original: Message, said: Content) -> None:
    after = replace(original, text=said.text, blocks=said.blocks, attachments=said.attachments)
    if original.only_for:
        premises.world.put(after)
    else:
        bot_edits(premises, original, after)


def _delete(premises: Premises, original: Message) -> None:
    if original.only_for:
        premises.world.remove(original)
    else:
        bot_deletes(premises, original)
