"""Who is stuck: each rule at its edge, and what holds for any record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.authoring.load import load_workshop
from bot.core.cohorts.radar import Outage, Stuck, Trail, Tried, Why, at_step_s, stuck, usual_s
from bot.core.learner import Learner, SandboxState
from bot.core.workshop import StepRef
from bot.settings import shipped

WORKSHOP = load_workshop(shipped("lessons") / "docker-workshop")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BUILD = StepRef("02", "dockerfile")
QUIZ = next(
    ref for ref in WORKSHOP.order if (step := WORKSHOP.step(ref)) and step.conditions and not step.needs_sandbox
)
MINUTE = timedelta(minutes=1)


def failed(minutes_ago: float, code: str = "BUILD_FAILED", condition: str = "builds") -> Tried:
    return Tried(NOW - minutes_ago * MINUTE, condition, code)


def trail(*tried: Tried, seen: float = 0, spent_s: float = 0, **more: object) -> Trail:
    """Ada at the recipe, last seen so many minutes ago, with these checks, newest first."""
    counted = sum(not each.ours for each in tried)
    last = next((each for each in tried if not each.ours), None)
    learner = Learner(
        "UADA",
        "Ada",
        at=BUILD,
        tries={BUILD: counted},
        failing={BUILD: (last.condition, last.code)} if last and last.code else {},
        spent={BUILD: spent_s},
        seen_at=NOW - seen * MINUTE,
    )
    return Trail(replace(learner, **more), tried)  # type: ignore[arg-type] # fields of a learner


def passed_in(seconds: float, count: int) -> list[Trail]:
    """So many who passed the recipe, each in so many seconds."""
    done = [Learner(f"U{n}", "x", at=BUILD, passed={BUILD: NOW}, spent={BUILD: seconds}) for n in range(count)]
    return [Trail(each) for each in done]


def why(*trails: Trail, outages: Sequence[Outage] = ()) -> list[Why]:
    return [each.why for each in stuck(WORKSHOP, trails, NOW, outages)]


SAME = (failed(1), failed(2), failed(3))


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (trail(*SAME), [Why.SAME]),
        (trail(*SAME[:2]), []),
        (trail(failed(1), failed(2, "NOT_FOUND"), failed(3)), []),
        (trail(failed(1), failed(2, condition="serves"), failed(3)), []),
        (trail(failed(1), failed(2), Tried(NOW - 3 * MINUTE), failed(4)), []),  # a pass in between
        (trail(failed(1), failed(2), Tried(NOW - 3 * MINUTE, ours=True), failed(4)), [Why.SAME]),  # we could not tell
        (trail(*(Tried(NOW - n * MINUTE, ours=True) for n in range(3))), []),
        (trail(*SAME, tries={BUILD: 2}), []),  # the third is from before a reset
    ],
)
def test_the_same_failure_three_times_in_a_row(case: Trail, expected: list[Why]) -> None:
    assert why(case) == expected


@pytest.mark.parametrize(
    ("case", "outages", "expected"),
    [
        (trail(failed(10), seen=11), (), [Why.SILENT]),
        (trail(failed(9.9), seen=11), (), []),
        (trail(failed(20), seen=9.9), (), []),
        (trail(failed(20), seen=10), (), [Why.SILENT]),
        (trail(Tried(NOW - 20 * MINUTE, ours=True), seen=20), (), []),
        (trail(Tried(NOW - 5 * MINUTE, ours=True), failed(20), seen=20), (), [Why.SILENT]),
        (trail(failed(20), seen=20, open_attempt=7), (), []),  # they wait for us
        (trail(failed(12), seen=12), ((NOW - 9 * MINUTE, NOW - 6 * MINUTE),), []),  # our host was down
        (trail(failed(13), seen=13), ((NOW - 9 * MINUTE, NOW - 6 * MINUTE),), [Why.SILENT]),
        (trail(failed(12), seen=12), ((NOW - 30 * MINUTE, NOW - 12 * MINUTE),), [Why.SILENT]),  # over before
        (trail(seen=60), (), []),  # no check at all
    ],
)
def test_ten_minutes_of_silence_behind_a_failed_check(
    case: Trail, outages: Sequence[Outage], expected: list[Why]
) -> None:
    assert why(case, outages=outages) == expected


@pytest.mark.parametrize(
    ("minutes", "spent_s", "others", "expected"),
    [
        (8, 961, passed_in(500, 5), [Why.SLOW]),
        (8, 960, passed_in(500, 5), []),  # not more than twice what was planned
        (8, 961, passed_in(500, 4), []),  # nobody knows yet what others need
        (8, 961, passed_in(1_500, 5), []),  # others need that long, too
        (8, 961, [*passed_in(500, 4), *passed_in(4_000, 1)], [Why.SLOW]),  # four of five
        (2, 601, passed_in(100, 5), [Why.SLOW]),
        (2, 600, passed_in(100, 5), []),  # twice a short plan is soon over: ten minutes in any case
    ],
)
def test_slower_than_four_of_five_and_twice_what_was_planned(
    minutes: int, spent_s: float, others: list[Trail], expected: list[Why]
) -> None:
    sections = [
        section.model_copy(
            update={"steps": tuple(each.model_copy(update={"minutes": minutes}) for each in section.steps)}
        )
        for section in WORKSHOP.sections
    ]
    planned = WORKSHOP.model_copy(update={"sections": tuple(sections)})
    assert [each.why for each in stuck(planned, [trail(spent_s=spent_s), *others], NOW)] == expected


def test_time_goes_on_while_they_are_quiet_and_not_while_they_wait_for_us() -> None:
    assert at_step_s(trail(seen=2, spent_s=100), NOW) == 220
    assert at_step_s(trail(seen=60, spent_s=100), NOW) == 400  # a long pause is one of five minutes
    assert at_step_s(trail(seen=2, spent_s=100, open_attempt=7), NOW) == 100
    assert at_step_s(trail(seen=2, spent_s=100), NOW, [(NOW - MINUTE, NOW)]) == 160
    assert at_step_s(trail(replace(failed(1), waited_s=40), seen=2, spent_s=100), NOW) == 180


def test_a_quiz_is_counted_as_its_checks_leave_no_attempts() -> None:
    failing = {QUIZ: ("answers", "WRONG_ANSWER")}
    quiz = trail(at=QUIZ, failing=failing, missed={f"{QUIZ}/answers": 3}, tries={QUIZ: 3})
    assert why(quiz) == [Why.SAME]
    assert why(Trail(replace(quiz.learner, missed={f"{QUIZ}/answers": 2}))) == []
    silent = replace(quiz.learner, missed={}, seen_at=NOW - 10 * MINUTE)
    assert why(Trail(silent)) == [Why.SILENT]


@pytest.mark.parametrize(
    "who",
    [
        {"passed": {BUILD: NOW}},
        {"skipped": frozenset({BUILD})},
        {"finished_at": NOW},
        {"at": None},
        {"at": StepRef("02", "gone")},
        {"sandbox": SandboxState.AWAY},
        {"sandbox": SandboxState.LEAVING},
    ],
)
def test_who_is_through_or_not_here_is_not_stuck(who: dict[str, object]) -> None:
    assert why(trail(*SAME)) == [Why.SAME]
    assert why(trail(*SAME, **who)) == []


def test_since_is_when_the_record_began_to_say_so() -> None:
    assert stuck(WORKSHOP, [trail(*SAME)], NOW) == (Stuck("UADA", BUILD, Why.SAME, NOW - MINUTE),)
    assert stuck(WORKSHOP, [trail(failed(13), seen=13)], NOW)[0].since == NOW - 3 * MINUTE


checks = st.builds(
    Tried,
    st.integers(0, 60).map(lambda n: NOW - n * MINUTE),
    st.sampled_from(["", "builds", "serves"]),
    st.sampled_from(["", "BUILD_FAILED", "NOT_LISTENING"]),
    ours=st.booleans(),
    waited_s=st.floats(0, 900),
)
learners = st.builds(
    Learner,
    st.sampled_from(["U1", "U2", "U3"]),
    st.just("x"),
    at=st.sampled_from([None, BUILD, QUIZ, StepRef("x", "gone")]),
    passed=st.dictionaries(st.sampled_from([BUILD, QUIZ]), st.just(NOW), max_size=2),
    skipped=st.frozensets(st.sampled_from([BUILD, QUIZ]), max_size=2),
    tries=st.dictionaries(st.just(BUILD), st.integers(0, 9)),
    failing=st.dictionaries(st.sampled_from([BUILD, QUIZ]), st.just(("builds", "BUILD_FAILED"))),
    missed=st.dictionaries(st.just(f"{QUIZ}/builds"), st.integers(0, 4)),
    spent=st.dictionaries(st.sampled_from([BUILD, QUIZ]), st.floats(0, 9_000)),
    seen_at=st.one_of(st.none(), st.integers(-5, 60).map(lambda n: NOW - n * MINUTE)),
    finished_at=st.sampled_from([None, None, NOW]),
    open_attempt=st.sampled_from([None, None, 7]),
    sandbox=st.sampled_from(SandboxState),
)
trails = st.builds(Trail, learners, st.lists(checks, max_size=6).map(tuple))
classes = st.lists(trails, max_size=9)
spans = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(
    lambda ends: (NOW - max(ends) * MINUTE, NOW - min(ends) * MINUTE)
)


@given(classes)
def test_only_who_is_at_an_open_step_is_ever_stuck_and_once_each(those: list[Trail]) -> None:
    here = [each.learner for each in those]
    for found in stuck(WORKSHOP, those, NOW):
        assert any(each.id == found.learner and each.at == found.ref and not each.done(found.ref) for each in here)
        assert found.since <= NOW
    assert len(stuck(WORKSHOP, those, NOW)) <= len(those)


@given(classes, spans)
def test_an_outage_of_ours_makes_nobody_stuck(those: list[Trail], outage: Outage) -> None:
    without = {each.learner for each in stuck(WORKSHOP, those, NOW)}
    assert {each.learner for each in stuck(WORKSHOP, those, NOW, [outage])} <= without


@given(classes, st.integers(0, 5))
def test_a_check_of_which_we_could_not_tell_makes_nobody_stuck(those: list[Trail], at: int) -> None:
    ours = Tried(NOW, ours=True, waited_s=5)
    more = [replace(each, tried=(*each.tried[:at], ours, *each.tried[at:])) for each in those]
    assert {each.learner for each in stuck(WORKSHOP, more, NOW)} <= {
        each.learner for each in stuck(WORKSHOP, those, NOW)
    }


@given(classes)
def test_who_waits_for_a_check_is_neither_silent_nor_slower_for_it(those: list[Trail]) -> None:
    waiting = [replace(each, learner=replace(each.learner, open_attempt=7)) for each in those]
    assert Why.SILENT not in {each.why for each in stuck(WORKSHOP, waiting, NOW)}
    for before, after in zip(those, waiting, strict=True):
        assert at_step_s(after, NOW) <= at_step_s(before, NOW)


@given(classes, st.randoms())
def test_the_order_of_a_class_changes_nothing(those: list[Trail], dice: object) -> None:
    other = list(those)
    dice.shuffle(other)  # type: ignore[attr-defined] # a `random.Random`
    assert set(stuck(WORKSHOP, other, NOW)) == set(stuck(WORKSHOP, those, NOW))


@given(st.lists(st.floats(1, 9_000), min_size=5, max_size=40))
def test_four_of_five_passed_within_what_is_usual(times: list[float]) -> None:
    done = [Learner(f"U{n}", "x", passed={BUILD: NOW}, spent={BUILD: each}) for n, each in enumerate(times)]
    usual = usual_s(done, {BUILD})[BUILD]
    assert sum(each <= usual for each in times) >= 0.8 * len(times)
    assert sum(each < usual for each in times) < 0.8 * len(times)
