from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.cohorts.consent import PAGE_TEXT, Consent, Grant, asks, listing, looks, paged, reading

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def grant(consent: Consent, by: str = "UB") -> Grant:
    return Grant(1, "U1", consent, by, NOW)


@pytest.mark.parametrize(
    ("said", "user", "after_min", "may"),
    [
        (None, "UB", 0, False),
        (grant(Consent.ASKED), "UB", 0, False),
        (grant(Consent.NO), "UB", 0, False),
        (grant(Consent.ONCE), "UB", 29, True),
        (grant(Consent.ONCE), "UB", 31, False),
        (grant(Consent.ONCE), "UM", 1, False),
        (grant(Consent.ONCE), "", 1, False),
        (grant(Consent.COURSE), "UM", 9_999, True),
        (grant(Consent.COURSE), "", 9_999, True),
    ],
)
def test_who_may_look_and_for_how_long(said: Grant | None, user: str, after_min: int, may: bool) -> None:
    assert looks(said, user, NOW + timedelta(minutes=after_min)) is may


def test_nobody_is_asked_again_soon_and_after_a_no_not_before_the_next_day() -> None:
    assert asks(None, NOW)
    assert not asks(grant(Consent.ASKED), NOW + timedelta(minutes=59))
    assert asks(grant(Consent.ASKED), NOW + timedelta(minutes=61))
    assert not asks(grant(Consent.NO), NOW + timedelta(hours=23))
    assert asks(grant(Consent.NO), NOW + timedelta(hours=25))
    assert asks(grant(Consent.ONCE), NOW + timedelta(hours=1))


@given(st.text(max_size=9_000))
def test_pages_of_a_file_are_the_whole_file(text: str) -> None:
    assert "".join(paged(text)) == text
    assert all(len(page) <= PAGE_TEXT for page in paged(text))


def test_a_file_is_read_by_pages_without_its_secrets_and_a_picture_is_none() -> None:
    text = "MYSQL_PASSWORD=hunter2\n" + "line\n" * 1_000
    first = reading("1|U1", "app/.env", text.encode(), 0)
    assert "hunter2" not in first.rows[1].box
    assert [press.label for press in first.presses] == ["All files", "On ▶"]
    assert "page 3 of 3" in reading("1|U1", "app/.env", text.encode(), 99).rows[0].text
    assert "no text" in reading("1|U1", "x.png", b"\x89PNG\xff", 0).rows[0].text
    assert "gone" in reading("1|U1", "x", None, 0).rows[0].text


def test_many_files_are_listed_by_pages() -> None:
    files = {f"f{number:03d}": b"" for number in range(70)}
    sheets = [listing("Ada", "1|U1", files, (), first) for first in (0, 30, 60, 999)]
    assert [[press.label for press in sheet.presses] for sheet in sheets] == [
        ["More files ▶"],
        ["◀ Files before", "More files ▶"],
        ["◀ Files before"],
        ["◀ Files before"],
    ]
