"""The truth about a host: every limit at every place, and whether a profile is content with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.gate.judging import Bounds, Finding, Place, Seen, Verdict, unknown
from bot.sandbox.gate.limits import LIMITS, Limit
from bot.sandbox.gate.posture import FACTS, Posture

#: `try`: one person on their own machine. `class`: many people who do not know each other's work.
Profile = Literal["try", "class"]
CONTENT = (Verdict.HELD, Verdict.STAND_IN)


@dataclass(frozen=True, slots=True)
class Row:
    """One limit at one place."""

    limit: str
    place: Place
    attack: str  #: '' where the engine was asked instead
    expected: str
    finding: Finding
    mend: str
    essential: bool

    @property
    def content(self) -> bool:
        """Tell whether it holds, be it by a stand-in."""
        return self.finding.verdict in CONTENT

    def needed(self, profile: Profile) -> bool:
        """Tell whether the profile wants it."""
        return self.essential or profile == "class"

    @property
    def name(self) -> str:
        """Return what to call it in a sentence: `disk (build)`."""
        return f"{self.limit} ({self.place.value})"


@dataclass(frozen=True, slots=True)
class Truth:
    """All rows about one host."""

    rows: tuple[Row, ...]

    def failed(self, profile: Profile) -> tuple[Row, ...]:
        """Return what the profile wants and the host does not hold."""
        return tuple(row for row in self.rows if row.needed(profile) and not row.content)

    def missing(self) -> tuple[Row, ...]:
        """Return what does not hold, wanted or not."""
        return tuple(row for row in self.rows if not row.content)


def judge(limit: Limit, place: Place, seen: Seen, bounds: Bounds) -> Row:
    """Return whether one limit holds at one place, by what was seen there."""
    finding = limit.rules[place](seen, bounds)
    return Row(limit.name, place, limit.attack, limit.expected, finding, limit.mend, limit.essential)


def truth_of(attacked: Mapping[Place, tuple[Seen, Bounds]], posture: Posture | None) -> Truth:
    """Return the table. A place that was not attacked, or an engine that said nothing, is "could not tell"."""
    rows = []
    for limit in LIMITS:
        for place in limit.rules:
            if place in attacked:
                rows.append(judge(limit, place, *attacked[place]))
            else:
                finding = unknown("not attacked")
                rows.append(Row(limit.name, place, limit.attack, limit.expected, finding, limit.mend, limit.essential))
    for fact in FACTS:
        finding = fact.judge(posture) if posture else unknown("the engine was not asked")
        rows.append(Row(fact.name, Place.HOST, "", fact.expected, finding, fact.mend, fact.essential))
    return Truth(tuple(rows))
