"""The recorded list of commands, and the project that they are about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
LIST = HERE / "session.txt"
PROJECT = HERE / "project"
WAIT = re.compile(r"until (?P<pattern>.+?): (?P<line>docker .+)")


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the list; with `until` it is repeated until it prints that, and is not compared."""

    line: str
    chapter: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one side said."""

    text: str
    exit_code: int
    took_s: float = 0.0


def read_session(text: str) -> list[Step]:
    """Return the steps of a list; a comment right after an empty line begins a chapter."""
    steps: list[Step] = []
    chapter, fresh = "", True
    for line in text.splitlines():
        if line.startswith("#"):
            chapter = line.removeprefix("#").strip() if fresh else chapter
        elif found := WAIT.fullmatch(line):
            steps.append(Step(found["line"], chapter, found["pattern"]))
        elif line.strip():
            steps.append(Step(line.strip(), chapter))
        fresh = not line.strip()
    return steps


def project_files() -> dict[str, bytes]:
    """Return the project's files by their paths."""
    return {str(path.relative_to(PROJECT)): path.read_bytes() for path in PROJECT.rglob("*") if path.is_file()}
