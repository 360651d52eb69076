"""Every message we can make is one that Slack takes, and nothing a learner or a container says acts in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.messages import (
    Board,
    BoardRow,
    CheckCard,
    CheckState,
    CommandOutput,
    ConditionLine,
    Editor,
    FeedbackCard,
    FilePage,
    FileSaved,
    Hardest,
    HintCard,
    Mark,
    Message,
    Note,
    Offer,
    QuestionCard,
    SectionProgress,
    SectionSum,
    StatusCard,
    StepCard,
    SummaryCard,
    Survey,
    Welcome,
)
from bot.core.verdict import Blocked, Failed, Fault, NotYet, Passed, TimedOut
from bot.core.workshop import Option, Question, StepRef
from bot.handin.plan import Output
from bot.localslack.blockkit import message_characters, validate_blocks, validate_view
from bot.slack.blocks import render
from bot.slack.buttons import read_value, value_of
from bot.slack.closing import read_survey
from bot.slack.forms import editor_view, form_view
from bot.slack.overview import home_view

REF = StepRef("02", "dockerfile")
HOSTILE = "<!channel> <@U1> `x` ```y``` <script>alert(1)</script> & *b* \u202e" + "long " * 4_000
QUESTION = Question(
    id="q",
    ask="What does `docker build` make?",
    options=(Option(text="An image", right=True, why="Yes."), Option(text="A container", why="Not yet.")),
)
LINES = (
    ConditionLine("a", "The image builds", Passed("built in 2.1 s")),
    ConditionLine("b", "It serves", Failed("NOT_LISTENING", "port 3000", HOSTILE, detail=HOSTILE), say=HOSTILE[:200]),
    ConditionLine("c", "It keeps items", Blocked("b"), blocked_by="It serves"),
    ConditionLine("d", "It starts", NotYet("starting")),
    ConditionLine("e", "It answers", TimedOut("http")),
    ConditionLine("f", "It ends", Fault("the engine is away")),
    ConditionLine("g", "It is next", running=True),
)
SECTIONS = tuple(SectionProgress(f"{n:02}", f"Section {n}", 5, n % 3, 1, 4, list(Mark)[n % 4]) for n in range(1, 11))
SUMS = tuple(
    SectionSum(f"{n:02}", "Build the image " * 4, 5, None if n == 1 else 60.0 * n, n % 3, n % 2, 5, n, n)
    for n in range(1, 11)
)
ROWS = tuple(
    BoardRow(f"U{n}", "Name " * 20, "02", "Build it", 3, 1, 11, 4, "NOT_BUILT", n % 2 == 0, 1e9) for n in range(60)
)


def messages(text: str) -> list[Message]:
    return [
        Note(text, tuple(Offer), REF, "step"),
        Welcome(text, text[:75] or "x", 45, tuple((f"{n:02}", text[:75], 5) for n in range(1, 11))),
        StepCard(REF, text[:75], text[:75] or "x", 1, 5, 2, text[:2_800], tuple(Offer)[:6], "Dockerfile"),
        QuestionCard(REF, QUESTION),
        QuestionCard(REF, QUESTION, 0),
        QuestionCard(REF, QUESTION, 1),
        *(HintCard(REF, rung, text, text[:75]) for rung in (1, 2, 3)),
        *(
            CheckCard(
                REF,
                7,
                text[:75] or "x",
                state,
                LINES,
                say=text[:2_800],
                ahead=3,
                eta_s=17.0,
                hint=text[:400],
                recap=text[:400],
                offers=(Offer.CHECK, Offer.HINT),
            )
            for state in CheckState
        ),
        CommandOutput(text[:2_000], Output(text, 125, 1.0, text[:300])),
        CommandOutput("docker ps", Output("")),
        FileSaved(text[:100] or "x", 10, 2, False, text, text[:500], (Offer.CHECK,), REF),
        Note(text[:300], (Offer.EDIT,), REF, "a.js", text),
        FilePage(text[:200], 1, 60, 133, text, (Offer.PAGE_BACK, Offer.EDIT_LINES, Offer.PAGE_ON), text[:100], REF),
        StatusCard(text[:80], text[:75] or "x", SECTIONS, text[:150], True, False, (Offer.CONTINUE, Offer.HELP)),
        SummaryCard(
            text[:75] or "x",
            45,
            SUMS,
            300,
            Hardest(text[:75], text[:90], 4, passed=True),
            text[:900],
            tuple(Offer)[-4:],
        ),
        SummaryCard("x", 45, SUMS[:1], 300),
        FeedbackCard(text, 4, text, "3 of 43 steps", again=True),
        FeedbackCard("", 0, text[:3_000], "3 of 43 steps"),
        Board(text[:150] or "x", ROWS, 20, 3, 60, text[:300]),
        Board("x", (), 0, 0, 0),
    ]


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


@given(st.text(max_size=9_000))
def test_any_text_fits_any_message(text: str) -> None:
    for message in messages(text):
        check(message)


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
