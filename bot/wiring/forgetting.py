"""People forgotten without a bot, for a command."""

from __future__ import annotations

import asyncio

from bot.desk import forget_jobs
from bot.errors import OperatorError
from bot.progress.lock import hold
from bot.progress.persons import SqlPersons
from bot.progress.store import open_store
from bot.settings import Settings
from bot.wiring.host import open_host
from bot.wiring.records import DATABASE, LOCK, open_records


async def forget_one(settings: Settings, user: str) -> int | None:
    """Forget somebody and return how many rows there were; None when a bot works here, which does it within seconds.

    Raises: `HostError` when the host does not answer; then nothing is deleted.
    """
    if works(settings):
        store = await open_store(settings.data / DATABASE)
        try:
            await SqlPersons(store.database).intend(user)
        finally:
            await store.close()
        return None
    async with open_records(settings) as store:
        persons = SqlPersons(store.database)
        known = (await persons.kept(user)).count
        if known:
            async with open_host(settings, store) as sandbox:
                await store.learner(user)
                await sandbox.clean(user)
        numbers = await persons.attempts(user)
        await persons.forget(user)
        await asyncio.to_thread(forget_jobs, settings.data, numbers)
        return known


async def forget_all(settings: Settings) -> int:
    """Forget everybody and everything, on the host too, and return how many rows there were.

    Raises: `OperatorError` when a bot works here, `HostError` when the host does not answer; then nothing is deleted.
    """
    async with open_records(settings) as store:
        async with open_host(settings, store) as sandbox:
            await sandbox.demolish()
        rows = await SqlPersons(store.database).forget_everybody()
    await asyncio.to_thread(forget_jobs, settings.data, None)
    return rows


def works(settings: Settings) -> bool:
    """Tell whether a bot works in this data folder now."""
    try:
        with hold(settings.data / LOCK):
            return False
    except OperatorError:
        return True
