"""Judge a project file: its name, that something is in it, and what a Dockerfile says."""

from __future__ import annotations

from fnmatch import fnmatchcase

from bot.core.judging.reading import read
from bot.core.probe import FileSeen, FileSpec
from bot.core.results import Failed, Passed, Result

PRESENT = frozenset({"MISSING_FILE", "WRONG_NAME", "EMPTY_FILE"})
CODES = PRESENT | {"PARSE_ERROR", "NO_FROM", "WRONG_BASE"}


def codes_for(spec: FileSpec) -> frozenset[str]:
    """Return the codes that this spec can fail with."""
    parsed = {"PARSE_ERROR", "NO_FROM"} if spec.parse or spec.base else set()
    return PRESENT | parsed | ({"WRONG_BASE"} if spec.base else set())


def judge(spec: FileSpec, seen: FileSeen) -> Result:
    """Return whether the file is there, filled, and reads as asked."""
    if not seen.exists:
        if seen.near:
            return Failed("WRONG_NAME", expected=spec.path, observed=seen.near[0])
        return Failed("MISSING_FILE", expected=spec.path, observed="no such file")
    if not seen.text.strip():
        return Failed("EMPTY_FILE", expected="something in it", observed=f"{seen.size} bytes")
    if spec.parse is None and spec.base is None:
        return Passed(f"{spec.path}, {seen.size} bytes")
    return _dockerfile(spec, seen)


def _dockerfile(spec: FileSpec, seen: FileSeen) -> Result:
    recipe = read(seen.text)
    if recipe.problem:
        return Failed("PARSE_ERROR", expected=recipe.wanted, observed=recipe.problem)
    if not recipe.instructions:
        return Failed("EMPTY_FILE", expected="something in it", observed="only comments")
    if not recipe.base:
        return Failed("NO_FROM", expected="FROM first", observed=f"{recipe.first} first")
    if spec.base and not fnmatchcase(_short(recipe.base), spec.base):
        return Failed("WRONG_BASE", expected=spec.base, observed=recipe.base)
    return Passed(f"FROM {recipe.base}, {recipe.instructions} instructions")


def _short(image: str) -> str:
    return image.removeprefix("docker.io/").removeprefix("library/")
