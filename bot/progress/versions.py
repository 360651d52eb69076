"""A project's files and what they were before, each function inside the caller's transaction.

What was written together is one change: `undo` takes all of it back, unless it is asked about one file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from bot.ports import Undone
from bot.progress.database import upsert
from bot.progress.tables import files, versions

KEPT = 20  #: versions of one file
#: bytes of versions a learner has at most, whatever their number: three whole projects and a little
KEPT_BYTES = 16 * 1024 * 1024


def write(db: sa.Connection, learner: str, project: Mapping[str, bytes | None]) -> None:
    """Write files (None deletes one); of each that really changes, the version before is kept."""
    change = _next_change(db, learner)
    for path, content in project.items():
        before = _content(db, learner, path)
        if before == content:
            continue
        db.execute(versions.insert().values(learner=learner, path=path, content=before, change=change))
        _forget_old(db, learner, path)
        _put(db, learner, path, content)
    _forget_much(db, learner)


def start_over(db: sa.Connection, learner: str, project: Mapping[str, bytes]) -> None:
    """Make these the learner's files, with nothing to go back to."""
    db.execute(versions.delete().where(versions.c.learner == learner))
    db.execute(files.delete().where(files.c.learner == learner))
    for path, content in project.items():
        _put(db, learner, path, content)


def undo(db: sa.Connection, learner: str, path: str) -> tuple[Undone, ...]:
    """Put a file ('': all that the last change wrote) back to its version before, which is then used up."""
    mine = versions.c.learner == learner
    which = mine if not path else mine & (versions.c.path == path)
    newest = db.execute(sa.select(versions).where(which).order_by(versions.c.id.desc()).limit(1)).one_or_none()
    if newest is None:
        return ()
    together = which & (versions.c.id == newest.id if path else versions.c.change == newest.change)
    rows = db.execute(sa.select(versions).where(together).order_by(versions.c.path)).all()
    db.execute(versions.delete().where(together))
    return tuple(_put_back(db, row) for row in rows)


def _put_back(db: sa.Connection, row: sa.Row[Any]) -> Undone:
    was = _content(db, row.learner, row.path)
    now = None if row.content is None else bytes(row.content)
    _put(db, row.learner, row.path, now)
    return Undone(row.path, was, now)


def _next_change(db: sa.Connection, learner: str) -> int:
    newest = db.execute(sa.select(sa.func.max(versions.c.change)).where(versions.c.learner == learner)).scalar()
    return (newest or 0) + 1


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


def _forget_much(db: sa.Connection, learner: str) -> None:
    """Forget the oldest changes beyond the room for versions; the newest change always stays."""
    mine = versions.c.learner == learner
    size = sa.func.sum(sa.func.coalesce(sa.func.length(versions.c.content), 0))
    sizes = (
        sa.select(versions.c.change, size).where(mine).group_by(versions.c.change).order_by(versions.c.change.desc())
    )
    total = 0
    for number, (change, bytes_) in enumerate(db.execute(sizes).all()):
        total += bytes_
        if number and total > KEPT_BYTES:
            db.execute(versions.delete().where(mine, versions.c.change <= change))
            return
