"""Who was stuck, and what many failed with."""

from __future__ import annotations

import sqlalchemy as sa

from bot.progress.tables.shape import METADATA, Utc

alerts = sa.Table(
    "alerts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("cohort", sa.Integer, nullable=False),  # 0: in none
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("places", sa.JSON, nullable=False),  # channel/ts of each message; none: it is to be posted
    sa.Column("claimed_by", sa.Text, nullable=False),
    sa.Column("claimed_name", sa.Text, nullable=False),
    sa.Column("ended", sa.Text),
    sa.Column("ended_at", Utc),
    sa.UniqueConstraint("learner", "section", "step", name="uq_alerts_step"),
    sa.Index(None, "cohort"),
    # buttons name alerts, so an id must never come back
    sqlite_autoincrement=True,
)

clusters = sa.Table(
    "clusters",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("cohort", sa.Integer, nullable=False),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("condition", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("failing", sa.Integer, nullable=False),
    sa.Column("here", sa.Integer, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("places", sa.JSON, nullable=False),
    sa.UniqueConstraint("cohort", "section", "step", "condition", "code", name="uq_clusters_spot"),
    sqlite_autoincrement=True,
)
