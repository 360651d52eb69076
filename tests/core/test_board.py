from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.authoring.load import load_workshop
from bot.core.board import board, need
from bot.core.learner import Learner
from bot.core.workshop import Workshop

from .conftest import LESSONS

WORKSHOP = load_workshop(LESSONS)


def test_those_most_in_need_come_first(workshop: Workshop, ada: Learner, now: datetime) -> None:
    assert ada.at is not None
    failing = {ada.at: ("recipe", "EMPTY_FILE")}
    people = [
        replace(ada, id="U1", name="Calm"),
        replace(ada, id="U2", name="Quiet", seen_at=now - timedelta(minutes=30)),
        replace(ada, id="U3", name="Struggling", tries={ada.at: 4}, failing=failing, hints={ada.at: 2}),
        replace(ada, id="U4", name="Failed once", tries={ada.at: 1}, failing=failing),
        Learner("U5", "Not started"),
    ]
    made = board(workshop, people, now)
    assert [row.name for row in made.rows] == ["Struggling", "Quiet", "Failed once", "Calm"]
    assert (made.started, made.finished, made.more) == (4, 0, 0)
    assert (made.rows[0].tries, made.rows[0].failing) == (4, "EMPTY_FILE")


def test_what_does_not_fit_is_counted_and_everybody_has_a_row_or_is_counted(
    workshop: Workshop, ada: Learner, now: datetime
) -> None:
    people = [replace(ada, id=f"U{n}", name=f"P{n:03}") for n in range(30)]
    made = board(workshop, people, now, limit=10, trouble="The host is away.")
    assert (len(made.rows), made.more, made.started) == (10, 20, 30)
    assert made.trouble == "The host is away."


def test_the_order_does_not_hang_on_how_the_store_lists_them(workshop: Workshop, ada: Learner, now: datetime) -> None:
    people = [replace(ada, id=f"U{n}", name="Same") for n in range(5)]
    assert board(workshop, people, now) == board(workshop, people[::-1], now)


def test_somebody_who_finished_needs_nothing(workshop: Workshop, ada: Learner, now: datetime) -> None:
    over = replace(ada, passed=dict.fromkeys(workshop.order, now), seen_at=now - timedelta(days=2))
    assert need(workshop, over, now) == 0
    made = board(workshop, [over], now)
    assert made.finished == 1
    assert made.rows[0].step == ""


def test_a_step_passed_is_no_trouble_however_hard_it_was(workshop: Workshop, ada: Learner, now: datetime) -> None:
    assert ada.at is not None
    done = replace(ada, tries={ada.at: 9}, hints={ada.at: 3}, passed={**ada.passed, ada.at: now})
    assert need(workshop, done, now) == 0


@given(st.integers(0, 8), st.integers(0, 3), st.booleans())
def test_more_trouble_never_means_less_need(tries: int, hints: int, failing: bool) -> None:
    now = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
    at = WORKSHOP.order[5]
    code = {at: ("recipe", "EMPTY_FILE")} if failing else {}
    one = Learner("U1", "Ada", at=at, tries={at: tries}, hints={at: hints}, failing=code, seen_at=now)
    more = replace(one, tries={at: tries + 1}, hints={at: min(3, hints + 1)})
    assert need(WORKSHOP, more, now) >= need(WORKSHOP, one, now)
