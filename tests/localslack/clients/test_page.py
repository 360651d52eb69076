"""The page in a real Chromium, against a real Bolt app: what a newcomer does with mouse and keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Playwright, async_playwright, expect

from tests.chromium import CHROMIUM, QUIET

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"{CHROMIUM} is not installed"),
]
DOCKERFILE = "FROM node:24-alpine\nWORKDIR /app\nCOPY . ."


class Tab:
    """One person's page, and everything its console complained about."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.complaints: list[str] = []
        page.on(
            "console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def open(self, who: str = "ada") -> Tab:
        await self.page.goto(f"{self.url}#{who}")
        await expect(self.page.get_by_role("textbox", name="Message Docent")).to_be_visible()
        return self

    async def say(self, text: str) -> None:
        box = self.page.locator("#composer-text")
        await box.fill(text)
        await box.press("Enter")

    def button(self, name: str) -> Any:
        return self.page.get_by_role("button", name=name, exact=True).last

    def log(self) -> Any:
        return self.page.locator("#log")

    @property
    def dialog(self) -> Any:
        return self.page.locator("dialog#modal")


@pytest.fixture
async def player() -> AsyncIterator[Playwright]:
    async with async_playwright() as playwright:
        yield playwright


@pytest.fixture
async def browser(player: Playwright) -> AsyncIterator[Browser]:
    browser = await player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
    yield browser
    await browser.close()


@pytest.fixture
async def tab(whale: Any, browser: Browser) -> AsyncIterator[Tab]:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    tab = Tab(await context.new_page(), whale.workspace.url)
    yield await tab.open()
    await context.close()
    assert tab.complaints == []


async def test_a_message_is_answered_and_a_card_changes_in_place(tab: Tab) -> None:
    await expect(tab.page.get_by_role("button", name="Start the workshop")).to_be_visible()
    await tab.say("hello")
    await expect(tab.log().get_by_text("Section 2 · Write the recipe")).to_be_visible()
    await expect(tab.page.get_by_role("button", name="Start the workshop")).to_be_hidden()
    await tab.button("Check my work").click()
    await expect(tab.log().get_by_text("2 of 3 are done")).to_be_visible()
    await expect(tab.log().locator("article")).to_have_count(2)
    folded = tab.log().get_by_text("Error: listen EADDRINUSE")
    await expect(folded).to_be_hidden()
    await tab.log().get_by_text("What the container printed").click()
    await expect(folded).to_be_visible()
    await tab.button("Hint").click()
    await expect(tab.log().get_by_text("Only visible to you")).to_be_visible()


async def test_a_form_shows_what_is_wrong_and_gives_the_focus_back(tab: Tab) -> None:
    await tab.say("hello")
    await tab.button("Write the Dockerfile").click()
    box = tab.dialog.get_by_role("textbox", name=re.compile("Dockerfile"))
    await expect(box).to_be_focused()
    await box.fill("RUN x")
    await tab.dialog.get_by_label("Base image").select_option("alpine")
    await tab.dialog.get_by_label("Tell my class").check()
    await tab.dialog.get_by_role("button", name="Save").click()
    await expect(tab.dialog.get_by_role("alert")).to_contain_text("The first line should begin with FROM")
    await expect(box).to_be_focused()
    await expect(box).to_have_value("RUN x")
    await box.fill(DOCKERFILE)
    await tab.dialog.get_by_role("button", name="Save").click()
    await expect(tab.dialog).to_be_hidden()
    await expect(tab.log().get_by_text(f"Saved {len(DOCKERFILE)} characters, 1 boxes ticked")).to_be_visible()
    await expect(tab.button("Write the Dockerfile")).to_be_focused()


async def test_a_form_on_a_form_and_escape(tab: Tab) -> None:
    await tab.say("hello")
    await tab.button("Write the Dockerfile").click()
    await tab.dialog.locator("textarea").fill("FROM alpine\nENTRYPOINT x")
    await tab.dialog.get_by_role("button", name="Save").click()
    await expect(tab.dialog.get_by_role("heading", name="One question")).to_be_visible()
    await tab.dialog.get_by_role("button", name="Back").click()
    await expect(tab.dialog.locator("textarea")).to_have_value("FROM alpine\nENTRYPOINT x")
    await tab.page.keyboard.press("Escape")
    await expect(tab.dialog).to_be_hidden()


async def test_menus_radio_buttons_and_the_overflow_are_chosen(tab: Tab) -> None:
    await tab.say("hello")
    await tab.log().locator("select").select_option("two")
    await expect(tab.log().get_by_text("You chose two")).to_be_visible()
    await tab.log().get_by_label("More actions").click()
    await tab.button("Skip this step").click()
    await expect(tab.log().get_by_text("You chose skip")).to_be_visible()
    await tab.say("quiz")
    await tab.log().get_by_label("WORKDIR /app").check()
    await expect(tab.log().get_by_text("Right: WORKDIR does")).to_be_visible()


async def test_a_thread_opens_at_the_side_and_escape_closes_it(tab: Tab) -> None:
    await tab.say("hello")
    card = tab.log().locator("article").last
    await expect(card).to_contain_text("Section 2")
    await card.hover()
    await card.get_by_role("button", name="Reply in thread").click()
    reply = tab.page.locator("#reply-text")
    await expect(reply).to_be_focused()
    await reply.fill("what is that?")
    await reply.press("Enter")
    await expect(tab.page.locator("#side-log").get_by_text("In the thread, then.")).to_be_visible()
    await expect(card.get_by_role("button", name="2 replies")).to_be_visible()
    await tab.page.keyboard.press("Escape")
    await expect(tab.page.locator("#side")).to_be_hidden()


async def test_the_home_is_a_tab_of_its_own(tab: Tab) -> None:
    await tab.page.get_by_role("tab", name="Home").click()
    await expect(tab.page.get_by_role("heading", name="Your workshop")).to_be_visible()
    await tab.button("Continue").click()
    await tab.page.get_by_role("tab", name="Messages").click()
    await expect(tab.log().get_by_text("You chose continue")).to_be_visible()


async def test_a_file_is_added_taken_away_sent_and_shown(tab: Tab, tmp_path: Path) -> None:
    path = tmp_path / "Dockerfile"
    path.write_text(DOCKERFILE)
    picker = tab.page.locator("#pane input[type=file]")
    await picker.set_input_files(path)
    await tab.button("Remove Dockerfile").click()
    await expect(tab.page.get_by_role("button", name="Send").first).to_be_disabled()
    await picker.set_input_files(path)
    await tab.page.get_by_role("button", name="Send").first.click()
    await expect(tab.log().get_by_text("Got Dockerfile.")).to_be_visible()
    link = tab.log().get_by_role("link", name=re.compile("Dockerfile"))
    async with tab.page.expect_download() as download:
        await link.click()
    await (await download.value).save_as(tmp_path / "back")
    assert (tmp_path / "back").read_text() == DOCKERFILE


async def test_a_file_is_pasted_and_dropped(tab: Tab) -> None:
    give = """([name, type]) => {
        const bag = new DataTransfer();
        bag.items.add(new File(["FROM alpine"], name, { type: "text/plain" }));
        const box = document.querySelector(type === "paste" ? "#composer-text" : "#pane");
        const event = type === "paste"
            ? new ClipboardEvent("paste", { clipboardData: bag, bubbles: true, cancelable: true })
            : new DragEvent("drop", { dataTransfer: bag, bubbles: true, cancelable: true });
        box.dispatchEvent(event);
    }"""
    await tab.page.evaluate(give, ["pasted.txt", "paste"])
    await tab.page.evaluate(give, ["dropped.txt", "drop"])
    await expect(tab.page.locator("#pane .staged li")).to_have_text(
        [re.compile("pasted.txt"), re.compile("dropped.txt")]
    )
    await tab.say("both of them")
    await expect(tab.log().get_by_text("Got pasted.txt, dropped.txt.")).to_be_visible()


async def test_the_keyboard_writes_lines_and_code_without_sending(tab: Tab) -> None:
    box = tab.page.locator("#composer-text")
    await box.press_sequentially("one")
    await box.press("Shift+Enter")
    await box.press_sequentially("```")
    await box.press("Enter")
    await box.press_sequentially("FROM alpine")
    await expect(box).to_have_value("one\n```\nFROM alpine")
    await box.press_sequentially("```")
    await box.press("Enter")
    await expect(box).to_have_value("")
    await expect(tab.log().locator("pre")).to_have_count(2)


async def test_a_slash_shows_the_commands(tab: Tab) -> None:
    box = tab.page.locator("#composer-text")
    await box.press_sequentially("/do")
    await expect(tab.page.get_by_role("option").first).to_contain_text("/docent")
    await box.press("Tab")
    await expect(box).to_have_value("/docent ")
    await box.press_sequentially("status")
    await box.press("Enter")
    await expect(tab.log().get_by_text("You asked for status")).to_be_visible()


async def test_what_the_bot_does_is_said_in_the_status_line(tab: Tab) -> None:
    await tab.say("build")
    await expect(tab.page.locator("#status")).to_have_text("Docent is building your image…")


async def test_one_switches_between_people_and_channels(tab: Tab) -> None:
    await tab.say("hello")
    await expect(tab.log().get_by_text("Section 2")).to_be_visible()
    await tab.page.locator("#people summary").click()
    await tab.page.locator("#people-list").get_by_role("button", name="Barbara").click()
    await expect(tab.page.locator("#me-name")).to_have_text("Barbara")
    await expect(tab.log().get_by_text("Section 2")).to_be_hidden()
    await tab.page.get_by_role("button", name="docent-instructors").click()
    await expect(tab.page.locator("#title")).to_have_text("#docent-instructors")
    await tab.page.get_by_role("button", name="docker-workshop").click()
    await tab.page.get_by_role("textbox", name="Message #docker-workshop").fill("hello all")
    await tab.page.keyboard.press("Enter")
    await expect(tab.log().get_by_text("hello all")).to_be_visible()


async def test_the_box_one_writes_in_is_as_high_as_its_lines_when_one_comes_back(tab: Tab) -> None:
    box = tab.page.get_by_role("textbox", name="Message #docker-workshop")
    await tab.page.get_by_role("button", name="docker-workshop").click()
    empty = await box.evaluate("box => box.offsetHeight")
    await box.fill("one\ntwo\nthree")
    three = await box.evaluate("box => box.offsetHeight")
    for text, high in (("one\ntwo\nthree", three), ("", empty)):
        await box.fill(text)
        await tab.page.locator("#dm-list, #channel-list").get_by_role("button", name="Docent").click()
        await tab.page.get_by_role("tab", name="Home").click()
        await tab.page.get_by_role("button", name="docker-workshop").click()
        await expect(box).to_have_value(text)
        await expect(box).to_have_js_property("offsetHeight", high)
    assert three > empty + 20


async def test_an_instructor_makes_a_channel_and_invites(tab: Tab) -> None:
    await tab.button("Make a channel").click()
    await tab.page.get_by_label("Name").fill("cohort-may")
    await tab.page.keyboard.press("Enter")
    await expect(tab.page.locator("#title")).to_have_text("#cohort-may")
    await tab.page.locator("#members").click()
    row = tab.page.locator("dialog#ask li", has_text="Grace")
    await row.get_by_role("button", name="Invite").click()
    await expect(row).to_contain_text("in")
    await tab.page.get_by_role("button", name="Done").click()
    await expect(tab.page.locator("#members")).to_have_text("👥 2")


async def test_two_people_see_each_other_live(tab: Tab, whale: Any, browser: Browser) -> None:
    context = await browser.new_context()
    grace = await Tab(await context.new_page(), whale.workspace.url).open("grace")
    await tab.page.get_by_role("button", name="docker-workshop").click()
    await tab.page.locator("#composer-text").fill("anybody here?")
    await tab.page.keyboard.press("Enter")
    await expect(grace.page.get_by_role("button", name=re.compile("docker-workshop"))).to_contain_text("new messages")
    await grace.page.get_by_role("button", name=re.compile("docker-workshop")).click()
    await expect(grace.log().get_by_text("anybody here?")).to_be_visible()
    await context.close()


async def test_a_page_that_lost_its_line_misses_nothing(tab: Tab, whale: Any) -> None:
    await tab.say("hello")
    await expect(tab.log().get_by_text("Section 2")).to_be_visible()
    for feed in list(whale.workspace.premises.feeds):
        await feed.close()
    await whale.client.chat_postMessage(channel="U0ADA", text="said while you were away")
    await expect(tab.log().get_by_text("said while you were away")).to_be_visible()


async def test_hostile_words_are_words(tab: Tab, whale: Any) -> None:
    await tab.say("<img src=x onerror=\"document.title='gone'\"> <script>document.title='gone'</script>")
    await whale.client.chat_postMessage(channel="U0ADA", text="<script>document.title='gone'</script> <!channel>")
    await expect(tab.log().get_by_text("@channel")).to_be_visible()
    await expect(tab.log().get_by_text("<script>").first).to_be_visible()
    assert await tab.page.title() != "gone"
    assert await tab.log().locator("script, img[src=x]").count() == 0


async def test_what_slack_refuses_is_listed_for_who_builds_the_bot(tab: Tab, whale: Any) -> None:
    refused = await whale.api("chat.postMessage", channel="U0ADA", text="x", blocks=json.dumps([{"type": "sectoin"}]))
    assert refused["ok"] is False
    await tab.page.locator("#problems-button").click()
    await expect(tab.page.locator(".problem").first).to_contain_text("invalid_blocks")
    await tab.page.locator("#problems-button").click()
    await expect(tab.page.locator("#side")).to_be_hidden()


async def test_a_bot_that_is_away_is_said_to_be_away(local: Any, browser: Browser) -> None:
    tab = await Tab(await browser.new_page(), local.workspace.url).open()
    await expect(tab.page.locator("#offline")).to_contain_text("Docent is offline")
    await tab.say("anybody?")
    await expect(tab.log().get_by_text("anybody?")).to_be_visible()


async def test_a_narrow_window_has_its_conversations_behind_a_button(whale: Any, browser: Browser) -> None:
    context = await browser.new_context(viewport={"width": 400, "height": 780}, color_scheme="dark", has_touch=True)
    tab = await Tab(await context.new_page(), whale.workspace.url).open("grace")
    await expect(tab.page.get_by_role("button", name="docker-workshop")).to_be_hidden()
    await tab.page.get_by_role("button", name="Show conversations").click()
    await tab.page.get_by_role("button", name="docker-workshop").click()
    await expect(tab.page.locator("#title")).to_have_text("#docker-workshop")
    await expect(tab.page.get_by_role("button", name="docker-workshop")).to_be_hidden()
    await tab.say("hello @Docent")
    await expect(tab.log().get_by_role("button", name="1 reply")).to_be_visible()
    await tab.log().get_by_role("button", name="1 reply").click()
    await expect(tab.page.locator("#side-log").get_by_text("let us talk here")).to_be_visible()
    width = await tab.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 400
    assert tab.complaints == []
    await context.close()


async def test_the_page_runs_no_inline_code(whale: Any) -> None:
    async with whale.session.get(whale.workspace.url) as answer:
        html = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|style=", html)
    for name in ("main.js", "style.css", "icon.svg"):
        async with whale.session.get(f"{whale.workspace.origin}/page/{name}") as answer:
            assert answer.status == 200
    async with whale.session.get(f"{whale.workspace.origin}/page/..%2fpage.py") as answer:
        assert answer.status == 404
