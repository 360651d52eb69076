"""Who is where: those most in need first, on pages that lose nobody, whatever people are called."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.cohorts.board.figures import figure_rows, nameless_rows
from bot.core.cohorts.board.people import PAGE, State, View, ago, need, people_sheet, sought
from bot.core.cohorts.board.tally import Marks, Roll
from bot.core.cohorts.cohort import Cohort
from bot.core.cohorts.figures import share_of
from bot.core.learner import Learner
from bot.core.map import place
from bot.core.panels import ISOLATE, called
from bot.localslack.blockkit import validate_view
from bot.slack.panels import sheet_view
from tests.core.cohorts.board.classes import NAMES, NOW, WORKSHOP, crowd

COHORT = Cohort(3, "March", "C1", "docker-workshop", frozenset())
NOBODY = Marks()
AT = WORKSHOP.order[5]
FAILING = {AT: ("recipe", "EMPTY_FILE")}


def roll(*people: Learner) -> Roll:
    return Roll(people, len(people))


def names(view: View, *people: Learner, marks: Marks = NOBODY) -> list[str]:
    return [each.name for each in sought(WORKSHOP, roll(*people), marks, view, NOW)]


def ada(number: int, name: str, **more: object) -> Learner:
    return replace(Learner(f"U{number}", name, at=AT, seen_at=NOW), **more)  # type: ignore[arg-type]


def test_who_asked_for_help_comes_first_then_the_stuck_then_those_in_need() -> None:
    people = (
        ada(1, "Calm"),
        ada(2, "Quiet", seen_at=NOW - timedelta(minutes=30)),
        ada(3, "Struggling", tries={AT: 4}, failing=FAILING, hints={AT: 2}),
        ada(4, "Failed once", tries={AT: 1}, failing=FAILING),
        Learner("U5", "Not started"),
        ada(6, "Asks"),
        ada(7, "Stuck"),
        ada(8, "Done", passed=dict.fromkeys(WORKSHOP.order, NOW)),
    )
    marks = Marks({"U7", "U8"}, {"U6", "U8"})
    expected = ["Asks", "Stuck", "Struggling", "Quiet", "Failed once", "Calm", "Done", "Not started"]
    assert names(View(3), *people, marks=marks) == names(View(3), *people[::-1], marks=marks) == expected
    by_state = {state: names(View(3, state=state), *people, marks=marks) for state in State}
    assert by_state[State.NEED] == expected[:5]
    assert (by_state[State.HELP], by_state[State.STUCK]) == (["Asks"], ["Stuck"])
    assert (by_state[State.NEW], by_state[State.DONE]) == (["Not started"], ["Done"])
    assert sorted(by_state[State.ACTIVE] + by_state[State.QUIET]) == sorted(expected[:6])
    assert names(View(3, AT.section), *people) == [n for n in names(View(3), *people) if n != "Not started"]


def test_somebody_who_finished_or_passed_the_step_needs_nothing() -> None:
    hard = {"tries": {AT: 9}, "hints": {AT: 3}, "seen_at": NOW - timedelta(days=2)}
    assert need(WORKSHOP, ada(1, "x", passed=dict.fromkeys(WORKSHOP.order, NOW), **hard), NOW) == 0
    assert need(WORKSHOP, ada(1, "x", passed={AT: NOW}, **hard), NOW) == 0


@given(st.integers(0, 8), st.integers(0, 3), st.booleans())
def test_more_trouble_never_means_less_need(tries: int, hints: int, failing: bool) -> None:
    one = ada(1, "Ada", tries={AT: tries}, hints={AT: hints}, failing=FAILING if failing else {})
    more = replace(one, tries={AT: tries + 1}, hints={AT: min(3, hints + 1)})
    assert need(WORKSHOP, more, NOW) >= need(WORKSHOP, one, NOW)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 70), st.sampled_from(State), st.sampled_from(["anywhere", "02", "07", "99", "x"]))
def test_pages_show_everybody_once_and_slack_takes_each(count: int, state: State, section: str) -> None:
    people = crowd(count)
    everybody = sought(WORKSHOP, roll(*people), NOBODY, View(3, section if section < "99" else "anywhere", state), NOW)
    seen: list[str] = []
    view: View | None = View(3, section, state)
    while view:
        sheet = people_sheet(WORKSHOP, COHORT, roll(*people), NOBODY, view, NOW)
        assert validate_view(sheet_view(sheet)) == []
        seen += [row.text.split("\n")[0] for row in sheet.rows if ISOLATE in row.text]
        following = [press for press in sheet.presses if press.label == "Next"]
        view = View.parse(following[0].about) if following else None
        assert len(seen) <= len(everybody)
    assert len(seen) == len(everybody)
    assert all(line.startswith(called(each.name)) for line, each in zip(seen, everybody, strict=True))


def test_a_page_that_is_no_more_is_the_last_there_is() -> None:
    sheet = people_sheet(WORKSHOP, COHORT, roll(*crowd(PAGE + 1)), NOBODY, View(3, page=99), NOW)
    assert [press.label for press in sheet.presses] == ["Back"]
    assert f"{PAGE + 1} to {PAGE + 1} of {PAGE + 1}" in sheet.rows[0].text


def test_what_calls_for_help_stands_first_in_a_row() -> None:
    one = ada(1, "Ada", tries={AT: 3}, failing=FAILING, hints={AT: 1}, open_attempt=4)
    (row,) = people_sheet(WORKSHOP, COHORT, roll(one), Marks({"U1"}, {"U1"}), View(3), NOW).rows[1:]
    notes = "🙋 **waits for help** · **stuck** · checking now · 3 tries, last `EMPTY_FILE` · 1 hint · seen just now"
    assert row.text.split("\n")[1] == notes


@pytest.mark.parametrize("text", ["", "x", "-1 02 all 1", "²", "1" * 99, "٣", "\0", "a b c d e f"])
def test_a_forged_button_names_no_class(text: str) -> None:
    assert View.parse(text) is None


@given(st.text(max_size=40))
def test_whatever_a_button_carries_is_read(text: str) -> None:
    assert View.parse(f"3 {text}") is not None


def test_a_view_is_read_as_it_is_written() -> None:
    view = View(3, "02", State.STUCK, 4)
    assert View.parse(str(view)) == view


def test_a_nameless_course_shows_figures_and_no_name() -> None:
    people = crowd(40)
    sheet = people_sheet(WORKSHOP, replace(COHORT, nameless=True), roll(*people), NOBODY, View(3), NOW)
    shown = str(sheet_view(sheet))
    assert not any(name.split()[0] in shown for name in NAMES)
    assert not any(each.id in shown for each in people)
    assert sum(int(row.text.split("**")[1]) for row in sheet.rows[:-1]) == sum(
        each.at is not None and each.at not in each.passed for each in people
    )
    only = people_sheet(WORKSHOP, replace(COHORT, nameless=True), roll(*people), NOBODY, View(3, "07"), NOW)
    assert all(" at 07 ·" in row.text for row in only.rows[:-1])


def test_whose_name_is_nobodys_business_has_a_row_without_it() -> None:
    people = Roll([ada(1, "Ada"), ada(2, "Grace")], 2, hidden={"U1"})
    sheet = people_sheet(WORKSHOP, COHORT, people, NOBODY, View(0), NOW)
    assert [row.text.split(" · ")[0] for row in sheet.rows[1:]] == [called("Grace"), called("Somebody")]


def test_figures_of_a_step_are_of_those_who_passed_it() -> None:
    people = [ada(n, "x", passed={AT: NOW}, spent={AT: 60.0 * n}) for n in range(1, 11)]
    people += [ada(11, "at it", spent={AT: 9e9}, failing=FAILING), ada(12, "skipped", skipped=frozenset({AT}))]
    title = next(step.title for step in WORKSHOP.sections[1].steps if step.id == AT.step)
    (line,) = [line for row in figure_rows(WORKSHOP, people) for line in row.box.split("\n") if line.endswith(title)]
    assert line.split()[:5] == ["5.5", "8.0", "2", "10", "1"]
    assert [row.text for row in nameless_rows(WORKSHOP, people)] == [
        f"**1** at {place(WORKSHOP, AT)} · last check: 1 × `EMPTY_FILE`"
    ]


def test_four_of_five_are_not_above_their_share() -> None:
    assert share_of([], 0.8) is None
    assert share_of([5.0], 0.8) == 5.0
    values = random.Random(3).sample(range(1000), 50)  # noqa: S311 - made up
    limit = share_of([float(each) for each in values], 0.8)
    assert limit is not None
    assert sum(each <= limit for each in values) == 40


@pytest.mark.parametrize(
    ("passed", "said"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=3), "3 days ago"),
    ],
)
def test_how_long_ago_is_said_without_a_time_zone(passed: timedelta, said: str) -> None:
    assert ago(passed) == said
