"""Cohorts: who sits in them, their gates and class hints."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Create the tables of cohorts."""
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("workshop", sa.Text, nullable=False),
        sa.Column("instructors", sa.JSON, nullable=False),
        sa.Column("staff_channel", sa.Text, nullable=False),
        sa.Column("starts", sa.Date),
        sa.Column("ends", sa.Date),
        sa.Column("nameless", sa.Boolean, nullable=False),
        sa.Column("peers", sa.Boolean, nullable=False),
        sa.Column("board", sa.Text, nullable=False),
        sa.Column("archived", sa.Boolean, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_cohorts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cohorts_channel", "cohorts", ["channel"])
    op.create_table(
        "seats",
        sa.Column("cohort", sa.Integer, nullable=False),
        sa.Column("user", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort"], ["cohorts.id"], name="fk_seats_cohort"),
        sa.PrimaryKeyConstraint("cohort", "user", name="pk_seats"),
    )
    op.create_index("ix_seats_user", "seats", ["user"])
    taken = sa.text("state = 'taken'")
    op.create_index("uq_seats_taken", "seats", ["user"], unique=True, sqlite_where=taken, postgresql_where=taken)
    op.create_table(
        "gates",
        sa.Column("cohort", sa.Integer, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("opening", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.Column("share_pct", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["cohort"], ["cohorts.id"], name="fk_gates_cohort"),
        sa.PrimaryKeyConstraint("cohort", "section", name="pk_gates"),
    )
    op.create_table(
        "class_hints",
        sa.Column("cohort", sa.Integer, nullable=False),
        sa.Column("section", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("condition", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["cohort"], ["cohorts.id"], name="fk_class_hints_cohort"),
        sa.PrimaryKeyConstraint("cohort", "section", "step", "condition", "code", name="pk_class_hints"),
    )
