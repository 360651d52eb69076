"""What comes back into a project from containers that have it mounted. Pure.

Both sides may write. What a container changed comes back, within the limits of any handed-in file. Where the learner
changed the same file since both sides agreed last, the learner's own edit stands, and the container is given it.
When it is not known what both sides agreed on (we were started anew), what is kept stands, and only new files come
back; nothing is taken away.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from bot.handin.plan import Refusal
from bot.handin.project import judge_file


@dataclass(frozen=True, slots=True)
class Aside:
    """Something that stays with the containers: a file, or a whole folder.

    `why`: large | link | other | name | many | filled | unread, as the look said; or `refused`, with a sentence.
    """

    path: str
    why: str
    size: int = 0  #: bytes of a file, new files of a folder with too many of them
    say: str = ""

    @property
    def folder(self) -> bool:
        """Tell whether all of a folder stays there."""
        return self.why in {"filled", "many"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look at a mounted folder found to differ from what was known of it."""

    changed: Mapping[str, bytes]
    gone: tuple[str, ...] = ()
    aside: tuple[Aside, ...] = ()


@dataclass(frozen=True, slots=True)
class Returned:
    """What is to be kept (None: gone), and what cannot be, with the digest of what it was."""

    changes: Mapping[str, bytes | None]
    refused: Mapping[str, tuple[str, Aside]]


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file as hex."""
    return hashlib.sha256(content).hexdigest()


def returned(seen: Seen, agreed: Mapping[str, str] | None, files: Mapping[str, bytes]) -> Returned:
    """Return what of a look comes back into the project, which holds `files`.

    `agreed` is path → digest of what both sides held when they agreed last, None when that is not known.
    """
    project = dict(files)
    changes: dict[str, bytes | None] = {}
    refused: dict[str, tuple[str, Aside]] = {}
    for path in seen.gone:
        if agreed is not None and path in files and digest(files[path]) == agreed.get(path):
            changes[path] = None
            del project[path]
    for path in sorted(seen.changed):
        content = seen.changed[path]
        kept = digest(files[path]) if path in files else None
        if kept == digest(content) or kept != (agreed.get(path) if agreed is not None else None):
            continue  # the same already, or changed by the learner too: theirs stands
        judged = judge_file(path, content, project)
        if judged == path:
            changes[path] = project[path] = content
        else:
            say = judged.say if isinstance(judged, Refusal) else f"`{path}` is not a name I can keep."
            refused[path] = digest(content), Aside(path, "refused", len(content), say)
    return Returned(changes, refused)
