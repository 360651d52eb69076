from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.progress.pins import Pin, Pins
from bot.progress.store import open_store, open_sync

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_the_last_pin_of_a_name_counts(tmp_path: Path) -> None:
    with open_sync(tmp_path / "docent.db") as database:
        pins = Pins(database, lambda: NOON)
        pins.put("node:24-alpine", "sha256:1", standin=False)
        pins.put("alpine", "sha256:2", standin=False)
        pins.put("node:24-alpine", "sha256:3", standin=True)
    with open_sync(tmp_path / "docent.db") as database:
        pins = Pins(database)
        assert pins.get() == {"alpine": "sha256:2", "node:24-alpine": "sha256:3"}
        assert pins.all() == [
            Pin("alpine", "sha256:2", False, NOON),
            Pin("node:24-alpine", "sha256:3", True, NOON),
        ]


async def test_the_bot_reads_pins_from_the_store_it_has_open(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "docent.db")
    with open_sync(tmp_path / "docent.db") as database:
        Pins(database).put("alpine", "sha256:2", standin=True)
    assert Pins(store.database).get() == {"alpine": "sha256:2"}
    await store.close()
