"""Cohorts, and who sits in them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.progress.tables.shape import METADATA, Utc

cohorts = sa.Table(
    "cohorts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("workshop", sa.Text, nullable=False),
    sa.Column("instructors", sa.JSON, nullable=False),  # user ids, sorted
    sa.Column("staff_channel", sa.Text, nullable=False),
    sa.Column("starts", sa.Date),
    sa.Column("ends", sa.Date),
    sa.Column("nameless", sa.Boolean, nullable=False),
    sa.Column("peers", sa.Boolean, nullable=False),
    sa.Column("board", sa.Text, nullable=False),  # channel/ts
    sa.Column("archived", sa.Boolean, nullable=False),
    sa.Column("ended_at", Utc),
    sa.Index(None, "channel"),
    # alerts and reports name cohorts, so an id must never come back
    sqlite_autoincrement=True,
)

seats = sa.Table(
    "seats",
    METADATA,
    sa.Column("cohort", sa.Integer, sa.ForeignKey("cohorts.id"), primary_key=True),
    sa.Column("user", sa.Text, primary_key=True),  # they may be unknown as a learner yet
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("since", Utc, nullable=False),
    sa.Index(None, "user"),
)

#: One course at a time.
one_course = sa.Index(
    "uq_seats_taken",
    seats.c.user,
    unique=True,
    sqlite_where=seats.c.state == "taken",
    postgresql_where=seats.c.state == "taken",
)

gates = sa.Table(
    "gates",
    METADATA,
    sa.Column("cohort", sa.Integer, sa.ForeignKey("cohorts.id"), primary_key=True),
    sa.Column("section", sa.Text, primary_key=True),
    sa.Column("opening", sa.Text, nullable=False),
    sa.Column("at", Utc),
    sa.Column("share_pct", sa.Integer, nullable=False),
    sa.Column("opened_at", Utc),
)

class_hints = sa.Table(
    "class_hints",
    METADATA,
    sa.Column("cohort", sa.Integer, sa.ForeignKey("cohorts.id"), primary_key=True),
    sa.Column("section", sa.Text, primary_key=True),
    sa.Column("step", sa.Text, primary_key=True),
    sa.Column("condition", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
)
