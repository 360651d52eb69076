"""Namespaces of learners in the registry, and the passes to them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Give learners a namespace, and create the table of passes."""
    op.add_column("learners", sa.Column("namespace", sa.Text))
    op.create_index("uq_learners_namespace", "learners", ["namespace"], unique=True)
    op.create_table(
        "passes",
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("token_at", sa.DateTime(timezone=True)),
        sa.Column("signed_in", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("learner", name="pk_passes"),
        sa.ForeignKeyConstraint(["learner"], ["learners.id"], name="fk_passes_learner"),
    )
