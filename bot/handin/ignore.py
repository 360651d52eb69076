"""`.dockerignore`: what of a project stays out of a build. Pure, and no pattern takes long.

Source: moby `dockerignore.ReadAll` and `patternmatcher`; Go's `path/filepath.Match` for one name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.handin.plan import Refusal

NAME = ".dockerignore"
LONGEST_PATTERN = 200  #: a path of a project is no longer
#: parts of all patterns together; with as many files as a project may have, this bounds the work
MOST_PARTS = 200
MOST_LETTERS = 4_000


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: `keeps` for those with a `!`; a part is one name's pattern, None for `**`."""

    keeps: bool
    parts: tuple[re.Pattern[str] | None, ...]


def read_patterns(content: bytes) -> tuple[Pattern, ...] | Refusal:
    """Return the patterns in their order, or the lesson about too many."""
    found: list[Pattern] = []
    left, letters = MOST_PARTS, MOST_LETTERS
    for line in content.decode("utf-8", "replace").lstrip("\ufeff").splitlines():
        line = line.strip()
        if line.startswith("#"):
            continue
        if len(line) > LONGEST_PATTERN:
            say = f"`{line[:40]}…` in `{NAME}` is longer than {LONGEST_PATTERN} letters, and no path here is."
            return Refusal("IGNORE_FILE", say, line[:200], f"edit {NAME}", exit_code=1)
        segments = [part for part in line.removeprefix("!").strip().split("/") if part not in {"", "."}]
        parts = [part for at, part in enumerate(segments) if part != "**" or segments[at - 1 : at] != ["**"]]
        left, letters = left - len(parts), letters - len(line)
        if min(left, letters) < 0:
            say = f"`{NAME}` holds more than {MOST_PARTS} names or {MOST_LETTERS:,} letters. A few lines do here."
            return Refusal("IGNORE_FILE", say, line[:200], f"edit {NAME}", exit_code=1)
        if parts:
            found.append(
                Pattern(line.startswith("!"), tuple(None if part == "**" else compiled(part) for part in parts))
            )
    return tuple(found)


def ignored(path: str, patterns: Sequence[Pattern]) -> bool:
    """Tell whether the last pattern that fits the path, or a folder above it, leaves it out."""
    names = path.split("/")
    out = False
    for pattern in patterns:
        if _fits(names, pattern.parts):
            out = not pattern.keeps
    return out


def _fits(names: Sequence[str], parts: Sequence[re.Pattern[str] | None]) -> bool:
    """Tell whether the parts use up the first names, at least one; one pass a part, so nothing is tried twice."""
    reached = {0}
    for part in parts:
        if part is None:
            reached = set(range(min(reached), len(names) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(names) and part.fullmatch(names[at])}
        if not reached:
            return False
    return max(reached) > 0


def compiled(glob: str) -> re.Pattern[str]:
    """Return the pattern of one name, with `*`, `?`, `[…]`; what a star has found is never given back."""
    pieces = [""]
    at = 0
    while at < len(glob):
        end = glob.find("]", at + 2) if glob[at] == "[" else -1
        if glob[at] == "*":
            pieces.append("")
            at += 1
        elif end > 0:
            pieces[-1] += _class(glob[at + 1 : end])
            at = end + 1
        elif glob[at] == "?":
            pieces[-1] += "."
            at += 1
        else:
            at += glob[at] == "\\" and at + 1 < len(glob)
            pieces[-1] += re.escape(glob[at])
            at += 1
    first, *others = pieces
    if not others:
        return re.compile(first, re.DOTALL)
    # the first place where a piece fits is as good as any later one: only the last must reach to the end
    between = "".join(f"(?>.*?{piece})" for piece in others[:-1] if piece)
    return re.compile(f"{first}{between}.*{others[-1]}", re.DOTALL)


def _class(inner: str) -> str:
    """Return the pattern of `[…]`: one of these letters, or none of them after `^` or `!`."""
    negated = inner[0] in "^!"
    inner = inner[negated:]
    found, at = "", 0
    while at < len(inner):
        last = inner[at + 2] if inner[at + 1 : at + 2] == "-" and at + 2 < len(inner) else inner[at]
        found += f"{re.escape(inner[at])}-{re.escape(last)}" if inner[at] <= last else ""
        at += 3 if inner[at + 1 : at + 2] == "-" and at + 2 < len(inner) else 1
    if not found:
        return "." if negated else "(?!)"
    return f"[{'^' * negated}{found}]"
