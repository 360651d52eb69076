"""A class in figures: what is counted adds up, nobody counts twice, and without names there is none."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.cohorts.digest import digest, labels
from bot.core.cohorts.figures import Came, Record, State, Tried
from bot.core.learner import Learner
from bot.core.workshop import StepRef, Workshop
from tests.reports.classes import WORKSHOP, class_of

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
GONE = StepRef("99", "gone")
FIRST = WORKSHOP.order[0]
CHECKED = next(ref for ref, _ in WORKSHOP.conditions())
CONDITIONS = {ref: condition.id for ref, condition in WORKSHOP.conditions()}

refs = st.sampled_from([*WORKSHOP.order[:6], GONE])
times = st.integers(0, 10_000).map(lambda seconds: NOW - timedelta(seconds=seconds))
users = st.sampled_from([f"U§{number}" for number in range(5)])


@st.composite
def learners(draw: st.DrawFn) -> Learner:
    return Learner(
        draw(users),
        "§" + draw(st.text(max_size=12)),
        at=draw(st.none() | refs),
        passed=draw(st.dictionaries(refs, times, max_size=6)),
        skipped=draw(st.frozensets(refs, max_size=3)),
        hinted=draw(st.dictionaries(refs, st.integers(0, 3), max_size=3)),
        spent=draw(st.dictionaries(refs, st.floats(0, 9_000), max_size=6)),
        finished_at=draw(st.none() | times),
    )


@st.composite
def checks(draw: st.DrawFn) -> Tried:
    ref, came = draw(refs), draw(st.sampled_from(Came))
    failed = (
        ((CONDITIONS[ref], draw(st.sampled_from(["A", "B"]))),) if came is Came.FAILED and ref in CONDITIONS else ()
    )
    return Tried(draw(users | st.just("U_STRANGER")), ref, draw(times), came, failed)


records = st.builds(
    Record,
    st.just("A class"),
    st.lists(learners(), max_size=6),
    st.lists(checks(), max_size=25),
    unstarted=st.integers(0, 9),
    nameless=st.booleans(),
    hidden=st.frozensets(users, max_size=2),
)


@given(records, st.booleans())
def test_what_is_counted_adds_up(record: Record, names: bool) -> None:
    made = digest(WORKSHOP, record, NOW, names=names)
    cells = [cell for line in made.lines for cell in line.cells]
    states = Counter(cell.state for cell in cells)
    totals = made.totals
    assert len(cells) == totals.started * totals.steps
    assert (totals.passed, totals.skipped) == (states[State.PASSED], states[State.SKIPPED])
    assert totals.checks == sum(cell.tries for cell in cells) == sum(each.checks for each in made.steps)
    assert totals.failed == sum(each.failed for each in made.steps) <= totals.checks
    assert totals.hints == sum(cell.hints for cell in cells)
    assert totals.finished == sum(line.finished for line in made.lines) <= totals.started
    assert totals.passed == sum(each.passed for each in made.steps)
    assert totals.skipped == sum(each.skipped for each in made.steps)


@given(records)
def test_nobody_is_counted_twice(record: Record) -> None:
    once, twice = (digest(WORKSHOP, each, NOW) for each in (record, replace(record, learners=[*record.learners] * 2)))
    assert once == twice
    assert len(once.lines) == once.totals.started == len({each.id for each in record.learners})
    for each in once.sections:
        assert each.proved <= each.done <= each.began <= once.totals.started
    for step in once.steps:
        assert len(step.times_s) <= step.passed <= once.totals.started
    for hard in once.hard:
        assert hard.through <= hard.learners <= once.totals.started
        assert hard.learners <= hard.checks == sum(count for _, count in hard.codes)


@given(records)
def test_without_names_there_is_no_name_no_id_and_no_time_of_anybody(record: Record) -> None:
    for made in (digest(WORKSHOP, record, NOW, names=False), digest(WORKSHOP, replace(record, nameless=True), NOW)):
        assert not made.named
        assert "§" not in repr(made)
        assert all(line.id == "" and line.finished_at is None for line in made.lines)
        assert all(cell.passed_at is None for line in made.lines for cell in line.cells)


@given(records)
def test_who_is_hidden_has_no_name_among_those_who_have_one(record: Record) -> None:
    made = digest(WORKSHOP, replace(record, nameless=False), NOW)
    shown = {line.id for line in made.lines if line.id}
    assert shown == {each.id for each in record.learners} - record.hidden
    for user in record.hidden:
        assert user not in repr(made)


@given(records)
def test_a_line_is_called_alike_everywhere(record: Record) -> None:
    assert sorted(map(repr, labels(WORKSHOP, record).values())) == sorted(
        map(repr, digest(WORKSHOP, record, NOW).lines)
    )


def test_a_faulty_or_withdrawn_check_is_nobodys_try() -> None:
    tried = [Tried("U1", CHECKED, NOW, came) for came in (Came.OURS, Came.WITHDRAWN)]
    made = digest(WORKSHOP, Record("x", [Learner("U1", "Ada", at=CHECKED)], tried), NOW)
    assert (made.totals.checks, made.totals.faults) == (0, 1)
    assert made.lines[0].cells[WORKSHOP.order.index(CHECKED)].tries == 0


def test_hardest_is_what_stopped_most_people() -> None:
    made = digest(WORKSHOP, class_of(60), NOW)
    assert [each.learners for each in made.hard] == sorted((each.learners for each in made.hard), reverse=True)
    top = made.hard[0]
    assert top.median_s is not None
    assert top.hints > 0
    assert [count for _, count in top.codes] == sorted((count for _, count in top.codes), reverse=True)


def test_a_step_that_is_gone_counts_for_nothing() -> None:
    learner = Learner("U1", "Ada", at=FIRST, passed={GONE: NOW}, spent={GONE: 60.0}, hinted={GONE: 2})
    made = digest(WORKSHOP, Record("x", [learner], [Tried("U1", GONE, NOW, Came.FAILED, (("x", "Y"),))]), NOW)
    assert (made.totals.passed, made.totals.checks, made.totals.hints, made.hard) == (0, 0, 0, ())


def test_an_empty_class_has_figures_too(workshop: Workshop) -> None:
    made = digest(workshop, Record("x", [], [], unstarted=3), NOW)
    assert (made.totals.started, made.totals.unstarted, made.totals.median_finish_s) == (0, 3, None)
