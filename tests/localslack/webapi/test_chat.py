"""chat.*: what Slack refuses is refused, what it keeps is kept."""

from __future__ import annotations

from typing import Any

import pytest

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}
LONG = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}


@pytest.mark.parametrize(
    ("method", "args", "error"),
    [
        ("chat.postMessage", {"channel": "D0ADA"}, "no_text"),
        ("chat.postMessage", {"text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "C0NOWHERE", "text": "x"}, "channel_not_found"),
        ("chat.postMessage", {"channel": "D0ADA", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
        ("chat.postMessage", {"channel": "D0ADA", "blocks": "nonsense"}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "D0ADA", "blocks": {"a": 1}}, "invalid_blocks_format"),
        ("chat.postMessage", {"channel": "D0ADA", "text": "x", "blocks": [LONG] * 5}, "msg_blocks_too_long"),
        ("chat.postMessage", {"channel": "D0ADA", "text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ("chat.postMessage", {"channel": "D0ADA", "markdown_text": "y" * 12_001}, "msg_too_long"),
        ("chat.postMessage", {"channel": "D0ADA", "text": "x", "thread_ts": "1.000001"}, "thread_not_found"),
        ("chat.postEphemeral", {"channel": "C0WORKSHOP", "text": "x"}, "user_not_found"),
        ("chat.postEphemeral", {"channel": "D0ADA", "user": "U0GRACE", "text": "x"}, "user_not_in_channel"),
        ("chat.update", {"channel": "D0ADA", "ts": "1.000001", "text": "x"}, "message_not_found"),
        ("chat.delete", {"channel": "D0ADA", "ts": "1.000001"}, "message_not_found"),
        ("chat.getPermalink", {"channel": "D0ADA", "message_ts": "1.000001"}, "message_not_found"),
        ("chat.startStream", {"channel": "C0WORKSHOP"}, "invalid_arguments"),
        ("chat.appendStream", {"channel": "D0ADA", "ts": "1.000001"}, "message_not_found"),
    ],
)
async def test_it_refuses_as_slack_does(local: Any, method: str, args: dict[str, Any], error: str) -> None:
    answer = await local.api(method, **args)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert error in await local.problems()


async def test_bad_blocks_are_explained_where_they_are(local: Any) -> None:
    answer = await local.api("chat.postMessage", channel="D0ADA", text="x", blocks=[SECTION, {"type": "header"}])
    assert answer["errors"][0]["pointer"].startswith("/blocks/1")
    assert "[json-pointer:/blocks/1" in answer["response_metadata"]["messages"][0]


async def test_an_update_keeps_the_blocks_it_does_not_mention(local: Any) -> None:
    posted = await local.client.chat_postMessage(channel="U0ADA", text="x", blocks=[SECTION])
    place = {"channel": posted["channel"], "ts": posted["ts"]}
    kept = await local.client.chat_update(**place, text="y")
    assert (kept["message"]["text"], len(kept["message"]["blocks"])) == ("y", 1)
    gone = await local.client.chat_update(**place, text="z", blocks=[])
    assert "blocks" not in gone["message"]


async def test_an_update_over_four_thousand_characters_is_refused(local: Any) -> None:
    posted = await local.client.chat_postMessage(channel="U0ADA", text="x" * 4001)
    answer = await local.api("chat.update", channel=posted["channel"], ts=posted["ts"], text="x" * 4001)
    assert answer["error"] == "msg_too_long"


async def test_a_text_over_forty_thousand_characters_is_cut(local: Any) -> None:
    posted = await local.client.chat_postMessage(channel="U0ADA", text="x" * 40_001)
    assert len(posted["message"]["text"]) == 40_000


async def test_the_bot_changes_its_own_messages_only(local: Any) -> None:
    said = await local.do("say", channel="dm", text="mine")
    place = {"channel": "D0ADA", "ts": said["ts"]}
    assert (await local.api("chat.update", **place, text="x"))["error"] == "cant_update_message"
    assert (await local.api("chat.delete", **place))["error"] == "cant_delete_message"
    posted = await local.client.chat_postMessage(channel="U0ADA", text="bot's")
    edited = await local.do("edit", channel="dm", ts=posted["ts"], text="x")
    assert edited["error"] == "not_yours"


async def test_a_channel_without_the_bot_takes_no_post(local: Any) -> None:
    channel = (await local.do("channel", "barbara", name="staff-room"))["channel"]
    assert (await local.api("chat.postMessage", channel=channel, text="x"))["error"] == "not_in_channel"
    await local.do("invite", "barbara", channel="staff-room", user="@docent")
    assert (await local.api("chat.postMessage", channel=channel, text="x"))["ok"]


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(local: Any) -> None:
    channel = (await local.do("channel", "barbara", name="secret", private=True))["channel"]
    assert (await local.api("chat.postMessage", channel=channel, text="x"))["error"] == "channel_not_found"
    assert (await local.api("conversations.info", channel=channel))["error"] == "channel_not_found"


async def test_a_reply_to_a_reply_goes_under_the_root(local: Any) -> None:
    root = await local.do("say", channel="dm", text="root")
    first = await local.client.chat_postMessage(channel="D0ADA", text="one", thread_ts=root["ts"])
    await local.client.chat_postMessage(channel="D0ADA", text="two", thread_ts=first["ts"])
    thread = await local.client.conversations_replies(channel="D0ADA", ts=root["ts"])
    assert [m["text"] for m in thread["messages"]] == ["root", "one", "two"]
    assert thread["messages"][0]["reply_count"] == 2
    assert [m["text"] for m in await local.messages()] == ["root"]
    await local.client.chat_delete(channel="D0ADA", ts=first["ts"])
    assert (await local.messages())[0]["reply_count"] == 1


async def test_an_ephemeral_message_cannot_be_changed_by_the_web_api(local: Any) -> None:
    posted = await local.client.chat_postEphemeral(channel="D0ADA", user="U0ADA", text="psst")
    answer = await local.api("chat.update", channel="D0ADA", ts=posted["message_ts"], text="x")
    assert answer["error"] == "message_not_found"
    assert (await local.messages())[0]["ephemeral"] is True
    assert (await local.client.conversations_history(channel="D0ADA"))["messages"] == []


@pytest.mark.parametrize(
    ("chunk", "error"),
    [
        ({"type": "task_update", "id": "1", "title": "t", "status": "completed"}, "invalid_chunks"),
        (
            {"type": "task_update", "id": "1", "title": "t", "status": "complete", "details": "x" * 257},
            "invalid_chunks",
        ),
        ({"type": "nonsense"}, "invalid_chunks"),
        ({"type": "blocks", "blocks": [{"type": "nonsense"}]}, "invalid_blocks"),
    ],
)
async def test_a_stream_refuses_chunks_it_does_not_know(local: Any, chunk: dict[str, Any], error: str) -> None:
    root = await local.do("say", channel="dm", text="go")
    stream = await local.api("chat.startStream", channel="D0ADA", thread_ts=root["ts"])
    answer = await local.api("chat.appendStream", channel="D0ADA", ts=stream["ts"], chunks=[chunk])
    assert answer["error"] == error


async def test_a_stream_in_a_channel_wants_its_reader_named(local: Any) -> None:
    root = await local.do("say", channel="docker-workshop", text="go")
    args = {"channel": "C0WORKSHOP", "thread_ts": root["ts"]}
    assert (await local.api("chat.startStream", **args))["error"] == "missing_recipient_user_id"
    args["recipient_user_id"] = "U0ADA"
    assert (await local.api("chat.startStream", **args))["error"] == "missing_recipient_team_id"
    assert (await local.api("chat.startStream", **args, recipient_team_id="T0DOCENT"))["ok"]


async def test_a_plan_stream_draws_one_plan_of_tasks(local: Any) -> None:
    root = await local.do("say", channel="dm", text="go")
    task = {"type": "task_update", "id": "b", "title": "Builds", "status": "in_progress"}
    started = await local.api(
        "chat.startStream", channel="D0ADA", thread_ts=root["ts"], task_display_mode="plan", chunks=[task]
    )
    await local.api("chat.stopStream", channel="D0ADA", ts=started["ts"], chunks=[{**task, "status": "complete"}])
    plan = (await local.messages(thread_ts=root["ts"]))[-1]["blocks"][0]
    assert (plan["type"], [t["status"] for t in plan["tasks"]]) == ("plan", ["complete"])


async def test_a_streaming_message_cannot_be_updated(local: Any) -> None:
    root = await local.do("say", channel="dm", text="go")
    stream = await local.api("chat.startStream", channel="D0ADA", thread_ts=root["ts"])
    answer = await local.api("chat.update", channel="D0ADA", ts=stream["ts"], text="x")
    assert answer["error"] == "streaming_state_conflict"
