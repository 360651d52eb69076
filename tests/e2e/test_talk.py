"""A learner talks with bash in a thread, in a real browser and against the real engine."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import School
from tests.e2e.pages import newest, open_page, picture, say

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

LINE = "docker run -it --rm -v .:/src ubuntu bash"


async def reply(page: Page, text: str) -> None:
    box = page.locator("#reply-text")
    await box.fill(text)
    await box.press("Enter")


async def test_a_shell_is_talked_with_in_its_thread(school: School) -> None:
    async with open_page(school.space.url) as page:
        await expect(newest(page, "Welcome to the workshop")).to_be_visible()
        await say(page, LINE)
        root = newest(page, "runs in the thread of this message")
        await expect(root).to_be_visible(timeout=30_000)
        await expect(root).to_contain_text("1 reply")
        await picture(page, "talk-1-opened")
        await root.get_by_role("button", name=re.compile("1 reply")).click()
        thread = page.locator("#side article")
        await expect(thread.last).to_contain_text("root@")
        for typed, answer in [
            ("ls -a /src", ".dockerignore"),
            ("touch /src/myfile.txt", "root@"),
            ("cat /etc/os-release", "Debian"),
            ("ls /nosuch", "cannot access"),
        ]:
            await reply(page, typed)
            await expect(thread.last).to_contain_text(answer)
        await picture(page, "talk-2-thread")
        await reply(page, "exit")
        await expect(thread.last).to_contain_text("exit code 2")
        await expect(thread.last).to_contain_text("A container wrote myfile.txt")
        await picture(page, "talk-3-ended")
        await reply(page, "a late secret")
        await expect(thread.last).to_contain_text("nothing was typed")
        await say(page, "ls")
        await expect(newest(page, "myfile.txt")).to_be_visible()
    told = await school.bot.store.journal("U0ADA")
    assert not any("secret" in str(line) for line in told)
