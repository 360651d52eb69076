"""What people do with elements, commands and shortcuts, told to the bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.localslack import hooks
from bot.localslack.elements import BUTTONS, STATELESS, Found, state_of, state_values
from bot.localslack.passes import Hook
from bot.localslack.payloads import channel_json, file_json, message_json, view_json
from bot.localslack.premises import Premises
from bot.localslack.sockets import Answer, Outcome
from bot.localslack.values import Channel, Json, Kind, Message, Person, Refused, View
from bot.localslack.world import APP_ID, TEAM_DOMAIN, TEAM_ID

TOKEN = "local-verification-token"  # noqa: S105 - Slack's legacy field, no secret here
#: How Slack calls conversations that have no name of their own, in payloads of commands.
_COMMAND_NAMES = {Kind.DM: "directmessage", Kind.PRIVATE: "privategroup"}


@dataclass(frozen=True, slots=True)
class Where:
    """The place of an element: a message or a view, never both."""

    message: Message | None = None
    view: View | None = None

    @property
    def key(self) -> str:
        """Return what identifies the place."""
        return self.view.id if self.view else f"{self.message.channel}:{self.message.ts}" if self.message else ""


@dataclass(frozen=True, slots=True)
class Result:
    """How something a person did ended, for their screen."""

    outcome: str
    more: Json = field(default_factory=dict)

    def json(self) -> Json:
        """Return it as the answer of a POST."""
        return {"outcome": self.outcome, **self.more}


def _who(person: Person) -> Json:
    return {"id": person.id, "username": person.name, "name": person.name, "team_id": TEAM_ID}


def begin(premises: Premises, kind: str, person: Person, view_id: str | None = None) -> Json:
    """Return what every interaction's payload starts with."""
    return {
        "type": kind,
        "user": _who(person),
        "api_app_id": APP_ID,
        "token": TOKEN,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "trigger_id": premises.passes.trigger(person.id, view_id),
    }


def offered(premises: Premises, where: Where) -> dict[tuple[str, str], list[Json]]:
    """Return the options the bot offered for external selects of a place."""
    known = premises.screens.offered.items()
    return {(block, action): options for (key, block, action), options in known if key == where.key}


def full_view(premises: Premises, view: View) -> Json:
    """Return a view with its state, files in it told in full."""
    shown = view_json(view, offered(premises, Where(view=view)))
    for block in shown["state"]["values"].values():
        for held in block.values():
            if held["type"] == "file_input":
                held["files"] = [file_json(premises.world.files[f], premises.origin) for f in held["files"]]
    return shown


def _place(premises: Premises, person: Person, where: Where) -> Json:
    if where.view:
        return {
            "container": {"type": "view", "view_id": where.view.id},
            "view": full_view(premises, where.view),
        }
    message = where.message
    if message is None:
        return {}
    container: Json = {"type": "message", "message_ts": message.ts, "channel_id": message.channel}
    container["is_ephemeral"] = message.only_for is not None
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    channel = premises.world.channels[message.channel]
    name = _COMMAND_NAMES.get(channel.kind, channel.name)
    place: Json = {"container": container, "channel": {"id": channel.id, "name": name}}
    if message.only_for is None:
        place["message"] = message_json(premises.world, message, premises.origin)
    values = premises.world.choices(person.id, message)
    place["state"] = {"values": state_values(message.blocks, values, offered(premises, where))}
    return place


def _action(premises: Premises, where: Where, found: Found, value: Any) -> Json:
    element = found.element
    held = state_of(element, value, offered(premises, where).get((found.block_id, found.action_id), []))
    action: Json = {"action_id": found.action_id, "block_id": found.block_id, **held}
    if element["type"] in BUTTONS:
        shown: Json = {k: element[k] for k in ("text", "value", "style", "url", "icon") if k in element}
        action = {**shown, **action}
    return action | {"action_ts": premises.world.next_ts()}


