"""Migrate a database to the schema of this version, with Alembic."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.errors import OperatorError

#: Any number that is ours; all processes that migrate one PostgreSQL database take this lock.
_MIGRATION_LOCK = 0x646F63656E74


def upgrade(engine: sa.Engine, shown: str) -> None:
    """Bring the schema to the head of our migrations, one process at a time, all of it or nothing."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    with engine.begin() as db:  # on SQLite this already keeps every other writer out
        if db.dialect.name == "postgresql":
            db.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
        current = MigrationContext.configure(db).get_current_revision()
        if current == script.get_current_head():
            return
        if current is not None and current not in {revision.revision for revision in script.walk_revisions()}:
            raise OperatorError(
                f"The database {shown} was written by a newer version (its schema is {current!r}, this version "
                f"knows up to {script.get_current_head()!r}): install that version, or restore an older backup."
            )
        config.attributes["connection"] = db
        command.upgrade(config, "head")
