"""Nobody looks at a learner's work before the learner says yes, nor after they took it back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.cohorts.cohort import SeatState
from bot.core.cohorts.consent import ANSWER, LOOK, READ
from bot.core.ending.pages import Page, PageKind
from bot.localslack.seed import INSTRUCTORS
from bot.localslack.world import dm_of
from bot.ports import Consents, MayLook
from tests.slack.lobby import until, words
from tests.staffroom.school import ADA, BARBARA, DM, GRACE, MARGARET, School, open_school, shown

SECRET = "MYSQL_PASSWORD=hunter2\n"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[School]:
    async with open_school(tmp_path, ADA, GRACE) as here:
        kept: Consents = here.consents  # mypy checks the signatures
        may: MayLook = here.looking
        assert kept
        assert may
        await here.lobby.store.learner(ADA, "Ada")
        await here.lobby.store.write_files(ADA, {"Dockerfile": b"FROM node\n", ".env": SECRET.encode()})
        await here.notebooks.keep(ADA, Page(PageKind.COMMAND, "docker ps", "CONTAINER ID  IMAGE"))
        yield here


async def test_a_learner_is_asked_first_says_yes_and_the_instructor_reads(room: School) -> None:
    await room.asks(ADA, "why?")
    ada, barbara = await room.lobby.enter("ada"), await room.lobby.enter("barbara")
    await barbara.go("#docent-instructors")
    await barbara.press("Look at their work")
    await until(lambda: room.roots(DM, "asks to look at your files"))
    assert barbara.modal is None
    assert not await room.looking.may_look(ADA, room.cohort.id, BARBARA)
    await ada.go("dm")
    await ada.press("Yes, for half an hour")
    await until(lambda: room.roots(dm_of(BARBARA), "lets you look at their work"))
    await barbara.go("dm")
    await barbara.press("Look at their work")
    sheet = await barbara.wait_for("Dockerfile", 5)
    assert "CONTAINER ID" in sheet.text
    await barbara.press("Read")
    page = await barbara.wait_for("page 1 of 1", 5)
    assert "hunter2" not in page.text
    await barbara.press("All files")
    await barbara.wait_for("CONTAINER ID", 5)
    assert not await room.looking.may_look(ADA, room.cohort.id, MARGARET)
    room.later(timedelta(minutes=31))
    assert not await room.looking.may_look(ADA, room.cohort.id, BARBARA)


async def test_a_no_is_kept_and_nobody_is_asked_again_the_same_day(room: School) -> None:
    about = f"{room.cohort.id}|{ADA}"
    await room.presses(BARBARA, LOOK, about)
    await until(lambda: room.roots(DM, "asks to look"))
    await room.presses(ADA, ANSWER, f"{room.cohort.id}|no", room.roots(DM, "asks to look")[0])
    await until(lambda: room.roots(dm_of(BARBARA), "would rather not"))
    room.later(timedelta(hours=23))
    before = len(room.roots(DM))
    await room.presses(BARBARA, LOOK, about)
    await until(lambda: len(room.roots(dm_of(BARBARA), "would rather not")) == 2)
    assert len(room.roots(DM)) == before


async def test_a_learner_gives_and_takes_it_back_with_a_word(room: School) -> None:
    ada = await room.lobby.enter("ada")
    await ada.go("dm")
    await ada.say("consent")
    await ada.press("Instructors may look")
    await until(lambda: room.roots(DM, "may look at your work. `"[:20]))
    await ada.say("consent")
    await ada.press("Nobody may look")
    await until(lambda: room.roots(DM, "Nobody looks at your work"))
    assert not await room.looking.may_look(ADA, room.cohort.id)


async def test_forged_buttons_open_nothing(room: School) -> None:
    mine = room.cohort.id
    await room.presses(GRACE, ANSWER, f"{mine}|course")  # for herself alone
    await room.presses(BARBARA, ANSWER, f"{mine}|course")  # she sits in no course
    await room.presses(ADA, ANSWER, f"{mine}|once")  # nobody asked
    await room.presses(ADA, ANSWER, f"{mine + 1}|course")
    await room.presses(ADA, ANSWER, f"{mine}|everything")
    for about in (f"{mine}|{ADA}", f"{mine}|{ADA}|0|.env", f"x|{ADA}", "", f"{mine + 1}|{ADA}"):
        await room.presses(GRACE, LOOK, about)
        await room.presses(GRACE, READ, about)
    await room.presses(BARBARA, READ, f"{mine}|{ADA}|0|.env")
    await until(lambda: room.roots(dm_of(BARBARA), "do not let you look"))
    assert not room.lobby.space.premises.screens.stack(GRACE)
    assert not await room.looking.may_look(ADA, mine, BARBARA)
    assert await room.looking.may_look(GRACE, mine, BARBARA)
    assert not room.roots(DM, "asks to look")
    await room.presses(ADA, ANSWER, f"{mine}|course")  # to instructors, and so not to Grace
    await room.presses(GRACE, LOOK, f"{mine}|{ADA}")
    await room.presses(GRACE, READ, f"{mine}|{ADA}|0|.env")
    await until(lambda: len(room.roots(dm_of(GRACE), "Only the instructors of this course")) >= 12)
    await room.seat(GRACE, state=SeatState.LEFT)
    await room.presses(BARBARA, LOOK, f"{mine}|{GRACE}")
    await until(lambda: room.roots(dm_of(BARBARA), "Only the instructors of this course"))


async def test_a_course_without_names_shows_no_work(room: School) -> None:
    room.cohort = await room.lobby.cohorts.keep(replace(room.cohort, nameless=True))
    await room.asks(ADA, "who am I?")
    panel = room.roots(INSTRUCTORS, "who am I?")[0]
    assert "Look at their work" not in shown(panel)
    assert "Ada" not in shown(panel)
    await room.presses(BARBARA, LOOK, f"{room.cohort.id}|{ADA}")
    await until(lambda: room.roots(dm_of(BARBARA), "without names"))


async def test_who_learns_alone_is_told_that_nobody_looks(room: School) -> None:
    await room.lobby.event(words("consent", MARGARET))
    await until(lambda: any("learn on your own" in m.text for m in room.lobby.said(MARGARET)))
