"""The records: one database in the data folder, which one bot at a time may have."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.progress.lock import hold
from bot.progress.store import SqlStore, open_store
from bot.settings import DATABASE, Settings
from bot.wiring.clock import now

__all__ = ["DATABASE", "LOCK", "open_records"]

LOCK = "docent.lock"


@asynccontextmanager
async def open_records(settings: Settings) -> AsyncIterator[SqlStore]:
    """Have the data folder for us alone, and its database open."""
    with hold(settings.data / LOCK):
        store = await open_store(settings.data / DATABASE, now)
        try:
            yield store
        finally:
            await store.close()
