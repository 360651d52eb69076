"""Give learners their namespaces, inside the caller's transaction."""

from __future__ import annotations

import sqlalchemy as sa

from bot.core.namespaces import candidates
from bot.progress.tables import learners


def named(db: sa.Connection, learner: str) -> str:
    """Give the learner the nicest namespace that is free, unless they have one, and return it."""
    row = db.execute(sa.select(learners.c.name, learners.c.namespace).where(learners.c.id == learner)).one_or_none()
    if row is None:
        raise ValueError(f"nobody is called {learner}")
    if row.namespace:
        return str(row.namespace)
    for namespace in candidates(row.name):
        try:
            with db.begin_nested():
                db.execute(learners.update().where(learners.c.id == learner).values(namespace=namespace))
        except sa.exc.IntegrityError:
            continue  # somebody else's
        return namespace
    raise AssertionError("candidates do not end")
