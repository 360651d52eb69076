from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.cohorts.cohort import Cohort, Course, Gate, Opening
from bot.core.cohorts.gates import barred, closed_words, due, gates_sheet, opened, passed_pct, read_gate, waits_at
from bot.core.events import AskedForNext, Started, WentTo
from bot.core.learner import Learner
from bot.core.map import steps_of
from bot.core.messages import Note, StepCard
from bot.core.panels import Mistakes
from bot.core.turn import Say, Turn
from bot.core.tutor import decide
from bot.core.workshop import StepRef, Workshop

BY_HAND = Gate("02", Opening.HAND)
MARCH = Cohort(7, "March", "C1", "docker-workshop", frozenset({"UBO"}))


def course(*gates: Gate) -> Course:
    return Course(7, "March", {gate.section: gate for gate in gates})


@pytest.fixture
def bo(workshop: Workshop, now: datetime) -> Learner:
    """Somebody who has the whole first section behind them."""
    refs = steps_of(workshop.sections[0])
    return Learner("U2", "Bo", at=refs[-1], passed=dict.fromkeys(refs, now), met_at=now, seen_at=now)


def said(turn: Turn) -> str:
    notes = [a.message for a in turn.actions if isinstance(a, Say) and isinstance(a.message, Note)]
    return " ".join(note.text for note in notes)


def steps_shown(turn: Turn) -> list[StepRef]:
    return [a.message.ref for a in turn.actions if isinstance(a, Say) and isinstance(a.message, StepCard)]


@pytest.mark.parametrize("event", [AskedForNext(), Started(), WentTo("02")])
def test_a_closed_section_is_not_entered_by_any_way(
    workshop: Workshop, bo: Learner, now: datetime, event: AskedForNext | Started | WentTo
) -> None:
    closed = decide(workshop, replace(bo, course=course(BY_HAND)), event, now)
    assert "at the gate of **02 · " in said(closed)
    assert "The instructors of March open it" in said(closed)
    assert closed.learner.at == bo.at
    assert steps_shown(closed) == []
    free = decide(workshop, replace(bo, course=course(opened(BY_HAND, now))), event, now)
    assert steps_shown(free) == [steps_of(workshop.sections[1])[0]]


def test_whoever_was_in_the_section_before_it_was_closed_goes_on(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    turn = decide(workshop, replace(ada, course=course(BY_HAND)), Started(), now)
    assert steps_shown(turn) == [ada.at]


def test_the_very_first_section_may_be_closed_too(workshop: Workshop, now: datetime) -> None:
    gate = Gate("01", Opening.TIME, at=now + timedelta(days=1))
    turn = decide(workshop, Learner("U3", "Cy", course=course(gate)), Started(), now)
    assert "opens on Tuesday 24 November, 09:00 UTC" in said(turn)
    assert turn.learner.at is None


def test_who_waits_at_a_gate_is_who_stands_right_before_it(workshop: Workshop, ada: Learner, bo: Learner) -> None:
    early, new = replace(bo, at=steps_of(workshop.sections[0])[0]), Learner("U9", "New")
    waits = [waits_at(workshop, each, workshop.sections[1]) for each in (bo, ada, early, new)]
    assert waits == [True, False, False, False]
    assert waits_at(workshop, new, workshop.sections[0])


@pytest.mark.parametrize(
    ("opening", "share", "pct", "minutes", "opens"),
    [
        (Opening.HAND, 0, 100, 99, False),
        (Opening.SHARE, 80, 79, 0, False),
        (Opening.SHARE, 80, 80, 0, True),
        (Opening.TIME, 0, 100, -1, False),
        (Opening.TIME, 0, 0, 0, True),
    ],
)
def test_a_gate_opens_when_what_it_waits_for_is_the_case(
    opening: Opening, share: int, pct: int, minutes: int, opens: bool, now: datetime
) -> None:
    assert due(Gate("02", opening, now, share), now + timedelta(minutes=minutes), pct) is opens


def test_the_share_counts_everybody_in_the_course(workshop: Workshop, ada: Learner, bo: Learner) -> None:
    section, new = workshop.sections[1], Learner("U9", "New")
    assert passed_pct(workshop, section, [ada, bo, new, new]) == 50
    assert passed_pct(workshop, section, []) == 0


@pytest.mark.parametrize(
    ("filled", "field", "says"),
    [
        ({"section": "", "opening": "hand"}, "section", "Choose a section"),
        ({"section": "99", "opening": "hand"}, "section", "Choose a section"),
        ({"section": "02", "opening": "time", "at": ""}, "at", "still to come"),
        ({"section": "02", "opening": "time", "at": "1"}, "at", "still to come"),
        ({"section": "02", "opening": "share", "share": "most"}, "share", "“most” is no share"),
        ({"section": "02", "opening": "share", "share": "0"}, "share", "1 to 100"),
        ({"section": "02", "opening": "share", "share": "101"}, "share", "1 to 100"),
        ({"section": "02", "opening": "share", "share": "²"}, "share", "1 to 100"),
    ],
)
def test_a_gate_that_cannot_be_is_refused_with_a_reason(
    workshop: Workshop, now: datetime, filled: Mapping[str, str], field: str, says: str
) -> None:
    came = read_gate(workshop, filled, now)
    assert isinstance(came, Mistakes)
    assert says in came.fields[field]


def test_a_gate_is_read_from_its_form(workshop: Workshop, now: datetime) -> None:
    later = now + timedelta(hours=2)
    timed = {"section": "02", "opening": "time", "at": str(int(later.timestamp()))}
    shared = {"section": "02", "opening": "share", "share": " 80 %"}
    assert read_gate(workshop, timed, now) == Gate("02", Opening.TIME, later)
    assert read_gate(workshop, shared, now) == Gate("02", Opening.SHARE, share_pct=80)
    assert read_gate(workshop, {"section": "02", "opening": "hand"}, now) == BY_HAND


def test_instructors_see_how_many_wait_and_open_only_what_is_closed(workshop: Workshop, now: datetime) -> None:
    gates = [Gate("01", Opening.HAND, opened_at=now), BY_HAND, Gate("77", Opening.HAND)]
    sheet = gates_sheet(workshop, MARCH, gates, {"02": 5}, now)
    labels = [[press.label for press in row.presses] for row in sheet.rows]
    assert labels == [["Remove"], ["Open now", "Remove"], ["Open now", "Remove"]]
    assert "5 wait here" in sheet.rows[1].text
    assert "no longer in the workshop" in sheet.rows[2].text


@given(st.sampled_from(list(Opening)), st.integers(1, 100), st.datetimes(timezones=st.just(UTC)))
def test_an_open_gate_bars_nobody_and_a_closed_one_says_why(opening: Opening, share: int, at: datetime) -> None:
    gate, ref = Gate("02", opening, at, share), StepRef("02", "dockerfile")
    assert barred(Learner("U1", "Ada", course=course(gate)), ref) == gate
    assert barred(Learner("U1", "Ada", course=course(opened(gate, at))), ref) is None
    assert closed_words(gate, "Recipe", course(gate)).startswith("You are at the gate of **02 · Recipe**. ")


def test_without_a_course_nothing_is_barred(workshop: Workshop, bo: Learner) -> None:
    assert barred(bo, steps_of(workshop.sections[1])[0]) is None
