"""Learners who help each other."""

from __future__ import annotations

import sqlalchemy as sa

from bot.progress.tables.shape import METADATA, Utc

peers = sa.Table(
    "peers",
    METADATA,
    sa.Column("user", sa.Text, primary_key=True),
    sa.Column("willing", sa.Boolean),  # NULL: asked, and not answered yet
    sa.Column("at", Utc, nullable=False),
)

peer_offers = sa.Table(  # who was shown to whom
    "peer_offers",
    METADATA,
    sa.Column("learner", sa.Text, primary_key=True),
    sa.Column("section", sa.Text, primary_key=True),
    sa.Column("step", sa.Text, primary_key=True),
    sa.Column("helper", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
)
