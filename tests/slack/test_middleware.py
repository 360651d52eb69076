"""Slack delivers again; we act once. Other workspaces are not ours."""

from __future__ import annotations

from typing import Any

from bot.slack.middleware import REMEMBER_S, Seen, delivery_key, only_once, only_teams


async def passes(middleware: Any, body: dict[str, Any]) -> bool:
    went_on = False

    async def go_on() -> None:
        nonlocal went_on
        went_on = True

    answer = await middleware(body=body, next=go_on)
    assert went_on is (answer is None), "what is dropped is acknowledged, so that it does not come again"
    return went_on


async def test_the_same_event_passes_once() -> None:
    once = only_once(Seen())
    assert await passes(once, {"event_id": "Ev1"})
    assert not await passes(once, {"event_id": "Ev1"})
    assert await passes(once, {"event_id": "Ev2"})


async def test_the_same_click_passes_once_although_it_has_no_event_id() -> None:
    once = only_once(Seen())
    assert await passes(once, {"trigger_id": "1.2.3"})
    assert not await passes(once, {"trigger_id": "1.2.3"})


async def test_what_has_no_name_always_passes() -> None:
    once = only_once(Seen())
    assert await passes(once, {})
    assert await passes(once, {})


def test_keys_are_forgotten_after_slacks_last_retry() -> None:
    now = 0.0
    seen = Seen(lambda: now)
    assert not seen.again("a")
    now += REMEMBER_S - 1
    assert seen.again("a")
    now += 2
    assert not seen.again("a")


async def test_another_workspace_is_acknowledged_and_dropped() -> None:
    ours = only_teams(("T1",))
    assert await passes(ours, {"team_id": "T1"})
    assert await passes(ours, {"team": {"id": "T1"}})
    assert not await passes(ours, {"team_id": "T2"})
    assert not await passes(ours, {})


def test_an_event_and_a_click_never_share_a_key() -> None:
    assert delivery_key({"event_id": "1"}) != delivery_key({"trigger_id": "1"})
