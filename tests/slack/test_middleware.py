"""Slack delivers again; we act once. Other workspaces are not ours."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.middleware import DOUBLE_S, REMEMBER_S, Seen, delivery_key, gesture_key, is_ours, only_once, only_teams


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


OURS, THEIRS = "T1", "T2"
#: what the envelope says → whether it is for us, with T1 and E1 let in
BODIES: list[tuple[str, dict[str, Any], bool]] = [
    ("a message here", {"team_id": OURS, "event": {"team": OURS}}, True),
    ("a press here", {"team": {"id": OURS}, "user": {"id": "U1", "team_id": OURS}}, True),
    ("a press of somebody from outside", {"team": {"id": OURS}, "user": {"id": "U1", "team_id": THEIRS}}, False),
    ("a word of somebody from outside", {"team_id": OURS, "event": {"user_team": THEIRS}}, False),
    ("sent on from outside", {"team_id": OURS, "event": {"team": OURS, "source_team": THEIRS}}, False),
    ("in two places", {"team_id": OURS, "team": {"id": THEIRS}}, False),
    ("of our organisation", {"team_id": THEIRS, "enterprise_id": "E1"}, True),
    ("a press in our organisation", {"team": None, "enterprise": {"id": "E1", "name": "x"}}, True),
    ("of another organisation", {"team_id": THEIRS, "enterprise_id": "E2"}, False),
    ("empty", {"team_id": "", "team": None, "enterprise": None, "event": {}}, False),
]


@pytest.mark.parametrize(("what", "body", "passing"), BODIES, ids=[f"S06 {row[0]}" for row in BODIES])
def test_it_is_for_us_when_place_and_home_are_ours(what: str, body: dict[str, Any], passing: bool) -> None:
    assert is_ours(body, (OURS, "E1")) is passing


def test_two_halves_of_a_double_click_are_one_gesture_and_two_buttons_are_two() -> None:
    one = {"type": "block_actions", "user": {"id": "U1"}, "container": {"message_ts": "1"}, "actions": [{"value": "a"}]}
    assert gesture_key(one) == gesture_key(one | {"trigger_id": "other"})
    for other in ({"user": {"id": "U2"}}, {"container": {"message_ts": "2"}}, {"actions": [{"value": "b"}]}):
        assert gesture_key(one | other) != gesture_key(one)
    assert gesture_key({"type": "event_callback", "event": {}}) == ""


async def test_a_press_passes_again_after_a_moment() -> None:
    now = 0.0
    once = only_once(Seen(), Seen(lambda: now, DOUBLE_S))
    body = {"type": "block_actions", "user": {"id": "U1"}, "container": {}, "actions": []}
    assert await passes(once, body | {"trigger_id": "1"})
    assert not await passes(once, body | {"trigger_id": "2"})
    now += DOUBLE_S + 0.01
    assert await passes(once, body | {"trigger_id": "3"})


def test_an_event_and_a_click_never_share_a_key() -> None:
    assert delivery_key({"event_id": "1"}) != delivery_key({"trigger_id": "1"})
