"""Who somebody is besides a learner."""

from __future__ import annotations

import sqlalchemy as sa

from bot.progress.tables.shape import METADATA, Utc

roles = sa.Table(  # who somebody is besides a learner, by their id and by nothing that they can change themselves
    "roles",
    METADATA,
    sa.Column("user", sa.Text, primary_key=True),
    sa.Column("role", sa.Text, nullable=False),  # `learner` for who is an instructor no more
    sa.Column("at", Utc, nullable=False),
)
