"""Pictures of classes of any size, with names of any script, told in words too."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest

from bot.core.cohorts.digest import digest
from bot.core.cohorts.figures import Cell, Digest, Record, State
from bot.core.learner import Learner
from bot.reports import alts
from bot.reports.letters import MISSING
from tests.reports.classes import BEGAN, NAMES, WORKSHOP, class_of, workshop_of

LATER = BEGAN + timedelta(days=1)


def png_size(picture: bytes) -> tuple[int, int]:
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(picture[16:20], "big"), int.from_bytes(picture[20:24], "big")


def drawn(figures: Digest) -> dict[str, tuple[int, int]]:
    from bot.reports.charts import pictures

    return {name: png_size(picture) for name, picture, _ in pictures(figures)}


@pytest.mark.parametrize("size", [0, 70])
def test_a_class_of_any_size_is_drawn_as_wide_as_a_phone_shows(size: int) -> None:
    found = drawn(digest(WORKSHOP, class_of(size), LATER))
    assert set(found) == {"funnel.png", "times.png", "map.png", "hardest.png"}
    assert all(width == 1080 and height < 6_000 for width, height in found.values())


def test_names_of_any_script_are_drawn_without_a_word_of_complaint() -> None:
    from bot.reports.charts import heat, picture

    assert png_size(picture(heat, digest(WORKSHOP, class_of(len(NAMES)), LATER)))[0] == 1080


def test_what_no_font_has_is_left_out_or_marked() -> None:
    from bot.reports.letters import FIRST, lettered

    assert lettered("🚀 Ada 🐧", [FIRST], 20) == "Ada"
    assert lettered("🦊🦊", [FIRST], 20) == MISSING
    assert lettered("王 Wang", [FIRST], 20) == f"{MISSING} Wang"
    assert lettered("ליאת", [FIRST], 20) == "ליאת"
    assert lettered("x" * 30, [FIRST], 20) == "x" * 19 + "…"


def test_every_shade_means_one_thing() -> None:
    from bot.reports.charts import SHADES, shade

    cells = [Cell(State.AHEAD), *(Cell(State.PASSED, tries) for tries in (1, 2, 4)), Cell(State.SKIPPED)]
    cells += [Cell(State.OPEN, 0), Cell(State.OPEN, 3)]
    assert [shade(each) for each in cells] == list(range(len(SHADES)))


@pytest.mark.parametrize("tell", [alts.funnel, alts.times, alts.heat, alts.hard])
@pytest.mark.parametrize("size", [0, 1, 60])
def test_what_a_picture_shows_is_told_in_words(tell: object, size: int) -> None:
    assert callable(tell)
    told = tell(digest(workshop_of(60), class_of(size, workshop=workshop_of(60)), LATER))
    assert 40 < len(told) <= alts.ALT_MAX
    assert "Ada" not in told


def test_the_words_have_the_figures() -> None:
    learners = [Learner("U1", "Ada", at=WORKSHOP.order[0]), Learner("U2", "Grace", at=WORKSHOP.order[0])]
    assert "01 Overview: 2 began, 0 got through" in alts.funnel(digest(WORKSHOP, Record("x", learners, []), LATER))


def test_nothing_but_the_pictures_waits_for_matplotlib() -> None:
    code = "import sys, bot.cli, bot.reports.making; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
