"""Which image each name that learners use stands for on this host, as prepared and proved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.progress.database import Database, upsert
from bot.progress.store import Clock, utc_now
from bot.progress.tables import image_pins


@dataclass(frozen=True, slots=True)
class Pin:
    """One prepared image."""

    name: str  #: as learners write it: `node:24-alpine`
    image_id: str  #: `sha256:…`
    standin: bool  #: built here, because no registry answered
    at: datetime


class Pins:
    """The pins kept in a database. Calls block for about a millisecond; they may come from any thread."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    def get(self) -> dict[str, str]:
        """Return name → image id."""
        return {pin.name: pin.image_id for pin in self.all()}

    def put(self, name: str, image_id: str, standin: bool) -> None:
        """Keep what the name stands for from now on."""
        self._database.call(_put, Pin(name, image_id, standin, self._clock()))

    def all(self) -> Sequence[Pin]:
        """Return every pin by name."""
        return self._database.call(_all)


def _put(db: sa.Connection, pin: Pin) -> None:
    db.execute(upsert(db, image_pins, name=pin.name, image_id=pin.image_id, standin=pin.standin, at=pin.at))


def _all(db: sa.Connection) -> list[Pin]:
    rows = db.execute(sa.select(image_pins).order_by(image_pins.c.name))
    return [Pin(row.name, row.image_id, row.standin, row.at) for row in rows]
