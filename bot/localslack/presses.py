"""What people do with buttons, selects, modals and the Home."""

from __future__ import annotations

from typing import Any

from bot.localslack import events, forms, interactions, reading, submissions
from bot.localslack.asking import Ask, Declined
from bot.localslack.elements import NotAChoice, find, state_of, values_of
from bot.localslack.interactions import Where
from bot.localslack.values import Json, View


def _need_interactivity(ask: Ask) -> None:
    if not ask.premises.manifest.interactivity:
        raise Declined("interactivity_off", "The app's manifest turns interactivity off.")


async def press(ask: Ask) -> Json:
    """Press a button or make a choice."""
    _need_interactivity(ask)
    where = ask.where()
    found = ask.element(where)
    try:
        result = await interactions.press(ask.premises, ask.person, where, found, ask.given.get("value"))
    except NotAChoice as wrong:
        raise Declined("not_a_choice", str(wrong)) from wrong
    return result.json()


async def suggest(ask: Ask) -> Json:
    """Ask what an external select offers."""
    _need_interactivity(ask)
    where = ask.where()
    found = ask.element(where)
    if found.element["type"] not in ("external_select", "multi_external_select"):
        raise Declined("not_external", "This field's choices do not come from the app.")
    return (await interactions.suggest(ask.premises, ask.person, where, found, ask.text("value", ""))).json()


async def change(ask: Ask) -> Json:
    """Type into an input of a modal."""
    view = ask.view()
    found = ask.element(Where(view=view))
    value = ask.given.get("value")
    try:
        if found.block.get("dispatch_action"):
            _need_interactivity(ask)
            where = Where(view=view)
            return (await interactions.press(ask.premises, ask.person, where, found, value)).json()
        _keep(ask, view, {found.block_id: {found.action_id: value}})
    except NotAChoice as wrong:
        raise Declined("not_a_choice", str(wrong)) from wrong
    return {"outcome": "kept"}


def _keep(ask: Ask, view: View, values: Any) -> View:
    """Keep what was typed, if every value is one its element can hold. Raises: NotAChoice, Declined."""
    if not isinstance(values, dict):
        raise Declined("bad_request", "The field 'values' must be an object.")
    offered = interactions.offered(ask.premises, Where(view=view))
    checked = []
    for block_id, actions in values.items():
        for action_id, value in actions.items():
            found = find(view.blocks, block_id, action_id)
            if found is None:
                raise Declined("no_such_element", f"There is no field {block_id}/{action_id}.", 404)
            state_of(found.element, value, offered.get((block_id, action_id), []))
            _check_files(ask, found.element, value)
            checked.append((block_id, action_id, value))
    for block_id, action_id, value in checked:
        view = ask.premises.screens.keep(view, block_id, action_id, value)
    return view


def _check_files(ask: Ask, element: Json, value: Any) -> None:
    if element["type"] == "file_input":
        files = ask.premises.world.files
        for file_id in value or []:
            if file_id not in files or files[file_id].user != ask.person.id:
                raise Declined("no_such_file", "Upload the file first.", 404)


async def submit(ask: Ask) -> Json:
    """Hand a modal in."""
    _need_interactivity(ask)
    view = ask.top_view()
    try:
        view = _keep(ask, view, ask.given.get("values") or {})
        offered = interactions.offered(ask.premises, Where(view=view))
        faults = forms.faults(view.blocks, values_of(view.blocks, view.values), offered)
    except NotAChoice as wrong:
        raise Declined("not_a_choice", str(wrong)) from wrong
    if faults:
        ask.premises.screens.refuse(view, faults)
        return {"outcome": "errors", "errors": faults}
    return (await submissions.submit(ask.premises, ask.person, view)).json()


async def close(ask: Ask) -> Json:
    """Close a modal."""
    view = ask.top_view()
    result = await submissions.close(ask.premises, ask.person, view, everything=ask.flag("all"))
    return result.json()


async def open_tab(ask: Ask) -> Json:
    """Look at the bot's Home or messages."""
    tab, manifest = ask.text("tab"), ask.premises.manifest
    if tab not in ("home", "messages"):
        raise Declined("bad_request", "A tab is 'home' or 'messages'.")
    if not (manifest.home_tab if tab == "home" else manifest.messages_tab):
        raise Declined("tab_off", f"The app's manifest turns the {tab} tab off.")
    told = events.home_opened(ask.premises, ask.person.id, tab)
    home = ask.premises.screens.homes.get(ask.person.id)
    shown = reading.view(ask.premises, home, reading.Reader(ask.person.id, ask.flag("html"))) if home else None
    return {"outcome": "sent" if told else "not_subscribed", "view": shown}


async def shortcut(ask: Ask) -> Json:
    """Use a shortcut."""
    _need_interactivity(ask)
    message = ask.message() if ask.given.get("ts") else None
    return (await interactions.shortcut(ask.premises, ask.person, ask.text("callback_id"), message)).json()
