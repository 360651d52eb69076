"""What went wrong, said once and counted, for the page, the terminal and the tests."""

from __future__ import annotations

from dataclasses import replace

from bot.localslack.changes import Journal, ProblemFound
from bot.localslack.values import Clock, Problem

#: More different ones than this are not kept: the list is for people.
KEPT = 500


class Problems:
    """The list."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._found: dict[tuple[str, str | None, str], Problem] = {}

    def found(self, code: str, message: str, method: str | None = None) -> None:
        """Add one, or count it again."""
        key = (code, method, message)
        known = self._found.get(key)
        if known is None and len(self._found) >= KEPT:
            del self._found[next(iter(self._found))]
        now = self._clock()
        problem = replace(known, at=now, count=known.count + 1) if known else Problem(now, code, message, method)
        self._found[key] = problem
        # A burst of one problem is told at its first, tenth, hundredth time, or it would drown everything else.
        if problem.count in (1, 10, 100, 1000, 10_000):
            self._journal.tell(ProblemFound(problem))

    def all(self) -> list[Problem]:
        """Return every problem, first found first."""
        return list(self._found.values())
