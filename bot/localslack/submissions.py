"""Modals handed in or closed, told to the bot; and what its acknowledgement then does to the screen."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.localslack.elements import state_values
from bot.localslack.interactions import Result, begin, full_view, said
from bot.localslack.posting import checked_view
from bot.localslack.premises import Premises
from bot.localslack.sockets import Answer, Outcome
from bot.localslack.values import Json, Person, Refused, View
from bot.localslack.world import dm_of


async def submit(premises: Premises, person: Person, view: View) -> Result:
    """Hand a modal in and do what the bot's acknowledgement says."""
    for file_id in _files_in(view):
        premises.world.share([file_id], dm_of(person.id))
    payload = begin(premises, "view_submission", person, view.id)
    payload |= {"view": full_view(premises, view), "response_urls": []}
    answer = await premises.hub.ask("interactive", f"view_submission {view.body.get('callback_id', '')}", payload)
    if answer.outcome is not Outcome.ACKED:
        return Result(said(answer), {"errors": {}})
    try:
        return Result(*_react(premises, view, answer.payload or {}))
    except Refused as refused:
        messages = refused.more.get("response_metadata", {}).get("messages", [])
        words = "; ".join([f"The answer to view_submission was refused: {refused.error}", *messages[:3]])
        premises.problems.found(refused.error, words, "view_submission")
        return Result("trouble", {"errors": {}})


def _files_in(view: View) -> list[str]:
    values = state_values(view.blocks, view.values)
    return [f for b in values.values() for held in b.values() for f in held.get("files", [])]


def _react(premises: Premises, view: View, answer: Json) -> tuple[str, Json]:
    """Change the screen as an acknowledgement says; return the outcome. Raises: Refused."""
    screens = premises.screens
    shown = screens.by_id(view.id)
    action = answer.get("response_action")
    if shown is None:
        return "closed", {"errors": {}}
    match action:
        case None:
            screens.close(shown)
            return "closed", {"errors": {}}
        case "errors":
            errors = _checked_errors(shown, answer.get("errors"))
            screens.refuse(shown, errors)
            return "errors", {"errors": errors}
        case "update":
            screens.update(shown, checked_view(answer.get("view"), "modal"))
            return "updated", {"errors": {}}
        case "push":
            screens.push(view.user, checked_view(answer.get("view"), "modal"))
            return "pushed", {"errors": {}}
        case "clear":
            screens.close_all(view.user)
            return "cleared", {"errors": {}}
        case _:
            raise Refused("invalid_response_action")


def _checked_errors(view: View, errors: Any) -> dict[str, str]:
    inputs = {b["block_id"] for b in view.blocks if b["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise Refused("invalid_errors")
    strange = sorted(str(block) for block in errors if block not in inputs)
    if strange:
        message = f"[ERROR] not an input block: {', '.join(strange)}"
        raise Refused("invalid_errors", response_metadata={"messages": [message]})
    return {str(block): str(words) for block, words in errors.items()}


async def close(premises: Premises, person: Person, view: View, *, everything: bool) -> Result:
    """Take a modal off the screen and tell the bot if it wants to know."""
    stack = premises.screens.stack(person.id)
    at = 0 if everything or view.body.get("clear_on_close") else stack.index(view)
    gone = list(reversed(stack[at:]))
    if at == 0:
        premises.screens.close_all(person.id)
    else:
        premises.screens.close(stack[at])
    told = [v for v in gone if v.body.get("notify_on_close")]
    answers = await asyncio.gather(*(_tell_closed(premises, person, v, cleared=at == 0) for v in told))
    silent = [a for a in answers if a.outcome is not Outcome.ACKED]
    return Result(said(silent[0]) if silent else "closed")


async def _tell_closed(premises: Premises, person: Person, view: View, *, cleared: bool) -> Answer:
    payload = begin(premises, "view_closed", person)
    del payload["trigger_id"]
    payload |= {"view": full_view(premises, view), "is_cleared": cleared}
    return await premises.hub.ask("interactive", f"view_closed {view.body.get('callback_id', '')}", payload)
