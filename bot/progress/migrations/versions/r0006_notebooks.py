"""What lab notebooks are written from, and what learners think of the workshop."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the tables of pages and of feedback."""
    op.create_table(
        "pages",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("wrote", sa.Text, nullable=False),
        sa.Column("came", sa.Text, nullable=False),
        sa.Column("once", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_pages"),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_pages_learner"),
        sa.UniqueConstraint("learner", "once", name="uq_pages_once"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_pages_learner", "pages", ["learner", "section", "step"])
    op.create_table(
        "feedback",
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("useful", sa.Integer, nullable=False),
        sa.Column("better", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.Text, nullable=False),
        sa.Column("told", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("learner", name="pk_feedback"),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_feedback_learner"),
    )
