"""views.*: triggers, hashes, stacks, and a Home that the manifest must allow."""

from __future__ import annotations

from typing import Any

import pytest

SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


def modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": "T"}, "blocks": [SECTION], **more}


def trigger(local: Any, who: str = "U0ADA") -> str:
    made: str = local.workspace.premises.passes.trigger(who)
    return made


async def test_a_trigger_opens_one_view(local: Any) -> None:
    once = trigger(local)
    assert (await local.api("views.open", trigger_id=once, view=modal()))["ok"]
    assert (await local.api("views.open", trigger_id=once, view=modal()))["error"] == "exchanged_trigger_id"


async def test_a_trigger_is_too_old_after_three_seconds(local: Any) -> None:
    late = trigger(local)
    local.clock.advance(seconds=3.1)
    assert (await local.api("views.open", trigger_id=late, view=modal()))["error"] == "expired_trigger_id"


async def test_a_trigger_nobody_gave_out_is_invalid(local: Any) -> None:
    assert (await local.api("views.open", trigger_id="1.2.3", view=modal()))["error"] == "invalid_trigger_id"


async def test_a_bad_view_is_explained_and_does_not_use_the_trigger_up(local: Any) -> None:
    once = trigger(local)
    bad = await local.api("views.open", trigger_id=once, view=modal(blocks=[{"type": "alert"}]))
    assert bad["error"] == "invalid_arguments"
    assert "[json-pointer:/view/blocks/0" in bad["response_metadata"]["messages"][0]
    assert (await local.api("views.open", trigger_id=once, view=modal()))["ok"]


@pytest.mark.parametrize("view", [None, "nonsense", [], {"type": "home", "blocks": [SECTION]}])
async def test_what_is_no_modal_is_not_opened(local: Any, view: Any) -> None:
    answer = await local.api("views.open", trigger_id=trigger(local), view=view)
    assert answer["error"] == "invalid_arguments"


async def test_a_stale_hash_conflicts(local: Any) -> None:
    first = (await local.api("views.open", trigger_id=trigger(local), view=modal()))["view"]
    second = await local.api("views.update", view_id=first["id"], hash=first["hash"], view=modal())
    assert second["ok"]
    stale = await local.api("views.update", view_id=first["id"], hash=first["hash"], view=modal())
    assert stale["error"] == "hash_conflict"
    home = {"type": "home", "blocks": [SECTION]}
    published = (await local.api("views.publish", user_id="U0ADA", view=home))["view"]
    await local.api("views.publish", user_id="U0ADA", view=home)
    answer = await local.api("views.publish", user_id="U0ADA", view=home, hash=published["hash"])
    assert answer["error"] == "hash_conflict"


async def test_a_closed_view_is_not_found(local: Any) -> None:
    view = (await local.api("views.open", trigger_id=trigger(local), view=modal()))["view"]
    await local.do("close", view_id=view["id"])
    assert (await local.api("views.update", view_id=view["id"], view=modal()))["error"] == "not_found"


async def test_a_fourth_view_is_one_too_many(local: Any) -> None:
    await local.api("views.open", trigger_id=trigger(local), view=modal())
    answers = [await local.api("views.push", trigger_id=trigger(local), view=modal()) for _ in range(3)]
    assert [a.get("error") for a in answers] == [None, None, "push_limit_reached"]


async def test_a_view_is_found_by_the_name_the_app_gave_it_once(local: Any) -> None:
    await local.api("views.open", trigger_id=trigger(local), view=modal(external_id="mine"))
    named = await local.api("views.update", external_id="mine", view=modal(external_id="mine"))
    assert named["ok"]
    again = await local.api("views.push", trigger_id=trigger(local), view=modal(external_id="mine"))
    assert again["error"] == "duplicate_external_id"


async def test_without_a_home_tab_there_is_nothing_to_publish(start: Any, manifest_with: Any) -> None:
    def homeless(raw: Any) -> None:
        raw["features"]["app_home"]["home_tab_enabled"] = False

    local = await start(manifest_with(homeless))
    answer = await local.api("views.publish", user_id="U0ADA", view={"type": "home", "blocks": [SECTION]})
    assert answer["error"] == "not_enabled"
    assert (await local.do("open", tab="home"))["error"] == "tab_off"


async def test_blocks_validate_needs_no_token(local: Any) -> None:
    good = await local.api("blocks.validate", token="", blocks=[SECTION])
    bad = await local.api("blocks.validate", token="", view=modal(title=None))
    assert (good["ok"], bad["ok"], bad["error"]) == (True, False, "invalid_blocks")
    assert bad["errors"][0]["pointer"].startswith("/view")
