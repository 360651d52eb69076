"""The tables that records are kept in (SQLAlchemy Core); the migrations must arrive at the same shape.

A learner is one row. What they passed, skipped, answered and were told is one JSON value in it, because it
is always read and written whole, by one reader that needs all of it: child rows would make seven queries of
one and buy nothing (the board and the export read whole learners too). `record_format` says how to read it.
What has to be queried, or must be true whatever the code does, is a column or a row of its own: the open
attempt is not part of a learner's row at all, it is the attempt without `closed_at`, of which an index
allows one. So a stale copy of a learner can never bring a closed attempt back to life.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect

#: The migration that arrives at these tables.
HEAD = "0008"
#: Bytes; the last net below the caller's own limits (64 KB, 512 KB for the lock files that tools write).
FILE_MAX = 512 * 1024


class Utc(sa.types.TypeDecorator[datetime]):
    """An aware UTC time on databases with and without time zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time in UTC; a naive one is a bug of the caller."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"time without a zone: {value!r}")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return the time as it was given, in UTC."""
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


METADATA = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)

learners = sa.Table(
    "learners",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("section", sa.Text),  # both NULL: has not pressed Start
    sa.Column("step", sa.Text),
    sa.Column("met_at", Utc),
    sa.Column("seen_at", Utc),
    sa.Column("record_format", sa.Integer, nullable=False),
    sa.Column("record", sa.JSON, nullable=False),
    sa.Column("namespace", sa.Text),  # theirs in the registry; given once, never written with the rest
    sa.Index("uq_learners_namespace", "namespace", unique=True),
)

journal = sa.Table(  # append-only: nothing in this room updates or deletes a line
    "journal",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index(None, "learner"),
    sqlite_autoincrement=True,
)

attempts = sa.Table(
    "attempts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("card", sa.Text, nullable=False),
    sa.Column("response_url", sa.Text, nullable=False),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("closed_at", Utc),
    sa.Column("verdict", sa.JSON(none_as_null=True)),  # NULL and closed: withdrawn
    sa.Index(None, "learner"),
    # the desk names jobs after attempts, so an id must never come back
    sqlite_autoincrement=True,
)

#: One open attempt a learner.
one_open = sa.Index(
    "uq_attempts_open",
    attempts.c.learner,
    unique=True,
    sqlite_where=attempts.c.closed_at.is_(None),
    postgresql_where=attempts.c.closed_at.is_(None),
)

files = sa.Table(
    "files",
    METADATA,
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.CheckConstraint(f"length(content) <= {FILE_MAX}", name="size"),
)

versions = sa.Table(  # what files were before they were written; the newest of a path is what `undo` brings back
    "versions",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary),  # NULL: there was no such file
    sa.Column("change", sa.Integer, nullable=False, server_default="0"),  # what was written together has one number
    sa.Index(None, "learner", "path"),
    # the newest is the one with the highest id
    sqlite_autoincrement=True,
)

passes = sa.Table(  # who may push to a namespace of the registry from a machine of their own
    "passes",
    METADATA,
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), primary_key=True),
    sa.Column("token", sa.Text, nullable=False),  # its digest; '': none was asked for
    sa.Column("token_at", Utc),
    sa.Column("signed_in", sa.Boolean, nullable=False),  # by `docker login` in chat
)

builds = sa.Table(  # how images of learners were built, so that they can be built again
    "builds",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("image", sa.Text, nullable=False),  # sha256:…
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("tree", sa.JSON, nullable=False),  # path → digest of its content
    sa.UniqueConstraint("learner", "image", name="uq_builds_image"),
    # the newest is the one with the highest id
    sqlite_autoincrement=True,
)

contents = sa.Table(  # of the files that images were built from, each once
    "contents",
    METADATA,
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

standings = sa.Table(  # what stood in the sandbox when a step passed
    "standings",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("standing", sa.JSON, nullable=False),
    sa.UniqueConstraint("learner", "section", "step", name="uq_standings_step"),
    # the newest is the one with the highest id
    sqlite_autoincrement=True,
)

pages = sa.Table(  # what lab notebooks are written from
    "pages",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("section", sa.Text, nullable=False),  # both '': at no step
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("wrote", sa.Text, nullable=False),
    sa.Column("came", sa.Text, nullable=False),
    sa.Column("once", sa.Text),  # NULL: may be there any number of times
    sa.UniqueConstraint("learner", "once", name="uq_pages_once"),
    sa.Index(None, "learner", "section", "step"),
    # the newest is the one with the highest id
    sqlite_autoincrement=True,
)

feedback = sa.Table(
    "feedback",
    METADATA,
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), primary_key=True),
    sa.Column("useful", sa.Integer, nullable=False),  # 1 to 5, 0: not said
    sa.Column("better", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("told_at", sa.Text, nullable=False),  # channel/ts of the instructors' message
    sa.Column("told", sa.Boolean, nullable=False),  # it says what stands here
)

deliveries = sa.Table(  # what Slack delivered and was taken: it may bring it again, also after a restart
    "deliveries",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Index(None, "at"),
)

roles = sa.Table(  # who somebody is besides a learner, by their id and by nothing that they can change themselves
    "roles",
    METADATA,
    sa.Column("user", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),  # `learner` for who is an instructor no more
    sa.Column("at", Utc, nullable=False),
)

notes = sa.Table(
    "notes",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

image_pins = sa.Table(
    "image_pins",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),  # as learners write it: node:24-alpine
    sa.Column("image_id", sa.Text, nullable=False),  # sha256:…
    sa.Column("standin", sa.Boolean, nullable=False),  # built here, because no registry answered
    sa.Column("at", Utc, nullable=False),
)

objects = sa.Table(  # on the host: entered before they are made, so that a crash leaves nothing unknown
    "objects",
    METADATA,
    sa.Column("what", sa.Text, primary_key=True),  # container | network | volume | image
    sa.Column("name", sa.Text, primary_key=True),  # the engine's
    sa.Column("stage", sa.Text, nullable=False),  # intended | there | gone
    sa.Column("at", Utc, nullable=False),  # of this stage
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("learner", sa.Text, nullable=False),  # their key, as labels have it; they may be unknown here
    sa.Column("attempt", sa.Integer, nullable=False),  # 0: of no check
    sa.Column("engine_id", sa.Text, nullable=False),  # '': not there yet
    sa.Column("until", Utc),  # NULL: as long as it is wanted
)
