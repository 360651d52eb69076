from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.progress.passes import PREFIX, SqlPasses
from bot.progress.store import SqlStore, open_store
from bot.progress.tables import passes as table


@pytest.fixture
async def store(place: str) -> AsyncIterator[SqlStore]:
    store = await open_store(place)
    yield store
    await store.close()


@pytest.fixture
def passes(store: SqlStore) -> SqlPasses:
    return SqlPasses(store.database)


async def test_a_learner_has_a_namespace_from_the_first_message_on(store: SqlStore, passes: SqlPasses) -> None:
    assert (await store.learner("U1", "Ada Lovelace")).namespace == "ada"
    assert await passes.namespace("U1") == "ada"


async def test_two_of_the_same_name_have_two_namespaces(store: SqlStore) -> None:
    both = await asyncio.gather(store.learner("U1", "Ada"), store.learner("U2", "Ada"))
    assert {each.namespace for each in both} == {"ada", "ada2"}


async def test_a_namespace_stays_when_the_name_changes_and_when_the_record_is_written(store: SqlStore) -> None:
    ada = await store.learner("U1", "Ada")
    await store.record(ada, "Started")
    assert (await store.learner("U1", "Countess")).namespace == "ada"
    assert (await store.learner("U2", "Ada")).namespace == "ada2"


async def test_who_was_met_without_a_name_is_named_when_it_matters(store: SqlStore, passes: SqlPasses) -> None:
    assert (await store.learner("U1")).namespace == ""
    assert await passes.namespace("U1") == "learner1"
    assert (await store.learner("U1", "Ada")).namespace == "learner1"


async def test_a_token_fits_its_own_namespace_only(store: SqlStore, passes: SqlPasses) -> None:
    await store.learner("U1", "Ada")
    await store.learner("U2", "Grace")
    token = await passes.token("U1")
    assert token.startswith(PREFIX)
    assert await passes.holder("ada", token) == "U1"
    assert await passes.holder("grace", token) == ""
    assert await passes.holder("ada", token + "x") == ""
    assert await passes.holder("ada", "") == ""


async def test_a_new_token_makes_the_old_one_void(store: SqlStore, passes: SqlPasses) -> None:
    await store.learner("U1", "Ada")
    old, new = await passes.token("U1"), await passes.token("U1")
    assert old != new
    assert (await passes.holder("ada", old), await passes.holder("ada", new)) == ("", "U1")


async def test_without_a_token_nothing_fits_not_even_nothing(store: SqlStore, passes: SqlPasses) -> None:
    await store.learner("U1", "Ada")
    await passes.sign("U1", signed_in=True)
    assert await passes.holder("ada", "") == ""


async def test_a_token_itself_is_kept_nowhere(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "docent.sqlite")
    passes = SqlPasses(store.database)
    await store.learner("U1", "Ada")
    token = await passes.token("U1")

    def kept(db: sa.Connection) -> str:
        return str(db.execute(sa.select(table.c.token)).scalar_one())

    assert token not in await store.database.look(kept)
    files = await asyncio.to_thread(lambda: [path.read_bytes() for path in tmp_path.iterdir()])
    assert files
    assert all(token.encode() not in each for each in files)
    await store.close()


async def test_logging_in_is_remembered_until_the_learner_logs_out(store: SqlStore, passes: SqlPasses) -> None:
    await store.learner("U1", "Ada")
    assert not await passes.signed_in("U1")
    await passes.sign("U1", signed_in=True)
    assert await passes.signed_in("U1")
    await passes.token("U1")
    assert await passes.signed_in("U1")
    await passes.sign("U1", signed_in=False)
    assert not await passes.signed_in("U1")
