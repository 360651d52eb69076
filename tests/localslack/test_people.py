"""What people do, and the sentences they get when it cannot be done."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


def options(*values: str) -> list[dict[str, Any]]:
    return [{"text": {"type": "plain_text", "text": v}, "value": v} for v in values]


async def test_the_directory_names_everybody(local: Any) -> None:
    found = await local.get("/people")
    assert [p["name"] for p in found["people"]] == ["ada", "grace", "linus", "margaret", "barbara"]
    assert [p["id"] for p in found["people"] if p["role"] == "instructor"] == ["U0BARBARA"]
    assert (found["bot"]["name"], found["bot"]["connections"]) == ("Docent", 0)


async def test_people_see_their_own_channels(local: Any) -> None:
    async def names(who: str) -> list[str]:
        return [c["id"] for c in (await local.get("/people/channels", **{"as": who}))["channels"]]

    assert await names("ada") == ["D0ADA", "C0WORKSHOP"]
    assert await names("Barbara") == ["D0BARBARA", "C0WORKSHOP", "C0INSTRUCTORS"]


@pytest.mark.parametrize(
    ("act", "body", "error"),
    [
        ("say", {"as": "nobody", "channel": "dm", "text": "x"}, "no_such_person"),
        ("say", {"channel": "nowhere", "text": "x"}, "no_such_channel"),
        ("say", {"channel": "dm", "text": "  "}, "empty"),
        ("say", {"channel": "dm"}, "bad_request"),
        ("say", {"channel": "dm", "text": 5}, "bad_request"),
        ("say", {"channel": "dm", "text": "x" * 40_001}, "too_long"),
        ("say", {"channel": "dm", "text": "x", "thread_ts": "1.0"}, "no_such_message"),
        ("edit", {"channel": "dm", "ts": "1.0", "text": "x"}, "no_such_message"),
        ("press", {"channel": "dm", "ts": "1.0", "block_id": "b", "action_id": "a"}, "no_such_message"),
        ("press", {"view_id": "V1", "block_id": "b", "action_id": "a"}, "no_such_view"),
        ("submit", {"view_id": "V1"}, "no_such_view"),
        ("open", {"tab": "nonsense"}, "bad_request"),
        ("leave", {"channel": "dm"}, "dm"),
        ("channel", {"name": "docker-workshop"}, "name_taken"),
        ("channel", {"name": "a b"}, "bad_name"),
        ("invite", {"channel": "docker-workshop", "user": "nobody"}, "no_such_person"),
        ("react", {"channel": "dm", "ts": "1.0", "name": "x"}, "no_such_message"),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence(
    local: Any, act: str, body: dict[str, Any], error: str
) -> None:
    answer = await local.do(act, **{"who": body.pop("as", "ada"), **body})
    assert (answer["ok"], answer["error"]) == (False, error)
    assert answer["message"].endswith((".", "!"))
    assert await local.messages() == []


async def test_a_body_that_is_no_object_is_refused(local: Any) -> None:
    for body in (b"", b"[]", b"nonsense"):
        url = local.workspace.origin + "/people/say"
        async with local.session.post(url, data=body, headers=local.key) as answer:
            assert answer.status in (400, 404)


async def test_typing_is_escaped_and_comes_with_rich_text(local: Any) -> None:
    await local.do("say", channel="dm", text="docker build . && docker ps")
    message = (await local.messages())[0]
    assert message["text"] == "docker build . &amp;&amp; docker ps"
    assert message["blocks"][0]["elements"][0]["elements"][0]["text"] == "docker build . && docker ps"


async def test_an_edit_and_a_deletion_are_heard(local: Any) -> None:
    app = local.app()
    heard: list[tuple[Any, ...]] = []

    @app.event("message")
    async def something_happened(event: dict[str, Any]) -> None:
        heard.append((event.get("subtype"), event.get("message", {}).get("text"), event.get("deleted_ts")))

    await local.connect(app)
    said = await local.do("say", channel="dm", text="one")
    await local.do("edit", channel="dm", ts=said["ts"], text="two")
    await local.do("delete", channel="dm", ts=said["ts"])
    await local.until(lambda: len(heard) == 3)
    # Bolt works on several events at a time, so they may be heard in another order
    expected = [(None, None, None), ("message_changed", "two", None), ("message_deleted", None, said["ts"])]
    assert sorted(heard, key=str) == sorted(expected, key=str)
    assert await local.messages() == []


async def test_who_joins_a_channel_is_told_to_the_bot(local: Any) -> None:
    app = local.app()
    came: list[tuple[str, str]] = []

    @app.event("member_joined_channel")
    async def member_came(event: dict[str, Any]) -> None:
        came.append((event["user"], event["channel"]))

    await local.connect(app)
    await local.do("leave", channel="docker-workshop")
    assert (await local.do("say", channel="docker-workshop", text="x"))["error"] == "not_in_channel"
    await local.do("join", channel="docker-workshop")
    await local.until(lambda: came == [("U0ADA", "C0WORKSHOP")])


async def test_what_becomes_of_a_channel_is_told_to_the_bot(local: Any) -> None:
    app = local.app()
    heard: list[dict[str, Any]] = []
    for name in ("channel_archive", "channel_unarchive", "channel_rename", "channel_left", "group_rename"):

        @app.event(name)
        async def something_became_of_it(event: dict[str, Any]) -> None:
            heard.append(event)

    await local.connect(app)
    assert (await local.do("say", channel="docker-workshop", text="/archive"))["outcome"] == "done"
    assert (await local.do("say", channel="docker-workshop", text="x"))["error"] == "is_archived"
    assert (await local.do("join", channel="docker-workshop", **{"as": "grace"}))["error"] == "is_archived"
    with pytest.raises(SlackApiError, match="is_archived"):
        await local.client.chat_postMessage(channel="C0WORKSHOP", text="x")
    assert (await local.do("say", channel="docker-workshop", text="/unarchive"))["outcome"] == "done"
    assert (await local.do("unarchive", channel="docker-workshop"))["error"] == "not_archived"
    assert (await local.do("say", channel="docker-workshop", text="/rename Whales!"))["error"] == "bad_name"
    assert (await local.do("say", channel="docker-workshop", text="/rename whales"))["outcome"] == "done"
    assert (await local.do("say", channel="docker-workshop", text="x"))["error"] == "no_such_channel"
    assert (await local.do("remove", channel="whales", user="grace"))["ok"]
    assert (await local.do("remove", channel="whales", user="grace"))["error"] == "not_in_channel"
    assert (await local.do("say", channel="whales", text="/remove @docent"))["outcome"] == "done"
    assert (await local.do("rename", channel="docent-instructors", name="staff", **{"as": "barbara"}))["ok"]
    await local.until(lambda: len(heard) == 5)
    about = "C0WORKSHOP"
    assert [(each["type"], each["channel"]) for each in heard[:2] + heard[3:4]] == [
        ("channel_archive", about),
        ("channel_unarchive", about),
        ("channel_left", about),
    ]
    assert [(each["type"], each["channel"]["name"]) for each in heard[2:5:2]] == [
        ("channel_rename", "whales"),
        ("group_rename", "staff"),
    ]
    listed = (await local.get("/people/channels", **{"as": "ada"}))["channels"]
    assert [(each["name"], each["archived"]) for each in listed[1:]] == [("whales", False)]


async def test_choices_are_told_and_remembered_for_the_one_who_made_them(local: Any) -> None:
    app = local.app()
    told: list[Any] = []

    @app.action("pick")
    async def learner_picked(ack: Any, body: dict[str, Any]) -> None:
        told.append((body["actions"][0]["selected_option"]["value"], body["state"]["values"]))
        await ack()

    await local.connect(app)
    radio = {"type": "radio_buttons", "action_id": "pick", "options": options("a", "b")}
    block = {"type": "actions", "block_id": "quiz", "elements": [radio]}
    await local.client.chat_postMessage(channel="C0WORKSHOP", text="Quiz", blocks=[SECTION, block])
    card = await local.from_bot(channel="docker-workshop")
    assert (await local.press(card, "pick", value="b"))["outcome"] == "acked"
    assert told[0][0] == "b"
    assert told[0][1]["quiz"]["pick"]["selected_option"]["value"] == "b"
    assert (await local.messages("ada", "docker-workshop"))[0]["seen_values"] == {"quiz": {"pick": "b"}}
    assert (await local.messages("grace", "docker-workshop"))[0]["seen_values"] == {}
    assert (await local.press(card, "pick", value="z"))["error"] == "not_a_choice"


async def test_an_external_select_asks_the_bot_for_its_options(local: Any) -> None:
    app = local.app()

    @app.options("find")
    async def options_wanted(ack: Any, payload: dict[str, Any]) -> None:
        await ack(options=options(payload["value"] + "-1", payload["value"] + "-2"))

    @app.action("find")
    async def learner_found(ack: Any) -> None:
        await ack()

    await local.connect(app)
    select = {"type": "external_select", "action_id": "find", "min_query_length": 1}
    block = {"type": "actions", "elements": [select]}
    await local.client.chat_postMessage(channel="U0ADA", text="Find", blocks=[block])
    card = await local.from_bot()
    place = {"channel": "dm", "ts": card["ts"], "block_id": card["blocks"][0]["block_id"], "action_id": "find"}
    offered = await local.do("suggest", **place, value="x")
    assert [o["value"] for o in offered["options"]] == ["x-1", "x-2"]
    assert (await local.do("press", **place, value="x-2"))["outcome"] == "acked"
    assert (await local.do("press", **place, value="y"))["error"] == "not_a_choice"


async def test_typing_into_a_dispatching_input_tells_the_bot(local: Any) -> None:
    app = local.app()
    told: list[str] = []

    @app.action("a")
    async def learner_typed(ack: Any, action: dict[str, Any]) -> None:
        told.append(action["value"])
        await ack()

    await local.connect(app)
    element = {"type": "plain_text_input", "action_id": "a"}
    label = {"type": "plain_text", "text": "L"}
    quiet = {"type": "input", "block_id": "q", "label": label, "element": element}
    loud = {**quiet, "block_id": "l", "dispatch_action": True}
    view = {"type": "modal", "title": label, "submit": label, "blocks": [quiet, loud]}
    trigger = local.workspace.premises.passes.trigger("U0ADA")
    opened = (await local.client.views_open(trigger_id=trigger, view=view))["view"]
    place = {"view_id": opened["id"], "action_id": "a"}
    assert (await local.do("change", **place, block_id="q", value="x"))["outcome"] == "kept"
    assert (await local.do("change", **place, block_id="l", value="y"))["outcome"] == "acked"
    assert told == ["y"]
    kept = (await local.get("/people/modals", **{"as": "ada"}))["views"][0]["values"]
    assert kept == {"q": {"a": "x"}, "l": {"a": "y"}}


async def test_a_file_input_takes_ones_own_uploads_and_hands_them_to_the_bot(local: Any) -> None:
    app = local.app()
    seen: list[Any] = []

    @app.view("hand-in")
    async def learner_handed_in(ack: Any, view: dict[str, Any], client: Any) -> None:
        await ack()
        file = view["state"]["values"]["f"]["files"]["files"][0]
        seen.append((file["name"], (await client.files_info(file=file["id"]))["file"]["size"]))

    await local.connect(app)
    label = {"type": "plain_text", "text": "File"}
    element = {"type": "file_input", "action_id": "files", "max_files": 1}
    block = {"type": "input", "block_id": "f", "label": label, "element": element}
    view = {"type": "modal", "callback_id": "hand-in", "title": label, "submit": label, "blocks": [block]}
    trigger = local.workspace.premises.passes.trigger("U0ADA")
    opened = (await local.client.views_open(trigger_id=trigger, view=view))["view"]
    hers = (await local.upload("x", b"x", "grace"))["files"][0]["id"]
    mine = (await local.upload("Dockerfile", b"FROM x"))["files"][0]["id"]
    stolen = await local.do("submit", view_id=opened["id"], values={"f": {"files": [hers]}})
    assert stolen["error"] == "no_such_file"
    assert (await local.do("submit", view_id=opened["id"], values={"f": {"files": [mine]}}))["outcome"] == "closed"
    await local.until(lambda: seen == [("Dockerfile", 6)])


async def test_a_shortcut_must_be_declared(start: Any, manifest_with: Any) -> None:
    shortcut = {"name": "Hint", "type": "message", "callback_id": "hint", "description": "A hint"}
    local = await start(manifest_with(lambda raw: raw["features"].update(shortcuts=[shortcut])))
    app = local.app()
    told: list[str] = []

    @app.shortcut("hint")
    async def learner_wants_hint(ack: Any, body: dict[str, Any]) -> None:
        told.append(body["message"]["text"])
        await ack()

    await local.connect(app)
    said = await local.do("say", channel="dm", text="help me")
    used = await local.do("shortcut", callback_id="hint", channel="dm", ts=said["ts"])
    assert (used["outcome"], told) == ("acked", ["help me"])
    assert (await local.do("shortcut", callback_id="other"))["outcome"] == "failed"


async def test_an_empty_or_nameless_upload_is_refused(local: Any) -> None:
    assert (await local.upload("empty", b"", channel="dm"))["error"] == "empty_file"
    url = local.workspace.origin + "/people/upload"
    async with local.session.post(url, data={"as": "ada"}, headers=local.key) as answer:
        assert (await answer.json())["ok"] is False


async def test_a_file_name_with_a_path_in_it_loses_the_path(local: Any) -> None:
    posted = await local.upload("../../etc/passwd", b"x", channel="dm")
    assert posted["files"][0]["name"] == "passwd"


async def test_history_comes_in_pieces(local: Any) -> None:
    stamps = [(await local.do("say", channel="dm", text=str(n)))["ts"] for n in range(5)]
    newest = await local.get("/people/history", **{"as": "ada", "channel": "dm", "limit": "2"})
    assert ([m["text"] for m in newest["messages"]], newest["has_more"]) == (["3", "4"], True)
    older = await local.get("/people/history", **{"as": "ada", "channel": "dm", "before": stamps[2]})
    assert ([m["text"] for m in older["messages"]], older["has_more"]) == (["0", "1"], False)
    bad = await local.get("/people/history", **{"as": "ada", "channel": "dm", "limit": "0"})
    assert bad["error"] == "bad_request"
