from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.core.learner import Learner
from bot.core.map import finished, home, resume_at, settled, welcome
from bot.core.messages import Mark, Offer
from bot.core.workshop import StepRef, Workshop


def test_before_the_start_the_map_offers_to_start(workshop: Workshop) -> None:
    card = home(workshop, Learner("U1", "Ada"))
    assert (card.started, card.finished, card.here) == (False, False, "")
    assert card.offers[0] is Offer.START
    assert [section.mark for section in card.sections] == [Mark.AHEAD, Mark.AHEAD]


def test_at_the_end_the_map_is_honest_about_what_was_skipped(workshop: Workshop, now: datetime) -> None:
    last = workshop.order[-1]
    passed = dict.fromkeys(workshop.order[:-1], now)
    learner = Learner("U1", "Ada", at=last, passed=passed, skipped=frozenset({last}))
    card = home(workshop, learner)
    assert card.finished
    assert card.here == ""
    assert [(s.done, s.skipped, s.mark) for s in card.sections] == [(4, 0, Mark.DONE), (4, 1, Mark.SKIPPED)]
    assert Offer.CONTINUE not in card.offers


def test_a_step_proved_after_a_skip_counts_once(workshop: Workshop, ada: Learner) -> None:
    both = replace(ada, skipped=frozenset({StepRef("02", "app")}))
    assert [(s.done, s.skipped) for s in home(workshop, both).sections] == [(4, 0), (1, 0)]


def test_continue_goes_to_the_next_open_step_then_to_any_left_behind(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    assert resume_at(workshop, ada) == ada.at
    looked_back = replace(ada, at=workshop.order[0])
    assert resume_at(workshop, looked_back) == ada.at
    left_one = Learner("U1", "Ada", at=workshop.order[-1], passed=dict.fromkeys(workshop.order[1:], now))
    assert resume_at(workshop, left_one) == workshop.order[0]
    assert resume_at(workshop, replace(left_one, passed=dict.fromkeys(workshop.order, now))) is None


def test_a_lost_place_is_settled_near_it(workshop: Workshop, ada: Learner) -> None:
    assert settled(workshop, replace(ada, at=StepRef("02", "x"))).at == StepRef("02", "dockerfile")
    assert settled(workshop, replace(ada, at=StepRef("88", "x"))).at in workshop.order
    assert settled(workshop, ada) is ada


def test_nobody_is_finished_with_an_open_step(workshop: Workshop, ada: Learner, now: datetime) -> None:
    assert not finished(workshop, ada)
    assert finished(workshop, replace(ada, passed=dict.fromkeys(workshop.order, now)))


def test_the_welcome_names_every_section_and_its_time(workshop: Workshop) -> None:
    card = welcome(workshop, Learner("U1", "Ada"))
    assert card.minutes == sum(minutes for _, _, minutes in card.sections)
    assert not card.resumed
