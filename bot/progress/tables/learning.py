"""What learners did and made."""

from __future__ import annotations

import sqlalchemy as sa

from bot.progress.tables.shape import FILE_MAX, METADATA, Utc

learners = sa.Table(
    "learners",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("section", sa.Text),  # both NULL: has not pressed Start
    sa.Column("step", sa.Text),
    sa.Column("met_at", Utc),
    sa.Column("seen_at", Utc),
    sa.Column("record_format", sa.Integer, nullable=False),
    sa.Column("record", sa.JSON, nullable=False),
    sa.Column("namespace", sa.Text),  # theirs in the registry; given once, never written with the rest
    sa.Index("uq_learners_namespace", "namespace", unique=True),
)

journal = sa.Table(  # append-only: nothing in this room updates or deletes a line
    "journal",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index(None, "learner"),
    sqlite_autoincrement=True,
)

attempts = sa.Table(
    "attempts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("card", sa.Text, nullable=False),
    sa.Column("response_url", sa.Text, nullable=False),
    sa.Column("opened_at", Utc, nullable=False),
    sa.Column("closed_at", Utc),
    sa.Column("verdict", sa.JSON(none_as_null=True)),  # NULL and closed: withdrawn
    sa.Index(None, "learner"),
    # the desk names jobs after attempts, so an id must never come back
    sqlite_autoincrement=True,
)

#: One open attempt a learner.
one_open = sa.Index(
    "uq_attempts_open",
    attempts.c.learner,
    unique=True,
    sqlite_where=attempts.c.closed_at.is_(None),
    postgresql_where=attempts.c.closed_at.is_(None),
)

files = sa.Table(
    "files",
    METADATA,
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), primary_key=True),
    sa.Column("path", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.CheckConstraint(f"length(content) <= {FILE_MAX}", name="size"),
)

versions = sa.Table(  # what files were before they were written; the newest of a path is what `undo` brings back
    "versions",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary),  # NULL: there was no such file
    sa.Column("change", sa.Integer, nullable=False, server_default="0"),  # what was written together has one number
    sa.Index(None, "learner", "path"),
    # the newest is the one with the highest id
    sqlite_autoincrement=True,
)

passes = sa.Table(  # who may push to a namespace of the registry from a machine of their own
    "passes",
    METADATA,
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), primary_key=True),
    sa.Column("token", sa.Text, nullable=False),  # its digest; '': none was asked for
    sa.Column("token_at", Utc),
    sa.Column("signed_in", sa.Boolean, nullable=False),  # by `docker login` in chat
)

builds = sa.Table(  # how images of learners were built, so that they can be built again
    "builds",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("image", sa.Text, nullable=False),  # sha256:…
    sa.Column("plan", sa.JSON, nullable=False),
    sa.Column("tree", sa.JSON, nullable=False),  # path → digest of its content
    sa.UniqueConstraint("learner", "image", name="uq_builds_image"),
    # the newest is the one with the highest id
    sqlite_autoincrement=True,
)

contents = sa.Table(  # of the files that images were built from, each once
    "contents",
    METADATA,
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), primary_key=True),
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

standings = sa.Table(  # what stood in the sandbox when a step passed
    "standings",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("section", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("standing", sa.JSON, nullable=False),
    sa.UniqueConstraint("learner", "section", "step", name="uq_standings_step"),
    # the newest is the one with the highest id
    sqlite_autoincrement=True,
)

pages = sa.Table(  # what lab notebooks are written from
    "pages",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), nullable=False),
    sa.Column("section", sa.Text, nullable=False),  # both '': at no step
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("wrote", sa.Text, nullable=False),
    sa.Column("came", sa.Text, nullable=False),
    sa.Column("once", sa.Text),  # NULL: may be there any number of times
    sa.UniqueConstraint("learner", "once", name="uq_pages_once"),
    sa.Index(None, "learner", "section", "step"),
    # the newest is the one with the highest id
    sqlite_autoincrement=True,
)

feedback = sa.Table(
    "feedback",
    METADATA,
    sa.Column("learner", sa.Text, sa.ForeignKey("learners.id"), primary_key=True),
    sa.Column("useful", sa.Integer, nullable=False),  # 1 to 5, 0: not said
    sa.Column("better", sa.Text, nullable=False),
    sa.Column("at", Utc, nullable=False),
    sa.Column("told_at", sa.Text, nullable=False),  # channel/ts of the instructors' message
    sa.Column("told", sa.Boolean, nullable=False),  # it says what stands here
)

deliveries = sa.Table(  # what Slack delivered and was taken: it may bring it again, also after a restart
    "deliveries",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("at", Utc, nullable=False),
    sa.Index(None, "at"),
)

notes = sa.Table(
    "notes",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
