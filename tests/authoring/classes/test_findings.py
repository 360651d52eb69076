"""What was seen is judged by what stood on people's screens; what was expected and not seen fails the class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from bot.authoring.classes.findings import Finding, Findings, found
from bot.authoring.classes.pupil import Went
from bot.authoring.classes.script import Part, Stay
from bot.authoring.classes.sightings import Sighting, Sightings
from bot.authoring.classes.teacher import CLASS_HINT, Led
from bot.core.workshop import StepRef

TEACHER = "U0BARBARA"
PART = Part(1, 0.0, 1.0, (Stay(StepRef("02", "build"), 1.0),))
STUCK = "Ada may be stuck\n02 · Build the image\nThe same failure three times in a row."


@dataclass
class Somebody:
    id: str
    name: str
    part: Part = PART
    went: Went = field(default_factory=Went)
    stuck_step: str = "Build the image"


def saw(who: str, minute: float, text: str, *, ts: str = "1", edited: bool = False, thread: str = "") -> Sighting:
    return Sighting(who, minute * 2, minute, "message", "C1", ts, thread, text, edited)


def judged(*seen: Sighting, led: Led | None = None, people: tuple[Somebody, ...] = ()) -> Mapping[str, Finding]:
    sightings = Sightings(TEACHER, list(seen))
    findings = found((), people, led or Led(), sightings, pace=30, took_s=1)
    return {row.about: row for row in findings.rows}


def ada(**went: object) -> Somebody:
    return Somebody("U0ADA", "Ada", went=Went(**went))  # type: ignore[arg-type] # each as the test names it


def test_who_is_stuck_and_told_of_is_found_with_the_delay_in_our_seconds() -> None:
    rows = judged(saw(TEACHER, 12.0, STUCK), people=(ada(stuck_since=11.0),))
    assert rows["truly stuck"] == Finding(
        "truly stuck", "1 of 1 found; alerted after 2.0 s (median), 2.0 s (Ada: same)", ok=True
    )
    assert rows["alerts about others"].seen == "0 of 1"


@pytest.mark.parametrize(
    "seen",
    [(), (saw(TEACHER, 12.0, STUCK.replace("Build", "Run")),), (saw("U0GRACE", 12.0, STUCK),)],
    ids=["none", "another step", "elsewhere"],
)
def test_who_is_stuck_and_not_told_of_is_missed(seen: tuple[Sighting, ...]) -> None:
    row = judged(*seen, people=(ada(stuck_since=11.0),))["truly stuck"]
    assert (row.ok, "missed: Ada" in row.seen) == (False, True)


def test_an_alert_about_somebody_else_is_counted_with_its_reason() -> None:
    rows = judged(saw(TEACHER, 12.0, STUCK.replace("Ada", "Grace")), people=(ada(stuck_since=11.0),))
    assert rows["alerts about others"].seen == "1 (1 same) of 1"


@pytest.mark.parametrize(("gaps", "ok"), [((5, 5), True), ((5, 2), False), ((), False)])
def test_the_board_is_edited_and_not_too_often(gaps: tuple[int, ...], ok: bool) -> None:
    at = [0.0]
    for gap in gaps:
        at.append(at[-1] + gap / 2)
    edits = [saw(TEACHER, minute, "board", ts="9", edited=True) for minute in at]
    assert judged(*edits)["board"].ok is ok


def test_a_question_that_came_across_is_not_taken_for_another_with_a_longer_number() -> None:
    people = (ada(asked={"question 1": 0.0}),)
    assert judged(saw(TEACHER, 1.0, "Help question 12"), people=people)["help: questions"].ok is False
    assert judged(saw(TEACHER, 1.0, "Help question 1"), people=people)["help: questions"].ok is True
    assert judged(saw("U0ADA", 1.0, "question 1"), people=people)["help: questions"].ok is False


def test_a_gate_is_open_once_as_many_were_told_as_waited() -> None:
    gate = saw(TEACHER, 9.0, "Gate 03 · Update the app of X is open; 1 who waited were told.")
    told = saw("U0ADA", 9.0, "03 · Update the app is open now. Whenever you like, we go on.")
    assert judged(gate, told)["gate 03"].ok is True
    assert judged(gate)["gate 03"].ok is False
    assert judged()["gate 03"].seen.startswith("never opened")


def test_a_class_hint_counts_when_a_learner_reads_it() -> None:
    led = Led(done=["class hint written"])
    assert judged(saw(TEACHER, 1.0, CLASS_HINT), led=led)["class hint"].ok is False
    assert judged(saw("U0ADA", 1.0, CLASS_HINT), led=led)["class hint"].ok is True


def test_a_fault_on_the_way_fails_the_class() -> None:
    assert Findings((Finding("x", "y"),)).ok
    assert not Findings((Finding("x", "y"),), ("something",)).ok
