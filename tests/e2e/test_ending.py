"""The end in a real browser: summary, certificate, notebook and feedback, and the instructors see the feedback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from playwright.async_api import Page, expect

from tests.e2e.conftest import School, open_school
from tests.e2e.pages import newest, open_page, picture, press, say

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

NOISY = "Slower in 05, please. <!channel> *bold* & <@U0GRACE>"


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[School]:
    async with open_school(tmp_path, pace=False) as school:
        yield school


@pytest.fixture
async def page(school: School) -> AsyncIterator[Page]:
    async with open_page(school.space.url) as page:
        yield page


async def nearly_there(school: School, page: Page) -> None:
    """Do a little of section 01 by hand, have all up to section 10 skipped, and stand at its quiz."""
    await expect(newest(page, "Welcome to the workshop")).to_be_visible(timeout=20_000)
    await press(page, "Start the workshop")
    await expect(newest(page, "step 1 of")).to_be_visible()
    await say(page, "docker ps")
    await expect(newest(page, "CONTAINER ID")).to_be_visible(timeout=60_000)
    await say(page, "certificate")
    await expect(newest(page, "The certificate comes at the end")).to_be_visible()
    store, order = school.bot.store, school.bot.workshop.order
    ada = await store.learner("U0ADA")
    skipped = frozenset(ref for ref in order if ref.section != "10")
    await store.record(replace(ada, skipped=skipped), "skipped")
    await say(page, "go 10")
    await expect(newest(page, "step 1 of")).to_be_visible()


async def finish(school: School, page: Page) -> None:
    """Answer the last questions by clicking, and go on to the end."""
    section = school.bot.workshop.section("10")
    assert section
    for step in section.steps:
        await expect(newest(page, step.title)).to_be_visible()
        for act in step.solve:
            for question_id, option in (act.answer or {}).items():
                question = step.question(question_id)
                assert question
                await press(page, f"{'ABCDE'[option]}: {question.options[option].text}"[:75])
                await expect(newest(page, question.options[option].why[:40].replace("`", ""))).to_be_visible()
        await press(page, "Next")


async def test_a_learner_comes_to_the_end_and_takes_it_away(school: School, page: Page, tmp_path: Path) -> None:
    await nearly_there(school, page)
    await finish(school, page)
    summary = newest(page, "Your workshop in figures")
    await expect(summary).to_be_visible()
    await expect(summary).to_contain_text("That was the last step")
    await expect(newest(page, "What next?")).to_be_visible(timeout=60_000)
    await expect(page.locator("#log article").filter(has_text="That was the last step")).to_have_count(1)
    await summary.scroll_into_view_if_needed()
    await picture(page, "end-summary")
    drawn = page.locator("#log figure img").last
    await expect(drawn).to_be_visible()
    told = await drawn.get_attribute("alt") or ""
    assert "Certificate: Ada" in told
    passed = len([ref for ref in school.bot.workshop.order if ref.section == "10"])
    assert f"{passed} of {len(school.bot.workshop.order)} steps passed" in told
    await drawn.scroll_into_view_if_needed()
    await picture(page, "end-certificate")

    await press(page, "Lab notebook")
    link = page.locator("#log").get_by_role("link", name="notebook-docker-workshop.md")
    await expect(page.locator("#log").get_by_role("link", name="project-docker-workshop.zip")).to_be_visible()
    await expect(link).to_be_visible()
    async with page.expect_download() as download:
        await link.click()
    await (await download.value).save_as(tmp_path / "notebook.md")
    text = (tmp_path / "notebook.md").read_text()
    assert "$ docker ps\nCONTAINER ID" in text
    assert "## 10 " in text
    assert "✅" in text
    heads = [token.content for token in MarkdownIt().parse(text) if token.type == "inline"]
    assert heads[0] == "Docker workshop: lab notebook of Ada"
    await picture(page, "end-notebook")

    await press(page, "Give feedback")
    form = page.get_by_role("dialog")
    await form.get_by_role("button", name="Send").click()
    await expect(form).to_contain_text("One of the two is enough")
    await picture(page, "end-form")
    await form.get_by_label("4 · mostly").check()
    await form.get_by_role("textbox").fill(NOISY)
    await form.get_by_role("button", name="Send").click()
    await expect(newest(page, "Your feedback is with the instructors")).to_be_visible()
    await say(page, "feedback")
    await press(page, "Give feedback")
    await expect(form.get_by_role("textbox")).to_have_value(NOISY)
    await form.get_by_label("5 · very much").check()
    await form.get_by_role("button", name="Send").click()
    await expect(newest(page, "takes the place of what you wrote before")).to_be_visible()

    await page.locator("#people summary").click()
    await page.get_by_role("listitem").filter(has_text="Barbara").click()
    await page.get_by_text("docent-instructors").first.click()
    told_once = page.locator("#log article").filter(has_text="Feedback from Ada")
    await expect(told_once).to_have_count(1)
    await expect(told_once).to_contain_text("5 of 5 (very much)")
    await expect(told_once).to_contain_text(NOISY)
    await picture(page, "end-instructors")
