"""Learners who help each other."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Create the tables of peers."""
    op.create_table(
        "peers",
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("willing", sa.Boolean),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user", name="pk_peers"),
    )
    op.create_table(
        "peer_offers",
        sa.Column("learner", sa.Text, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("helper", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("learner", "section", "step", name="pk_peer_offers"),
    )
