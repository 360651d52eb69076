"""The door of the Web API: tokens, scopes, rates, faults."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler

from bot.localslack.tiers import Tiers
from bot.localslack.webapi.methods import METHODS


async def test_auth_test_says_who_the_bot_is_and_what_it_may_do(local: Any) -> None:
    answer = await local.client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0DOCENT", "B0DOCENT", "T0DOCENT")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


@pytest.mark.parametrize(
    ("method", "token", "error"),
    [
        ("auth.test", "", "not_authed"),
        ("auth.test", "xoxb-wrong", "invalid_auth"),
        ("auth.test", "app", "not_allowed_token_type"),
        ("apps.connections.open", "bot", "not_allowed_token_type"),
        ("apps.connections.open", "", "not_authed"),
        ("chat.postMesage", "bot", "unknown_method"),
    ],
)
async def test_a_wrong_token_or_method_is_refused(local: Any, method: str, token: str, error: str) -> None:
    given = {"bot": local.workspace.bot_token, "app": local.workspace.app_token}.get(token, token)
    answer = await local.api(method, token=given)
    assert (answer["ok"], answer["error"], answer["status"]) == (False, error, 200)


async def test_every_method_with_scopes_is_refused_without_them(start: Any, manifest_with: Any) -> None:
    def poor(raw: Any) -> None:
        raw["oauth_config"]["scopes"]["bot"] = ["users:read.email"]
        raw["settings"]["event_subscriptions"]["bot_events"] = []
        raw["features"].pop("slash_commands")
        raw["features"].pop("agent_view")

    local = await start(manifest_with(poor))
    for name, method in METHODS.items():
        if method.scopes:
            answer = await local.api(name)
            assert (name, answer["error"]) == (name, "missing_scope")
            assert answer["needed"] == ",".join(method.scopes)
            assert answer["provided"] == "users:read.email"


async def test_reading_a_channel_needs_the_scope_of_its_kind(start: Any, manifest_with: Any) -> None:
    def deaf(raw: Any) -> None:
        scopes, events = raw["oauth_config"]["scopes"], raw["settings"]["event_subscriptions"]
        scopes["bot"] = [scope for scope in scopes["bot"] if scope != "channels:history"]
        events["bot_events"] = [event for event in events["bot_events"] if event != "message.channels"]

    local = await start(manifest_with(deaf))
    with pytest.raises(SlackApiError) as refused:
        await local.client.conversations_history(channel="C0WORKSHOP")
    assert (refused.value.response["error"], refused.value.response["needed"]) == ("missing_scope", "channels:history")
    assert (await local.client.conversations_history(channel="D0ADA"))["ok"]


async def test_arguments_come_as_form_json_or_query(local: Any) -> None:
    url, token = local.workspace.api_url + "conversations.info", {"token": local.workspace.bot_token}
    args = {"channel": "C0WORKSHOP"}
    for sent in ({"data": {**args, **token}}, {"params": {**args, **token}}):
        async with local.session.post(url, **sent) as answer:
            assert (await answer.json())["channel"]["name"] == "docker-workshop"
    async with local.session.get(url, params={**args, **token}) as answer:
        assert (await answer.json())["ok"]
    assert (await local.api("conversations.info", **args))["ok"]


async def test_above_its_tier_a_method_answers_429_and_the_sdk_waits(start: Any) -> None:
    local = await start(tiers=Tiers.ENFORCE)
    local.client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=3))
    for n in range(6):
        await local.client.chat_postMessage(channel="U0ADA", text=str(n))
    assert [m["text"] for m in await local.messages()] == [str(n) for n in range(6)]
    counters = await local.get("/debug/counters")
    assert counters["rate_limited"]["chat.postMessage"] >= 1


async def test_a_refused_call_says_after_how_long(start: Any) -> None:
    local = await start(tiers=Tiers.ENFORCE)
    answers = [await local.api("pins.add", channel="C0WORKSHOP", timestamp="1.0") for _ in range(12)]
    last = answers[-1]
    assert (last["status"], last["error"]) == (429, "ratelimited")
    assert int(last["headers"]["Retry-After"]) >= 1
    local.clock.advance(minutes=1)
    assert (await local.api("pins.add", channel="C0WORKSHOP", timestamp="1.0"))["status"] == 200


async def test_in_report_mode_the_same_calls_go_through_and_are_told(local: Any) -> None:
    for _ in range(12):
        assert (await local.api("pins.add", channel="C0WORKSHOP", timestamp="1.0"))["status"] == 200
    assert "rate" in await local.problems()
    assert (await local.get("/debug/counters"))["over_rate"]["pins.add"] >= 1


async def test_a_fault_hits_so_many_calls_and_no_more(local: Any) -> None:
    await local.debug("fault", method="auth.test", times=2, error="fatal_error")
    await local.debug("fault", method="auth.test", status=503)
    answers = [await local.api("auth.test") for _ in range(2)]
    assert [a.get("error") for a in answers] == ["fatal_error"] * 2
    async with local.session.post(local.workspace.api_url + "auth.test") as answer:
        assert answer.status == 503
    assert (await local.api("auth.test"))["ok"]


async def test_a_fault_for_any_method_lasts_until_it_is_cleared(local: Any) -> None:
    await local.debug("fault", method="*", times=None, status=429, retry_after_s=7)
    for method in ("auth.test", "users.list"):
        answer = await local.api(method)
        assert (answer["status"], answer["headers"]["Retry-After"]) == (429, "7")
    async with local.session.delete(local.workspace.origin + "/debug/fault", headers=local.key) as cleared:
        assert cleared.status == 200
    assert (await local.api("auth.test"))["ok"]


@pytest.mark.parametrize("body", [{}, {"method": "x", "nonsense": 1}, []])
async def test_a_fault_that_makes_no_sense_is_refused(local: Any, body: Any) -> None:
    async with local.session.post(local.workspace.origin + "/debug/fault", json=body, headers=local.key) as answer:
        assert answer.status == 400


async def test_calls_are_on_record_without_their_tokens(local: Any) -> None:
    await local.client.chat_postMessage(channel="U0ADA", text="x")
    await local.api("chat.delete", channel="D0ADA", ts="1.0")
    calls = (await local.get("/debug/calls"))["calls"]
    assert [(c["method"], c["ok"], c["error"]) for c in calls] == [
        ("chat.postMessage", True, None),
        ("chat.delete", False, "message_not_found"),
    ]
    assert local.workspace.bot_token not in str(calls)
    assert (await local.get("/debug/calls", since="1"))["calls"] == calls[1:]
