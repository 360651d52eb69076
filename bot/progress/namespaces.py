"""Give learners their namespaces, inside the caller's transaction."""

from __future__ import annotations

from string import digits

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
    taken = _taken(db, next(candidates(row.name)).rstrip(digits))
    for namespace in candidates(row.name):
        if namespace in taken:
            continue
        try:
            with db.begin_nested():
                db.execute(learners.update().where(learners.c.id == learner).values(namespace=namespace))
        except sa.exc.IntegrityError:
            continue  # somebody else's, just now
        return namespace
    raise AssertionError("candidates do not end")


def _taken(db: sa.Connection, stem: str) -> set[str]:
    """Return the namespaces that begin so, at once: of a class whose script is not ours all are called `learner…`."""
    begins = learners.c.namespace.startswith(stem, autoescape=True)
    return {str(namespace) for namespace in db.execute(sa.select(learners.c.namespace).where(begins)).scalars()}
