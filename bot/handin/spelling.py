"""How far two words are apart, and which known word was probably meant."""

from __future__ import annotations

from collections.abc import Iterable

#: longer words are never a slip of the keyboard, and comparing them would cost
_LONGEST = 40


def distance(left: str, right: str) -> int:
    """Return how many letters were left out, added, changed or swapped with their neighbour."""
    if left == right:
        return 0
    if max(len(left), len(right)) > _LONGEST:
        return _LONGEST
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]


def nearest(word: str, known: Iterable[str], *, within: int = 2) -> str:
    """Return the known word closest to this one, '' when none is near; short words must be nearer."""
    word = word.lower()
    limit = min(within, max(1, len(word) // 2))
    best, best_rank = "", (limit + 1, 0)
    for candidate in known:
        rank = (distance(word, candidate.lower()), abs(len(word) - len(candidate)))
        if rank < best_rank:
            best, best_rank = candidate, rank
    return best
