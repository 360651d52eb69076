"""views.*: modals and Homes."""

from __future__ import annotations

from bot.localslack.payloads import view_json
from bot.localslack.posting import checked_view
from bot.localslack.values import Json, Refused, View
from bot.localslack.webapi.call import Call


def _shown(view: View) -> Json:
    return {"view": view_json(view)}


def open_(call: Call) -> Json:
    """views.open. The trigger is used up by a good view only."""
    trigger_id = call.args.need("trigger_id")
    body = checked_view(call.args.json("view"), "modal")
    trigger = call.premises.passes.exchange(trigger_id)
    return _shown(call.premises.screens.open(trigger.user, body))


def push(call: Call) -> Json:
    """views.push."""
    trigger_id = call.args.need("trigger_id")
    body = checked_view(call.args.json("view"), "modal")
    trigger = call.premises.passes.exchange(trigger_id)
    return _shown(call.premises.screens.push(trigger.user, body))


def update(call: Call) -> Json:
    """views.update."""
    screens = call.premises.screens
    view_id, external_id = call.args.text("view_id"), call.args.text("external_id")
    view = screens.by_id(view_id) if view_id else screens.by_external_id(external_id or "")
    body = checked_view(call.args.json("view"), view.type if view else "modal")
    if view is None:
        raise Refused("not_found")
    _check_hash(call, view)
    return _shown(screens.update(view, body))


def publish(call: Call) -> Json:
    """views.publish."""
    if not call.premises.manifest.home_tab:
        raise Refused("not_enabled")
    user = call.args.need("user_id", "invalid_arguments")
    if user not in call.world.people:
        raise Refused("invalid_arguments")
    body = checked_view(call.args.json("view"), "home")
    known = call.premises.screens.homes.get(user)
    if known:
        _check_hash(call, known)
    return _shown(call.premises.screens.publish(user, body))


def _check_hash(call: Call, view: View) -> None:
    given = call.args.text("hash")
    if given and given != view.hash:
        raise Refused("hash_conflict")
