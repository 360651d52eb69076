"""Clusters through real Bolt: one message, kept true, and a hint for the class."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.ladder import hint
from bot.core.turn import Say
from bot.core.verdict import Failed, Verdict
from bot.ports import Asked, Where
from tests.slack.lobby import WORKSHOP, until
from tests.staffroom.radar.course import CODE, CONDITION, PASSED, STEP, Course, open_course

STAFF = "#docent-instructors"
CLASS = ("U0ADA", "U0GRACE", "U0LINUS", "U0MARGARET")


@pytest.fixture
async def course(tmp_path: Path) -> AsyncIterator[Course]:
    async with open_course(tmp_path) as here:
        await here.sit(*CLASS)
        yield here


@pytest.fixture
async def failing(course: Course) -> Course:
    """Three of four fail with the same, and Barbara has been told."""
    for user in CLASS[:3]:
        await course.check(user)
    await course.look()
    return course


async def test_many_who_fail_alike_are_told_of_once_and_the_figures_kept_true(failing: Course) -> None:
    (told,) = failing.shown()
    assert f"3 of 4: {CODE}" in told
    assert not any(user in told for user in CLASS)
    await failing.check("U0MARGARET")
    await failing.look()
    assert f"3 of 4: {CODE}" in failing.shown()[0]  # not more often than every half minute
    await failing.look(0.6)
    assert f"4 of 4: {CODE}" in failing.shown()[0]
    for user in CLASS[:3]:
        await failing.check(user, PASSED)
    await failing.look(1)
    (told,) = failing.shown()
    assert f"1 of 1: {CODE}" in told
    assert "no more than a few" in told


async def test_a_class_hint_is_told_once_to_who_fails_and_joins_everybodys_ladder(failing: Course) -> None:
    barbara = await failing.lobby.enter("barbara")
    await barbara.go(STAFF)
    await barbara.press("Write a class hint")
    await barbara.wait_for("Its author's hints", 5)
    await barbara.fill("Your hint for the class", "Look at line 3.")
    assert await barbara.submit() == {}
    for user in CLASS[:3]:
        await failing.hears(user, "Look at line 3.")
    assert failing.heard("U0MARGARET", "Look at line 3.") == 0
    await until(lambda: "Look at line 3." in failing.shown()[0] and "Change the class hint" in failing.shown()[0])
    await failing.check("U0MARGARET")
    margaret = await failing.learner("U0MARGARET")
    step = WORKSHOP.step(STEP)
    assert step
    said = next(each for each in hint(WORKSHOP, margaret, STEP, step).actions if isinstance(each, Say))
    assert "From your instructor" in str(said)
    assert "Look at line 3." in str(said)
    assert failing.heard("U0ADA", "Look at line 3.") == 1


async def test_a_class_hint_may_be_changed_and_taken_away(failing: Course) -> None:
    write = failing.lobby.duties[1].sheets["cluster.hint"]
    for text in ("Look at line 4.", "Look at line 3.", ""):
        await write(Asked(Where("", "U0BARBARA"), "Barbara", "1", {"text": text}))
        await until(lambda text=text: ("The class hint:" in failing.shown()[0]) is bool(text))
    assert "Look at line 4." not in failing.shown()[0]
    assert list(await failing.lobby.cohorts.hints(failing.cohort.id)) == []


async def test_an_empty_or_endless_class_hint_is_sent_back(failing: Course) -> None:
    barbara = await failing.lobby.enter("barbara")
    await barbara.go(STAFF)
    await barbara.press("Write a class hint")
    await barbara.fill("Your hint for the class", "   ")
    assert "Write what helps" in str(await barbara.submit())
    await barbara.fill("Your hint for the class", "x" * 1_501)
    assert "1,501 characters" in str(await barbara.submit())


async def test_a_learner_writes_no_class_hint(failing: Course) -> None:
    for about in ("1", "0", "²", "9" * 30):
        await failing.forge("U0ADA", "cluster.hint", about)
    await failing.hears("U0ADA", "Only the instructors of this course", 4)


async def test_another_code_is_another_message_and_fewer_are_none(course: Course) -> None:
    other = next(code for code in CONDITION.fail if code != CODE)
    differs = Verdict(((CONDITION.id, Failed(other, "a", "b")),))
    for user in CLASS[:2]:
        await course.check(user)
        await course.check(user.replace("ADA", "LINUS").replace("GRACE", "MARGARET"), differs)
    await course.look()
    assert course.told() == []
    for user in ("U0LINUS", "U0MARGARET"):
        await course.check(user)
    await course.look()
    assert [f"4 of 4: {CODE}" in each for each in course.shown()] == [True]


async def test_a_class_without_names_has_its_clusters_too(course: Course) -> None:
    await course.lobby.cohorts.keep(replace(course.cohort, nameless=True))
    for user in CLASS[:3]:
        await course.check(user)
    await course.look()
    assert f"3 of 4: {CODE}" in course.shown()[0]
