"""Problems are counted, not repeated."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.localslack.changes import Journal, ProblemFound
from bot.localslack.problems import KEPT, Problems


def now() -> datetime:
    return datetime(2026, 1, 31, tzinfo=UTC)


def test_the_same_problem_is_one_line_with_a_count() -> None:
    journal = Journal(now)
    problems = Problems(journal, now)
    for _ in range(25):
        problems.found("rate", "Too many.", "chat.update")
    problems.found("rate", "Too many.", "chat.delete")
    assert [(p.method, p.count) for p in problems.all()] == [("chat.update", 25), ("chat.delete", 1)]
    told = [c.news.problem.count for c in journal.after(0) or [] if isinstance(c.news, ProblemFound)]
    assert told == [1, 10, 1]


def test_a_flood_of_different_problems_does_not_grow_without_end() -> None:
    problems = Problems(Journal(now), now)
    for n in range(KEPT + 10):
        problems.found("x", str(n))
    assert len(problems.all()) == KEPT
    assert problems.all()[-1].message == str(KEPT + 9)
