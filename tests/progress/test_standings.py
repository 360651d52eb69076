from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.core.standing import Standing, StandingContainer, StandingImage, State
from bot.core.workshop import StepRef
from bot.handin.compose.commands import Source
from bot.handin.plan import BindMount, BuildPlan, CreateNetwork, CreateVolume, PublishedPort, RunPlan, VolumeMount
from bot.ports import Standings
from bot.progress.standings import NEW_BUILDS, SqlStandings
from bot.progress.store import SqlStore, open_store
from bot.progress.tables import contents

RUN, PERSIST = StepRef("02", "run"), StepRef("05", "persist")
FILES = {"Dockerfile": b"FROM node:24-alpine\n", "a.txt": b"a", "same.txt": b"a"}
BUILD = BuildPlan(("app:latest",), target="final")
STANDING = Standing(
    volumes=(CreateVolume("todo-db", (("mine", "1"),)),),
    networks=(CreateNetwork("todo-app"),),
    images=(StandingImage("sha256:a", ("app:latest",)),),
    containers=(
        StandingContainer(
            "web",
            RunPlan(
                "app",
                ports=(PublishedPort(3000, 3000, "127.0.0.1"),),
                mounts=(VolumeMount("todo-db", "/data"), BindMount(".", "/app")),
                networks=("todo-app",),
                aliases=(("todo-app", "app"),),
            ),
            "sha256:a",
            State.RUNNING,
            ("bridge",),
        ),
        StandingContainer(
            "shop-db-1", RunPlan("db"), "sha256:d", State.ENDED, (), "db", Source("compose.yaml", "shop")
        ),
    ),
)


@pytest.fixture
async def store(place: str) -> AsyncIterator[SqlStore]:
    store = await open_store(place)
    yield store
    await store.close()


@pytest.fixture
def kept(store: SqlStore) -> Standings:
    return SqlStandings(store.database)  # mypy checks the signatures


async def test_a_standing_comes_back_as_it_was_kept(kept: Standings) -> None:
    await kept.keep_standing("U1", RUN, STANDING)
    assert await kept.standing("U1", RUN) == STANDING
    assert await kept.standing("U1", PERSIST) is None
    assert await kept.standing("U2", RUN) is None


async def test_the_newest_standing_is_named_first_and_replaces_its_own_steps_earlier_one(kept: Standings) -> None:
    await kept.keep_standing("U1", RUN, STANDING)
    await kept.keep_standing("U1", PERSIST, STANDING)
    assert await kept.standings("U1") == [PERSIST, RUN]
    await kept.keep_standing("U1", RUN, replace(STANDING, volumes=()))
    assert await kept.standings("U1") == [RUN, PERSIST]
    assert await kept.standing("U1", RUN) == replace(STANDING, volumes=())


async def test_an_image_is_known_by_the_files_it_was_built_from(kept: Standings) -> None:
    await kept.keep_build("U1", "sha256:a", BUILD, FILES)
    await kept.keep_build("U1", "sha256:b", BUILD, {**FILES, "a.txt": b"b"})
    assert await kept.builds("U1") == {"sha256:a": BUILD, "sha256:b": BUILD}
    assert await kept.build_files("U1", "sha256:a") == FILES
    assert (await kept.build_files("U1", "sha256:b"))["a.txt"] == b"b"
    assert await kept.build_files("U2", "sha256:a") == {}


async def test_only_builds_that_are_new_or_needed_are_kept_and_each_content_once(
    kept: Standings, store: SqlStore
) -> None:
    await kept.keep_build("U1", "sha256:a", BUILD, FILES)
    await kept.keep_standing("U1", RUN, STANDING)
    for number in range(20):
        await kept.keep_build("U1", f"sha256:{number}", BUILD, {**FILES, "a.txt": str(number).encode()})
    known = await kept.builds("U1")
    assert "sha256:a" in known
    assert len(known) == NEW_BUILDS + 1
    assert await kept.build_files("U1", "sha256:a") == FILES
    count = await store.database.look(lambda db: db.execute(sa.select(sa.func.count()).select_from(contents)).scalar())
    assert count == NEW_BUILDS + 2  # each new a.txt, the Dockerfile, and the text that two files share


async def test_who_starts_over_is_forgotten_and_nobody_else(kept: Standings) -> None:
    for user in ("U1", "U2"):
        await kept.keep_build(user, "sha256:a", BUILD, FILES)
        await kept.keep_standing(user, RUN, STANDING)
    await kept.forget_standings("U1")
    assert (await kept.standings("U1"), await kept.builds("U1")) == ([], {})
    assert await kept.standings("U2") == [RUN]
    assert await kept.build_files("U2", "sha256:a") == FILES
