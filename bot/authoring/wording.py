"""Rules for words that learners read: short, kind, and drawn the same everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.workshop import Failure

LONGEST_FAILURE = 200
LONGEST_HINT = 600
BLAME = re.compile(
    r"\b(you failed|your fault|wrong!|error|errors|stupid|silly|obvious(?:ly)?|just|simply|illegal|forgot|careless|"
    r"you (?:should|must) have|you did(?: not|n't))\b",
    re.IGNORECASE,
)
FILLED = {"learner", "image", "namespace"}
PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")


def text_problems(text: str) -> Iterator[str]:
    """Yield what would not be drawn as meant: unknown `${…}`, open code fences or backticks, headings, tables, HTML."""
    for name in PLACEHOLDER.findall(text):
        if name not in FILLED:
            yield f"`${{{name}}}` is not filled in; known: {', '.join(sorted(FILLED))}"
    fences = text.count("```")
    if fences % 2:
        yield "a code block is opened and not closed"
    outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    if outside.count("`") % 2:
        yield "a backtick is opened and not closed"
    prose = re.sub(r"`[^`]*`", "", outside)
    if prose.count("**") % 2:
        yield "`**` is opened and not closed"
    if re.search(r"^(#|\|)", prose, re.MULTILINE):
        yield "headings and tables are not drawn everywhere; use **bold** and lists"
    if re.search(r"</?[a-z]+>|<[!@#]", prose):
        yield "HTML and mentions are not drawn"


def failure_problems(failure: Failure) -> Iterator[str]:
    """Yield what a failure's words lack: what was seen or wanted, kindness, three different hints."""
    if len(failure.say) > LONGEST_FAILURE:
        yield f"has {len(failure.say)} characters; {LONGEST_FAILURE} fit"
    if "{observed}" not in failure.say:
        yield "does not say what was seen: put {observed} in"
    if "{expected}" not in failure.say and not re.search(r"`[^`]+`|\bneed|\bwant|\blook|\bexpect", failure.say):
        yield "does not say what was expected: put {expected} in"
    if stray := set(re.findall(r"(?<!\$)\{(\w+)\}", failure.say)) - {"observed", "expected"}:
        yield f"{{{min(stray)}}} is not filled in"
    for text in (failure.say, *failure.hints):
        yield from text_problems(text)
        yield from blame(text)
    if len({hint.strip() for hint in failure.hints}) < 3 or any(len(h) > LONGEST_HINT for h in failure.hints):
        yield f"needs three different hints of at most {LONGEST_HINT} characters"


def blame(text: str) -> Iterator[str]:
    """Yield the words that blame; code is left out, because Docker's own words may stand there."""
    prose = re.sub(r"`[^`]*`", "", text)
    for found in BLAME.findall(prose):
        yield f"“{found}” sounds like blame; say what was seen instead"
