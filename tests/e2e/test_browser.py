"""A newcomer does whole sections in a real browser: by clicking and typing, against the real engine."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bot.core.workshop import Act, Section, Step
from bot.handin.replacing import asks_to_replace
from bot.settings import shipped
from tests.e2e.conftest import School, open_school
from tests.e2e.pages import newest, open_page, picture, press, say

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

LESSONS = shipped("lessons") / "docker-workshop"
CHECK_MS = 120_000


@pytest.fixture
async def paced(tmp_path: Path) -> AsyncIterator[School]:
    """A school as fast as Slack lets it be, and no faster; who only wants to look is not kept waiting."""
    async with open_school(tmp_path, pace="DOCENT_WALK" not in os.environ) as school:
        yield school


async def perform(page: Page, step: Step, act: Act) -> None:
    """Do what the solution says, the way a person does it in the page."""
    if act.say is not None:
        line = act.say.splitlines()[0].rstrip(" \\")
        done = "Updated" if asks_to_replace(act.say) else f"$ {line}"
        answers = page.locator("#log article").filter(has_text=done)
        before = await answers.count()
        await say(page, act.say)
        await expect(answers).to_have_count(before + 1, timeout=CHECK_MS)
    elif act.file and act.from_:
        await press(page, f"Write {act.file}")
        form = page.get_by_role("dialog")
        await form.get_by_role("textbox").fill((LESSONS / act.from_).read_text())
        await picture(page, "form")
        await form.get_by_role("button", name="Save").click()
        await expect(newest(page, re.compile("Saved|Updated"))).to_be_visible()
    elif act.remove:
        await say(page, f"rm {act.remove}")
        await expect(newest(page, f"$ rm {act.remove}")).to_be_visible()
    for question_id, option in (act.answer or {}).items():
        question = step.question(question_id)
        assert question
        await press(page, f"{'ABCDE'[option]}: {question.options[option].text}"[:75])
        await expect(newest(page, question.options[option].why[:40].split("`")[0])).to_be_visible()


async def play(school: School, page: Page, section: Section) -> None:
    """Do all steps of a section, each with its check."""
    await say(page, f"go {section.id}")
    for number, step in enumerate(section.steps, start=1):
        await expect(newest(page, f"{section.id} · {section.title} — step {number} of")).to_be_visible(timeout=20_000)
        await picture(page, f"{section.id}-{number}-{step.id}-a")
        for act in step.solve:
            await perform(page, step, act)
        if step.needs_sandbox:
            card = page.locator("#log article").filter(has_text=f"step {number} of").filter(has_text=step.title).last
            await card.get_by_role("button", name="Check my work").click()
            card = page.locator("#log article").filter(has_text=step.title).filter(has_text="Passed: all")
            await expect(card.last).to_be_visible(timeout=CHECK_MS)
        await picture(page, f"{section.id}-{number}-{step.id}-b")
        if step is section.steps[-1]:
            await picture(page, f"{section.id}-over")
        await press(page, "Next")
    learner = await school.bot.store.learner("U0ADA")
    assert sum(ref.section == section.id for ref in learner.passed) == len(section.steps)


async def test_sections_by_clicking_and_typing(paced: School) -> None:
    """Play section 02, or those that DOCENT_WALK names: `DOCENT_WALK=02,05,06`."""
    async with open_page(paced.space.url) as page:
        await walk(paced, page, os.environ.get("DOCENT_WALK", "02").split(","))
    assert paced.space.premises.problems.all() == [], "Slack would have refused nothing"


async def walk(school: School, page: Page, sections: Sequence[str]) -> None:
    """Play sections from the welcome on; look at Home and at the board."""
    await expect(newest(page, "Welcome to the workshop")).to_be_visible()
    await picture(page, "welcome")
    await press(page, "Start the workshop")
    await expect(newest(page, "step 1 of")).to_be_visible()
    for section_id in sections:
        section = school.bot.workshop.section(section_id)
        assert section
        await play(school, page, section)
    await expect(newest(page, section.title)).to_be_visible()

    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator("#home")).to_contain_text("steps proved")
    await picture(page, "home")

    await page.locator("#people summary").click()
    await page.get_by_role("listitem").filter(has_text="Barbara").click()
    await page.get_by_text("docent-instructors").first.click()
    await expect(page.locator("#log")).to_contain_text("1 active")
    await picture(page, "board")
    await press(page, "Who is where, for instructors")
    await expect(page.locator("#modal")).to_contain_text("Ada")
    await picture(page, "people")
