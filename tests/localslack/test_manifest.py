"""The manifest decides: what it does not declare does not work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.localslack.manifest import ManifestError, parse_manifest, read_manifest

OURS = Path(__file__).parents[2] / "deploy" / "slack-manifest.yaml"


def test_ours_declares_what_the_bot_needs_and_no_more() -> None:
    manifest = read_manifest(OURS)
    assert manifest.bot_name == "Docent"
    assert set(manifest.commands) == {"/docent"}
    assert len(manifest.prompts) == 4
    assert set(manifest.shortcuts) == {"duty:cohort.new"}
    channels = {f"channel_{what}" for what in ("archive", "deleted", "left", "rename", "unarchive")}
    groups = {name.replace("channel", "group") for name in channels}
    written = {"message.channels", "message.groups", "message.im"}
    members = {"member_joined_channel", "member_left_channel"}
    gone = {"app_uninstalled", "tokens_revoked"}
    assert manifest.bot_events == {"app_home_opened", "app_mention", *gone} | channels | groups | written | members
    assert manifest.agent_view
    assert manifest.home_tab
    assert manifest.interactivity


def bare(**more: Any) -> dict[str, Any]:
    return {"display_information": {"name": "X"}, "settings": {"socket_mode_enabled": True}, **more}


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({}, "display_information"),
        ([], "not valid"),
        (bare(nonsense=1), "nonsense"),
        (bare(settings={}), "socket_mode_enabled"),
        (
            bare(settings={"socket_mode_enabled": True, "event_subscriptions": {"bot_events": ["message.im"]}}),
            "im:history",
        ),
        (
            bare(settings={"socket_mode_enabled": True, "event_subscriptions": {"bot_events": ["mesage.im"]}}),
            "mesage.im",
        ),
        (bare(features={"slash_commands": [{"command": "/x", "description": "d"}]}), "commands"),
        (bare(features={"slash_commands": [{"command": "x", "description": "d"}]}), "command"),
        (bare(features={"agent_view": {"agent_description": "d"}}), "assistant:write"),
        (
            bare(
                features={
                    "agent_view": {"agent_description": "d", "suggested_prompts": [{"title": "t", "message": "m"}] * 5}
                }
            ),
            "suggested_prompts",
        ),
    ],
)
def test_a_manifest_slack_would_not_take_says_where(raw: Any, says: str) -> None:
    with pytest.raises(ManifestError, match=says):
        parse_manifest(raw)


def test_a_manifest_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="nowhere"):
        read_manifest(tmp_path / "nowhere.yaml")


async def test_events_that_are_not_subscribed_are_not_sent(start: Any, manifest_with: Any) -> None:
    local = await start(manifest_with(lambda raw: raw["settings"]["event_subscriptions"].update(bot_events=[])))
    assert (await local.do("say", channel="dm", text="hi"))["ok"]
    assert (await local.do("open", tab="home"))["outcome"] == "not_subscribed"
    assert await local.problems() == []


async def test_without_interactivity_no_button_works(start: Any, manifest_with: Any) -> None:
    local = await start(manifest_with(lambda raw: raw["settings"].pop("interactivity")))
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    await local.client.chat_postMessage(channel="U0ADA", text="c", blocks=[{"type": "actions", "elements": [button]}])
    assert (await local.press(await local.from_bot(), "go"))["error"] == "interactivity_off"
