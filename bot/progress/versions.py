"""A project's files and what they were before, each function inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from bot.ports import Undone
from bot.progress.database import upsert
from bot.progress.tables import files, versions

KEPT = 20  #: versions of one file


def write(db: sa.Connection, learner: str, project: Mapping[str, bytes | None]) -> None:
    """Write files (None deletes one); of each that really changes, the version before is kept."""
    for path, content in project.items():
        before = _content(db, learner, path)
        if before == content:
            continue
        db.execute(versions.insert().values(learner=learner, path=path, content=before))
        _forget_old(db, learner, path)
        _put(db, learner, path, content)


def start_over(db: sa.Connection, learner: str, project: Mapping[str, bytes]) -> None:
    """Make these the learner's files, with nothing to go back to."""
    db.execute(versions.delete().where(versions.c.learner == learner))
    db.execute(files.delete().where(files.c.learner == learner))
    for path, content in project.items():
        _put(db, learner, path, content)


def undo(db: sa.Connection, learner: str, path: str) -> Undone | None:
    """Put a file ('': the one written last) back to its version before, which is then used up."""
    mine = versions.c.learner == learner
    which = mine if not path else mine & (versions.c.path == path)
    newest = db.execute(sa.select(versions).where(which).order_by(versions.c.id.desc()).limit(1)).one_or_none()
    if newest is None:
        return None
    db.execute(versions.delete().where(versions.c.id == newest.id))
    was = _content(db, learner, newest.path)
    now = None if newest.content is None else bytes(newest.content)
    _put(db, learner, newest.path, now)
    return Undone(newest.path, was, now)


def _content(db: sa.Connection, learner: str, path: str) -> bytes | None:
    where = (files.c.learner == learner) & (files.c.path == path)
    found = db.execute(sa.select(files.c.content).where(where)).scalar_one_or_none()
    return None if found is None else bytes(found)


def _put(db: sa.Connection, learner: str, path: str, content: bytes | None) -> None:
    if content is None:
        db.execute(files.delete().where(files.c.learner == learner, files.c.path == path))
    else:
        db.execute(upsert(db, files, learner=learner, path=path, content=content))


def _forget_old(db: sa.Connection, learner: str, path: str) -> None:
    which = (versions.c.learner == learner) & (versions.c.path == path)
    kept = sa.select(versions.c.id).where(which).order_by(versions.c.id.desc()).limit(KEPT)
    db.execute(versions.delete().where(which, versions.c.id.not_in(kept)))
