"""Name the cause of what Docker, npm or Node printed: signatures, specific before generic.

Two uses: a verdict names why a build or a container ended (`BUILD_SIGNS`, `RUN_SIGNS`), and a learner's
pasted text is answered with the mistake it fits (`fitting`, over the lesson's own `mistakes.yaml`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.core.workshop import Mistake


@dataclass(frozen=True, slots=True)
class Sign:
    """One signature: the first non-empty group is what was found."""

    code: str
    pattern: re.Pattern[str]


def _sign(code: str, pattern: str) -> Sign:
    return Sign(code, re.compile(pattern, re.IGNORECASE))


#: over the refusal, the last line and the log of a build; covers the classic builder and BuildKit
BUILD_SIGNS: tuple[Sign, ...] = (
    _sign("UNKNOWN_INSTRUCTION", r"unknown instruction:?\s*[`'\"]?([^\s`'\"]+)"),
    _sign("NO_FROM", r"no build stage in current context|contains no stages to build"),
    _sign("EMPTY_DOCKERFILE", r"(file with no instructions|Dockerfile\S* (?:cannot be|is) empty)"),
    _sign(
        "NO_DOCKERFILE",
        r"(?:failed to read dockerfile|Cannot locate specified Dockerfile|unable to evaluate symlinks in Dockerfile)"
        r".*?([\w./-]*Dockerfile[\w.]*)?",
    ),
    _sign(
        "BASE_NOT_FOUND",
        r"pull access denied for ([^\s,]+)|manifest for (\S+) not found|failed to resolve source metadata for "
        r"(?:docker\.io/)?(?:library/)?([^\s:]+(?::[^\s:]+)?)|No such image: (\S+)",
    ),
    _sign(
        "COPY_NOT_FOUND",
        r"(?:COPY|ADD) failed: .*?stat ([^\s:]+)|failed to (?:calculate checksum|compute cache key).*?\"/?([^\"]+)\": "
        r"not found|no source files were specified|(?:COPY|ADD) failed: (.+)",
    ),
    _sign(
        "NO_PACKAGE_JSON",
        r"Could not read package\.json|ENOENT: no such file or directory, open '([^']*package\.json)'"
        r"|Couldn't find a (package\.json) file",
    ),
    _sign("NO_YARN", r"(yarn): (?:command )?not found|\"(yarn)\": executable file not found"),
    _sign(
        "NOT_FETCHED",
        r"npm (?:ERR!|error) code (ENOTCACHED|EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|E404|ETARGET)",
    ),
    _sign("COMMAND_NOT_FOUND", r"/bin/(?:ba|a)?sh: (?:line )?(?:\d+: )?([^\s:]+): (?:command )?not found"),
    _sign("OUT_OF_MEMORY", r"(?:exit code:?|non-zero code:?) (137)|\b(Killed)$"),
)

#: over the log of a container that does not run
RUN_SIGNS: tuple[Sign, ...] = (
    _sign("OPTIONS_AFTER_IMAGE", r"node: bad option: (\S+)|\[eval\]:1\s+(\S+)"),
    _sign("WRONG_START_FILE", r"Cannot find module '(/(?!\S*node_modules)[^']+)'"),
    _sign("MISSING_MODULE", r"Cannot find (?:module|package) '([@\w][^']*)'"),
    _sign(
        "BAD_CMD",
        r"/bin/(?:ba|a)?sh: (?:line )?(?:\d+: )?(\S+): not found"
        r"|exec: \"([^\"]+)\": (?:executable file not found|stat )",
    ),
)


def named(signs: Iterable[Sign], text: str) -> tuple[str, str] | None:
    """Return (code, what was found) of the first sign that fits the text."""
    for sign in signs:
        match = sign.pattern.search(text) if text else None
        if match:
            return sign.code, next((group for group in match.groups() if group), "")
    return None


def last_words(log: str) -> str:
    """Return the line of a log that says most: the last one with an error in it, else the last one."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    telling = [line for line in lines if re.search(r"error|cannot|not found|denied|refused", line, re.IGNORECASE)]
    return (telling or lines or [""])[-1]


def fitting(mistakes: Sequence[Mistake], text: str) -> tuple[Mistake, str] | None:
    """Return the first mistake whose signature fits what a learner pasted, and what it found ('' for nothing)."""
    for mistake in mistakes:
        match = _compiled(mistake.sign).search(text)
        if match:
            return mistake, next((group for group in match.groups() if group), "")
    return None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)
