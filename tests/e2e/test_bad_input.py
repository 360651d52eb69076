"""Bad input gets a clear, kind answer; nothing runs, nothing is lost, nobody else is disturbed."""

from __future__ import annotations

import re

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.core.messages import Offer, StepCard
from bot.core.workshop import StepRef
from bot.slack.blocks import render
from tests.e2e.conftest import School, press_on

pytestmark = [pytest.mark.e2e, pytest.mark.engine]

BLAME = re.compile(r"\b(you failed|stupid|invalid user|illegal|traceback|exception)\b", re.IGNORECASE)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("dokcer ps", r"docker ps"),
        ("docker bild -t x .", r"docker build"),
        ("docker run --privileged getting-started", r"--privileged"),
        ("docker run -v /:/host alpine", r"/:/host|folder|host"),
        ("docker run --network host alpine", r"host"),
        ("docker ps | grep x", r"\|"),
        ("docker compose up -d", r"section 08|later|Compose"),
        ("docker frobnicate", r"frobnicate"),
        ("what is an image?", r"image"),
        ("xyzzy plugh", r"."),
        ("\U0001f600", r"."),
        ("<!channel> everybody look", r"."),
    ],
)
async def test_what_cannot_be_done_is_answered_kindly(school: School, said: str, answer: str) -> None:
    ada = await school.enter("Ada")
    await ada.say("start")
    await ada.wait_for("step 1 of", 10)
    await ada.say(said)
    seen = await ada.wait_for(answer, 20)
    assert not BLAME.search(seen.text), seen.text
    await ada.say("docker ps -a")
    table = await ada.wait_for("CONTAINER ID", 20)
    assert table.text.count("\n") <= 3, f"nothing was started: {table.text}"


async def test_a_base_image_from_somewhere_else_is_not_used(school: School) -> None:
    ada = await school.enter("Ada")
    await ada.say("start")
    await ada.wait_for("step 1 of", 10)
    await ada.say("```\nFROM evil.example/x\nRUN true\n```")
    await ada.wait_for("Saved", 10)
    await ada.say("docker build -t getting-started .")
    seen = await ada.wait_for("evil.example/x", 30)
    assert "node:24-alpine" in seen.text, "it says what may be used"


async def test_a_file_of_a_megabyte_is_refused_with_its_size(school: School) -> None:
    ada = await school.enter("Ada")
    await ada.upload("Dockerfile", content=b"# x\n" * 262_144)
    seen = await ada.wait_for("bytes", 10)
    assert "1,048,576" in seen.text
    assert "65,536" in seen.text


async def test_a_binary_upload_is_refused_by_name(school: School) -> None:
    ada = await school.enter("Ada")
    await ada.upload("app.bin", content=bytes(range(256)) * 8)
    seen = await ada.wait_for("app.bin", 10)
    assert not BLAME.search(seen.text)


async def test_forty_thousand_characters_are_answered_with_a_way_out(school: School) -> None:
    ada = await school.enter("Ada")
    await ada.say("x" * 39_990)
    seen = await ada.wait_for("characters", 10)
    assert "39,990" in seen.text


async def test_a_press_on_an_old_card_changes_nothing_and_says_where_you_are(school: School) -> None:
    ada = await school.enter("Ada")
    await ada.say("start")
    first = await ada.wait_for("step 1 of", 10)
    await ada.press("Next")
    await ada.wait_for("step 2 of|Question", 10)
    await press_on(school.space, ada.id, first, "offer:next")
    seen = await ada.wait_for("Continue", 10)
    assert not BLAME.search(seen.text)


async def test_a_mention_in_a_channel_is_answered_in_its_thread(school: School) -> None:
    ada = await school.enter("Ada")
    await ada.go("docker-workshop")
    await ada.say("@Docent what is an image?")
    shown = await ada.wait_for("direct message", 10)
    assert shown.raw["thread_ts"]
    assert "image" in shown.text


async def test_a_press_on_somebody_elses_card_is_whispered_back(school: School) -> None:
    ada, grace = await school.enter("Ada"), await school.enter("Grace")
    await ada.say("start")
    await ada.wait_for("step 1 of", 10)
    # a card of Ada's in a channel, as when somebody shares a message
    card = render(StepCard(StepRef("01", "why"), "Overview", "Why?", 1, 4, 1, "…", (Offer.NEXT,)), ada.id)
    client = AsyncWebClient(school.space.bot_token, base_url=school.space.api_url)
    await client.chat_postMessage(channel="C0WORKSHOP", text=card.text, blocks=card.blocks)
    await grace.go("docker-workshop")
    before = await school.bot.store.learner(ada.id)
    await grace.press("Next")
    seen = await grace.wait_for("somebody else", 10)
    assert seen.ephemeral
    assert (await school.bot.store.learner(ada.id)).at == before.at
    assert (await school.bot.store.learner(grace.id)).at is None


async def test_a_mention_in_a_log_line_stays_text(school: School) -> None:
    ada = await school.enter("Ada")
    await ada.say("start")
    await ada.wait_for("step 1 of", 10)
    await ada.say('docker run --rm alpine echo "<!channel> <@U0GRACE> hi"')
    seen = await ada.wait_for(r"^\$ docker run", 30)
    assert "<!channel>" not in str(seen.raw["text"])
    assert seen.raw["blocks"][0]["type"] == "rich_text"


async def test_the_record_is_untouched_by_all_of_this(school: School) -> None:
    ada = await school.enter("Ada")
    await ada.say("start")
    await ada.wait_for("step 1 of", 10)
    before = await school.bot.store.learner(ada.id)
    for said in ("docker run --privileged x", "xyzzy", "docker bild"):
        await ada.say(said)
        await ada.wait_for(".", 20)
    after = await school.bot.store.learner(ada.id)
    assert (after.at, after.passed, after.skipped) == (before.at, before.passed, before.skipped)
    assert isinstance(after.at, StepRef)
