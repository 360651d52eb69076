"""What a real host saw of a workshop's answers, kept beside its lessons: `docent rehearse --wrong --record FILE`.

One entry for each answer that was played (a step's solution, or one of its wrong answers), with the evidence of each
condition that was looked at. Evidence says what was there, never what it is worth: that is judged anew each time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.core.evidence import Evidence
from bot.core.specs import ProbeSpec
from bot.core.workshop import Condition, Step, StepRef
from bot.errors import AuthorError

FILE = "evidence.json"  #: in the workshop's folder
KINDS = {kind.__name__: TypeAdapter[Evidence](kind) for kind in get_args(Evidence)}


class Entry(BaseModel):
    """One piece of evidence in the file."""

    kind: str
    seen: dict[str, object]


ENTRIES = TypeAdapter(dict[str, dict[str, Entry]])


@dataclass(frozen=True, slots=True)
class Work:
    """What a learner has done for a step: solved it, or given one of its wrong answers."""

    ref: StepRef
    wrong: str = ""  #: id of the wrong answer, '' for the solution

    def __str__(self) -> str:
        return f"{self.ref}:{self.wrong}"


@dataclass(slots=True)
class Tape:
    """Evidence by work and condition."""

    entries: dict[str, dict[str, Evidence]] = field(default_factory=dict)

    def has(self, work: Work) -> bool:
        """Tell whether this was ever seen by a host."""
        return str(work) in self.entries

    def seen(self, work: Work, condition: str) -> Evidence | None:
        """Return what was seen of a condition, None when it was not looked at."""
        return self.entries.get(str(work), {}).get(condition)


def looked_at(step: Step, spec: ProbeSpec) -> Condition | None:
    """Return the condition of a step that this look is for; how long it may wait does not matter."""
    return next((each for each in step.conditions if _same(each.with_, spec)), None)


def _same(one: ProbeSpec, other: ProbeSpec) -> bool:
    waits = {"wait_s"}
    return type(one) is type(other) and one.model_dump(exclude=waits) == other.model_dump(exclude=waits)


def read_tape(path: Path) -> Tape:
    """Return what was kept. Raises: `AuthorError` when there is nothing, or it cannot be read."""
    try:
        said = ENTRIES.validate_json(path.read_bytes())
        return Tape({work: {name: _read(each) for name, each in seen.items()} for work, seen in said.items()})
    except FileNotFoundError as error:
        raise AuthorError(f"{path} is missing. `docent rehearse --wrong --record {path}` makes it.") from error
    except (ValueError, KeyError, ValidationError) as error:
        again = f"`docent rehearse --wrong --record {path}` makes it anew"
        raise AuthorError(f"{path} is no record of what a host saw ({error}); {again}.") from error


def write_tape(path: Path, tape: Tape) -> None:
    """Keep it, in place of what was there about the same work."""
    before = json.loads(path.read_text()) if path.exists() else {}
    said = {work: {name: _written(each) for name, each in seen.items()} for work, seen in tape.entries.items()}
    path.write_text(json.dumps(before | said, indent=1, sort_keys=True, ensure_ascii=False) + "\n")


def _read(entry: Entry) -> Evidence:
    return KINDS[entry.kind].validate_python(entry.seen)


def _written(evidence: Evidence) -> dict[str, object]:
    kind = type(evidence).__name__
    return {"kind": kind, "seen": KINDS[kind].dump_python(evidence, mode="json")}
