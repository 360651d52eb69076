"""An unmodified Bolt app lives in the workspace as it lives in Slack."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.localslack.runfile import read_run_file

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "Ready?"}}
BUTTON = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "go", "value": "7", "text": {"type": "plain_text", "text": "Go"}}],
}


def text_input(block_id: str = "b", **more: Any) -> dict[str, Any]:
    label = {"type": "plain_text", "text": "Dockerfile"}
    element = {"type": "plain_text_input", "action_id": "a", "multiline": True}
    return {"type": "input", "block_id": block_id, "label": label, "element": element, **more}


def modal(*blocks: Any, title: str = "Write it", **more: Any) -> dict[str, Any]:
    words = {name: {"type": "plain_text", "text": text} for name, text in (("title", title), ("submit", "Save"))}
    return {"type": "modal", "callback_id": "write", **words, "blocks": list(blocks) or [text_input()], **more}


async def test_a_message_is_heard_answered_and_edited(local: Any) -> None:
    app = local.app()
    heard: list[dict[str, Any]] = []

    @app.event("message")
    async def learner_wrote(event: dict[str, Any], say: Any, client: Any) -> None:
        heard.append(event)
        posted = await say(text="Hello", blocks=[SECTION, BUTTON])
        await client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Hello, Ada", blocks=[SECTION])

    await local.connect(app)
    assert (await local.do("say", channel="dm", text="hi there"))["ok"]
    shown = await local.eventually(lambda: _edited(local))
    assert shown["text"] == "Hello, Ada"
    assert [b["type"] for b in shown["blocks"]] == ["section"]
    assert heard[0]["channel_type"] == "im"
    assert heard[0]["user"] == "U0ADA"
    assert heard[0]["text"] == "hi there"


async def _edited(local: Any) -> Any:
    return next((m for m in await local.messages() if m["edited"]), None)


async def test_a_button_is_acknowledged_and_its_card_replaced_through_the_response_url(local: Any) -> None:
    app = local.app()
    pressed: list[dict[str, Any]] = []

    @app.action("go")
    async def learner_pressed_go(ack: Any, respond: Any, body: dict[str, Any]) -> None:
        await ack()
        pressed.append(body)
        await respond(text="Checking", replace_original=True)

    await local.connect(app)
    await local.client.chat_postMessage(channel="U0ADA", text="Card", blocks=[SECTION, BUTTON])
    card = await local.from_bot()
    assert (await local.press(card, "go"))["outcome"] == "acked"
    await local.eventually(lambda: _edited(local))
    after = await local.from_bot()
    assert (after["text"], after["blocks"], after["ts"]) == ("Checking", [], card["ts"])
    assert pressed[0]["actions"][0]["value"] == "7"
    assert pressed[0]["message"]["ts"] == card["ts"]
    assert pressed[0]["container"]["type"] == "message"


async def test_a_modal_shows_errors_then_changes_then_closes(local: Any) -> None:
    app = local.app()
    answers = [
        {"response_action": "errors", "errors": {"b": "FROM is missing"}},
        {"response_action": "update", "view": modal(title="Once more")},
        None,
    ]
    given: list[str] = []

    @app.command("/docent")
    async def learner_asked(ack: Any, client: Any, body: dict[str, Any]) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal())

    @app.view("write")
    async def learner_wrote_file(ack: Any, view: dict[str, Any]) -> None:
        given.append(view["state"]["values"]["b"]["a"]["value"])
        answer = answers.pop(0)
        await (ack(**answer) if answer else ack())

    await local.connect(app)
    assert (await local.do("say", channel="dm", text="/docent write"))["outcome"] == "acked"
    view = await local.eventually(lambda: _top(local))
    typed = {"b": {"a": "CMD & <x>\nRUN"}}
    refused = await local.do("submit", view_id=view["id"], values=typed)
    assert (refused["outcome"], refused["errors"]) == ("errors", {"b": "FROM is missing"})
    assert (await _top(local))["errors"] == {"b": "FROM is missing"}
    assert (await local.do("submit", view_id=view["id"]))["outcome"] == "updated"
    top = await _top(local)
    assert (top["title"], top["errors"], top["values"]) == ("Once more", {}, typed)
    assert (await local.do("submit", view_id=view["id"]))["outcome"] == "closed"
    assert await _top(local) is None
    assert given == ["CMD & <x>\nRUN"] * 3


async def _top(local: Any, who: str = "ada") -> Any:
    views = (await local.get("/people/modals", **{"as": who}))["views"]
    return views[-1] if views else None


async def test_a_pushed_view_lies_on_the_first_and_clear_takes_both_away(local: Any) -> None:
    app = local.app()

    @app.view("write")
    async def learner_wrote_file(ack: Any) -> None:
        await ack(response_action="push", view={**modal(title="Sure?"), "callback_id": "sure"})

    @app.view("sure")
    async def learner_was_sure(ack: Any) -> None:
        await ack(response_action="clear")

    await local.connect(app)
    trigger = local.workspace.premises.passes.trigger("U0ADA")
    await local.client.views_open(trigger_id=trigger, view=modal(text_input(optional=True)))
    first = await _top(local)
    assert (await local.do("submit", view_id=first["id"]))["outcome"] == "pushed"
    second = await _top(local)
    assert second["previous_view_id"] == second["root_view_id"] == first["id"]
    assert (await local.do("submit", view_id=first["id"]))["error"] == "not_on_top"
    assert (await local.do("submit", view_id=second["id"], values={"b": {"a": "y"}}))["outcome"] == "cleared"
    assert await _top(local) is None


async def test_a_required_input_is_asked_for_before_the_bot_hears_of_it(local: Any) -> None:
    trigger = local.workspace.premises.passes.trigger("U0ADA")
    await local.client.views_open(trigger_id=trigger, view=modal())
    view = await _top(local)
    answer = await local.do("submit", view_id=view["id"])
    assert answer["outcome"] == "errors"
    assert list(answer["errors"]) == ["b"]
    assert local.workspace.premises.hub.sent["interactive"] == 0


async def test_errors_for_a_block_that_is_no_input_are_refused_as_slack_refuses_them(local: Any) -> None:
    app = local.app()

    @app.view("write")
    async def learner_wrote_file(ack: Any) -> None:
        await ack(response_action="errors", errors={"nowhere": "?"})

    await local.connect(app)
    trigger = local.workspace.premises.passes.trigger("U0ADA")
    await local.client.views_open(trigger_id=trigger, view=modal())
    view = await _top(local)
    answer = await local.do("submit", view_id=view["id"], values={"b": {"a": "x"}})
    assert answer["outcome"] == "trouble"
    assert "invalid_errors" in await local.problems()


async def test_a_view_that_wants_to_know_hears_that_it_was_closed(local: Any) -> None:
    app = local.app()
    closed: list[Any] = []

    @app.view_closed("write")
    async def learner_closed(ack: Any, body: dict[str, Any]) -> None:
        closed.append(body["is_cleared"])
        await ack()

    await local.connect(app)
    trigger = local.workspace.premises.passes.trigger("U0ADA")
    await local.client.views_open(trigger_id=trigger, view=modal(notify_on_close=True))
    view = await _top(local)
    assert (await local.do("close", view_id=view["id"]))["outcome"] == "closed"
    assert closed == [True]


async def test_the_home_is_published_when_it_is_opened(local: Any) -> None:
    app = local.app()

    @app.event("app_home_opened")
    async def learner_opened_home(event: dict[str, Any], client: Any) -> None:
        if event["tab"] == "home":
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": [SECTION, BUTTON]})

    @app.action("go")
    async def learner_pressed(ack: Any) -> None:
        await ack()

    await local.connect(app)
    assert (await local.do("open", tab="home"))["outcome"] == "sent"

    async def home() -> Any:
        return (await local.get("/people/home", **{"as": "ada"}))["view"]

    shown = await local.eventually(home)
    assert [b["type"] for b in shown["blocks"]] == ["section", "actions"]
    block = shown["blocks"][1]["block_id"]
    pressed = await local.do("press", view_id=shown["id"], block_id=block, action_id="go")
    assert pressed["outcome"] == "acked"
    assert (await local.get("/people/home", **{"as": "grace"}))["view"] is None


async def test_a_slash_command_answers_in_its_acknowledgement_to_one_person(local: Any) -> None:
    app = local.app()

    @app.command("/docent")
    async def learner_asked(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"You said {command['text']}")

    await local.connect(app)
    answer = await local.do("say", channel="docker-workshop", text="/docent where am I")
    assert answer["outcome"] == "acked"
    shown = await local.from_bot(channel="docker-workshop")
    assert (shown["text"], shown["ephemeral"]) == ("You said where am I", True)
    assert await local.messages("grace", "docker-workshop") == []


async def test_a_command_that_the_manifest_lacks_is_slacks_own_error(local: Any) -> None:
    answer = await local.do("say", channel="dm", text="/dosent hint")
    assert answer["outcome"] == "failed"
    assert "/dosent is not a valid command" in answer["message"]


async def test_a_path_is_not_a_command(local: Any) -> None:
    assert "ts" in await local.do("say", channel="dm", text="/usr/bin/env is a path")


async def test_a_file_goes_to_the_bot_and_another_comes_back(local: Any) -> None:
    app = local.app()
    seen: list[bytes] = []

    @app.event("message")
    async def learner_uploaded(event: dict[str, Any], client: Any) -> None:
        if event.get("subtype") != "file_share":
            return
        headers = {"Authorization": f"Bearer {client.token}"}
        async with local.session.get(event["files"][0]["url_private"], headers=headers) as answer:
            seen.append(await answer.read())
        await client.files_upload_v2(
            channel=event["channel"], filename="log.txt", content="line\n" * 3, initial_comment="Your log"
        )

    await local.connect(app)
    posted = await local.upload("Dockerfile", b"FROM alpine\n", channel="dm", text="my file")
    assert posted["files"][0]["name"] == "Dockerfile"
    back = await local.from_bot()
    assert seen == [b"FROM alpine\n"]
    assert (back["text"], back["files"][0]["name"]) == ("Your log", "log.txt")
    async with local.session.get(
        local.workspace.origin + back["files"][0]["url"], params={"as": "ada"}, headers=local.key
    ) as answer:
        assert await answer.text() == "line\nline\nline\n"
    async with local.session.get(
        local.workspace.origin + back["files"][0]["url"], params={"as": "grace"}, headers=local.key
    ) as answer:
        assert answer.status == 404


async def test_without_the_token_a_file_is_a_sign_in_page(local: Any) -> None:
    file = (await local.upload("a.txt", b"secret", channel="dm"))["files"][0]
    info = await local.client.files_info(file=file["id"])
    async with local.session.get(info["file"]["url_private"]) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert "secret" not in await answer.text()


async def test_a_stream_grows_into_one_message(local: Any) -> None:
    root = await local.do("say", channel="dm", text="check")
    stream = await local.client.chat_stream(channel="D0ADA", thread_ts=root["ts"], buffer_size=1)
    await stream.append(markdown_text="**Checking** ")
    await stream.append(markdown_text="port 8080")
    growing = (await local.messages(thread_ts=root["ts"]))[-1]
    assert growing["streaming"] is True
    await stream.stop(blocks=[SECTION])
    done = (await local.messages(thread_ts=root["ts"]))[-1]
    assert done["text"] == "**Checking** port 8080"
    assert [b["type"] for b in done["blocks"]] == ["markdown", "section"]
    assert done["streaming"] is False
    with pytest.raises(SlackApiError, match="message_not_in_streaming_state"):
        await local.client.chat_appendStream(channel="D0ADA", ts=done["ts"], markdown_text="more")


async def test_a_mention_in_a_channel_is_heard_and_a_plain_message_there_is_not(local: Any) -> None:
    app = local.app()
    heard: list[str] = []

    @app.event("app_mention")
    async def learner_mentioned(event: dict[str, Any], say: Any) -> None:
        heard.append(event["text"])
        await say(text="Here", thread_ts=event["ts"])

    await local.connect(app)
    await local.do("say", channel="#docker-workshop", text="what is an image?")
    root = await local.do("say", channel="#docker-workshop", text="@docent what is an image?")

    async def reply() -> Any:
        return [m for m in await local.messages(channel="docker-workshop", thread_ts=root["ts"]) if m["is_bot"]]

    assert (await local.eventually(reply))[0]["text"] == "Here"
    assert heard == ["<@U0DOCENT> what is an image?"]
    shown = (await local.messages(channel="docker-workshop"))[-1]
    assert (shown["ts"], shown["reply_count"]) == (root["ts"], 1)


async def test_a_status_line_ends_with_the_answer(local: Any) -> None:
    await local.client.assistant_threads_setStatus(channel_id="D0ADA", thread_ts="", status="is building")

    async def statuses() -> Any:
        return (await local.get("/people/assistant", **{"as": "ada", "channel": "dm"}))["statuses"]

    assert (await statuses())[0]["status"] == "is building"
    await local.client.chat_postMessage(channel="D0ADA", text="Built")
    assert await statuses() == []


async def test_prompts_come_from_the_manifest_until_the_bot_sets_others(local: Any) -> None:
    async def prompts() -> Any:
        return (await local.get("/people/assistant", **{"as": "ada", "channel": "dm"}))["prompts"]["prompts"]

    assert (await prompts())[0] == {"title": "Start the workshop", "message": "start"}
    mine = [{"title": "Next", "message": "next"}]
    root = await local.do("say", channel="dm", text="hi")
    await local.client.assistant_threads_setSuggestedPrompts(channel_id="D0ADA", thread_ts=root["ts"], prompts=mine)
    assert len(await prompts()) == 4
    assert "prompts_ignored" in await local.problems()
    await local.api("assistant.threads.setSuggestedPrompts", channel_id="D0ADA", prompts=mine)
    assert await prompts() == mine


async def test_a_second_person_sees_nothing_of_a_direct_message(local: Any) -> None:
    await local.client.chat_postMessage(channel="U0ADA", text="for Ada")
    assert (await local.get("/people/history", **{"as": "grace", "channel": "D0ADA"}))["error"] == "no_such_channel"
    assert (await local.get("/people/history", **{"as": "grace", "channel": "docent-instructors"}))["ok"] is False


async def test_an_element_for_some_people_is_hidden_from_the_others(local: Any) -> None:
    button = {**BUTTON["elements"][0], "visible_to_user_ids": ["U0BARBARA"]}
    blocks = [
        SECTION,
        {"type": "actions", "elements": [button, {**button, "action_id": "all", "visible_to_user_ids": []}]},
    ]
    blocks[1]["elements"][1].pop("visible_to_user_ids")
    await local.client.chat_postMessage(channel="C0WORKSHOP", text="Board", blocks=blocks)
    for_ada = (await local.messages("ada", "docker-workshop"))[-1]
    for_barbara = (await local.messages("barbara", "docker-workshop"))[-1]
    assert [e["action_id"] for e in for_ada["blocks"][1]["elements"]] == ["all"]
    assert [e["action_id"] for e in for_barbara["blocks"][1]["elements"]] == ["go", "all"]
    assert (await local.press(for_barbara, "go", "ada"))["error"] == "no_such_element"


async def test_the_run_file_is_private_and_gone_after_the_stop(start: Any, tmp_path: Any) -> None:
    path = tmp_path / "run" / "workspace.json"
    local = await start(run_file=path)
    run = read_run_file(path)
    assert run is not None
    assert (run.url, run.bot_token, run.pid) == (local.workspace.url, local.workspace.bot_token, os.getpid())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert run.bot_token not in repr(run)
    assert local.workspace.session_key not in repr(local.workspace)
    await local.workspace.stop()
    assert read_run_file(path) is None
    assert not path.exists()


def test_a_run_file_of_a_process_that_died_is_no_workspace(tmp_path: Any) -> None:
    path = tmp_path / "run.json"
    fields = {"url": "u", "api_url": "a", "bot_token": "b", "app_token": "c", "session_key": "d"}
    # a process id above the largest that Linux gives out
    path.write_text(json.dumps({**fields, "pid": 2**22 + 1}))
    assert read_run_file(path) is None
    path.write_text("{}")
    assert read_run_file(path) is None


async def test_a_port_that_is_taken_is_said_at_once(start: Any) -> None:
    first = await start()
    with pytest.raises(OSError, match="in use"):
        await start(port=int(first.workspace.origin.rpartition(":")[2]))


async def test_many_people_at_once_are_all_answered(start: Any) -> None:
    local = await start(more_learners=100)
    app = local.app()

    @app.event("message")
    async def learner_wrote(event: dict[str, Any], say: Any) -> None:
        if event.get("bot_id") is None:
            await say(text=f"to {event['user']}")

    await local.connect(app)
    who = [f"learner{n:04d}" for n in range(1, 101)]
    await asyncio.gather(*(local.do("say", w, channel="dm", text="hint") for w in who))
    answers = await asyncio.gather(*(local.from_bot(w) for w in who))
    assert [a["text"] for a in answers] == [f"to U0L{n:04d}" for n in range(1, 101)]
    counters = await local.get("/debug/counters")
    assert (counters["retries"], counters["unacked"]) == (0, 0)
