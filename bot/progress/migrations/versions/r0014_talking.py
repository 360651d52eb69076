"""Consents, broadcasts and nudges."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of consents, broadcasts and nudges."""
    op.create_table(
        "consents",
        sa.Column("cohort", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("consent", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["cohort"], ["cohorts.id"], name="fk_consents_cohort"),
        sa.PrimaryKeyConstraint("cohort", "learner", name="pk_consents"),
    )
    op.create_table(
        "broadcasts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("cohort", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("audience", sa.Text, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["cohort"], ["cohorts.id"], name="fk_broadcasts_cohort"),
        sa.PrimaryKeyConstraint("id", name="pk_broadcasts"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "broadcast_people",
        sa.Column("broadcast", sa.Integer, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("fate", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["broadcast"], ["broadcasts.id"], name="fk_broadcast_people_broadcast"),
        sa.PrimaryKeyConstraint("broadcast", "user", name="pk_broadcast_people"),
    )
    op.create_table(
        "nudges",
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("last_at", TIME),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("stopped", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("user", name="pk_nudges"),
    )
