"""Alerts of learners who are stuck, and clusters of what many fail with."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Create the tables of the radar."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("cohort", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("places", sa.JSON, nullable=False),
        sa.Column("claimed_by", sa.Text, nullable=False),
        sa.Column("claimed_name", sa.Text, nullable=False),
        sa.Column("ended", sa.Text),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_alerts_learner"),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("learner", "section", "step", name="uq_alerts_step"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_alerts_cohort", "alerts", ["cohort"])
    op.create_table(
        "clusters",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("cohort", sa.Integer, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("condition", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("failing", sa.Integer, nullable=False),
        sa.Column("here", sa.Integer, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("places", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_clusters"),
        sa.UniqueConstraint("cohort", "section", "step", "condition", "code", name="uq_clusters_spot"),
        sqlite_autoincrement=True,
    )
