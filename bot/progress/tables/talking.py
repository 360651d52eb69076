"""What instructors write to many, reminders, and what learners said about their work being looked at."""

from __future__ import annotations

import sqlalchemy as sa

from bot.progress.tables.shape import METADATA, Utc

consents = sa.Table(
    "consents",
    METADATA,
    sa.Column("cohort", sa.Integer, sa.ForeignKey("cohorts.id"), primary_key=True),
    sa.Column("learner", sa.Text, primary_key=True),
    sa.Column("consent", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),  # the instructor who asked
    sa.Column("at", Utc, nullable=False),
)

broadcasts = sa.Table(
    "broadcasts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("cohort", sa.Integer, sa.ForeignKey("cohorts.id"), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("audience", sa.Text, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("place", sa.Text, nullable=False),  # channel/ts
    # buttons name them, so an id must never come back
    sqlite_autoincrement=True,
)

broadcast_people = sa.Table(  # who gets it, entered before the first is sent
    "broadcast_people",
    METADATA,
    sa.Column("broadcast", sa.Integer, sa.ForeignKey("broadcasts.id"), primary_key=True),
    sa.Column("user", sa.Text, primary_key=True),
    sa.Column("fate", sa.Text, nullable=False),
)

nudges = sa.Table(
    "nudges",
    METADATA,
    sa.Column("user", sa.Text, primary_key=True),
    sa.Column("last_at", Utc),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("stopped", sa.Boolean, nullable=False),
)
