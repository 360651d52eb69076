"""Forms, as Slack's modals, and the way to them. Pure."""

from __future__ import annotations

from typing import Any

from bot.core.messages import Editor, Form, Note, Offer, Survey
from bot.handin.windows import FORM_LIMIT
from bot.slack.buttons import spot_of, value_of
from bot.slack.closing import survey_view
from bot.slack.elements import cut, plain

EDITOR_VIEW = "editor"  #: callback_id of the file form
EDITOR_INPUT = "content"  #: action_id and block_id of its text
EDITOR_LIMIT = FORM_LIMIT  #: Source: docs.slack.dev, plain text input, max_length


def form_view(form: Form, owner: str, channel: str) -> dict[str, Any]:
    """Return a form that is answered in `channel`."""
    if isinstance(form, Survey):
        return survey_view(form, f"{channel}|{value_of(owner, None)}")
    return editor_view(form, owner, channel)


def way_to(form: Form) -> Note:
    """Return the message with the button that opens a form: a message typed in chat cannot open one."""
    if isinstance(form, Survey):
        return Note("Two short questions. Your instructors see what you write.", (Offer.FEEDBACK,))
    lines = f"lines {form.first}–{form.last} of " if form.first else ""
    place = spot_of(form.path, form.first, form.last)
    return Note(f"Here is the editor for {lines}`{form.path}`.", (Offer.EDIT,), form.ref, place)


def editor_view(editor: Editor, owner: str, channel: str) -> dict[str, Any]:
    """Return the form for one file or some lines of it, answered in `channel`; an empty one can be saved too."""
    what = f"Lines {editor.first}–{editor.last} of" if editor.first else "Content of"
    place = f"{spot_of(editor.path, editor.first, editor.last)}#{editor.mark}"
    return {
        "type": "modal",
        "callback_id": EDITOR_VIEW,
        "private_metadata": f"{channel}|{value_of(owner, editor.ref, place)}",
        "title": plain(_short(editor.path), 24),
        "submit": plain("Save", 24),
        "close": plain("Cancel", 24),
        "blocks": [
            {
                "type": "input",
                "block_id": EDITOR_INPUT,
                "optional": True,
                "label": plain(cut(f"{what} {editor.path}", 75)),
                "element": {
                    "type": "plain_text_input",
                    "action_id": EDITOR_INPUT,
                    "multiline": True,
                    "max_length": EDITOR_LIMIT,
                    **({"initial_value": editor.text} if editor.text else {}),
                },
            }
        ],
    }


def _short(path: str) -> str:
    """Return a path as the title of a form: its end says most."""
    return path if len(path) <= 24 else f"…{path[-23:]}"
