"""Help threads, and what was said in them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of help threads."""
    op.create_table(
        "help_threads",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("cohort", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("tried", sa.Text, nullable=False),
        sa.Column("asked_at", TIME, nullable=False),
        sa.Column("waits_since", TIME),
        sa.Column("root", sa.Text, nullable=False),
        sa.Column("places", sa.JSON, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("holder_name", sa.Text, nullable=False),
        sa.Column("answered_at", TIME),
        sa.Column("closed_at", TIME),
        sa.Column("closed_by", sa.Text, nullable=False),
        sa.Column("told_private", sa.Boolean, nullable=False),
        sa.Column("once", sa.Text),
        sa.ForeignKeyConstraint(["cohort"], ["cohorts.id"], name="fk_help_threads_cohort"),
        sa.PrimaryKeyConstraint("id", name="pk_help_threads"),
        sa.UniqueConstraint("once", name="uq_help_threads_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_help_threads_cohort", "help_threads", ["cohort", "asked_at"])
    going_on = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_help_threads_open",
        "help_threads",
        ["learner"],
        unique=True,
        sqlite_where=going_on,
        postgresql_where=going_on,
    )
    op.create_table(
        "help_places",
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("thread", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["thread"], ["help_threads.id"], name="fk_help_places_thread"),
        sa.PrimaryKeyConstraint("place", name="pk_help_places"),
    )
    op.create_table(
        "help_lines",
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("thread", sa.Integer, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("passed", sa.JSON, nullable=False),
        sa.Column("over", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["thread"], ["help_threads.id"], name="fk_help_lines_thread"),
        sa.PrimaryKeyConstraint("source", name="pk_help_lines"),
    )
    op.create_index("ix_help_lines_thread", "help_lines", ["thread"])
