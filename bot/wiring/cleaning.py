"""The host looked after without a bot, for a command that a timer calls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from bot.progress.ledger import SqlLedger
from bot.progress.pins import Pins
from bot.progress.store import open_store
from bot.sandbox.catalogue import VERIFIER
from bot.sandbox.engine import Engine
from bot.sandbox.janitor.booked import BookedEngine
from bot.sandbox.janitor.books import Books, Shelf
from bot.sandbox.janitor.burying import bury_dead
from bot.sandbox.janitor.rounds import Janitor, Round
from bot.sandbox.janitor.seal import Seal
from bot.settings import Settings
from bot.wiring.kept import kept_secret, seal_of
from bot.wiring.records import DATABASE


async def clean_up(settings: Settings, *, own: bool, alive: bool, dry_run: bool) -> Mapping[str, Round]:
    """Make one round over the host without a bot: '' → what came of our own things, instance → of a dead Docent's.

    While the bot works nothing of it is touched: it does this itself, and knows what it waits for. Without a database
    (`own`) there is nothing of ours. Raises: `HostError`, `OperatorError`.
    """
    if not own:
        janitor = Janitor(BookedEngine(Engine(settings.docker_host), Books("", Seal(b""), Shelf())), "")
        return await bury_dead(janitor, settings.claims, settings.docker_host, dry_run=dry_run)
    store = await open_store(settings.data / DATABASE)
    try:
        books = Books(await kept_secret(store, "instance", 3), await seal_of(store), SqlLedger(store.database))
        pins = await asyncio.to_thread(Pins(store.database).get)
        engine = BookedEngine(Engine(settings.docker_host), books)
        since = datetime.fromtimestamp(0, UTC) if alive else None
        janitor = Janitor(engine, pins.get(VERIFIER, ""), since)
        attempts = {attempt.id for attempt in await store.open_attempts()}
        came = {"": await janitor.round(attempts, alive=alive, dry_run=dry_run or alive)}
        came |= await bury_dead(janitor, settings.claims, settings.docker_host, dry_run=dry_run)
        await books.close()
    finally:
        await store.close()
    return came
