"""conversations.*, users.*, reactions.*, pins.*, files.*: the rest of what a bot asks for."""

from __future__ import annotations

from typing import Any

import pytest

EVERYTHING = ("channels:history", "channels:join", "groups:history", "im:read")


@pytest.fixture
async def rich(start: Any, manifest_with: Any) -> Any:
    """A workspace whose app has every scope that reading needs."""
    return await start(manifest_with(lambda raw: raw["oauth_config"]["scopes"]["bot"].extend(EVERYTHING)))


async def test_the_direct_message_is_found_by_its_person(local: Any) -> None:
    opened = await local.client.conversations_open(users="U0ADA", return_im=True)
    assert (opened["channel"]["id"], opened["channel"]["user"]) == ("D0ADA", "U0ADA")
    assert (await local.api("conversations.open", users="U0NOBODY"))["error"] == "user_not_found"


async def test_a_list_comes_in_pages(rich: Any) -> None:
    names: list[str] = []
    cursor = ""
    while True:
        got = await rich.client.conversations_list(types="public_channel,private_channel", limit=1, cursor=cursor)
        names += [c["name"] for c in got["channels"]]
        cursor = got["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert names == ["docker-workshop", "docent-instructors"]
    assert (await rich.api("conversations.list", cursor="nonsense"))["error"] == "invalid_cursor"
    assert (await rich.api("conversations.list", types="nonsense"))["error"] == "invalid_types"


async def test_members_and_people_can_be_read(local: Any) -> None:
    members = (await local.client.conversations_members(channel="C0INSTRUCTORS"))["members"]
    assert members == ["U0BARBARA", "U0DOCENT"]
    assert (await local.client.users_info(user="U0ADA"))["user"]["profile"]["display_name"] == "Ada"
    assert (await local.client.users_info(user="U0DOCENT"))["user"]["is_bot"] is True
    assert len((await local.client.users_list())["members"]) == 6
    assert (await local.api("users.info", user="U0NOBODY"))["error"] == "user_not_found"


async def test_history_is_newest_first_and_within_its_bounds(rich: Any) -> None:
    stamps = [(await rich.do("say", channel="docker-workshop", text=str(n)))["ts"] for n in range(5)]

    async def texts(**bounds: Any) -> list[str]:
        got = await rich.client.conversations_history(channel="C0WORKSHOP", **bounds)
        return [m["text"] for m in got["messages"]]

    assert await texts() == ["4", "3", "2", "1", "0"]
    assert await texts(oldest=stamps[1], latest=stamps[3]) == ["2"]
    assert await texts(oldest=stamps[1], latest=stamps[3], inclusive=True) == ["3", "2", "1"]
    assert await texts(limit=2) == ["4", "3"]


async def test_the_bot_joins_a_public_channel_and_is_told(rich: Any) -> None:
    channel = (await rich.do("channel", "barbara", name="late"))["channel"]
    assert (await rich.api("conversations.history", channel=channel))["error"] == "not_in_channel"
    assert (await rich.client.conversations_join(channel=channel))["channel"]["is_member"] is True
    assert (await rich.client.conversations_join(channel=channel))["warning"] == "already_in_channel"
    answer = await rich.api("conversations.join", channel="C0INSTRUCTORS")
    assert answer["error"] == "method_not_supported_for_channel_type"


async def test_reactions_are_put_once_and_taken_once(local: Any) -> None:
    said = await local.do("say", channel="dm", text="hi")
    args = {"channel": "D0ADA", "timestamp": said["ts"], "name": "eyes"}
    answers = [await local.api(f"reactions.{verb}", **args) for verb in ("add", "add", "remove", "remove")]
    assert [a.get("error") for a in answers] == [None, "already_reacted", None, "no_reaction"]


async def test_a_board_is_pinned_once(local: Any) -> None:
    posted = await local.client.chat_postMessage(channel="C0INSTRUCTORS", text="board")
    args = {"channel": "C0INSTRUCTORS", "timestamp": posted["ts"]}
    assert (await local.api("pins.add", **args))["ok"]
    assert (await local.messages("barbara", "docent-instructors"))[0]["pinned"] is True
    assert (await local.api("pins.add", **args))["error"] == "already_pinned"
    assert (await local.api("pins.remove", **args))["ok"]
    assert (await local.api("pins.remove", **args))["error"] == "no_pin"


async def test_an_upload_must_be_as_long_as_announced_before_it_is_complete(local: Any) -> None:
    opened = await local.api("files.getUploadURLExternal", filename="a.txt", length=3)
    files = [{"id": opened["file_id"]}]
    assert (await local.api("files.completeUploadExternal", files=files))["error"] == "file_not_found"
    async with local.session.post(opened["upload_url"], data=b"four") as answer:
        assert answer.status == 400
    async with local.session.post(opened["upload_url"], data=b"abc") as answer:
        assert answer.status == 200
    done = await local.api("files.completeUploadExternal", files=files, channel_id="D0ADA")
    assert done["files"][0]["size"] == 3
    assert (await local.api("files.completeUploadExternal", files=files))["error"] == "file_not_found"


async def test_a_file_shared_among_people_only_is_not_the_bots(local: Any) -> None:
    await local.do("channel", "ada", name="two-of-us", private=True)
    file = (await local.upload("a.txt", b"x", channel="two-of-us"))["files"][0]
    assert (await local.api("files.info", file=file["id"]))["error"] == "file_not_found"


async def test_a_permalink_names_the_message(local: Any) -> None:
    posted = await local.client.chat_postMessage(channel="U0ADA", text="x")
    link = await local.client.chat_getPermalink(channel="D0ADA", message_ts=posted["ts"])
    assert link["permalink"].endswith(f"/archives/D0ADA/p{posted['ts'].replace('.', '')}")
