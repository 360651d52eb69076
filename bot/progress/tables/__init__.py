"""The tables that records are kept in (SQLAlchemy Core); the migrations must arrive at the same shape.

A learner is one row. What they passed, skipped, answered and were told is one JSON value in it, because it
is always read and written whole, by one reader that needs all of it: child rows would make seven queries of
one and buy nothing (the board and the export read whole learners too). `record_format` says how to read it.
What has to be queried, or must be true whatever the code does, is a column or a row of its own: the open
attempt is not part of a learner's row at all, it is the attempt without `closed_at`, of which an index
allows one. So a stale copy of a learner can never bring a closed attempt back to life.
"""

from bot.progress.tables.cohorts import class_hints, cohorts, gates, one_course, seats
from bot.progress.tables.helping import help_lines, help_places, help_threads, one_question
from bot.progress.tables.host import image_pins, objects
from bot.progress.tables.learning import (
    attempts,
    builds,
    contents,
    deliveries,
    feedback,
    files,
    journal,
    learners,
    notes,
    one_open,
    pages,
    passes,
    standings,
    versions,
)
from bot.progress.tables.peers import peer_offers, peers
from bot.progress.tables.people import roles
from bot.progress.tables.radar import alerts, clusters
from bot.progress.tables.shape import FILE_MAX, HEAD, METADATA, Utc
from bot.progress.tables.talking import broadcast_people, broadcasts, consents, nudges
from bot.progress.tables.webhook import letters

__all__ = [
    "FILE_MAX",
    "HEAD",
    "METADATA",
    "Utc",
    "alerts",
    "attempts",
    "broadcast_people",
    "broadcasts",
    "builds",
    "class_hints",
    "clusters",
    "cohorts",
    "consents",
    "contents",
    "deliveries",
    "feedback",
    "files",
    "gates",
    "help_lines",
    "help_places",
    "help_threads",
    "image_pins",
    "journal",
    "learners",
    "letters",
    "notes",
    "nudges",
    "objects",
    "one_course",
    "one_open",
    "one_question",
    "pages",
    "passes",
    "peer_offers",
    "peers",
    "roles",
    "seats",
    "standings",
    "versions",
]
