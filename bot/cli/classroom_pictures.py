"""Pictures of a rehearsed class: what its instructor sees in Chromium, and the files that the bot sent them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import OperatorError
from bot.localslack.world import BOT_USER

if TYPE_CHECKING:
    from playwright.async_api import Page

    from bot.localslack.workspace import Workspace

MISSING = "Pictures need Playwright (`pip install playwright`) and a Chromium. Without --pictures the class plays too."
NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDE = {"width": 1280, "height": 1400}


class Photographer:
    """Takes pictures of the instructor's screen into a folder."""

    def __init__(self, page: Page, folder: Path) -> None:
        self._page = page
        self._folder = folder

    async def take(self, name: str) -> None:
        """Keep the instructors' channel, its beginning where the board is, and the instructor's Home."""
        await self._page.locator("#channel-list").get_by_text("docent-instructors").click()
        await self._shot(f"{name}-channel")
        await self._page.locator("#scroller").evaluate("pane => pane.scrollTop = 0")
        await self._shot(f"{name}-board")
        await self._page.locator("#dm-list button").first.click()
        await self._page.locator("#tab-home").click()
        await self._shot(f"{name}-home")

    async def _shot(self, name: str) -> None:
        await self._page.wait_for_timeout(500)  # what is drawn last is nothing that could be waited for
        await self._page.screenshot(path=self._folder / f"{name}.png")


@asynccontextmanager
async def photographing(url: str, who: str, folder: Path) -> AsyncIterator[Photographer]:
    """Have somebody's page open in a browser. Raises: `OperatorError` where there is none."""
    try:
        from playwright.async_api import async_playwright
    except ImportError as error:
        raise OperatorError(MISSING) from error
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise OperatorError(MISSING)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        try:
            page = await browser.new_page(viewport=WIDE)  # type: ignore[arg-type] # its TypedDict is not exported
            await page.goto(f"{url}#{who}")
            yield Photographer(page, folder)
        finally:
            await browser.close()


def keep_files(space: Workspace, folder: Path) -> Sequence[str]:
    """Write the files that the bot sent, and return their names."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = [file for file in space.premises.world.files.values() if file.user == BOT_USER]
    for file in kept:
        (folder / Path(file.name).name).write_bytes(file.content)
    return [file.name for file in kept]
