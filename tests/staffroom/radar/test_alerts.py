"""Alerts through real Bolt: raised once, claimed, answered, and over when the learner passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.cohorts.alerts import Ended
from bot.core.cohorts.cohort import SeatState
from bot.core.cohorts.consent import look_press
from bot.core.ending.pages import Page, PageKind
from bot.core.panels import Panel, called
from bot.core.verdict import Fault, Verdict
from bot.localslack.seed import INSTRUCTORS
from bot.progress.notebooks import SqlNotebooks
from tests.slack.lobby import WORKSHOP, until
from tests.staffroom.radar.course import CODE, CONDITION, PASSED, STEP, Course, open_course, radar_of, shown

STAFF = "#docent-instructors"
OURS = Verdict(((CONDITION.id, Fault("the host is down")),))


@pytest.fixture
async def course(tmp_path: Path) -> AsyncIterator[Course]:
    async with open_course(tmp_path) as here:
        yield here


@pytest.fixture
async def stuck(course: Course) -> Course:
    """Ada is stuck, and Barbara has been told."""
    await course.sit("U0ADA")
    await course.check("U0ADA", times=3)
    await course.look()
    return course


async def test_an_alert_tells_once_who_is_stuck_where_and_on_what(course: Course) -> None:
    await course.sit("U0ADA", "U0GRACE")
    page = Page(PageKind.FILE, "Dockerfile (changed, 3 lines now)", "+FROM secret-base", STEP)
    await SqlNotebooks(course.lobby.store.database).keep("U0ADA", page)
    await course.check("U0ADA", times=2)
    await course.look()
    assert course.told() == []
    await course.check("U0ADA")
    for _ in range(3):
        await course.look()
    (alert,) = course.shown()
    for words in ("Ada may be stuck", "3 checks", CODE, "an image that was built", "line 3: no such file"):
        assert words in alert
    assert "Dockerfile (changed, 3 lines now)" in alert
    assert "secret-base" not in alert
    assert await course.radar.alerts.stuck(course.cohort.id) == {"U0ADA"}


async def test_a_restart_neither_loses_nor_repeats_one(stuck: Course) -> None:
    again = radar_of(stuck.lobby, stuck.radar.clock)
    await again.watch.look()
    assert len(stuck.told()) == 1
    alert = await stuck.radar.alerts.of("U0ADA", STEP)
    assert alert
    await stuck.radar.alerts.keep(replace(alert, places=()))  # killed before it was posted
    await again.watch.look()
    assert len(stuck.told()) == 2


async def test_it_is_over_when_the_learner_passes_and_never_comes_again(stuck: Course) -> None:
    stuck.radar.clock.later(3)
    await stuck.check("U0ADA", PASSED)
    learner = await stuck.learner("U0ADA")
    await stuck.lobby.store.record(replace(learner, passed={STEP: stuck.radar.clock.now}), "put")
    await stuck.look()
    (alert,) = stuck.shown()
    assert "passed 3 minutes later" in alert
    assert "alert.claim" not in alert
    await stuck.lobby.store.record(learner := replace(learner, passed={}, failing=learner.failing), "put")
    await stuck.check("U0ADA", times=3)
    await stuck.look()
    assert len(stuck.told()) == 1


async def test_claimed_taken_over_and_shown_to_everybody(stuck: Course) -> None:
    barbara = await stuck.lobby.enter("barbara")
    await barbara.go(STAFF)
    await barbara.press("Claim")
    await until(lambda: "Barbara has it" in stuck.shown()[0])
    await stuck.lobby.roles.appoint("U0GRACE")
    alert = await stuck.radar.alerts.of("U0ADA", STEP)
    assert alert
    await stuck.forge("U0GRACE", "alert.claim", str(alert.id))
    await until(lambda: "Grace has it" in stuck.shown()[0])


async def test_who_instructs_no_more_has_nothing(stuck: Course) -> None:
    barbara = await stuck.lobby.enter("barbara")
    await barbara.go(STAFF)
    await barbara.press("Claim")
    await until(lambda: "Barbara has it" in stuck.shown()[0])
    await stuck.lobby.cohorts.keep(replace(stuck.cohort, instructors=frozenset({"U0LINUS"})))
    await stuck.lobby.roles.dismiss("U0BARBARA")
    await stuck.look()
    assert "Nobody has it yet" in stuck.shown()[0]
    await barbara.press("Send hint")
    await until(lambda: any("Only the instructors of this course" in each for each in stuck.shown()))
    assert "Nobody has it yet" in stuck.shown()[0]


async def test_a_rung_reaches_the_learner_and_counts_as_taken(stuck: Course) -> None:
    barbara = await stuck.lobby.enter("barbara")
    await barbara.go(STAFF)
    await barbara.press("Send hint")
    await barbara.choose("Send this rung", "3. Solution")
    assert await barbara.submit() == {}
    await stuck.hears("U0ADA", "from Barbara, your instructor")
    assert (await stuck.learner("U0ADA")).hints[STEP] == 3
    await until(lambda: "3 hints taken" in stuck.shown()[0] and "Barbara has it" in stuck.shown()[0])


async def test_words_of_ones_own_reach_the_learner_and_are_no_hint_taken(stuck: Course) -> None:
    before = (await stuck.learner("U0ADA")).hints
    barbara = await stuck.lobby.enter("barbara")
    await barbara.go(STAFF)
    await barbara.press("Send hint")
    await barbara.fill("Or your own words", "x" * 1_501)
    assert "1,501 characters" in (await barbara.submit())["Or your own words"]
    await barbara.fill("Or your own words", "Look at line 3, and at <!channel>.")
    assert await barbara.submit() == {}
    await stuck.hears("U0ADA", "Look at line 3")
    assert (await stuck.learner("U0ADA")).hints == before
    assert not any("<!channel>" in each.text for each in stuck.lobby.said("U0ADA"))


async def test_an_unblocked_step_is_skipped_told_and_on_record(stuck: Course) -> None:
    barbara = await stuck.lobby.enter("barbara")
    await barbara.go(STAFF)
    await barbara.press("Unblock")
    await stuck.hears("U0ADA", "**Barbara**, your instructor, took")
    await until(lambda: "unblocked by Barbara" in stuck.shown()[0])
    learner = await stuck.learner("U0ADA")
    assert (STEP in learner.skipped, STEP in learner.passed) == (True, False)
    journal = await stuck.lobby.store.journal("U0ADA")
    assert any(each.what == "WasUnblocked" and "by=Barbara" in each.detail for each in journal)
    alert = await stuck.radar.alerts.of("U0ADA", STEP)
    assert alert
    assert alert.ended is Ended.UNBLOCKED


async def test_an_unblocked_step_that_is_set_back_may_be_told_of_anew(stuck: Course) -> None:
    alert = await stuck.radar.alerts.of("U0ADA", STEP)
    assert alert
    await stuck.forge("U0BARBARA", "alert.unblock", str(alert.id))
    await until(lambda: "unblocked by Barbara" in stuck.shown()[0])
    await stuck.look()
    assert len(stuck.told()) == 1
    learner = await stuck.learner("U0ADA")
    await stuck.lobby.store.record(replace(learner, at=STEP, skipped=frozenset(), tries={}), "put")
    await stuck.look()
    assert len(stuck.told()) == 1
    await stuck.check("U0ADA", times=3)
    await stuck.look()
    assert [("may be stuck" in each) for each in stuck.shown()] == [False, True]


@pytest.mark.parametrize("act", ["alert.claim", "alert.hint", "alert.unblock"])
async def test_a_press_after_its_time_says_so_and_changes_nothing(stuck: Course, act: str) -> None:
    alert = await stuck.radar.alerts.of("U0ADA", STEP)
    assert alert
    learner = await stuck.learner("U0ADA")
    passed = replace(learner, passed={STEP: stuck.radar.clock.now})
    await stuck.lobby.store.record(passed, "put")  # and nobody has looked yet
    await stuck.forge("U0BARBARA", act, str(alert.id))
    await stuck.hears("U0BARBARA", "Nothing was changed.")
    assert (await stuck.learner("U0ADA")).skipped == frozenset()
    kept = await stuck.radar.alerts.of("U0ADA", STEP)
    assert kept
    assert (kept.claimed_by, kept.ended) == ("", Ended.PASSED)


@pytest.mark.parametrize("act", ["alert.claim", "alert.hint", "alert.unblock"])
async def test_a_learner_presses_what_they_never_were_shown(stuck: Course, act: str) -> None:
    alert = await stuck.radar.alerts.of("U0ADA", STEP)
    assert alert
    for about in (str(alert.id), "0", "²", "9" * 40, "1 OR 1"):
        await stuck.forge("U0ADA", act, about)
    await stuck.hears("U0ADA", "Only the instructors of this course", 5)
    assert await stuck.radar.alerts.of("U0ADA", STEP) == alert
    assert (await stuck.learner("U0ADA")).skipped == frozenset()


async def test_who_went_elsewhere_is_not_unblocked_behind_their_back(stuck: Course) -> None:
    alert = await stuck.radar.alerts.of("U0ADA", STEP)
    assert alert
    learner = await stuck.learner("U0ADA")
    await stuck.lobby.store.record(replace(learner, at=WORKSHOP.order[0]), "put")
    for act in ("alert.hint", "alert.unblock"):
        await stuck.forge("U0BARBARA", act, str(alert.id))
    await stuck.hears("U0BARBARA", "is at another step now", 2)
    assert (await stuck.learner("U0ADA")).skipped == frozenset()
    assert await stuck.radar.alerts.stuck(stuck.cohort.id) == frozenset()


async def test_who_leaves_or_whose_course_ends_is_nobodys_alert(stuck: Course) -> None:
    await stuck.lobby.cohorts.keep(replace(stuck.cohort, ended_at=stuck.radar.clock.now))
    await stuck.look()
    assert "is not at work in this class any more" in stuck.shown()[0]


async def test_silence_behind_a_failed_check_is_told_but_not_when_it_is_ours(course: Course) -> None:
    await course.sit("U0ADA")
    await course.check("U0ADA")
    await course.look()
    for _ in range(6):  # our host is down for nine minutes
        course.radar.down = True
        await course.look(1.5)
    course.radar.down = False
    await course.look(0.5)
    await course.look(0.9)
    assert course.told() == []
    for _ in range(10):
        await course.look(0.9)
    (alert,) = course.shown()
    assert "silence since a check that failed" in alert


async def test_the_time_that_the_bot_was_away_is_nobodys_silence(course: Course) -> None:
    await course.sit("U0ADA")
    await course.check("U0ADA")
    await course.look()
    course.radar.clock.later(30)
    again = radar_of(course.lobby, course.radar.clock)
    await again.watch.look()
    assert course.told() == []


async def test_checks_of_which_we_could_not_tell_are_no_tries(course: Course) -> None:
    await course.sit("U0ADA")
    await course.check("U0ADA", OURS, times=4)
    await course.look()
    assert course.told() == []


async def test_a_class_without_names_gets_figures_and_no_presses(course: Course) -> None:
    await course.lobby.cohorts.keep(replace(course.cohort, nameless=True))
    await course.sit("U0ADA", "U0GRACE")
    await course.check("U0ADA", times=3)
    await course.look()
    await course.check("U0GRACE", times=3)
    await course.look(1)
    (figures,) = course.shown()
    assert "2 learners may be stuck" in figures
    assert "figures only" in figures
    assert not any(name in figures for name in ("Ada", "Grace", "U0ADA", "line 3", "alert."))
    alert = await course.radar.alerts.of("U0ADA", STEP)
    assert alert
    await course.forge("U0BARBARA", "alert.unblock", str(alert.id))
    await course.hears("U0BARBARA", "figures only")
    assert (await course.learner("U0ADA")).skipped == frozenset()


async def test_who_is_in_no_course_is_told_of_where_everybody_instructs(tmp_path: Path) -> None:
    async with open_course(tmp_path, alone=True) as course:
        await course.sit("U0ADA", "U0GRACE")
        seat = (await course.lobby.cohorts.seats_of("U0GRACE"))[0]
        await course.lobby.cohorts.seat(replace(seat, state=SeatState.LEFT))
        learner = await course.lobby.store.learner("U0LINUS", "Linus")
        await course.lobby.store.record(replace(learner, at=STEP), "put")
        for user in ("U0GRACE", "U0LINUS"):
            await course.check(user, times=3)
        await course.look()
        assert course.told() == []
        panels = [each for each in course.lobby.staff.told.values() if isinstance(each, Panel)]
        assert [each.title for each in panels] == [f"{called('Linus')} may be stuck"]


async def test_an_instructor_without_a_channel_is_told_in_their_direct_message(tmp_path: Path) -> None:
    async with open_course(tmp_path, staff="") as course:
        await course.sit("U0ADA")
        await course.check("U0ADA", times=3)
        await course.look()
        await course.hears("U0BARBARA", "Ada may be stuck")
        assert course.told(INSTRUCTORS) == []


async def test_another_duty_puts_its_button_under_an_alert(course: Course) -> None:
    course.radar.book.more.append(lambda alert: look_press(alert.cohort, alert.learner))
    await course.sit("U0ADA")
    await course.check("U0ADA", times=3)
    await course.look()
    assert f"work.look#3', 'value': '||{course.cohort.id}|U0ADA" in course.shown()[0]


async def test_any_name_leaves_the_message_as_it_is(course: Course) -> None:
    await course.sit("U0ADA")
    name = "**Ada** `x` <!channel> עדה\n" + "W" * 80
    await course.lobby.store.learner("U0ADA", name)
    await course.check("U0ADA", times=3)
    await course.look()
    (message,) = course.told()
    assert "<!channel>" not in message.text
    assert "may be stuck" in shown(message)


async def test_an_alert_comes_within_ten_seconds_by_itself(course: Course) -> None:
    watching = asyncio.create_task(course.radar.watch.keep())
    try:
        await course.sit("U0ADA", "U0GRACE")
        await course.check("U0ADA", times=3)
        await until(lambda: any("Ada may be stuck" in each for each in course.shown()), 10)
        course.lobby.followers.clear()  # of this nobody tells the watch
        await course.check("U0GRACE", times=3)
        await until(lambda: any("Grace may be stuck" in each for each in course.shown()), 10)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
