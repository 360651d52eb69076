from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.core.cohorts.help import REOPEN_WITHIN, HelpThread, before, usual_min
from bot.core.cohorts.help_panels import QUOTED, learners_panel, passed_on, quoted, staff_panel

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ONE = HelpThread(1, 1, "U1", "Ada", "why?", "02 · Write the recipe", "2 tries", NOW, NOW, "D1/1.1", ("C9/1.2",))


def waiting(id_: int, minutes: int | None) -> HelpThread:
    return replace(ONE, id=id_, waits_since=None if minutes is None else NOW + timedelta(minutes=minutes))


@given(st.lists(st.none() | st.integers(-100, 100), max_size=30))
def test_nobody_is_before_themselves_and_who_was_answered_is_before_nobody(minutes: list[int | None]) -> None:
    threads = [waiting(number, each) for number, each in enumerate(minutes)]
    ranks = sorted(before(each, threads) for each in threads if each.waits_since)
    assert all(rank <= place for place, rank in enumerate(ranks))
    assert all(before(each, threads) == 0 for each in threads if each.waits_since is None)


def test_of_few_answers_nothing_is_promised() -> None:
    assert usual_min([60, 600]) == 0
    assert usual_min([60, 300, 86_400]) == 5
    assert usual_min([1, 2, 3]) == 1
    assert "usually" not in learners_panel(ONE, "March", usual=0).text
    assert "about 5 min" in learners_panel(ONE, "March", usual=5).text


def test_a_long_line_is_not_counted_out() -> None:
    assert "More than 5 are before you" in learners_panel(ONE, "March", ahead=17).text


@given(st.timedeltas(timedelta(0), timedelta(days=3)))
def test_a_closed_thread_opens_again_within_a_day_and_not_later(after: timedelta) -> None:
    again = ONE.closed("by Ada", NOW).reopened(NOW + after)
    assert (again is not None) == (after <= REOPEN_WITHIN)
    assert again is None or again.open


def test_whoever_replies_to_what_nobody_has_has_it_and_keeps_it() -> None:
    first = ONE.answered("UB", "Barbara", NOW)
    assert (first.holder, first.waits_since) == ("UB", None)
    second = first.asked_on(NOW).answered("UM", "Margaret", NOW + timedelta(hours=1))
    assert (second.holder, second.answered_at) == ("UB", NOW)


@given(st.text(max_size=9_000))
def test_words_are_passed_on_whole_in_parts_that_fit(text: str) -> None:
    parts = list(quoted(text))
    assert all(len(part) <= QUOTED for part in parts)
    assert "".join(parts).replace("\n", "") == text.strip().replace("\n", "")
    shown = "".join(row.quote + row.box for panel in passed_on("Ada", text, 1) for row in panel.rows)
    assert re.sub(r"[\s`]", "", shown) == re.sub(r"[\s`]", "", text)


def test_code_stands_in_a_box() -> None:
    (panel,) = passed_on("Ada", "Try\n```\ncd app\n```\nand ``` is no code", 0)
    assert [(row.quote, row.box) for row in panel.rows[1:]] == [
        ("Try", ""),
        ("", "cd app"),
        ("and ``` is no code", ""),
    ]


def test_work_is_not_offered_where_names_are_not() -> None:
    assert "Look at their work" in [press.label for press in staff_panel(ONE, work=True).presses]
    assert "Look at their work" not in [press.label for press in staff_panel(ONE, work=False).presses]
