"""Learners who help each other, on the database (`bot.ports.Peers`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.core.cohorts.peers import PeerOffer
from bot.core.workshop import StepRef
from bot.progress.database import Database, insert_once, upsert
from bot.progress.store import Clock, utc_now
from bot.progress.tables import peer_offers, peers


class SqlPeers:
    """The answers and offers kept in a database."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def answers(self) -> Mapping[str, bool | None]:
        """Return what everybody answered who was asked; None: nothing yet."""
        return await self._database.look(_answers)

    async def answer(self, user: str, *, willing: bool | None) -> None:
        """Keep an answer in place of the one before."""
        await self._database.run(_answer, user, willing, self._clock())

    async def offers(self) -> Sequence[PeerOffer]:
        """Return who was shown to whom, oldest first."""
        return await self._database.look(_offers)

    async def offer(self, offer: PeerOffer) -> bool:
        """Keep that somebody is shown to a learner; False when somebody was already, at this step."""
        return await self._database.run(_offer, offer)


def _answers(db: sa.Connection) -> dict[str, bool | None]:
    return {row.user: row.willing for row in db.execute(sa.select(peers))}


def _answer(db: sa.Connection, user: str, willing: bool | None, now: datetime) -> None:
    db.execute(upsert(db, peers, user=user, willing=willing, at=now))


def _offers(db: sa.Connection) -> list[PeerOffer]:
    rows = db.execute(sa.select(peer_offers).order_by(peer_offers.c.at))
    return [PeerOffer(row.learner, row.helper, StepRef(row.section, row.step), row.at) for row in rows]


def _offer(db: sa.Connection, offer: PeerOffer) -> bool:
    place = {"section": offer.ref.section, "step": offer.ref.step}
    row = {"learner": offer.learner, **place, "helper": offer.helper, "at": offer.at}
    kept = db.execute(insert_once(db, peer_offers, **row).returning(peer_offers.c.learner))
    return kept.scalar_one_or_none() is not None