async def press(premises: Premises, person: Person, where: Where, found: Found, value: Any) -> Result:
    """Tell the bot of a press or a choice. Raises: NotAChoice."""
    state_of(found.element, value, offered(premises, where).get((found.block_id, found.action_id), []))
    if found.element["type"] not in STATELESS:
        where = _choose(premises, person, where, found, value)
    payload = begin(premises, "block_actions", person, where.view.id if where.view else None)
    payload |= _place(premises, person, where)
    payload["actions"] = [_action(premises, where, found, value)]
    if where.message:
        m = where.message
        payload["response_url"] = hooks.new_url(premises, m.channel, person.id, m.ts, m.thread_ts)
    answer = await premises.hub.ask("interactive", f"block_actions {found.action_id}", payload)
    return Result(said(answer))


def _choose(premises: Premises, person: Person, where: Where, found: Found, value: Any) -> Where:
    if where.message:
        premises.world.choose(person.id, where.message, found.block_id, found.action_id, value)
        return where
    if where.view:
        return Where(view=premises.screens.keep(where.view, found.block_id, found.action_id, value))
    return where


def said(answer: Answer) -> str:
    """Return the outcome as people.py names it."""
    return str(Outcome.TIMEOUT if answer.outcome is Outcome.DROPPED else answer.outcome)


async def suggest(premises: Premises, person: Person, where: Where, found: Found, typed: str) -> Result:
    """Ask the bot for the options of an external select."""
    payload = begin(premises, "block_suggestion", person) | _place(premises, person, where)
    del payload["trigger_id"]
    payload |= {"action_id": found.action_id, "block_id": found.block_id, "value": typed}
    answer = await premises.hub.ask("interactive", f"block_suggestion {found.action_id}", payload)
    if answer.outcome is not Outcome.ACKED:
        return Result(said(answer), {"options": []})
    given = answer.payload or {}
    groups = given.get("option_groups") or []
    options = [*(given.get("options") or []), *(o for g in groups for o in g.get("options", []))]
    # what was chosen from an earlier list stays known
    known = premises.screens.offered.setdefault((where.key, found.block_id, found.action_id), [])
    known[:] = [*(o for o in known if o not in options), *options][-500:]
    return Result("acked", {"options": [{"text": o["text"]["text"], "value": o["value"]} for o in options]})


async def command(premises: Premises, person: Person, channel: Channel, name: str, text: str) -> Result:
    """Run a slash command; the acknowledgement may carry a first answer."""
    if name not in premises.manifest.commands:
        return Result("failed", {"message": f"{name} is not a valid command. The app does not declare it."})
    payload = {
        "token": TOKEN,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": _COMMAND_NAMES.get(channel.kind, channel.name),
        "user_id": person.id,
        "user_name": person.name,
        "command": name,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": hooks.new_url(premises, channel.id, person.id),
        "trigger_id": premises.passes.trigger(person.id),
    }
    answer = await premises.hub.ask("slash_commands", name, payload)
    if answer.outcome is not Outcome.ACKED:
        reason = "dispatch_failed" if answer.outcome is Outcome.NO_SOCKET else "operation_timeout"
        return Result(said(answer), {"message": f'{name} failed with the error "{reason}"'})
    if answer.payload:
        try:
            hooks.answer_hook(premises, Hook(channel.id, person.id, premises.clock()), answer.payload)
        except Refused as refused:
            premises.problems.found(refused.error, f"The answer to {name} was refused: {refused.error}", name)
    return Result("acked")


async def shortcut(premises: Premises, person: Person, callback_id: str, message: Message | None) -> Result:
    """Use a shortcut that the manifest declares, on a message or on nothing."""
    declared = premises.manifest.shortcuts.get(callback_id)
    if declared is None or (declared.kind == "message") != (message is not None):
        return Result("failed", {"message": "The app does not declare this shortcut."})
    kind = "message_action" if message else "shortcut"
    payload = begin(premises, kind, person) | {"callback_id": callback_id}
    payload["action_ts"] = premises.world.next_ts()
    if message:
        channel = premises.world.channels[message.channel]
        payload |= {
            "message_ts": message.ts,
            "message": message_json(premises.world, message, premises.origin),
            "channel": {"id": channel.id, "name": channel_json(channel, person.id).get("name", "directmessage")},
            "response_url": hooks.new_url(premises, channel.id, person.id, None, message.thread_ts),
        }
    return Result(said(await premises.hub.ask("interactive", f"{kind} {callback_id}", payload)))
