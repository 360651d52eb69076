"""Judge a project file: its name, that something is in it, and what a Dockerfile says."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from bot.core.evidence import FileSeen
from bot.core.judging.images import close_line
from bot.core.results import Failed, Passed, Result
from bot.core.specs import FileSpec
from bot.handin.dockerfile import Dockerfile, DockerfileProblem, parse_dockerfile

PRESENT = frozenset({"MISSING_FILE", "WRONG_NAME", "EMPTY_FILE"})
CODES = PRESENT | {"STILL_THERE", "PARSE_ERROR", "NO_FROM", "WRONG_BASE", "OLD_TEXT", "TEXT_MISSING"}


def codes_for(spec: FileSpec) -> frozenset[str]:
    """Return the codes that this spec can fail with."""
    if spec.gone:
        return frozenset({"STILL_THERE"})
    parsed = {"PARSE_ERROR", "NO_FROM"} if spec.parse or spec.base else set()
    texts = ({"OLD_TEXT"} if spec.lacks else set()) | ({"TEXT_MISSING"} if spec.contains else set())
    present = PRESENT - {"EMPTY_FILE"} if spec.empty else PRESENT
    return present | parsed | ({"WRONG_BASE"} if spec.base else set()) | texts


def judge(spec: FileSpec, seen: FileSeen) -> Result:
    """Return whether the file is there, filled, and reads as asked; or that it is gone, where that is asked."""
    if spec.gone:
        gone = Passed(f"{spec.path} is gone")
        return Failed("STILL_THERE", f"no {spec.path}", f"a file called {spec.path}") if seen.exists else gone
    if not seen.exists:
        if seen.near:
            return Failed("WRONG_NAME", expected=spec.path, observed=seen.near[0])
        return Failed("MISSING_FILE", expected=spec.path, observed="no such file")
    if not (seen.text.strip() or spec.empty):
        return Failed("EMPTY_FILE", expected="instructions" if spec.parse or spec.base else "text", observed="nothing")
    texts = _texts(spec, seen.text)
    if texts or (spec.parse is None and spec.base is None):
        return texts or Passed(f"{spec.path}, {seen.size} bytes")
    read = parse_dockerfile(seen.text)
    return _unread(read) if isinstance(read, DockerfileProblem) else _based(spec, read)


def _texts(spec: FileSpec, text: str) -> Failed | None:
    """Return which text is still there or not there yet; for the latter with the line that comes closest."""
    if spec.lacks and spec.lacks in text:
        return Failed("OLD_TEXT", expected=spec.contains or f"no {spec.lacks}", observed=spec.lacks)
    if spec.contains and spec.contains not in text:
        return Failed("TEXT_MISSING", expected=spec.contains, observed=close_line(spec.contains, text))
    return None


def _unread(problem: DockerfileProblem) -> Failed:
    if problem.code == "EMPTY":
        return Failed("EMPTY_FILE", expected="instructions", observed="only comments")
    code = "NO_FROM" if problem.code == "NO_FROM" else "PARSE_ERROR"
    expected = "FROM as the first instruction" if code == "NO_FROM" else "lines that it can read"
    return Failed(code, expected, problem.say.replace("`", "'"), detail=problem.words)


def _based(spec: FileSpec, read: Dockerfile) -> Result:
    base = _base(read)
    if spec.base and not fnmatchcase(base, spec.base):
        return Failed("WRONG_BASE", expected=spec.base, observed=base)
    return Passed(f"FROM {base}, {len(read.instructions)} instructions")


def _base(read: Dockerfile) -> str:
    """Return the image of the first FROM: ARGs before it filled in, without Docker Hub's own prefixes."""
    base = read.stages[0].base
    for made in read.instructions:
        if made.keyword != "ARG":
            break
        for word in made.words:
            key, _, value = word.partition("=")
            base = base.replace(f"${{{key}}}", value.strip("\"'")).replace(f"${key}", value.strip("\"'"))
    return base.removeprefix("docker.io/").removeprefix("library/")


def looks_like_dockerfile(text: str) -> bool:
    """Tell whether a plain message is a pasted Dockerfile: several lines, all instructions, FROM among them."""
    read = parse_dockerfile(text)
    return isinstance(read, Dockerfile) and len(read.instructions) >= 2


def name_warning(path: str) -> str:
    """Return one kind sentence about a file that was probably meant to be the Dockerfile, '' for any other."""
    name = path.rpartition("/")[2]
    if name == "Dockerfile" or not re.fullmatch(r"dockerfile(\.(txt|md|docx?|rtf))?", name, re.IGNORECASE):
        return ""
    return f"Docker looks for `Dockerfile`, with a capital D and no ending. This file is called `{name}`."
