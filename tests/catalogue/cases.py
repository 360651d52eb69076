"""The catalogue of hostile inputs and of faults: what each case tries, and what must come of it.

One file a letter beside this module (a letter's cases may be spread over several: `F.yaml`, `F-slack.yaml`). A case is
covered by every test that carries its id: `test_d07_…`, or a parameter `D07 …`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

HERE = Path(__file__).parent
LETTERS = {
    "D": "Dockerfiles",
    "B": "builds at run time",
    "C": "Compose files",
    "R": "docker commands",
    "A": "uploads",
    "N": "running containers and networks",
    "V": "verification and cheating",
    "L": "texts on their way to Slack",
    "S": "Slack's side",
    "H": "the host's posture",
    "F": "faults",
}
_NUMBERS = {
    "D": "1 2 4-7 9-12 14-17 19-22 24-27 29-32 34-37 39-42 44-47 49-52 54",
    "B": "1 2 4-7 9-12 14-17 19-22 24",
    "C": "1 2 4-7 9-12 14-17 19-22 24-27 29-32 34-37 39-42 44-47 49-52 54-57 59-62 64 65",
    "R": "1 2 4-7 9-12 14-17 19-22 24-27 29 30",
    "A": "1 2 4-7 9-12 14-17",
    "N": "1 2 4-7 9-12 14 15",
    "V": "1 2 4-7 9-12 14-17",
    "L": "1 2 4-7 9-12 14",
    "S": "1 2 4-7 9-12 14-17 19 20",
    "H": "1 2 4-7",
    "F": "1-36",
}


def _spelled_out(letter: str, numbers: str) -> list[str]:
    found: list[str] = []
    for part in numbers.split():
        first, _, last = part.partition("-")
        found += [f"{letter}{n:02}" for n in range(int(first), int(last or first) + 1)]
    return found


#: Every id that there is, in the order of the table. Some numbers were never given.
IDS = tuple(name for letter, numbers in _NUMBERS.items() for name in _spelled_out(letter, numbers))
_ID = re.compile(rf"(?<![a-z0-9])([{''.join(LETTERS)}][0-9]{{2}})(?![a-z0-9])", re.IGNORECASE)


class Case(BaseModel):
    """One case: held by tests, or `not` ours for the reason given."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tries: str = Field(min_length=3, max_length=200)
    level: Literal["pure", "fake", "engine", "chaos"] = "pure"
    expect: str = Field("", max_length=200)
    not_here: str = Field("", alias="not", max_length=400)

    @model_validator(mode="after")
    def _says_one_thing(self) -> Case:
        if bool(self.expect) == bool(self.not_here):
            raise ValueError("say either what to `expect`, or why it is `not` a case here")
        return self


def catalogue(folder: Path = HERE) -> Mapping[str, Case]:
    """Return id → case, in the order of `IDS`. Raises: `ValueError` for ids that are unknown or there twice."""
    found: dict[str, Case] = {}
    for path in sorted(folder.glob("*.yaml")):
        for name, raw in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if name in found or name not in IDS:
                raise ValueError(f"{path.name}: {name} is {'there twice' if name in found else 'no id of a case'}")
            found[name] = Case.model_validate(raw)
    return {name: found[name] for name in IDS if name in found}


def ids_in(test: str) -> tuple[str, ...]:
    """Return the ids that a test carries in its name, without those that its file or folder might seem to have."""
    name = test.partition("::")[2]
    # a word of test_d07_d09_… may begin where the one before ends
    return tuple(dict.fromkeys(each.upper() for each in _ID.findall(name.replace("_", "  "))))
