"""Every message we can make is one that Slack takes, and nothing a learner or a container says acts in it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.core.messages import (
    CheckCard,
    CheckState,
    CommandOutput,
    ConditionLine,
    Editor,
    Message,
    Offer,
    StatusCard,
    SummaryCard,
    Survey,
)
from bot.core.verdict import Failed
from bot.handin.plan import Output
from bot.localslack.blockkit import message_characters, validate_blocks, validate_view
from bot.slack.blocks import render
from bot.slack.buttons import read_value, value_of
from bot.slack.closing import read_survey
from bot.slack.forms import editor_view, form_view
from bot.slack.overview import home_view
from tests.slack.every_message import REF, SECTIONS, SUMS, messages

HOSTILE = "<!channel> <@U1> `x` ```y``` <script>alert(1)</script> & *b* \u202e" + "long " * 4_000


def check(message: Message) -> dict[str, Any]:
    rendered = render(message, "U1")
    assert rendered.text.strip()
    assert len(rendered.text) <= 4_000, "chat.update refuses longer texts"
    assert validate_blocks(rendered.blocks, "message") == []
    assert message_characters(rendered.blocks) <= 13_200
    return {"text": rendered.text, "blocks": rendered.blocks}


@pytest.mark.parametrize("message", messages("Hello `there`"), ids=lambda m: type(m).__name__)
def test_every_message_is_one_that_slack_takes(message: Message) -> None:
    check(message)


@pytest.mark.parametrize("message", messages(HOSTILE), ids=lambda m: type(m).__name__)
def test_hostile_text_fits_and_is_no_mention(message: Message) -> None:
    payload = check(message)
    assert "<!channel>" not in payload["text"]
    for block in payload["blocks"]:
        if block["type"] in ("markdown", "section", "context"):
            assert "<!channel>" not in json.dumps(block), block
            assert "<@U1>" not in json.dumps(block), block


def test_home_and_the_form_are_views_that_slack_takes() -> None:
    card = StatusCard("Ada", "Docker workshop", SECTIONS, "02 · Write the recipe", True, False, (Offer.CONTINUE,))
    assert validate_view(home_view(card, "U1")) == []
    assert validate_view(editor_view(Editor("Dockerfile", "FROM node:24-alpine", REF), "U1", "D1")) == []
    assert validate_view(editor_view(Editor("a" * 200, ""), "U1", "D1")) == []
    for survey in (Survey(), Survey(5, "x" * 9_000), Survey(9, HOSTILE)):
        assert validate_view(form_view(survey, "U1", "D1")) == []
    assert validate_view(editor_view(Editor("a" * 200, "x" * 3_000, REF, 40_000, 49_999, "f" * 16), "U1", "D1")) == []


def test_the_summary_says_what_was_not_measured_and_how_pauses_count() -> None:
    measured = render(SummaryCard("Docker workshop", 45, SUMS, 300), "U1")
    assert "6 min" in json.dumps(measured.blocks)
    assert "a pause counts for at most 5 min" in json.dumps(measured.blocks)
    unknown = render(SummaryCard("Docker workshop", 45, SUMS[:1], 300), "U1")
    assert " min" not in json.dumps(unknown.blocks)
    assert unknown.text == "Docker workshop: 1 of 5 steps passed, 1 skipped."


@pytest.mark.parametrize(
    ("values", "answers"),
    [
        ({}, (0, "")),
        ({"useful": {"useful": {"selected_option": None}}, "better": {"better": {"value": None}}}, (0, "")),
        (
            {"useful": {"useful": {"selected_option": {"value": "4"}}}, "better": {"better": {"value": " x "}}},
            (4, " x "),
        ),
        ({"useful": {"useful": {"selected_option": {"value": "99"}}}}, (0, "")),
    ],
)
def test_the_feedback_form_is_read_as_it_was_filled(values: dict[str, Any], answers: tuple[int, str]) -> None:
    assert read_survey(values) == answers


def test_a_button_remembers_whose_it_is_and_what_it_is_about() -> None:
    assert read_value(value_of("U1", REF, "q|x")) == ("U1", REF, "q|x")
    assert read_value(value_of("U1", None)) == ("U1", None, "")


def test_the_long_middle_of_an_output_is_left_out_visibly() -> None:
    shown = render(CommandOutput("docker logs x", Output("first\n" + "x" * 30_000 + "\nlast line")), "U1")
    text = shown.blocks[0]["elements"][0]["elements"][0]["text"]
    assert "first" in text
    assert "last line" in text
    assert "characters left out" in text


def test_a_question_that_waits_is_no_failure() -> None:
    waiting = ConditionLine("a", "Question: ports", Failed("NOT_ANSWERED", "Which port?", "no answer yet"), say="long")
    shown = str(render(CheckCard(REF, 1, "Run it", CheckState.ENDED, (waiting,)), "U1").blocks)
    assert "not answered yet" in shown
    assert "❌" not in shown
    assert "expected" not in shown
