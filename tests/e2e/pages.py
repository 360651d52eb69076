"""The local workspace's page, as a person sees it in Chromium. DOCENT_SCREENSHOTS names a folder for screenshots."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright

from tests.chromium import CHROMIUM, QUIET


@asynccontextmanager
async def open_page(url: str) -> AsyncIterator[Page]:
    """Open the workspace's page; at the end it must have reported no error."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await browser.new_page(viewport={"width": 1280, "height": 900})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda line: problems.append(line.text) if line.type == "error" else None)
        await page.goto(url)
        yield page
        await browser.close()
    assert problems == [], "the page reports no errors, content security policy included"


async def picture(page: Page, name: str) -> None:
    folder = os.environ.get("DOCENT_SCREENSHOTS", "")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - a test
        await page.screenshot(path=f"{folder}/{name}.png")


async def say(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Message")
    await box.fill(text)
    await box.press("Enter")


def newest(page: Page, text: str | re.Pattern[str]) -> Locator:
    return page.locator("#log article").filter(has_text=text).last


async def press(page: Page, label: str) -> None:
    await page.get_by_role("button", name=label, exact=True).last.click()
