from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.authoring.load import load_workshop
from bot.core.cards import check_card, failure_text, filled, one_line, question_cards, step_card
from bot.core.learner import Learner
from bot.core.messages import CheckState, Offer
from bot.core.verdict import Blocked, Failed, Fault, Passed, TimedOut
from bot.core.workshop import StepRef, Workshop

from .conftest import LESSONS

WORKSHOP = load_workshop(LESSONS)
BUILD, USE = StepRef("02", "build"), StepRef("02", "use")
ALL = {c.id: Passed("seen") for ref, c in WORKSHOP.conditions() if ref == BUILD}


def test_a_step_card_says_where_it_is_and_what_can_be_done(workshop: Workshop, ada: Learner) -> None:
    card = step_card(workshop, ada, StepRef("02", "dockerfile"))
    assert (card.number, card.of, card.section_title) == (2, 5, "Put an app into a container")
    assert card.offers == (Offer.EDIT, Offer.CHECK, Offer.HINT, Offer.SKIP, Offer.BACK)
    assert card.edit_path == "Dockerfile"
    assert not card.passed


def test_a_passed_step_offers_the_way_on(workshop: Workshop, ada: Learner) -> None:
    card = step_card(workshop, ada, StepRef("02", "app"))
    assert card.passed
    assert card.offers == (Offer.NEXT, Offer.BACK)


def test_the_first_step_has_no_way_back(workshop: Workshop, ada: Learner) -> None:
    assert step_card(workshop, ada, workshop.order[0]).offers == (Offer.NEXT,)


def test_a_skipped_step_says_so_and_can_be_done(workshop: Workshop, ada: Learner) -> None:
    at = StepRef("02", "dockerfile")
    card = step_card(workshop, replace(ada, skipped=frozenset({at})), at)
    assert "skipped this step" in card.say
    assert {Offer.CHECK, Offer.NEXT} <= set(card.offers)


def test_questions_are_shown_as_the_learner_left_them(workshop: Workshop, ada: Learner) -> None:
    at = StepRef("02", "dockerfile")
    step = workshop.step(at)
    assert step is not None
    cards = question_cards(replace(ada, answers={"02/dockerfile/quotes": 0}), at, step)
    assert [card.chosen for card in cards] == [None, 0]


def test_the_log_behind_a_failure_says_more_than_its_code(workshop: Workshop) -> None:
    log = "Using sqlite database at /etc/todos/todo.db\nError: SQLITE_READONLY: attempt to write a readonly database"
    step = workshop.step(USE)
    assert step is not None
    condition = next(c for c in step.conditions if "EXITED" in c.fail)
    failed = Failed("EXITED", "a running container", "todo has ended", detail=log)
    card = check_card(workshop, USE, 7, CheckState.ENDED, {condition.id: failed}, helped=1)
    line = next(line for line in card.lines if line.id == condition.id)
    assert line.say.startswith(failure_text(workshop, condition, failed))
    assert line.say.endswith("The app can read its database, but not write to it.")
    assert card.hint == "Look at the mount. Does it say `readonly` or `ro`?"


def test_a_check_in_the_queue_has_no_buttons(workshop: Workshop) -> None:
    card = check_card(workshop, BUILD, 7, CheckState.QUEUED, ahead=2)
    assert (card.attempt, card.ahead, card.offers) == (7, 2, ())
    assert all(line.result is None and not line.running for line in card.lines)
    assert "getting-started" in card.lines[1].title


def test_a_running_check_marks_what_it_looks_at(workshop: Workshop) -> None:
    card = check_card(workshop, BUILD, 7, CheckState.RUNNING, {"builds": Passed("x")}, "tagged")
    assert [line.id for line in card.lines if line.running] == ["tagged"]
    assert card.hint == card.recap == ""


def test_a_pass_shows_what_was_proved_and_the_way_on(workshop: Workshop) -> None:
    card = check_card(workshop, BUILD, 7, CheckState.ENDED, ALL, took_s=1.5)
    assert card.recap.startswith("Your image has")
    assert card.offers == (Offer.NEXT,)
    assert card.took_s == 1.5


def test_the_last_pass_of_all_leads_to_the_map(workshop: Workshop) -> None:
    results = {c.id: Passed() for ref, c in workshop.conditions() if ref == USE}
    assert check_card(workshop, USE, 7, CheckState.ENDED, results).offers == (Offer.STATUS,)


def test_a_failure_is_explained_with_its_nudge_and_blocks_by_title(workshop: Workshop) -> None:
    results = {
        **ALL,
        "tagged": Failed("CLOSE_NAME", "getting-started", "geting-started"),
        "workdir": Blocked("tagged"),
        "content": Blocked("workdir"),
    }
    card = check_card(workshop, BUILD, 7, CheckState.ENDED, results, helped=1)
    lines = {line.id: line for line in card.lines}
    assert lines["tagged"].say == "Close: you called it `geting-started`. I am looking for `getting-started`."
    assert lines["workdir"].blocked_by == "There is an image called getting-started"
    assert "letter by letter" in card.hint
    assert {Offer.CHECK, Offer.HINT, Offer.SKIP} <= set(card.offers)
    assert not card.recap


@pytest.mark.parametrize("result", [Fault("engine away"), TimedOut("build")])
def test_our_side_is_said_to_be_ours(workshop: Workshop, result: Fault | TimedOut) -> None:
    card = check_card(workshop, BUILD, 7, CheckState.ENDED, {**ALL, "builds": result})
    assert "does not count" in card.lines[0].say
    assert card.offers == (Offer.CHECK,)
    assert not card.hint


def test_a_step_that_is_gone_still_gives_a_card(workshop: Workshop) -> None:
    card = check_card(workshop, StepRef("02", "gone"), 7, CheckState.ENDED, {"x": Passed()})
    assert card.title
    assert card.lines == ()


def test_a_name_cannot_carry_markup(workshop: Workshop) -> None:
    assert filled("Hi ${learner}, ${image}!", workshop, "*<!channel>* `x`") == "Hi !channel x, getting-started!"
    assert filled("Hi ${learner}", workshop, "") == "Hi friend"
    assert filled("${learner}", workshop, "${image}") == "${image}"
    assert filled("${namespace}/${image}", workshop.seen_by("ada")) == "ada/getting-started"
    assert filled("${namespace}", workshop.seen_by("")) == "your-namespace"
    assert filled("${learner}", workshop.seen_by("ada"), "${namespace}") == "${namespace}"


@given(st.text(max_size=400), st.text(max_size=400))
def test_what_was_seen_never_breaks_the_sentence(expected: str, observed: str) -> None:
    condition = next(c for ref, c in WORKSHOP.conditions() if ref == BUILD and c.id == "tagged")
    text = failure_text(WORKSHOP, condition, Failed("CLOSE_NAME", expected, observed))
    assert "\n" not in text
    assert text.count("`") == 4
    assert len(text) < 600


@given(st.text(max_size=600))
def test_foreign_text_becomes_one_short_line(text: str) -> None:
    line = one_line(text)
    assert len(line) <= 120
    assert "`" not in line
    assert line == " ".join(line.split())


def test_names_and_times_of_a_learner_do_not_change_the_lesson(workshop: Workshop, ada: Learner, now: datetime) -> None:
    other = replace(ada, id="U2", name="Bob", seen_at=now)
    at = StepRef("02", "run")
    assert step_card(workshop, ada, at) == step_card(workshop, other, at)
