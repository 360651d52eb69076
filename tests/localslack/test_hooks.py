"""response_url: five answers in half an hour, replaced, deleted, for one or for all."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.localslack import hooks


async def _url(local: Any, ts: str | None = None, channel: str = "D0ADA") -> str:
    url: str = hooks.new_url(local.workspace.premises, channel, "U0ADA", ts)
    return url


async def test_the_sixth_answer_is_refused(local: Any) -> None:
    hook = AsyncWebhookClient(await _url(local))
    answers = [await hook.send(text=str(n)) for n in range(6)]
    assert [a.status_code for a in answers] == [200] * 5 + [404]
    assert "used_url" in answers[-1].body
    assert "used_url" in await local.problems()


async def test_after_half_an_hour_the_url_is_expired(local: Any) -> None:
    hook = AsyncWebhookClient(await _url(local))
    local.clock.advance(minutes=30, seconds=1)
    answer = await hook.send(text="late")
    assert (answer.status_code, "expired_url" in answer.body) == (404, True)


async def test_an_answer_is_new_and_for_one_person_unless_it_says_otherwise(local: Any) -> None:
    hook = AsyncWebhookClient(await _url(local, channel="C0WORKSHOP"))
    await hook.send(text="psst")
    await hook.send(text="all", response_type="in_channel")
    assert [m["text"] for m in await local.messages("ada", "docker-workshop")] == ["psst", "all"]
    assert [m["text"] for m in await local.messages("grace", "docker-workshop")] == ["all"]


async def test_an_ephemeral_card_is_replaced_and_deleted(local: Any) -> None:
    posted = await local.client.chat_postEphemeral(channel="D0ADA", user="U0ADA", text="one")
    hook = AsyncWebhookClient(await _url(local, posted["message_ts"]))
    await hook.send(text="two", replace_original=True)
    assert [m["text"] for m in await local.messages()] == ["two"]
    await hook.send(delete_original=True)
    assert await local.messages() == []
    assert (await hook.send(text="three", replace_original=True)).status_code == 400


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b'{"text": ""}', b'{"blocks": [{"type": "x"}]}'])
async def test_an_answer_that_says_nothing_is_refused(local: Any, body: bytes) -> None:
    async with local.session.post(await _url(local), data=body) as answer:
        assert answer.status == 400


async def test_a_url_nobody_gave_out_is_refused(local: Any) -> None:
    answer = await AsyncWebhookClient(local.workspace.origin + "/actions/guess").send(text="x")
    assert answer.status_code == 404


async def test_a_fault_can_hit_it_too(local: Any) -> None:
    await local.debug("fault", method="response_url", status=500)
    hook = AsyncWebhookClient(await _url(local))
    assert (await hook.send(text="x")).status_code == 500
    assert (await hook.send(text="x")).status_code == 200
