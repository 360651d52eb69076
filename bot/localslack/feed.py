"""The WebSocket that tells people of every change they may see, without losing one."""

from __future__ import annotations

import asyncio
import json

from aiohttp import WSMsgType, web

from bot.localslack import reading
from bot.localslack.asking import Ask, Declined
from bot.localslack.premises import Premises
from bot.localslack.reading import Reader
from bot.localslack.values import Json


def routes(premises: Premises) -> list[web.RouteDef]:
    """Return the route of the WebSocket."""

    async def handle(request: web.Request) -> web.StreamResponse:
        return await _serve(premises, request)

    return [web.get("/people/events", handle)]


async def _serve(premises: Premises, request: web.Request) -> web.StreamResponse:
    ask = Ask(premises, dict(request.query))
    try:
        person = None if ask.text("as", "") == "*" else ask.person.id
        since = _since(ask)
    except Declined as declined:
        body = {"ok": False, "error": declined.code, "message": declined.message}
        return web.json_response(body, status=declined.status)
    reader = Reader(person, ask.flag("html"))
    ws = web.WebSocketResponse(heartbeat=30)
    await ws.prepare(request)
    premises.feeds.add(ws)
    telling = asyncio.create_task(_tell(premises, ws, reader, since))
    try:
        async for frame in ws:
            if frame.type is WSMsgType.ERROR:
                break
    finally:
        premises.feeds.discard(ws)
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
    return ws


def _since(ask: Ask) -> int | None:
    """Return the number to go on from; -1 for one of another run, None for 'only what is new'. Raises: Declined."""
    given = ask.given.get("since")
    if given in (None, ""):
        return None
    if not str(given).isdigit():
        raise Declined("bad_request", "`since` is the number of the last change seen.")
    run = ask.given.get("run")
    return int(str(given)) if run in (None, "", ask.premises.keys.run) else -1


async def _tell(premises: Premises, ws: web.WebSocketResponse, reader: Reader, since: int | None) -> None:
    journal, run = premises.journal, premises.keys.run
    now = journal.seq
    hello: Json = {"type": "hello", "seq": now, "run": run, "as": reader.person or "*"}
    try:
        await ws.send_str(json.dumps(hello))
        if since is not None and journal.after(since) is None:
            await ws.send_str(json.dumps({"type": "reset", "seq": now, "run": run}))
            since = None
        async for change in journal.follow(now if since is None else since):
            if change is None:
                await ws.send_str(json.dumps({"type": "reset", "seq": journal.seq, "run": run}))
            elif change.is_for(reader.person):
                await ws.send_str(json.dumps(reading.frame(premises, change, reader)))
    except ConnectionError:
        return  # the reader left; it says from where to go on when it is back
