"""Help threads, and what was said in them."""

from __future__ import annotations

import sqlalchemy as sa

from bot.progress.tables.shape import METADATA, Utc

help_threads = sa.Table(
    "help_threads",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("cohort", sa.Integer, sa.ForeignKey("cohorts.id"), nullable=False),
    sa.Column("learner", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("tried", sa.Text, nullable=False),
    sa.Column("asked_at", Utc, nullable=False),
    sa.Column("waits_since", Utc),
    sa.Column("root", sa.Text, nullable=False),  # channel/ts
    sa.Column("places", sa.JSON, nullable=False),  # of these
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("holder_name", sa.Text, nullable=False),
    sa.Column("answered_at", Utc),
    sa.Column("closed_at", Utc),
    sa.Column("closed_by", sa.Text, nullable=False),
    sa.Column("told_private", sa.Boolean, nullable=False),
    sa.Column("once", sa.Text),  # NULL: may be there any number of times
    sa.UniqueConstraint("once", name="uq_help_threads_once"),
    sa.Index(None, "cohort", "asked_at"),
    # buttons name threads, so an id must never come back
    sqlite_autoincrement=True,
)

#: One open question at a time.
one_question = sa.Index(
    "uq_help_threads_open",
    help_threads.c.learner,
    unique=True,
    sqlite_where=help_threads.c.closed_at.is_(None),
    postgresql_where=help_threads.c.closed_at.is_(None),
)

help_places = sa.Table(  # messages whose threads are help threads, of learners and of instructors
    "help_places",
    METADATA,
    sa.Column("place", sa.Text, primary_key=True),  # channel/ts
    sa.Column("thread", sa.Integer, sa.ForeignKey("help_threads.id"), nullable=False),
)

help_lines = sa.Table(  # what was written in them: a message that Slack brings twice is passed on once
    "help_lines",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),  # channel/ts
    sa.Column("thread", sa.Integer, sa.ForeignKey("help_threads.id"), nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),  # '' once it is passed on: Slack has it
    sa.Column("files", sa.Integer, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("private", sa.Boolean, nullable=False),
    sa.Column("passed", sa.JSON, nullable=False),  # place → ts
    sa.Column("over", sa.Boolean, nullable=False),
    sa.Index(None, "thread"),
)
