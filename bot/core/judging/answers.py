"""Judge an answer to a quiz question."""

from __future__ import annotations

from bot.core.evidence import AnswerSeen
from bot.core.results import Failed, Passed, Result

CODES = frozenset({"NOT_ANSWERED", "WRONG_ANSWER"})


def judge(seen: AnswerSeen) -> Result:
    """Return whether the right option was chosen last."""
    if seen.chosen is None:
        return Failed("NOT_ANSWERED", expected=seen.asked, observed="no answer yet")
    if not seen.right:
        return Failed("WRONG_ANSWER", expected="another option", observed=seen.picked)
    return Passed(seen.picked)
