"""What stood in sandboxes when steps passed, so that it can be brought back."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables of builds, of the files they were made from, and of standings."""
    op.create_table(
        "builds",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("image", sa.Text, nullable=False),
        sa.Column("plan", sa.JSON, nullable=False),
        sa.Column("tree", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_builds"),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_builds_learner"),
        sa.UniqueConstraint("learner", "image", name="uq_builds_image"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "contents",
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("learner", "digest", name="pk_contents"),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_contents_learner"),
    )
    op.create_table(
        "standings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("standing", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_standings"),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_standings_learner"),
        sa.UniqueConstraint("learner", "section", "step", name="uq_standings_step"),
        sqlite_autoincrement=True,
    )
