"""What is known of a project's mounted folders: what both sides hold, and what only one of them does. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.handin.returning import Aside, Returned, Seen, digest


@dataclass(slots=True)
class Folder:
    """What is known of one folder's volume; digests are SHA-256."""

    source: str  #: the folder, `.` for all of the project
    agreed: dict[str, str] | None = None  #: path → digest of what both sides held last; None: not known
    holds: dict[str, str] = field(default_factory=dict)  #: path → digest of what is in the volume, as far as we know
    refused: dict[str, tuple[str, Aside]] = field(default_factory=dict)  #: what is in it and cannot be kept
    aside: tuple[Aside, ...] = ()  #: what the last look left there


@dataclass(slots=True)
class Mounted:
    """What is known of a learner's mounted folders: volume → folder; `restless` when a container may have written."""

    folders: dict[str, Folder] = field(default_factory=dict)
    restless: bool = True


def below(source: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files of a folder, by their paths inside it."""
    if source == ".":
        return dict(files)
    return {path[len(source) + 1 :]: content for path, content in files.items() if path.startswith(f"{source}/")}


def known_of(folder: Folder, files: Mapping[str, bytes]) -> dict[str, str]:
    """Return what need not be shown when it is still so: path in the folder → digest."""
    agreed = folder.agreed
    if agreed is None:
        agreed = {path: digest(content) for path, content in below(folder.source, files).items()}
    return agreed | {path: held for path, (held, _) in folder.refused.items()}


def learn(folder: Folder, known: Mapping[str, str], seen: Seen, back: Returned, files: Mapping[str, bytes]) -> None:
    """Remember what a look found in a volume, and what of it the project's folder (`files`) holds too.

    Both hold it, so it is agreed on: when one side takes it away, the other follows.
    """
    found = {path: digest(content) for path, content in seen.changed.items()}
    there = {**known, **found}
    folder.holds = {path: held for path, held in there.items() if path not in seen.gone}
    still = {p: was for p, was in folder.refused.items() if p not in seen.gone and p not in seen.changed}
    folder.refused = still | dict(back.refused)
    folder.aside = seen.aside
    kept = {path: digest(content) for path, content in files.items()}
    before = kept if folder.agreed is None else folder.agreed
    differs = {path for path, held in found.items() if kept.get(path) != held and folder.agreed is None}
    gone = {path for path in seen.gone if path not in kept or folder.agreed is None}
    same = {path: held for path, held in found.items() if kept.get(path) == held}
    folder.agreed = {path: held for path, held in before.items() if path not in differs | gone} | same
