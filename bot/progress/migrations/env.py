"""Run the migrations on the connection that `bot.progress.database` hands over (Alembic's entry point)."""

from alembic import context

from bot.progress.tables import METADATA

# One transaction is open already, with the lock in it; `batch` lets SQLite alter a table.
context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
context.run_migrations()
