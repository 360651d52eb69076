"""Learners, their journal, attempts and files; notes; image pins.

Written out, not taken from `tables`: a migration must not change when the tables do.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the first tables."""
    time = sa.DateTime(timezone=True)
    op.create_table(
        "learners",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("section", sa.Text),
        sa.Column("step", sa.Text),
        sa.Column("met_at", time),
        sa.Column("seen_at", time),
        sa.Column("record_format", sa.Integer, nullable=False),
        sa.Column("record", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learners"),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_journal_learner"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_journal_learner", "journal", ["learner"])
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("card", sa.Text, nullable=False),
        sa.Column("response_url", sa.Text, nullable=False),
        sa.Column("opened_at", time, nullable=False),
        sa.Column("closed_at", time),
        sa.Column("verdict", sa.JSON),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_attempts_learner"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_attempts_learner", "attempts", ["learner"])
    is_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_attempts_open", "attempts", ["learner"], unique=True, sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_table(
        "files",
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("learner", "path", name="pk_files"),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_files_learner"),
        sa.CheckConstraint("length(content) <= 65536", name="ck_files_size"),
    )
    op.create_table(
        "notes",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_notes"),
    )
    op.create_table(
        "image_pins",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("image_id", sa.Text, nullable=False),
        sa.Column("standin", sa.Boolean, nullable=False),
        sa.Column("at", time, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_image_pins"),
    )
