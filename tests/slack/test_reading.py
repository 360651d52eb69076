"""What a message is taken for, before anybody decides what it means."""

from __future__ import annotations

import pytest

from bot.core.events import AskedToSee, FilledForm, OpenedEditor, SaidSomething, TypedCommands, WroteFiles
from bot.core.messages import Editor, FilePage, Offer
from bot.core.workshop import StepRef
from bot.handin.windows import Spot
from bot.slack.blocks import editor_view, read_value, render
from bot.slack.reading import read_form, read_message, read_press

REF = StepRef("03", "edit")


@pytest.mark.parametrize(
    "text",
    [
        "replace `docker ps` with `docker ps -a` in notes.txt",
        "replace ```\nFROM node\nRUN x\n``` with ```\nFROM node\nRUN y\n``` in Dockerfile",
    ],
)
def test_a_replacement_is_no_command_and_no_file_whatever_its_texts_look_like(text: str) -> None:
    assert read_message(text) == SaidSomething(text)


def test_signs_that_slack_writes_another_way_arrive_as_typed() -> None:
    said = read_message("replace `a &lt; b &amp;&amp; c` with `&lt;p&gt;` in x.js")
    assert said == SaidSomething("replace `a < b && c` with `<p>` in x.js")


def test_commands_and_code_blocks_are_still_what_they_are() -> None:
    assert isinstance(read_message("docker ps"), TypedCommands)
    assert isinstance(read_message("```\nFROM node:24-alpine\nWORKDIR /app\n```"), WroteFiles)


@pytest.mark.parametrize(
    ("editor", "event"),
    [
        (Editor("a.js", "", REF, mark="new"), FilledForm("a.js", "typed", mark="new")),
        (Editor("src/a.js", "", REF, 40, 58, "f00d"), FilledForm("src/a.js", "typed", 40, 58, "f00d")),
        (Editor("odd:name", "", None, 1, 1, "f00d"), FilledForm("odd:name", "typed", 1, 1, "f00d")),
    ],
)
def test_a_saved_form_says_which_lines_of_which_file_it_is(editor: Editor, event: FilledForm) -> None:
    channel, _, rest = editor_view(editor, "U1", "D1")["private_metadata"].partition("|")
    assert channel == "D1"
    assert read_form(read_value(rest).detail, "typed") == event


def test_the_buttons_of_a_page_lead_to_the_lines_around_it() -> None:
    page = FilePage("src/a.js", 61, 120, 200, "x", (Offer.PAGE_BACK, Offer.EDIT_LINES, Offer.PAGE_ON), ref=REF)
    (row,) = [block for block in render(page, "U1").blocks if block["type"] == "actions"]
    assert [read_press(b["action_id"], b["value"], "U1") for b in row["elements"]] == [
        AskedToSee("src/a.js", Spot(60, 60), turned=True),
        OpenedEditor("src/a.js", Spot(61, 120)),
        AskedToSee("src/a.js", Spot(121, 121), turned=True),
    ]
    assert read_press("offer:edit", "U1||Dockerfile", "U1") == OpenedEditor("Dockerfile")
