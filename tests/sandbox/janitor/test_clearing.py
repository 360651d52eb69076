"""Which images make room: ours, unused, the longest unused first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.handin.plan import RunPlan
from bot.ports import Entry, Stage
from bot.sandbox.disk.meter import GIB, Room, Weight
from bot.sandbox.host import Host
from bot.sandbox.janitor.clearing import MOST_NAMES, beyond_quota, spares
from bot.sandbox.janitor.judging import Scene, Thing
from bot.sandbox.janitor.rounds import Janitor
from bot.sandbox.janitor.seal import Seal, What
from tests.sandbox.conftest import Learner

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SEAL = Seal(b"ours")


def image(name: str, number: int, labels: dict[str, str] | None = None) -> Thing:
    return Thing(What.IMAGE, f"sha256:{number}", name, labels or {}, made_at=NOW - timedelta(hours=9))


def scene(**hours: float) -> Scene:
    entries = {
        (What.IMAGE, name): Entry(What.IMAGE, name, Stage.THERE, NOW - timedelta(hours=ago), engine_id=name)
        for name, ago in hours.items()
    }
    return Scene("main", SEAL, entries, NOW, NOW - timedelta(days=1), frozenset(), "")


def test_nameless_ones_go_first_then_ours_then_the_longest_unused() -> None:
    sealed = SEAL.sealed(What.IMAGE, "", {"docent.instance": "main", "docent.learner": "u1"})
    things = [image("docent-main/u1/new:latest", 1), image("docent-main/u1/old:latest", 2)]
    things += [image("docentcheck-main/u1:latest", 3), image("", 4, sealed)]
    among = scene(**{"docent-main/u1/new:latest": 3, "docent-main/u1/old:latest": 5, "docentcheck-main/u1:latest": 4})
    found = [each.ref for each in spares(things, among)]
    assert found == ["sha256:4", "docentcheck-main/u1:latest", "docent-main/u1/old:latest", "docent-main/u1/new:latest"]


def test_what_is_used_leased_passing_or_a_strangers_stays() -> None:
    forged = {"docent.instance": "main", "docent.learner": "u1", "docent.sig": "0" * 32}
    names = ("docent-main/u1/used:latest", "docent-main/u1/lately:latest", "docentcopier-main-u1:latest")
    things = [image(name, number) for number, name in enumerate(names)]
    things += [image("docent-main/u9/planted:latest", 7), image("postgres:16", 8), image("", 9), image("", 10, forged)]
    things.append(Thing(What.CONTAINER, "c", "docent-main-u1-web", image_id="sha256:0"))
    among = scene(**dict(zip(names, (5, 1, 5), strict=True)))
    copier = (What.IMAGE, names[2])
    passing = replace(among.entries[copier], until=NOW + timedelta(minutes=5))
    assert spares(things, replace(among, entries={**among.entries, copier: passing})) == []


def test_of_very_many_names_the_longest_unused_go() -> None:
    names = [f"docent-main/u1/app{number}:latest" for number in range(MOST_NAMES + 3)]
    things = [image(name, number) for number, name in enumerate(names)]
    among = scene(**{name: 3 + number for number, name in enumerate(names)})
    assert [each.ref for each in beyond_quota(things, among)] == names[:-4:-1]
    assert beyond_quota(things[:MOST_NAMES], among) == []


@pytest.mark.engine
async def test_a_disk_that_fills_up_is_cleared_to_the_lower_mark_and_no_further(
    learner: Learner, host: Host, seen: Callable[[object], None]
) -> None:
    sandbox, owner = learner.sandbox, learner.sandbox._setup.owner("U1")
    for number in range(4):
        await learner.image(f"FROM alpine\nRUN echo {number} > /word\n", f"app{number}:latest")
    await learner.do(RunPlan("app0", ("sleep", "300"), "web", detach=True))
    stranger = f"docent-{sandbox._setup.instance}/u9/app:latest"
    await host.tag(sandbox._setup.bases["alpine:latest"], stranger)
    fullness = [75.0]

    async def room() -> Room:
        left = sum([await host.image(owner.image(f"app{n}:latest")) is not None for n in range(4)])
        fullness.append(80.0 if left == 4 else 49.0 if left <= 2 else 60.0)
        return Room(fullness[-1], 1.0, GIB, 10**9, Weight())

    later = Janitor(sandbox._engine, "", clock=lambda: datetime.now(UTC) + timedelta(hours=3))
    try:
        came = await later.round((), room=room)
        left = [n for n in range(4) if await host.image(owner.image(f"app{n}:latest")) is not None]
        assert left == [0, 3], "the one in use, and the newest"
        assert (await learner.do(RunPlan("app3", ("cat", "/word")))).text == "3"
        assert await host.image(stranger) is not None
        assert came.stuck == []
        seen(f"{came.cleared} images and layers gone at {fullness[1]:.0f} %, none below {fullness[-1]:.0f} %")
    finally:
        await host.remove_image(stranger)
