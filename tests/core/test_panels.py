"""Names of people in lines of ours: whatever they are, the line around them stays as it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.panels import ISOLATE, ISOLATE_END, NAME_LIMIT, called
from bot.slack.elements import inline, mrkdwn

NAMES = {
    "plain": ("Ada Lovelace", "Ada Lovelace"),
    "right to left": ("שלום עולם", "שלום עולם"),
    "lines and tabs": ("Ada\n\tLovelace ", "Ada Lovelace"),
    "nothing to be seen": (" \n", "?"),
    "80 letters": ("x" * 80, "x" * 39 + "…"),
    "a family at the edge": ("x" * 35 + "👩‍👩‍👧", "x" * 35 + "👩‍👩‍👧"),
    "a longer family at the edge": ("x" * 37 + "👩‍👩‍👧 Smith", "x" * 37 + "…"),
    "accents at the edge": ("x" * 38 + "e\u0301\u0323yyy", "x" * 38 + "…"),
    "skin at the edge": ("x" * 38 + "👍🏽 yyy", "x" * 38 + "…"),
    "isolates of their own": (f"{ISOLATE_END}a{ISOLATE}b", "ab"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_name_is_one_line_cut_between_letters(case: str) -> None:
    name, shown = NAMES[case]
    assert called(name) == ISOLATE + shown + ISOLATE_END


@given(st.text(max_size=90))
def test_whatever_somebody_is_called_the_words_beside_it_stay_ours(name: str) -> None:
    assert len(called(name)) <= NAME_LIMIT + 2
    shown, *rest = inline(f"{called(name)} is at step `3`, **stuck**")
    assert shown["style"] == {"bold": True}
    assert shown["text"][0] + shown["text"][-1] == ISOLATE + ISOLATE_END
    assert [part["text"] for part in rest] == [" is at step ", "3", ", ", "stuck"]


@pytest.mark.parametrize("text", ["**{}** waits", "{} waits", "**Ada*s** {}"])
def test_a_name_may_have_stars_in_bold_or_out_of_it(text: str) -> None:
    parts = inline(text.format(called("a*b**c`d`")))
    assert f"{ISOLATE}a*b**c`d`{ISOLATE_END}" in [part["text"] for part in parts]


def test_in_a_notification_a_name_keeps_its_own_direction_and_does_nothing() -> None:
    text = mrkdwn(f"{called('שלום <!here>')} waits for help", 100)
    assert text == f"{ISOLATE}שלום &lt;!here&gt;{ISOLATE_END} waits for help"
