"""What project files were before they were written, so that a change can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the table of versions."""
    op.create_table(
        "versions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary),
        sa.PrimaryKeyConstraint("id", name="pk_versions"),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_versions_learner"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_versions_learner", "versions", ["learner", "path"])
