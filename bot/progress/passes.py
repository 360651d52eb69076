"""Whose namespace is whose in the registry, and the tokens that prove it; of a token only its digest is kept."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import sqlalchemy as sa

from bot.progress.database import Database, insert_once
from bot.progress.namespaces import named
from bot.progress.store import Clock, utc_now
from bot.progress.tables import learners, passes

PREFIX = "docent-"  #: a token that turns up somewhere can be told for what it is


class SqlPasses:
    """The passes kept in a database (`bot.ports.Passes`)."""

    def __init__(self, database: Database, clock: Clock = utc_now) -> None:
        self._database = database
        self._clock = clock

    async def namespace(self, learner: str) -> str:
        """Return the learner's namespace; whoever has none yet gets one."""
        return await self._database.look(_namespace, learner) or await self._database.run(named, learner)

    async def token(self, learner: str) -> str:
        """Return a new token; the one before is void from now on."""
        token = PREFIX + secrets.token_urlsafe(24)
        await self._database.run(_put, learner, {"token": digest(token), "token_at": self._clock()})
        return token

    async def holder(self, namespace: str, token: str) -> str:
        """Return the learner whose namespace and token these are, '' when they do not fit."""
        found = await self._database.look(_holder, namespace)
        return found[0] if found and hmac.compare_digest(found[1], digest(token)) else ""

    async def signed_in(self, learner: str) -> bool:
        """Tell whether the learner has logged in, in chat."""
        return await self._database.look(_signed_in, learner)

    async def sign(self, learner: str, *, signed_in: bool) -> None:
        """Remember that the learner has logged in, or out."""
        await self._database.run(_put, learner, {"signed_in": signed_in})


def digest(token: str) -> str:
    """Return what is kept of a token. It is random and long, so that a plain hash of it cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


def _namespace(db: sa.Connection, learner: str) -> str:
    return db.execute(sa.select(learners.c.namespace).where(learners.c.id == learner)).scalar_one_or_none() or ""


def _put(db: sa.Connection, learner: str, values: dict[str, object]) -> None:
    db.execute(insert_once(db, passes, learner=learner, token="", signed_in=False))
    db.execute(passes.update().where(passes.c.learner == learner).values(**values))


def _holder(db: sa.Connection, namespace: str) -> tuple[str, str] | None:
    both = sa.select(learners.c.id, passes.c.token).join_from(learners, passes)
    row = db.execute(both.where(learners.c.namespace == namespace, passes.c.token != "")).one_or_none()
    return None if row is None else (row.id, row.token)


def _signed_in(db: sa.Connection, learner: str) -> bool:
    return bool(db.execute(sa.select(passes.c.signed_in).where(passes.c.learner == learner)).scalar_one_or_none())
