"""The books: an entry before the object, kept over a crash. The same contract for both ledgers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.ports import Entry, Ledger, Stage
from bot.progress.ledger import SqlLedger
from bot.progress.store import open_store
from bot.sandbox.janitor.books import Books, Shelf
from bot.sandbox.janitor.seal import Seal, What

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
WEB = "docent-main-u1-web"
LABELS = {"docent.instance": "main", "docent.learner": "u1", "docent.kind": "learner", "docent.attempt": ""}


@pytest.fixture(params=["in memory", "SQL"])
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ledger]:
    if request.param == "in memory":
        yield Shelf()
        return
    store = await open_store(tmp_path / "docent.sqlite")
    yield SqlLedger(store.database)
    await store.close()


def books(ledger: Ledger) -> Books:
    return Books("main", Seal(b"ours"), ledger, clock=lambda: NOON)


async def test_an_entry_is_kept_in_place_of_the_one_before(ledger: Ledger) -> None:
    first = Entry("container", WEB, Stage.INTENDED, NOON, "learner", "u1", 7, until=NOON + timedelta(minutes=3))
    await ledger.write([first, Entry("volume", WEB, Stage.THERE, NOON, engine_id=WEB)])
    assert {each.what: each for each in await ledger.entries()}["container"] == first
    await ledger.write([Entry("container", WEB, Stage.GONE, NOON)])
    assert [each.what for each in await ledger.entries()] == ["volume"]


async def test_only_what_is_gone_for_long_is_forgotten(ledger: Ledger) -> None:
    await ledger.write([Entry("container", WEB, Stage.THERE, NOON), Entry("volume", "v", Stage.GONE, NOON)])
    await ledger.forget(NOON + timedelta(days=1))
    assert [each.name for each in await ledger.entries()] == [WEB]


async def test_f01_what_was_intended_is_known_after_a_crash(ledger: Ledger) -> None:
    before = books(ledger)
    await before.open()
    await before.intend(What.CONTAINER, WEB, LABELS)
    after = books(ledger)  # nothing of the first was closed
    await after.open()
    entry = after.entry(What.CONTAINER, WEB)
    assert entry is not None
    assert (entry.stage, entry.learner, entry.kind) == (Stage.INTENDED, "u1", "learner")


async def test_what_is_there_and_gone_is_written_soon(ledger: Ledger) -> None:
    first = books(ledger)
    await first.open()
    await first.intend(What.CONTAINER, WEB, LABELS)
    first.there(What.CONTAINER, WEB, "1" * 64)
    await first.intend(What.VOLUME, "v", LABELS)
    async with asyncio.timeout(5):
        while [each.stage for each in await ledger.entries() if each.what == "container"] != [Stage.THERE]:
            await asyncio.sleep(0.01)
    first.gone(What.CONTAINER, "1" * 64)  # by the engine's id as well as by name
    await first.close()
    assert [each.name for each in await ledger.entries()] == ["v"]


async def test_a_renamed_container_stays_ours_and_frees_its_name(ledger: Ledger) -> None:
    kept = books(ledger)
    await kept.open()
    labels = kept.seal.sealed(What.CONTAINER, WEB, LABELS)
    await kept.intend(What.CONTAINER, WEB, labels)
    kept.there(What.CONTAINER, WEB, "1" * 64)
    take_back = await kept.rename("1" * 64, "docent-main-u1-old")
    assert kept.ours(What.CONTAINER, "docent-main-u1-old", "1" * 64, labels)
    assert kept.entry(What.CONTAINER, WEB) is None
    assert not kept.ours(What.CONTAINER, "docent-main-u1-old", "2" * 64, labels), "a copy of its labels"
    again = books(ledger)
    await again.open()
    assert again.ours(What.CONTAINER, "docent-main-u1-old", "1" * 64, labels)
    take_back()
    assert kept.entry(What.CONTAINER, WEB) is not None
    await kept.close()


async def test_what_lives_for_one_task_has_a_deadline(ledger: Ledger) -> None:
    kept = books(ledger)
    await kept.open()
    await kept.intend(What.CONTAINER, "docentwriter-main-u1", LABELS | {"docent.kind": "writer"})
    await kept.intend(What.CONTAINER, WEB, LABELS)
    deadlines = {each.name: each.until for each in await ledger.entries()}
    assert deadlines[WEB] is None
    assert deadlines["docentwriter-main-u1"] == NOON + timedelta(minutes=3)
