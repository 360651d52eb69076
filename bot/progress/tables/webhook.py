"""What other systems are to be told."""

from __future__ import annotations

import sqlalchemy as sa

from bot.progress.tables.shape import METADATA, Utc

letters = sa.Table(  # one is gone once it was taken, or after a day
    "letters",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("event", sa.Text, nullable=False),  # names it for whoever takes it, however often it comes
    sa.Column("learner", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # as it is signed and sent
    sa.Column("made_at", Utc, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_at", Utc, nullable=False),
    sa.Index(None, "learner", "id"),
    # a learner's letters go in the order of ids
    sqlite_autoincrement=True,
)
