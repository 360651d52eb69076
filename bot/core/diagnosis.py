"""Name the cause of what Docker, npm or Node printed: signatures, specific before generic.

Two uses: a verdict names why a build or a container ended (`BUILD_SIGNS`, `RUN_SIGNS`), and any other text (what a
learner pasted, what a command printed, the log behind a failure) is compared with the lesson's `mistakes.yaml`
(`diagnose`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core import signs
from bot.core.results import Failed
from bot.core.workshop import Mistake, Workshop
from bot.handin.compose.commands import Compose, ExecService, ReadServiceLogs
from bot.handin.plan import BuildPlan, Curl, ExecPlan, Output, Plan, ReadLogs, RunPlan


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

#: over the log of a database's container, and of an app that asks one
DATABASE_SIGNS: tuple[Sign, ...] = (
    _sign("NO_ROOT_PASSWORD", r"(Database is uninitialized and password option is not specified)"),
    _sign("ROOT_AS_USER", r"(MYSQL_USER=\"?root)\"?"),
    _sign("DATA_IN_USE", r"(Unable to lock \./ibdata1)|(Can't lock aria control file)"),
    _sign("NAME_UNKNOWN", r"getaddrinfo (?:ENOTFOUND|EAI_AGAIN) (\S+)"),
    _sign("DATABASE_UNREACHED", r"connect (?:ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH) (\S+)"),
    # a database notes in its own log whom it refused; that is no fault of it
    _sign("ACCESS_DENIED", r"Error: Access denied for user '([^']*)'|ER_(?:DBACCESS|ACCESS)_DENIED_ERROR"),
    _sign("NO_SUCH_DATABASE", r"Unknown database '([^']+)'|ER_BAD_DB_ERROR"),
    _sign("NO_DATABASE_CHOSEN", r"(No database selected)|ER_NO_DB_ERROR"),
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


#: failures whose own words cannot name the cause; the log behind them may
OPEN_CODES = frozenset(
    {"BUILD_FAILED", "EXITED", "NO_ANSWER", "NO_LOG_LINE", "NOT_LISTENING", "BAD_CMD", "NOT_FETCHED"}
)
LONGEST_FOUND = 80
LONGEST_QUOTE = 200


class Kind(StrEnum):
    """How a finding is meant."""

    MISTAKE = "mistake"  #: something to mend
    PRAISE = "praise"  #: a failure that is part of this section's lesson
    INFORMATION = "information"  #: worth knowing, nothing to mend
    GENERIC = "generic"  #: only says that something failed


@dataclass(frozen=True, slots=True)
class Finding:
    """One known mistake in a text; `say` and `hints` are filled in, `line` is the one that decided, for quoting."""

    mistake: Mistake
    kind: Kind
    found: str
    line: str
    say: str
    hints: tuple[str, str, str]

    @property
    def code(self) -> str:
        """Return the mistake's id."""
        return self.mistake.id


def diagnose(workshop: Workshop, text: str, *, section: str = "", channel: str = "") -> tuple[Finding, ...]:
    """Return the known mistakes in a text, best first, at most one for each line; () for a text without any.

    The order is that of `mistakes.yaml`. Section (`"03"`) and channel (`build`, `run`, `cli`, `compose`) decide
    between mistakes that print the same, and whether a failure is praised as part of its section.
    """
    plain = signs.clean(text)
    found = _matches(workshop, plain, section, channel)
    for variant in signs.unwrapped(plain) if not found else ():
        found = found or _matches(workshop, variant, section, channel)
    return tuple(found)


def _matches(workshop: Workshop, plain: str, section: str, channel: str) -> list[Finding]:
    text = signs.folded(plain)
    matches = [
        (mistake, match)
        for mistake in workshop.mistakes
        if (match := signs.compiled(mistake.sign).search(text)) is not None
    ]
    # of those that found the very same words, the one that belongs here comes first
    place = {match.span(): number for number, (_, match) in reversed(list(enumerate(matches)))}
    matches.sort(key=lambda pair: (place[pair[1].span()], -_fits(pair[0], section, channel)))
    told: dict[int, Finding] = {}
    for mistake, match in matches:
        start = plain.rfind("\n", 0, match.start()) + 1
        if start not in told:
            told[start] = _finding(workshop, mistake, match, plain, section)
    return list(told.values())


def _fits(mistake: Mistake, section: str, channel: str) -> int:
    """Return how well a mistake belongs here; the channel says more than the section."""
    return 2 * (channel in mistake.channels) + (section in mistake.sections)


def _finding(workshop: Workshop, mistake: Mistake, match: re.Match[str], plain: str, section: str) -> Finding:
    # the match is of the folded text; what is shown is as it was written
    groups = (plain[slice(*match.span(n))] for n in range(1, len(match.groups()) + 1) if match.group(n))
    found = _short(next(groups, "").strip(" '\"`").rstrip(".,:;"), LONGEST_FOUND)
    line = plain[plain.rfind("\n", 0, match.start()) + 1 :].partition("\n")[0]
    praise = mistake.praise.get(section, "")
    first, second, third = (_filled(hint, workshop, found) for hint in mistake.hints)
    return Finding(
        mistake,
        Kind.PRAISE if praise else Kind(mistake.kind),
        found,
        _short(line, LONGEST_QUOTE),
        _filled(praise or mistake.say, workshop, found),
        (first, second, third),
    )


def _filled(text: str, workshop: Workshop, found: str) -> str:
    if not found:
        text = re.sub(r" ?(?:\(\{found\}\)|“\{found\}”|`\{found\}`)|: \{found\}$", "", text)
    # last, so that what a program printed is not filled in itself
    own = text.strip().replace("${image}", workshop.image).replace("${namespace}", workshop.namespace)
    return own.replace("{found}", found or "…")


def _short(text: str, longest: int) -> str:
    """Return foreign text fit to stand inside a sentence: one line, no backticks, cut with a visible …"""
    plain = " ".join(text.replace("`", "'").split())
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def noted(workshop: Workshop, plan: Plan, output: Output, section: str = "") -> Output:
    """Return the output of a failed command with one sentence about its cause, where we know it.

    A note that is there already stays, with praise in front of it; what went well is left alone.
    """
    if output.exit_code == 0:
        return output
    findings = diagnose(workshop, output.text, section=section, channel=channel_of(plan))
    if not findings or (output.note and findings[0].kind is not Kind.PRAISE):
        return output
    return replace(output, note=f"{findings[0].say} {output.note}".strip())


def channel_of(plan: Plan) -> str:
    """Return the channel in which a command prints."""
    match plan:
        case BuildPlan():
            return "build"
        case RunPlan() | ExecPlan() | ReadLogs() | Curl():
            return "run"
        case Compose(act=ReadServiceLogs() | ExecService()):
            return "run"
        case Compose():
            return "compose"
        case _:
            return "cli"


def behind(workshop: Workshop, failed: Failed, section: str = "") -> Finding | None:
    """Return the mistake in the log behind a failed condition, where its code cannot name the cause itself."""
    if failed.code not in OPEN_CODES or not failed.detail:
        return None
    channel = "build" if failed.code in {"BUILD_FAILED", "NOT_FETCHED"} else "run"
    findings = diagnose(workshop, failed.detail, section=section, channel=channel)
    return next((finding for finding in findings if finding.kind is Kind.MISTAKE), None)
