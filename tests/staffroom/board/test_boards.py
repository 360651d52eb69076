"""Boards through real Bolt in the local workspace: kept, moved, pressed, and closed to whoever leads nobody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.cohorts.board.panel import AGAIN, FIGURES, PEOPLE
from bot.core.cohorts.board.tally import ALONE, OurSide
from bot.core.cohorts.cohort import Seat, SeatState
from bot.localslack.faults import Fault
from bot.localslack.seed import INSTRUCTORS
from bot.localslack.seed import WORKSHOP as CLASS
from bot.ports import Asked, Where
from bot.progress.cohorts import SqlCohorts
from bot.staffroom.authority import NOT_YOURS
from bot.staffroom.board.keeper import AT_ONCE, PLACE, READ
from tests.slack.lobby import WORKSHOP, open_lobby, until
from tests.staffroom.board.stage import BARBARA, Staff


@pytest.fixture
async def staff(tmp_path: Path) -> AsyncIterator[Staff]:
    made: list[Staff] = []
    async with open_lobby(tmp_path, wire=lambda lobby: made.append(Staff(lobby))) as lobby:
        await lobby.roles.appoint("U0LINUS")  # an instructor of all
        yield made[0]


async def test_a_board_is_posted_pinned_and_edited_only_when_something_changed(staff: Staff) -> None:
    cohort = await staff.cohort(staff_channel=INSTRUCTORS)
    await staff.seat(cohort, "U0ADA")
    await staff.round()
    (board,) = staff.boards(INSTRUCTORS)
    assert "1 not started" in board.text
    assert board.pinned
    kept = await staff.cohorts.cohort(cohort.id)
    assert kept is not None
    assert kept.board == f"{INSTRUCTORS}/{board.ts}"
    edits = staff.calls("chat.update")
    for _ in range(3):
        staff.changes.ring()
        await staff.round()
    assert staff.calls("chat.update") == edits
    ada = await staff.lobby.enter("ada")
    await ada.go("dm")
    await ada.say("start")
    await until(lambda: [s for each in staff.changes._changed.spots.values() for s in each.values() if s.section])
    staff.now += timedelta(minutes=1)
    await staff.round()
    (board,) = staff.boards(INSTRUCTORS)
    assert "1 active" in board.text
    assert staff.calls("chat.update") == edits + 1
    assert "Ada" not in str(board), "a board names nobody"


async def test_a_board_that_was_deleted_is_posted_anew_and_pinned(staff: Staff) -> None:
    cohort = await staff.cohort()
    await staff.round()
    (first,) = staff.boards(CLASS)
    staff.lobby.space.premises.world.remove(first)
    staff.keeper.rebuild(cohort.id)
    await staff.round()
    (second,) = staff.boards(CLASS)
    assert second.ts != first.ts
    assert second.pinned
    kept = await staff.cohorts.cohort(cohort.id)
    assert kept is not None
    assert kept.board == f"{CLASS}/{second.ts}"


async def test_a_board_moves_to_the_staff_channel_and_says_so_where_it_stood(staff: Staff) -> None:
    cohort = await staff.cohort()
    await staff.round()
    (first,) = staff.boards(CLASS)
    await staff.cohorts.keep(replace(cohort, staff_channel=INSTRUCTORS))
    await staff.round()
    assert len(staff.boards(INSTRUCTORS)) == 1
    assert staff.boards(CLASS) == []
    moved = staff.lobby.space.premises.world.messages[CLASS][first.ts]
    assert "has moved" in moved.text


async def test_an_archived_course_and_a_refusing_channel_are_left_in_peace(staff: Staff) -> None:
    archived = await staff.cohort("Old", archived=True)
    await staff.seat(archived, "U0ADA")
    await staff.start("U0ADA")
    posts = staff.calls("chat.postMessage")
    await staff.round()
    assert staff.calls("chat.postMessage") == posts
    await staff.cohort("Gone", channel="C0NOWHERE")
    for _ in range(3):
        staff.changes.ring()
        await staff.round()
    assert staff.calls("chat.postMessage") == posts + 1, "asked once, and again after a minute"
    staff.now += timedelta(minutes=1)
    await staff.round()
    assert staff.calls("chat.postMessage") == posts + 2


async def test_the_board_of_a_course_that_is_over_stays_and_says_so(staff: Staff) -> None:
    cohort = await staff.cohort()
    await staff.seat(cohort, "U0ADA")
    await staff.start("U0ADA")
    await staff.round()
    await staff.cohorts.keep(replace(cohort, ended_at=staff.now))
    for _ in range(2):
        staff.changes.ring()
        await staff.round()
    (board,) = staff.boards(CLASS)
    assert "This course is over" in str(board.blocks)
    assert "1 active" in str(board.text)
    told = await staff.forged(BARBARA, AGAIN, str(cohort.id), board)
    assert "is over" in told[-1].text


async def test_many_boards_share_the_edits_and_none_waits_for_ever(staff: Staff) -> None:
    cohorts = [await staff.cohort(f"Class {n}") for n in range(5)]
    users = [f"U0L{n:04}" for n in range(5)]
    for cohort, user in zip(cohorts, users, strict=True):
        await staff.seat(cohort, user)
    for _ in range(3):
        posts = staff.calls("chat.postMessage") + staff.calls("chat.update")
        await staff.round()
        staff.now += timedelta(seconds=5)
        assert staff.calls("chat.postMessage") + staff.calls("chat.update") - posts <= AT_ONCE
    assert len(staff.boards(CLASS)) == 5
    await staff.start(*users)
    for cohort in cohorts:
        staff.changes.cohort(cohort.id)
    for number in range(4):  # the oldest three change all the time, the others once
        await staff.start(*users[:3], step=12 * number)
        for cohort in cohorts[:3]:
            staff.changes.cohort(cohort.id)
        await staff.round()
        staff.now += timedelta(seconds=5)
    assert all("1 active" in each.text for each in staff.boards(CLASS))


async def test_those_without_a_course_have_their_board_with_the_instructors_of_all(staff: Staff) -> None:
    await staff.round()
    (board,) = staff.boards(INSTRUCTORS)
    assert "0 active" in board.text
    assert await staff.lobby.store.note(PLACE) == f"{INSTRUCTORS}/{board.ts}"
    cohort = await staff.cohort()
    await staff.start("U0ADA", "U0GRACE")
    await staff.seat(cohort, "U0GRACE")
    await staff.round()
    assert "1 active" in staff.boards(INSTRUCTORS)[0].text
    assert "1 active" in staff.boards(CLASS)[0].text
    # whoever takes a seat leaves the others
    await staff.seat(cohort, "U0ADA")
    await staff.round()
    assert "0 active" in staff.boards(INSTRUCTORS)[0].text
    assert "2 active" in staff.boards(CLASS)[0].text


async def test_a_class_takes_over_the_board_of_nobody_and_who_is_alone_later_gets_one(staff: Staff) -> None:
    await staff.round()
    (empty,) = staff.boards(INSTRUCTORS)
    cohort = await staff.cohort(staff_channel=INSTRUCTORS)
    await staff.seat(cohort, "U0ADA")
    await staff.round()
    await staff.round()
    (board,) = staff.boards(INSTRUCTORS)
    assert board.ts == empty.ts
    assert "1 not started" in board.text
    await staff.start("U0GRACE")
    staff.changes.cohort(ALONE)
    await staff.round()
    first, second = staff.boards(INSTRUCTORS)
    assert first.ts == empty.ts
    assert "1 active" in second.text
    await staff.cohort("April", staff_channel=INSTRUCTORS)
    await staff.round()
    assert len(staff.boards(INSTRUCTORS)) == 3, "a board on which somebody stands is nobody else's"


async def test_who_falls_quiet_is_seen_without_a_sign_and_other_processes_too(staff: Staff) -> None:
    cohort = await staff.cohort()
    await staff.seat(cohort, "U0ADA")
    await staff.start("U0ADA")
    await staff.round()
    staff.now += timedelta(minutes=16)
    await staff.round()
    assert "0 active · 1 quiet" in staff.boards(CLASS)[0].text
    elsewhere = SqlCohorts(staff.lobby.store.database)  # as another process has it: nobody here is told
    await elsewhere.seat(Seat(cohort.id, "U0GRACE", SeatState.TAKEN, staff.now))
    staff.now += READ + timedelta(seconds=1)
    await staff.round()
    assert "1 not started" in staff.boards(CLASS)[0].text


async def test_our_trouble_is_on_every_board_and_goes_away(staff: Staff) -> None:
    cohort = await staff.cohort()
    await staff.seat(cohort, "U0ADA")
    await staff.start("U0ADA")
    staff.ours = OurSide("The Docker engine does not answer.")
    await staff.round()
    (board,) = staff.boards(CLASS)
    assert "The Docker engine does not answer. No learner is to blame." in str(board.blocks)
    staff.ours = OurSide()
    staff.changes.ring()
    await staff.round()
    assert "does not answer" not in str(staff.boards(CLASS)[0].blocks)


async def test_who_is_stuck_or_waits_is_counted_as_soon_as_others_find_it_out(staff: Staff) -> None:
    cohort = await staff.cohort()
    for user in ("U0ADA", "U0GRACE"):
        await staff.seat(cohort, user)
    await staff.start("U0ADA", "U0GRACE")
    await staff.round()
    staff.stuck.found, staff.waiting.found = {"U0ADA"}, {"U0GRACE", "U0ELSEWHERE"}
    staff.changes.ring()
    await staff.round()
    assert "1 waiting for help · 1 stuck" in staff.boards(CLASS)[0].text


async def test_an_instructor_sees_who_is_where_page_by_page_in_one_window(staff: Staff) -> None:
    cohort = await staff.cohort()
    users = [f"U0L{n:04}" for n in range(30)]
    for number, user in enumerate(users):
        await staff.seat(cohort, user)
        await staff.start(user, step=number)
    staff.waiting.found = {users[29]}
    await staff.round()
    barbara = await staff.lobby.enter("barbara")
    await barbara.go("#docker-workshop")
    await barbara.press("Who is where")
    await until(lambda: barbara.modal and "1 to 12 of 30" in barbara.modal.text)
    assert barbara.modal is not None
    assert "waits for help" in barbara.modal.text
    await barbara.press("Next")
    await until(lambda: barbara.modal and "13 to 24 of 30" in barbara.modal.text)
    await barbara.press("Next")
    await until(lambda: barbara.modal and "25 to 30 of 30" in barbara.modal.text)
    await barbara.press("Back")
    await until(lambda: barbara.modal and "13 to 24 of 30" in barbara.modal.text)
    await barbara.choose("Who", "Who waits for help")
    assert await barbara.submit() == {}
    await until(lambda: barbara.modal and "1 to 1 of 1" in barbara.modal.text)
    await barbara.choose("Where", f"01 {WORKSHOP.sections[0].title}")
    assert await barbara.submit() == {}
    await until(lambda: barbara.modal and "Nobody is here now" in barbara.modal.text)
    await barbara.close_modal()
    await barbara.press("Figures")
    await until(lambda: barbara.modal and "Minutes at each step" in barbara.modal.text)


async def test_s10_s11_nobody_else_sees_anything_whatever_they_press_or_are_called(staff: Staff) -> None:
    cohort = await staff.cohort()
    await staff.seat(cohort, "U0ADA")
    await staff.start("U0ADA")
    await staff.round()
    (board,) = staff.boards(CLASS)
    ada = await staff.lobby.enter("ada")
    await ada.go("#docker-workshop")
    for label in ("Who is where", "Figures", "Rebuild board"):
        await ada.press(label)
    await until(lambda: len([m for m in staff.lobby.said(channel=CLASS) if m.only_for == "U0ADA"]) == 3)
    assert {m.text for m in staff.lobby.said(channel=CLASS) if m.only_for == "U0ADA"} == {NOT_YOURS.text}
    assert ada.modal is None
    other = await staff.cohort("Other", instructors=frozenset({"U0GRACE"}))
    for act in (PEOPLE, FIGURES, AGAIN):
        # of a class that is not hers, of those alone, of none, of nothing that is one
        for about in (str(other.id), str(ALONE), "99", "x", f"{cohort.id}{'9' * 30}"):
            told = await staff.forged(BARBARA, act, about, board)
            assert told[-1].text == NOT_YOURS.text
    staff.lobby.space.premises.world.people["U0ADA"] = replace(
        staff.lobby.space.premises.world.people["U0ADA"], name="barbara", real_name="Barbara"
    )
    assert (await staff.forged("U0ADA", PEOPLE, str(cohort.id), board))[-1].text == NOT_YOURS.text


async def test_a_forged_filter_shows_nothing_of_a_class_that_is_not_theirs(staff: Staff) -> None:
    cohort = await staff.cohort(instructors=frozenset({"U0GRACE"}))
    duty = staff.lobby.duties[0]
    where = Where(CLASS, BARBARA)
    for about in (str(cohort.id), f"{cohort.id} 02 all 0", "0"):
        assert await duty.sheets[PEOPLE](Asked(where, "Barbara", about, {"section": "02", "state": "all"})) == NOT_YOURS


async def test_an_instructors_home_has_the_figures_of_the_classes_they_lead(staff: Staff) -> None:
    march = await staff.cohort()
    april = await staff.cohort("April", instructors=frozenset({"U0GRACE"}))
    await staff.seat(march, "U0ADA")
    await staff.start("U0ADA", "U0MARGARET")
    barbara, linus, ada = [await staff.lobby.enter(name) for name in ("barbara", "linus", "ada")]
    home, everything, own = await barbara.open_home(), await linus.open_home(), await ada.open_home()
    assert home is not None
    assert everything is not None
    assert own is not None
    assert "March" in home.text
    assert "1 active" in home.text
    assert "April" not in home.text
    assert all(name in everything.text for name in ("March", "April", "learners without a course"))
    assert "Who is where" not in own.text
    await barbara.press("Who is where")
    await until(lambda: barbara.modal and "Ada" in barbara.modal.text)
    assert april.id != march.id


async def test_a_word_shows_the_class_of_this_channel_or_all_that_one_leads(staff: Staff) -> None:
    await staff.cohort()
    barbara, ada = await staff.lobby.enter("barbara"), await staff.lobby.enter("ada")
    await barbara.go("#docker-workshop")
    await barbara.say("/docent board")
    await until(lambda: barbara.modal and "Nobody is here now" in barbara.modal.text)
    await barbara.close_modal()
    await barbara.go("dm")
    await barbara.say("board")
    await until(lambda: any("Your classes" in m.text for m in staff.lobby.said(BARBARA)))
    await ada.go("dm")
    await ada.say("board")
    await until(lambda: any("for instructors" in m.text for m in staff.lobby.said("U0ADA")))


async def test_the_records_being_away_stops_no_board_for_good(staff: Staff) -> None:
    await staff.cohort()
    keeping = asyncio.create_task(staff.keeper.keep())
    try:
        await until(lambda: staff.boards(CLASS))
        staff.lobby.space.premises.faults.add(Fault("chat.update", error="internal_error"))
        staff.ours = OurSide("Something is wrong here.")
        staff.changes.ring()
        await until(lambda: not staff.lobby.space.premises.faults._waiting)
        staff.now += timedelta(minutes=2)
        staff.changes.ring()
        await until(lambda: "Something is wrong" in str(staff.boards(CLASS)[0].blocks))
    finally:
        keeping.cancel()
