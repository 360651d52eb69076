"""A Dockerfile, read as Docker's classic builder reads it, or the first thing that is wrong with it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.handin.dockerfile_text import DockerfileProblem, parse_error, read_text
from bot.handin.instruction import KEYWORDS, Instruction, read_instruction

__all__ = ["KEYWORDS", "Dockerfile", "DockerfileProblem", "Instruction", "Stage", "parse_dockerfile"]

_CURLY = re.compile(r"[“”„‘’‚«»]")
#: a list that is none: single quotes, curly quotes, no quotes, no closing bracket
_LISTS = frozenset({"CMD", "ENTRYPOINT", "RUN"})


@dataclass(frozen=True, slots=True)
class Stage:
    """One `FROM`: `base` as written, `name` in small letters ('' without AS)."""

    base: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """The instructions in order; those before the first `FROM` can only be `ARG`."""

    instructions: tuple[Instruction, ...]
    stages: tuple[Stage, ...]
    escape: str = "\\"
    frontend: str = ""  #: what `# syntax=` asks for
    warnings: tuple[str, ...] = ()  #: whole sentences about what Docker accepts and probably was not meant
    size: int = 0  #: bytes as written


def parse_dockerfile(content: str | bytes) -> Dockerfile | DockerfileProblem:
    """Return the Dockerfile, or the first problem in it; nothing is judged here, only read."""
    text = read_text(content)
    if isinstance(text, DockerfileProblem):
        return text
    if not text.lines:
        return _empty(text.raw)
    instructions: list[Instruction] = []
    stages: list[Stage] = []
    for line in text.lines:
        made = read_instruction(line)
        if isinstance(made, DockerfileProblem):
            return made
        if made.keyword == "FROM":
            stages.append(Stage(made.words[0], made.words[2].lower() if len(made.words) == 3 else "", made.line))
        elif not stages and made.keyword != "ARG":
            say = f"Line {made.line} says `{made.keyword}`, but `FROM` comes first, as in `FROM node:24-alpine`."
            return DockerfileProblem(
                made.line, "NO_FROM", say, parse_error(made.line, "no build stage in current context")
            )
        instructions.append(made)
    if not stages:
        say = "There is no `FROM` in this Dockerfile. It comes first, as in `FROM node:24-alpine`."
        words = "ERROR: failed to build: failed to solve: dockerfile contains no stages to build"
        return DockerfileProblem(0, "NO_FROM", say, words)
    names = [stage.name for stage in stages if stage.name]
    if len(set(names)) < len(names):
        return DockerfileProblem(0, "BAD_STAGE", "Two stages have the same name; give each its own.", "")
    size = len(content) if isinstance(content, bytes) else len(content.encode())
    return Dockerfile(tuple(instructions), tuple(stages), text.escape, text.frontend, _warnings(instructions), size)


def _empty(raw: tuple[str, ...]) -> DockerfileProblem:
    if any(line.strip() for line in raw):
        say = "There are only comments in this Dockerfile. Lines that begin with `#` are notes, not instructions."
        return DockerfileProblem(0, "EMPTY", say, parse_error(len(raw), "file with no instructions"))
    say = "The Dockerfile is empty. The first line is usually `FROM` and an image."
    nothing = "ERROR: failed to build: failed to solve: the Dockerfile cannot be empty"
    return DockerfileProblem(
        0, "EMPTY", say, nothing if raw == ("",) else parse_error(len(raw), "file with no instructions")
    )


def _warnings(instructions: list[Instruction]) -> tuple[str, ...]:
    found = [warning for made in instructions if (warning := _warning(made))]
    for keyword in ("CMD", "ENTRYPOINT"):
        last_from = max(n for n, made in enumerate(instructions) if made.keyword == "FROM")
        lines = [made.line for made in instructions[last_from:] if made.keyword == keyword]
        if len(lines) > 1:
            found.append(f"There are {len(lines)} `{keyword}` lines; only the last one (line {lines[-1]}) counts.")
    return tuple(found)


def _warning(made: Instruction) -> str:
    """Return what Docker accepts here although it was probably meant otherwise, '' when nothing is odd."""
    where = f"Line {made.line}, `{made.text[:60]}`:"
    if _CURLY.search(made.args):
        return f'{where} these are curly quotes, and Docker only knows straight ones, as in `"node"`.'
    if made.keyword in _LISTS and not made.json and made.args.startswith("["):
        if "'" in made.args:
            return f'{where} a list needs double quotes (`"`). With single quotes Docker takes it for a line of shell.'
        if not made.args.endswith("]"):
            return f"{where} the list has no closing bracket, so Docker takes it for a line of shell."
        return f"{where} Docker cannot read it as a list: each part needs double quotes, with commas between."
    if made.json and made.keyword in _LISTS and not made.args.endswith("]"):
        return f"{where} Docker ignores what stands behind the list."
    if made.keyword == "WORKDIR" and not made.args.startswith(("/", "$", '"', "'")):
        return f"{where} without a slash at the start, this folder lies inside of the one before."
    return ""
