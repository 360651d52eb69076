"""What Slack delivered and was taken, by name: inside of the transaction that takes it."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.progress.database import insert_once
from bot.progress.tables import deliveries

KEEP = timedelta(hours=1)  #: Slack's last retry comes after about 6 minutes; a bot may be away for some of that


def first_time(db: sa.Connection, key: str, now: datetime) -> bool:
    """Return whether nothing of this name was taken before, and remember it."""
    put = insert_once(db, deliveries, key=key, at=now).returning(deliveries.c.key)
    if db.execute(put).scalar_one_or_none() is None:
        return False
    db.execute(deliveries.delete().where(deliveries.c.at < now - KEEP))
    return True
