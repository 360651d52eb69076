"""Pictures as a learner meets them in the page: after a pass, on asking, and below `docker history`."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.e2e.conftest import School
from tests.e2e.pages import newest, open_page, picture, press, say

pytestmark = [pytest.mark.e2e, pytest.mark.engine]


async def loaded(shown: Locator) -> tuple[int, int]:
    """Return the size of a picture in the page, once it is there: 0 x 0 when it is broken."""
    await expect(shown).to_be_visible(timeout=60_000)
    await shown.evaluate("image => image.decode()")
    size = await shown.evaluate("image => [image.naturalWidth, image.naturalHeight]")
    return size[0], size[1]


def seen(page: Page, words: str) -> Locator:
    return page.get_by_role("img", name=re.compile(words)).last


async def test_an_app_is_seen_after_the_pass_and_on_asking_and_layers_below_history(school: School) -> None:
    async with open_page(school.space.url) as page:
        await press(page, "Start the workshop")
        await say(page, "show my app")
        await expect(newest(page, "none of your containers runs")).to_be_visible()
        await say(page, "go 02")
        section = school.bot.workshop.section("02")
        assert section
        for number, step in enumerate(section.steps, start=1):
            await expect(newest(page, f"step {number} of")).to_be_visible(timeout=60_000)
            if step.picture:
                break
            await say(page, "skip")
            await press(page, "Yes, skip it")
        for act in step.solve:
            for question_id, option in (act.answer or {}).items():
                question = step.question(question_id)
                assert question
                await press(page, f"{'ABCDE'[option]}: {question.options[option].text}"[:75])
                await expect(newest(page, question.options[option].why[:40])).to_be_visible()
        await press(page, "Check my work")
        await expect(newest(page, "Passed: all")).to_be_visible(timeout=60_000)
        by_itself = seen(page, "Todo App.*No items yet")
        assert await loaded(by_itself) == (800, 480)
        await picture(page, "app-after-the-pass")

        await say(
            page, """curl -X POST -H 'Content-Type: application/json' -d '{"name": "Milk"}' localhost:3000/items"""
        )
        await say(page, "Show my app!")
        assert await loaded(seen(page, "There is 1 item on it.*Milk")) == (800, 480)
        await picture(page, "app-on-asking")

        await say(page, "docker image history getting-started")
        assert (await loaded(seen(page, "Bars of the layers of getting-started.*RUN npm install.*yours")))[0] == 1000
        printed, drawn = newest(page, "CREATED BY"), page.locator("#log article").filter(has=seen(page, "Bars of"))
        top = [(await each.bounding_box() or {"y": 0})["y"] for each in (printed, drawn)]
        assert top[0] < top[1], "what Docker prints comes first"
        await picture(page, "layers")
