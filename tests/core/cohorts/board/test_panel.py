"""The board of a channel: figures that a class may read, in columns that nothing shifts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.cohorts.board.panel import BAR, BUTTONS, bar, board, our_side, took
from bot.core.cohorts.board.tally import Marks, OurSide, Roll, SectionTally, Tally, ground, spots, tally
from bot.localslack.blockkit import message_characters, validate_blocks
from bot.slack.blocks import render
from tests.core.cohorts.board.classes import NAMES, NOW, WORKSHOP, crowd


def class_of(count: int) -> Tally:
    marks = Marks(frozenset({"U00001"}), frozenset({"U00002"}))
    return tally(WORKSHOP, spots(ground(WORKSHOP), Roll(crowd(count), count + 3, 2, 1)), marks, NOW)


@pytest.mark.parametrize("count", [0, 1, 30, 500, 2_000])
def test_a_board_of_any_size_is_one_message_that_slack_takes_and_names_nobody(count: int) -> None:
    panel = board("March class", class_of(count), OurSide("The Docker engine does not answer.", 12, 3.0, 4), 7)
    rendered = render(panel, "")
    assert validate_blocks(rendered.blocks, "message") == []
    assert message_characters(rendered.blocks) < 4_000
    for name in NAMES:
        assert name.split()[0] not in str(rendered)
    assert {press.about for press in panel.presses} == {"7"}
    assert [press.act for press in panel.presses] == [act for act, _, _ in BUTTONS]


def test_the_same_numbers_make_the_same_board() -> None:
    assert board("A", class_of(9), OurSide(), 1) == board("A", class_of(9), OurSide(), 1)


def test_columns_stand_below_each_other() -> None:
    (funnel,) = (row.box for row in board("A", class_of(500), OurSide(), 1).rows if row.box)
    head, *lines = funnel.split("\n")
    assert len(lines) == len(WORKSHOP.sections)
    columns = [head.index("past") + 4, head.index(" in ") + 3, head.index("before") + 6]
    for line, section in zip(lines, WORKSHOP.sections, strict=True):
        assert all(line[end - 1].isdigit() and not line[end].isdigit() for end in columns), line
        assert line.startswith(section.id)
        assert line.endswith(section.title)
    assert {line.index(section.title) for line, section in zip(lines, WORKSHOP.sections, strict=True)} == {
        lines[0].index(WORKSHOP.sections[0].title)
    }


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))
def test_whoever_is_there_shows_in_the_bar_be_it_one_of_many(past: int, inside: int, before: int) -> None:
    made = bar(SectionTally("01", "x", 5, before, inside, past, None), past + inside + before)
    assert len(made) == BAR
    for sign, count in (("█", past), ("▒", inside), ("·", before)):
        assert (sign in made) == bool(count) or (sign == "·" and not (past or inside or before))
    assert made == "".join(sorted(made, key="█▒·".index))


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "– of 5"),
        (0.0, "0.0 of 5"),
        (372.0, "6.2 of 5"),
        (451.0, "7.5 of 5 !"),
        (6_000.0, "100 of 5 !"),
        (9e9, "999 of 5 !"),
    ],
)
def test_a_section_that_takes_half_as_long_again_is_marked(seconds: float | None, shown: str) -> None:
    assert took(SectionTally("01", "x", 5, 0, 0, 1, seconds)).strip() == shown


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (OurSide(), "Our side: the host works at full speed, no check waits."),
        (OurSide(queue=1, strain=1.5), "Our side: the host is busy, 1 check waits."),
        (OurSide(queue=7, strain=2.5), "Our side: the host is slow, 7 checks wait."),
        (OurSide("It is away.", 7), "⚠️ **Our side:** It is away. No learner is to blame."),
        (
            OurSide(faults=1),
            "Our side: the host works at full speed, no check waits. "
            "1 check of the last hour failed on our side and cost nobody a try.",
        ),
    ],
)
def test_our_own_side_is_said(ours: OurSide, said: str) -> None:
    assert our_side(ours) == said


def test_before_anybody_started_the_board_says_so() -> None:
    assert "Nobody has started yet" in str(board("A", class_of(0), OurSide(), 1))
