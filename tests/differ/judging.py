"""Both sides' answers and the meant differences → a verdict for each line. Pure but for reading the file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import yaml

from tests.differ.masking import normal
from tests.differ.session import Answer, Step

MEANT = Path(__file__).with_name("meant.yaml")


class Like(Enum):
    """How alike two answers are."""

    SAME = "same"  #: but for what is masked
    MEANT = "meant"  #: each difference has its reason
    DIFFERENT = "different"  #: a learner would see something else


@dataclass(frozen=True, slots=True)
class Meant:
    """One kind of difference that is meant: in these lines, this of the real answer reads so in ours.

    Without `real` any words will do. `exit` is `real → ours`. With `engine` it is about engines of this version only.
    """

    lines: str
    why: str
    real: str | None = None
    ours: str = ""
    exit: tuple[int, int] | None = None
    engine: str = ""

    def __post_init__(self) -> None:
        """Refuse a row without a reason."""
        if len(self.why.split()) < 4:
            raise ValueError(f"A meant difference needs its reason: {self.lines!r}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    line: str
    chapter: str
    like: Like
    real_exit: int
    our_exit: int
    why: tuple[str, ...] = ()
    real: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()
    real_s: float = 0.0
    our_s: float = 0.0


@dataclass(slots=True)
class Judge:
    """Compares answers, and remembers which meant differences were met."""

    meant: Sequence[Meant]
    met: set[Meant] = field(default_factory=set)

    def row(self, step: Step, real: tuple[list[str], int], answer: Answer) -> Row:
        """Return the verdict on one line; the real answer comes in its normal form."""
        said, code = real
        mine = normal(step.line, answer.text)
        why: list[str] = []
        text, wanted, free = "\n".join(said), code, False
        for rule in self.meant:
            if (text, wanted) == ("\n".join(mine), answer.exit_code) or free or not re.fullmatch(rule.lines, step.line):
                continue
            changed = text if rule.real is None else re.sub(rule.real, rule.ours, text, flags=re.MULTILINE)
            ends = rule.exit[1] if rule.exit and rule.exit[0] == wanted else wanted
            free = rule.real is None and ends == answer.exit_code
            if free or (changed, ends) != (text, wanted):
                text, wanted = changed, ends
                why.append(rule.why)
                self.met.add(rule)
        same = wanted == answer.exit_code and (free or _tidy(text) == _tidy("\n".join(mine)))
        like = (Like.MEANT if why else Like.SAME) if same else Like.DIFFERENT
        return Row(
            step.line, step.chapter, like, code, answer.exit_code, tuple(why), tuple(said), tuple(mine),
            our_s=round(answer.took_s, 3),
        )  # fmt: skip

    @property
    def unused(self) -> list[str]:
        """Return the meant differences that nobody met: they are no more, and their rows must go."""
        return [f"{rule.lines}: {rule.why}" for rule in self.meant if rule not in self.met]


def both(row: Row) -> str:
    """Return a row with both answers, line by line; `-` stands before the real one's, `+` before ours."""
    real, ours = ("\n".join(f"  {sign} {line}" for line in lines) for sign, lines in (("-", row.real), ("+", row.ours)))
    return f"$ {row.line}   [{row.real_exit} → {row.our_exit}]\n{real}\n{ours}\n"


def _tidy(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


def read_meant(path: Path = MEANT, engine: str = "") -> list[Meant]:
    """Return the meant differences of a file that are about an engine of this version."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    found = []
    for row in rows:
        before, _, after = str(row.pop("exit", "")).partition("→")
        found.append(Meant(**row, exit=(int(before), int(after)) if after else None))
    return [each for each in found if engine.startswith(each.engine)]
