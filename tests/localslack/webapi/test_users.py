"""Who is where, and who wants quiet, as Slack says it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any


async def test_people_have_their_own_time_and_quiet_hours(local: Any) -> None:
    info = await local.api("dnd.info", user="U0ADA")
    assert (info["ok"], info["dnd_enabled"], info["next_dnd_start_ts"], info["next_dnd_end_ts"]) == (True, False, 1, 1)
    people = local.workspace.premises.world.people
    until = int(time.time()) + 600
    people["U0ADA"] = replace(
        people["U0ADA"], tz="America/New_York", tz_offset=-18_000, dnd=(until, until + 60), snooze_until=until
    )
    user = (await local.client.users_info(user="U0ADA"))["user"]
    assert (user["tz"], user["tz_label"], user["tz_offset"]) == ("America/New_York", "New York", -18_000)
    info = await local.client.dnd_info(user="U0ADA")
    assert (info["dnd_enabled"], info["next_dnd_start_ts"]) == (True, until)
    assert (info["snooze_enabled"], info["snooze_endtime"]) == (True, until)
    assert 590 <= info["snooze_remaining"] <= 600
    assert (await local.api("dnd.info", user="U0NOBODY"))["error"] == "user_not_found"


async def test_without_its_scope_nobody_is_told_who_wants_quiet(start: Any, manifest_with: Any) -> None:
    local = await start(manifest_with(lambda raw: raw["oauth_config"]["scopes"]["bot"].remove("dnd:read")))
    answer = await local.api("dnd.info", user="U0ADA")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "dnd:read")
