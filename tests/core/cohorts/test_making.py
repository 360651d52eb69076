from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.cohorts.cohort import NEW, Cohort, numbered
from bot.core.cohorts.making import (
    CHANNEL,
    ChannelSeen,
    class_mistake,
    edit_sheet,
    new_sheet,
    read_wish,
    staff_mistake,
)
from bot.core.panels import Kind

TODAY = date(2026, 3, 4)
BLANK = Cohort(NEW, "", "", "docker-workshop", frozenset())
MARCH = Cohort(7, "March", "C1", "docker-workshop", frozenset({"U1", "U2"}), "C9", TODAY, date(2026, 3, 9), True)
RIGHT = {"name": "March", "channel": "C1", "people": "U1\nU2", "starts": "2026-03-04", "ends": "2026-03-09"}


@pytest.mark.parametrize(
    ("filled", "field", "says"),
    [
        ({"name": "  "}, "name", "A cohort needs a name"),
        ({"name": "x" * 81}, "name", "has 81 characters; 80 fit"),
        ({"name": "\0\x1b"}, "name", "A cohort needs a name"),
        ({"starts": "2026-02-30"}, "starts", "“2026-02-30” is no day"),
        ({"ends": "soon"}, "ends", "“soon” is no day"),
        ({"starts": "2026-03-09", "ends": "2026-03-08"}, "ends", "8 March 2026) comes before the first"),
        ({"ends": "2026-03-03", "starts": ""}, "ends", "3 March 2026 is over already"),
        ({"people": ""}, "people", "Somebody has to lead it"),
    ],
)
def test_what_is_wrong_with_a_form_is_said_in_one_sentence_a_field(
    filled: dict[str, str], field: str, says: str
) -> None:
    mistakes = read_wish(RIGHT | filled, BLANK, TODAY).mistakes
    assert list(mistakes) == [field]
    assert says in mistakes[field]


@pytest.mark.parametrize("name", ["ש" * 80, "é" * 80, "容" * 80, "a\n b\tc"])
def test_any_name_of_80_characters_will_do(name: str) -> None:
    wish = read_wish(RIGHT | {"name": name}, BLANK, TODAY)
    assert (wish.mistakes, wish.cohort.name) == ({}, " ".join(name.split()))


def test_a_form_is_read_as_it_was_shown() -> None:
    sheet = edit_sheet(MARCH)
    wish = read_wish({field.name: field.value for field in sheet.fields}, MARCH, TODAY)
    assert wish.cohort == MARCH
    assert not wish.mistakes
    assert sheet.about == "7"
    assert CHANNEL not in [field.name for field in sheet.fields], "a class does not move"


def test_a_new_form_knows_where_it_was_asked_for_and_who_asked() -> None:
    shown = {field.name: (field.kind, field.value) for field in new_sheet("U1", "C1").fields}
    assert shown["channel"] == (Kind.CHANNEL, "C1")
    assert shown["people"] == (Kind.PEOPLE, "U1")


@given(st.dictionaries(st.sampled_from(["name", "channel", "people", "staff", "starts", "ends", "also"]), st.text()))
def test_whatever_a_form_brings_is_a_cohort_or_mistakes(filled: dict[str, str]) -> None:
    wish = read_wish(filled, BLANK, TODAY)
    assert len(wish.cohort.name) <= 80 or "name" in wish.mistakes
    assert all(words and len(words) < 150 for words in wish.mistakes.values())


SEEN = ChannelSeen("C1", "whales", ours=True)


@pytest.mark.parametrize(
    ("seen", "there", "members", "says"),
    [
        (SEEN, [], ["U1"], ""),
        (None, [], [], "/invite @docent"),
        (replace(SEEN, ours=False), [], [], "/invite @docent"),
        (replace(SEEN, ours=False, archived=True), [], [], "#whales is archived"),
        (ChannelSeen("D1", talk=True), [], [], "that is a direct message"),
        (SEEN, [MARCH], ["U1"], "#whales has a cohort already"),
        (SEEN, [], ["U2"], "You are not in #whales yourself"),
    ],
)
def test_a_class_needs_a_channel_that_we_and_its_maker_are_in(
    seen: ChannelSeen | None, there: list[Cohort], members: list[str], says: str
) -> None:
    mistake = class_mistake(seen, there, members, "U1")
    assert says in mistake
    assert bool(says) == bool(mistake)


@pytest.mark.parametrize(
    ("seen", "classes", "members", "says"),
    [
        (replace(SEEN, id="C8"), [], ["U1"], ""),
        (replace(SEEN, id="C9"), [], [], ""),  # it was theirs before
        (None, [], [], "/invite @docent"),
        (replace(SEEN, id="C8", archived=True), [], ["U1"], "is archived"),
        (ChannelSeen("D1", talk=True), [], [], "direct message"),
        (SEEN, [], ["U1"], "Learners read that channel"),  # its own class
        (replace(SEEN, id="C8"), [replace(MARCH, channel="C8")], ["U1"], "Learners read that channel"),
        (replace(SEEN, id="C8"), [replace(MARCH, staff_channel="C8")], ["U1"], ""),
        (replace(SEEN, id="C8"), [], ["U2"], "You are not in #whales yourself"),
    ],
)
def test_instructors_read_where_no_class_does(
    seen: ChannelSeen | None, classes: list[Cohort], members: list[str], says: str
) -> None:
    mistake = staff_mistake(seen, MARCH, classes, members, "U1")
    assert says in mistake
    assert bool(says) == bool(mistake)


@pytest.mark.parametrize(
    ("about", "cohort"),
    [("7", 7), ("999999999", 999_999_999), ("", NEW), ("x", NEW), ("-7", NEW), ("٣", NEW), ("1" * 20, NEW), ("²", NEW)],
)
def test_a_button_names_a_cohort_or_none_whatever_was_forged(about: str, cohort: int) -> None:
    assert numbered(about) == cohort
