"""What this Docent drew by lot once, and keeps."""

from __future__ import annotations

import secrets

from bot.logs import conceal
from bot.progress.store import SqlStore
from bot.sandbox.janitor.seal import Seal

CERTIFICATE_SECRET = "certificate.secret"  # noqa: S105 - the note's name, not the secret
BADGE_KEY = "badge.key"
SEAL_SECRET = "seal.secret"  # noqa: S105 - as above


async def kept_secret(store: SqlStore, key: str, size: int = 16) -> str:
    """Return what was drawn by lot for this key when it was first needed: `size` bytes in hexadecimal digits."""
    kept = await store.note(key)
    if not kept:
        kept = secrets.token_hex(size)
        await store.remember(key, kept)
    conceal(kept)
    return kept


async def seal_of(store: SqlStore) -> Seal:
    """Return what this Docent signs with."""
    return Seal(bytes.fromhex(await kept_secret(store, SEAL_SECRET, 32)))
