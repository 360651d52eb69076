"""A newcomer does section 02 in a real browser: by clicking and typing, against the real engine."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.core.workshop import Act, Step
from bot.settings import shipped
from tests.e2e.conftest import School, open_school
from tests.e2e.pages import newest, open_page, picture, press, say

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

LESSONS = shipped("lessons") / "docker-workshop"
CHECK_MS = 120_000


@pytest.fixture
async def paced(tmp_path: Path) -> AsyncIterator[School]:
    """A school as fast as Slack lets it be, and no faster."""
    async with open_school(tmp_path) as school:
        yield school


@pytest.fixture
async def page(school: School) -> AsyncIterator[Page]:
    async with open_page(school.space.url) as page:
        yield page


async def perform(page: Page, step: Step, act: Act) -> None:
    """Do what the solution says, the way a person does it in the page."""
    if act.say is not None:
        await say(page, act.say)
        await expect(newest(page, f"$ {act.say.splitlines()[0]}")).to_be_visible(timeout=60_000)
    elif act.file and act.from_:
        await press(page, f"Write {act.file}")
        form = page.get_by_role("dialog")
        await form.get_by_role("textbox").fill((LESSONS / act.from_).read_text())
        await picture(page, "form")
        await form.get_by_role("button", name="Save").click()
        await expect(newest(page, re.compile("Saved|Updated"))).to_be_visible()
    for question_id, option in (act.answer or {}).items():
        question = step.question(question_id)
        assert question
        await press(page, f"{'ABCDE'[option]}: {question.options[option].text}"[:75])
        await expect(newest(page, question.options[option].why[:40].replace("`", ""))).to_be_visible()


async def test_section_two_by_clicking_and_typing(paced: School) -> None:
    async with open_page(paced.space.url) as page:
        await _section_two(paced, page)
    assert paced.space.premises.problems.all() == [], "Slack would have refused nothing"


async def _section_two(school: School, page: Page) -> None:
    section = school.bot.workshop.section("02")
    assert section
    await expect(newest(page, "Welcome to the workshop")).to_be_visible()
    await picture(page, "welcome")
    await press(page, "Start the workshop")
    await expect(newest(page, "step 1 of")).to_be_visible()
    await say(page, "go 02")
    for number, step in enumerate(section.steps, start=1):
        await expect(newest(page, f"step {number} of {len(section.steps)}")).to_be_visible(timeout=20_000)
        for act in step.solve:
            await perform(page, step, act)
        if step.needs_sandbox:
            await press(page, "Check my work")
            card = page.locator("#log article").filter(has_text=step.title).filter(has_text="Passed: all")
            await expect(card.last).to_be_visible(timeout=CHECK_MS)
        await picture(page, f"02-{number}-{step.id}")
        await press(page, "Next")
    await expect(newest(page, section.title)).to_be_visible()
    await picture(page, "the-end")
    learner = await school.bot.store.learner("U0ADA")
    assert sum(ref.section == "02" for ref in learner.passed) == len(section.steps)

    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator("#home")).to_contain_text("steps proved")
    await picture(page, "home")

    await page.locator("#people summary").click()
    await page.get_by_role("listitem").filter(has_text="Barbara").click()
    await page.get_by_text("docent-instructors").first.click()
    await expect(page.locator("#log")).to_contain_text("Ada")
    await picture(page, "board")
