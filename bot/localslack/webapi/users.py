"""users.* and auth.test: who is who."""

from __future__ import annotations

from bot.localslack.payloads import bot_json, person_json
from bot.localslack.values import Json
from bot.localslack.webapi.call import Call, page
from bot.localslack.world import BOT_ID, BOT_USER, TEAM_ID


def auth_test(call: Call) -> Json:
    """auth.test."""
    who = {"url": f"{call.premises.origin}/", "team": "Local workspace", "user": call.world.bot_name.lower()}
    return who | {"team_id": TEAM_ID, "user_id": BOT_USER, "bot_id": BOT_ID, "is_enterprise_install": False}


def info(call: Call) -> Json:
    """users.info."""
    user = call.user()
    return {"user": bot_json(call.world) if user == BOT_USER else person_json(call.world.people[user])}


def list_(call: Call) -> Json:
    """users.list."""
    members = [person_json(p) for p in call.world.people.values()] + [bot_json(call.world)]
    shown, cursor = page(members, call, 200, 1000)
    now = int(call.premises.clock().timestamp())
    return {"members": shown, "cache_ts": now, "response_metadata": {"next_cursor": cursor}}


def connections_open(call: Call) -> Json:
    """apps.connections.open."""
    ticket = call.premises.hub.sockets.ticket()
    return {"url": f"ws{call.premises.origin.removeprefix('http')}/link/?ticket={ticket}"}
