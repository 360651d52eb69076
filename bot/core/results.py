"""What a condition can come to (`Result`) and what a check comes to (`Verdict`): a contract, as values.

Only a pass moves a learner on; what we could not tell (`Fault`, `TimedOut`) never costs a try.
Import these from `bot.core.verdict`, which also judges.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Passed:
    """The condition holds. `proof` is one short line of what was seen (`GET /items answered 200`)."""

    proof: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """The condition does not hold; `code` names why, in the vocabulary of the probe."""

    code: str
    expected: str
    observed: str
    detail: str = ""  #: longer evidence (log tail) for the fold of the card


@dataclass(frozen=True, slots=True)
class Blocked:
    """Not looked at, because the condition it needs did not pass."""

    by: str  #: condition id


@dataclass(frozen=True, slots=True)
class NotYet:
    """Still starting; the prober asks again quietly until its time is up."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class TimedOut:
    """The probe itself ran out of time; not the learner's failure."""

    probe: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Our side failed; said so, costs nothing."""

    reason: str


Result = Passed | Failed | Blocked | NotYet | TimedOut | Fault


@dataclass(frozen=True, slots=True)
class Verdict:
    """The results of one check, in the order of the step's conditions."""

    results: tuple[tuple[str, Result], ...]  #: (condition id, result)
    took_s: float = 0.0

    @property
    def passed(self) -> bool:
        """Tell whether every condition passed."""
        return bool(self.results) and all(isinstance(r, Passed) for _, r in self.results)

    @property
    def ours(self) -> bool:
        """Tell whether we could not tell: a fault or a timeout, and nothing that the learner did wrong."""
        return not self.passed and not any(isinstance(r, Failed) for _, r in self.results)

    @property
    def first_failure(self) -> tuple[str, Failed] | None:
        """Return the condition id and failure that the learner should look at first."""
        return next(((c, r) for c, r in self.results if isinstance(r, Failed)), None)
