"""users.*, dnd.info and auth.test: who is who, and who wants quiet."""

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


def dnd_info(call: Call) -> Json:
    """dnd.info. Source: docs.slack.dev, dnd.info: times are 1 where nothing is set."""
    person = call.world.people.get(call.user())
    starts, ends = (person and person.dnd) or (1, 1)
    told: Json = {"dnd_enabled": ends > 1, "next_dnd_start_ts": starts, "next_dnd_end_ts": ends}
    until = person.snooze_until if person else 0
    left = until - int(call.premises.clock().timestamp())
    if left > 0:
        return told | {"snooze_enabled": True, "snooze_endtime": until, "snooze_remaining": left}
    return told | {"snooze_enabled": False}


def connections_open(call: Call) -> Json:
    """apps.connections.open."""
    ticket = call.premises.hub.sockets.ticket()
    return {"url": f"ws{call.premises.origin.removeprefix('http')}/link/?ticket={ticket}"}
