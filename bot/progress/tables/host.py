"""What is on the host."""

from __future__ import annotations

import sqlalchemy as sa

from bot.progress.tables.shape import METADATA, Utc

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
