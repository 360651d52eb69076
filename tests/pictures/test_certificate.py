"""A certificate shows any name as letters, nothing as markup, and says in words what it shows."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.ending.certificate import LONGEST_NAME, Certificate, SectionDone
from bot.core.ending.summary import one_line
from bot.pictures.certificate import certificate
from bot.pictures.letters import MISSING, drawable

NUMBER = "TL2E-K5VI-THKF"
SECTIONS = (
    SectionDone("01", "Overview", 4, 0),
    SectionDone("02", "Put an app into a container", 3, 2),
    SectionDone("03", "Update <the> app", 0, 4),
)


class Seen(HTMLParser):
    """What a browser makes of a page: its tags, and the text in them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.kinds: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.kinds += [value or "" for name, value in attrs if name == "class" and tag == "i"]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def made(name: str, sections: tuple[SectionDone, ...] = SECTIONS, workspace: str = "Our <b>place</b>") -> Seen:
    given = Certificate(name, "Docker workshop", date(2026, 11, 3), sections)
    return Seen(certificate(given, NUMBER, workspace).html)


@given(name=st.text(max_size=200).map(one_line))
def test_no_name_changes_the_page(name: str) -> None:
    seen = made(name)
    assert seen.tags == made("Ada").tags
    assert (drawable(name) or "A learner") in seen.texts
    assert len(name) <= LONGEST_NAME


@pytest.mark.parametrize(
    "name",
    [
        "Ada Lovelace",
        "أدا لوفلايس",
        "שרה Lévi",
        "山田 太郎",
        "김민준",
        "देवी สมชาย ሰላም",
        "བསྟན་འཛིན",
        "👩\u200d💻🇩🇪❤️",
        "<script>alert(1)</script> &amp; *b*",
    ],
)
def test_names_of_people_are_drawn_letter_by_letter(name: str) -> None:
    assert drawable(one_line(name)) == name
    assert name in made(one_line(name)).texts


@pytest.mark.parametrize(
    ("name", "drawn"),
    [
        ("王𠮷", f"王{MISSING}"),
        ("\ue000Ada", f"{MISSING}Ada"),
        ("Ada \U0010ffff", f"Ada {MISSING}"),
        ("𑜀", MISSING),
    ],
)
def test_a_letter_without_a_form_is_never_an_empty_box(name: str, drawn: str) -> None:
    assert drawable(name) == drawn


def test_parts_of_letters_are_put_together_before() -> None:
    assert one_line("\u1100\u1161") == "가"
    assert drawable(one_line("e\u0301")) == "é"


def test_it_is_honest_about_what_was_skipped() -> None:
    seen = made("Ada")
    assert seen.kinds == ["all", "some", "none"]
    assert "3 of 5" in seen.texts
    assert "7 of 13 steps passed, 6 skipped." in seen.texts
    assert "Our <b>place</b>" in seen.texts
    assert NUMBER in seen.texts
    alt = certificate(Certificate("Ada", "Docker workshop", date(2026, 11, 3), SECTIONS), NUMBER).alt
    assert alt == (
        "Certificate: Ada has been through the Docker workshop on 3 November 2026. 7 of 13 steps passed, 6 skipped. "
        "01 Overview: passed; 02 Put an app into a container: 3 of 5 passed; 03 Update <the> app: skipped. "
        f"Number {NUMBER}."
    )


def test_a_workspace_that_nobody_knows_is_not_named() -> None:
    assert "by Docent" in made("Ada", workspace="").texts
    assert made("Ada", workspace="").tags.count("bdi") == made("Ada").tags.count("bdi") - 1
