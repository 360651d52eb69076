"""Somebody does not come back for a day: warned, put away, told kindly, and brought back with one press."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from bot.core.learner import SandboxState
from bot.core.standing import Standing
from bot.core.workshop import StepRef
from tests.e2e.conftest import School
from tests.e2e.pages import newest, picture, press, say
from tests.e2e.test_browser import CHECK_MS

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

ADA = "U0ADA"


async def away_for(school: School, hours: float) -> None:
    """Let it be so long since they were seen, and look after the sandboxes."""
    ada = await school.bot.store.learner(ADA)
    then = datetime.now(UTC) - timedelta(hours=hours)
    earlier = then + timedelta(hours=hours / 2)
    warned_at = earlier if ada.warned else None
    await school.bot.store.record(replace(ada, seen_at=then, warned_at=warned_at), "test: was away")
    await school.bot.expiry.look()


async def test_a_sandbox_that_was_put_away_comes_back_with_one_press(school: School, page: Page) -> None:
    await press(page, "Start the workshop")
    await say(page, "go 02")
    section = school.bot.workshop.section("02")
    assert section
    for number, step in enumerate(section.steps, start=1):
        await expect(newest(page, f"step {number} of {len(section.steps)}")).to_be_visible(timeout=60_000)
        if step.checked:
            await say(page, "skip")
            await press(page, "Yes, skip it")
        else:
            await press(page, "Next")
    await expect(newest(page, "step 1 of")).to_be_visible(timeout=60_000)
    await say(page, "docker ps")
    await expect(newest(page, "$ docker ps")).to_contain_text("getting-started", timeout=20_000)

    await away_for(school, 21)
    await expect(newest(page, "about 4 hours")).to_be_visible()
    await away_for(school, 23.6)
    await expect(newest(page, "about 30 minutes")).to_be_visible()
    await picture(page, "expiry-1-warnings")
    await press(page, "Keep my sandbox")
    await expect(newest(page, "Good, I keep your sandbox")).to_be_visible()
    await school.bot.expiry.look()
    assert (await school.bot.store.learner(ADA)).sandbox is SandboxState.THERE

    for hours in (21, 23.6, 25):
        await away_for(school, hours)
    ada = await school.bot.store.learner(ADA)
    assert ada.sandbox is SandboxState.AWAY
    assert await school.bot.sandbox.standing(ADA) == Standing()
    assert StepRef("02", "dockerfile") in ada.skipped
    assert b"FROM" in (await school.bot.store.files(ADA))["Dockerfile"]

    await say(page, "docker ps")
    await expect(newest(page, "put your sandbox away")).to_be_visible()
    await picture(page, "expiry-2-put-away")
    await press(page, "Rebuild")
    await expect(newest(page, "Your sandbox is back")).to_be_visible(timeout=CHECK_MS)
    await picture(page, "expiry-3-rebuilt")
    await say(page, "docker ps")
    await expect(newest(page, "$ docker ps")).to_contain_text("getting-started", timeout=20_000)
    await picture(page, "expiry-4-works")
