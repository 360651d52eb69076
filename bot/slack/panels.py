"""Panels and sheets as Block Kit, and sheets that come back; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from bot.core.panels import Field, Kind, Panel, Press, Row, Sheet, Tone
from bot.slack.buttons import read_value, value_of
from bot.slack.elements import (
    MESSAGE_TEXT,
    OUTPUT_TEXT,
    Block,
    Element,
    actions,
    button,
    context,
    cut,
    cut_middle,
    header,
    inline,
    line,
    moment,
    mrkdwn,
    plain,
    preformatted,
    quote,
    rich,
)
from bot.slack.legible import legible, whole

DUTY = "duty:"  #: prefix of the action_id of every button of a panel, and of every sheet's callback_id
ROW_TEXT, QUOTE_TEXT, INPUT_TEXT = 2_500, 1_500, 3_000
CHOICES = 100  #: Source: docs.slack.dev, static select, options
BLOCKS = {"message": 50, "modal": 100, "home": 100}  #: Source: docs.slack.dev, blocks of a surface
#: characters of blocks, all together, in one message. Source: bolt-js issue 2509 (about 13,200)
BYTES = 12_000


def panel_text(panel: Panel) -> str:
    """Return what a notification says."""
    return mrkdwn(panel.text.strip(), MESSAGE_TEXT) or "Docent"


def panel_blocks(panel: Panel, surface: str = "message") -> list[Block]:
    """Return the panel; rows that do not fit are left out, saying how many."""
    head: list[Block] = [header(panel.title)] if panel.title else []
    tail: list[Block] = _buttons(panel.presses)
    if panel.foot:
        tail.append(context(panel.foot))
    if panel.changed_at:
        tail.append(moment(panel.changed_at, "Changed "))
    room = BLOCKS[surface] - len(head) - len(tail) - 1
    return head + _fitting(panel.rows, room, most=BYTES - len(str(head + tail))) + tail


def _fitting(rows: tuple[Row, ...], room: int, most: int = 10**9) -> list[Block]:
    blocks: list[Block] = []
    for number, row in enumerate(rows):
        made = _row(row)
        most -= len(str(made))
        if len(blocks) + len(made) > room or most < 0:
            return [*blocks, context(f"… and {len(rows) - number} more that do not fit here")]
        blocks += made
    return blocks


def _row(row: Row) -> list[Block]:
    parts: list[Element] = []
    if row.text:
        parts += [line(*inline(each)) for each in [cut(row.text, ROW_TEXT)]]
    if row.person:
        parts.append(line({"type": "user", "user_id": row.person}))
    if row.quote:
        parts.append(quote(cut(row.quote, QUOTE_TEXT)))
    if row.box:
        parts.append(preformatted(cut_middle(row.box, OUTPUT_TEXT // 2)))
    blocks = [rich(*parts)] if parts else []
    if len(row.presses) == 1 and row.text and len(parts) == 1:  # one line with one button beside it
        text = {"type": "mrkdwn", "text": mrkdwn(row.text.replace("**", "").replace("`", ""), ROW_TEXT) or " "}
        return [{"type": "section", "text": text | {"verbatim": True}, "accessory": _button(row.presses[0], 0)}]
    return blocks + _buttons(row.presses)


def _buttons(presses: tuple[Press, ...]) -> list[Block]:
    return [actions(*(_button(press, number) for number, press in enumerate(presses)))] if presses else []


def _button(press: Press, number: int) -> Element:
    style = {Tone.PLAIN: "", Tone.MAIN: "primary", Tone.RISKY: "danger"}[press.tone]
    # an action_id may stand once in a block
    made = button(press.label, f"{DUTY}{press.act}#{number}", value_of("", None, press.about), style=style)
    if press.spoken:
        made["accessibility_label"] = plain(press.spoken)["text"]
    if press.sure:
        yes, no = plain("Yes", 30), plain("No", 30)
        made["confirm"] = {"title": plain("Sure?", 100), "text": plain(press.sure, 300), "confirm": yes, "deny": no}
    return made


def act_of(action_id: str) -> str:
    """Return the act that a button of a panel, or a sheet, names."""
    return action_id.removeprefix(DUTY).partition("#")[0]


def about_of(value: str) -> str:
    """Return what a button of a panel is about."""
    return read_value(value).detail


def sheet_view(sheet: Sheet) -> dict[str, Any]:
    """Return the sheet as a modal."""
    fields = [_field(field) for field in sheet.fields]
    tail = _buttons(sheet.presses)
    rows = _fitting(sheet.rows, BLOCKS["modal"] - len(fields) - len(tail) - 1)
    blocks = (fields + rows if sheet.fields_first else rows + fields) + tail
    view: dict[str, Any] = {
        "type": "modal",
        "callback_id": DUTY + sheet.act,
        "private_metadata": cut(sheet.about, 3_000),
        "title": plain(sheet.title, 24),
        "close": plain("Close" if sheet.fields_first or not fields else "Cancel", 24),
        "blocks": blocks or [context("There is nothing here.")],
    }
    return view | ({"submit": plain(sheet.submit, 24)} if fields else {})


def _field(field: Field) -> Block:
    made: Block = {
        "type": "input",
        "block_id": field.name,
        "label": plain(field.label, 75),
        "element": {"action_id": field.name} | _element(field),
        "optional": field.optional,
    }
    return made | ({"hint": plain(field.hint, 150)} if field.hint else {})


def _element(field: Field) -> Element:
    value, values = field.value, field.value.split("\n") if field.value else []
    options = [{"text": plain(label), "value": cut(each, 150)} for each, label in field.choices[:CHOICES]]
    chosen = [option for option in options if option["value"] in values]
    match field.kind:
        case Kind.LINE | Kind.TEXT:
            made = {"type": "plain_text_input", "multiline": field.kind is Kind.TEXT, "max_length": INPUT_TEXT}
            return made | ({"initial_value": cut(legible(value), INPUT_TEXT)} if value else {})
        case Kind.ONE:
            return {"type": "static_select", "options": options} | ({"initial_option": chosen[0]} if chosen else {})
        case Kind.MANY:
            return {"type": "checkboxes", "options": options[:10]} | ({"initial_options": chosen} if chosen else {})
        case Kind.PEOPLE:
            return {"type": "multi_users_select"} | ({"initial_users": values} if values else {})
        case Kind.CHANNEL:
            return {"type": "conversations_select"} | ({"initial_conversation": value} if value else {})
        case Kind.DAY:
            return {"type": "datepicker"} | ({"initial_date": value} if value else {})
        case Kind.TIME:
            return {"type": "datetimepicker"} | ({"initial_date_time": int(value)} if value else {})
        case _:
            assert_never(field.kind)


def read_sheet(values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return what a sheet was filled with, by field; '' for what was left empty. `values` is `view.state.values`."""
    return {name: _read(next(iter(elements.values()), {})) for name, elements in values.items()}


def _read(state: Mapping[str, Any]) -> str:
    match state.get("type"):
        case "plain_text_input":
            return whole(str(state.get("value") or ""))
        case "static_select":
            return str((state.get("selected_option") or {}).get("value", ""))
        case "checkboxes":
            return "\n".join(str(each.get("value", "")) for each in state.get("selected_options") or ())
        case "multi_users_select":
            return "\n".join(map(str, state.get("selected_users") or ()))
        case "conversations_select":
            return str(state.get("selected_conversation") or "")
        case "datepicker":
            return str(state.get("selected_date") or "")
        case "datetimepicker":
            return str(state.get("selected_date_time") or "")
        case _:
            return ""
