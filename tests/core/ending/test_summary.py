"""The summary is of the record alone, adds up, and takes nobody's lunch for work."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.checks import helped_with
from bot.core.ending.summary import PAUSE_S, certificate, one_line, summary, timed
from bot.core.events import AskedForCheck, AskedForHint, AskedToReset, CheckEnded, SaidSomething
from bot.core.learner import Learner
from bot.core.results import Failed, Fault, Passed, Verdict
from bot.core.tutor import decide
from bot.core.workshop import StepRef, Workshop
from tests.core.test_tutor_invariants import NOW, WORKSHOP, learners

BUILD = StepRef("02", "build")


@given(learner=learners)
def test_whatever_the_record_the_figures_add_up(learner: Learner) -> None:
    card = summary(WORKSHOP, learner)
    assert [each.id for each in card.sections] == [section.id for section in WORKSHOP.sections]
    for each, section in zip(card.sections, WORKSHOP.sections, strict=True):
        assert 0 <= each.passed + each.skipped <= each.steps == len(section.steps)
        assert min(each.tries, each.hints) >= 0
    known = [learner.spent[ref] for ref in WORKSHOP.order if ref in learner.spent]
    assert (card.spent_s is None) == (not known)
    assert abs((card.spent_s or 0) - sum(known)) < 1e-6
    assert (card.passed, card.skipped) == (
        sum(ref in learner.passed for ref in WORKSHOP.order),
        sum(ref in learner.skipped - learner.passed.keys() for ref in WORKSHOP.order),
    )
    most = max((learner.missed.get(f"{ref}/{c.id}", 0) for ref, c in WORKSHOP.conditions()), default=0)
    assert (card.hardest.missed if card.hardest else 0) == most
    drawn = certificate(WORKSHOP, learner, NOW)
    assert (drawn.passed, drawn.skipped) == (card.passed, card.skipped)


@given(gaps=st.lists(st.floats(-60, 90_000), max_size=20))
def test_a_pause_counts_for_so_much_and_no_more(gaps: list[float]) -> None:
    learner, now = Learner("U1", "Ada", at=BUILD, seen_at=NOW), NOW
    for gap in gaps:
        now += timedelta(seconds=gap)
        learner = replace(timed(learner, now), seen_at=now)
    assert abs(sum(learner.spent.values()) - sum(min(max(gap, 0), PAUSE_S) for gap in gaps)) < 0.01


def test_time_counts_for_the_step_one_is_at_and_not_after_the_end(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    here = ada.at
    assert here
    learner = ada
    for seconds, text in ((60, "hint"), (100, "next"), (7_200, "hint")):
        now += timedelta(seconds=seconds)
        learner = decide(workshop, learner, SaidSomething(text), now).learner
    assert learner.spent == {here: 60 + 100 + PAUSE_S}
    over = replace(learner, finished_at=now)
    assert timed(over, now + timedelta(seconds=60)).spent == learner.spent


def test_hints_of_every_ladder_count_and_so_do_those_that_come_by_themselves(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    step = workshop.step(BUILD)
    assert step
    learner = replace(ada, at=BUILD)

    def check(code: str) -> None:
        nonlocal learner
        results = [(c.id, Failed(code, "a", "b") if c is step.conditions[0] else Passed()) for c in step.conditions]
        event = CheckEnded(7, BUILD, Verdict(tuple(results)))
        learner = decide(workshop, replace(learner, open_attempt=7), event, now).learner

    learner = decide(workshop, learner, AskedForHint(), now).learner
    assert learner.hinted == {BUILD: 1}
    check("NO_DOCKERFILE")
    assert learner.hinted == {BUILD: 1}, "a new problem begins without a hint"
    check("NO_DOCKERFILE")
    assert helped_with(learner, BUILD) == 1
    assert learner.hinted == {BUILD: 2}
    check("BUILD_FAILED")
    learner = decide(workshop, learner, AskedForHint(), now).learner
    assert learner.hinted == {BUILD: 3}
    card = summary(workshop, learner)
    assert [(each.hints, each.tries) for each in card.sections if each.id == "02"] == [(3, 3)]
    assert card.hardest
    assert (card.hardest.title, card.hardest.missed, card.hardest.passed) == (step.conditions[0].title, 3, False)
    fresh = decide(workshop, learner, AskedToReset("step", sure=True), now).learner
    assert summary(workshop, fresh).hardest is None
    assert BUILD not in fresh.hinted


def test_our_faults_are_nobodys_try(workshop: Workshop, ada: Learner, now: datetime) -> None:
    step = workshop.step(BUILD)
    assert step
    verdict = Verdict(tuple((c.id, Fault("the host is down")) for c in step.conditions))
    learner = decide(workshop, replace(ada, at=BUILD), AskedForCheck(), now).learner
    learner = decide(workshop, replace(learner, open_attempt=7), CheckEnded(7, BUILD, verdict), now).learner
    card = summary(workshop, learner)
    assert card.hardest is None
    assert sum(each.tries for each in card.sections) == 0


def test_a_name_is_one_line_of_what_can_be_seen() -> None:
    assert one_line("  Ada \n Lovelace\u202e ") == "Ada Lovelace"
    assert one_line("أدا لوفلايس") == "أدا لوفلايس"
    family = "👩\u200d👩\u200d👧"
    assert one_line(family) == family
    assert one_line("<b>*Ada*</b>") == "<b>*Ada*</b>", "markup is only letters"
    assert len(one_line("x" * 200)) == 80
    assert one_line("\u200b\n") == ""
