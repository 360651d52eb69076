"""Judge what a container printed since it was started last."""

from __future__ import annotations

import re

from bot.core.diagnosis import DATABASE_SIGNS, RUN_SIGNS, last_words, named
from bot.core.evidence import LogsSeen
from bot.core.judging.containers import ended
from bot.core.results import Failed, NotYet, Passed, Result
from bot.core.specs import LogsSpec

SIGNS = DATABASE_SIGNS
#: what each cause would need, in a few words
EXPECTED = {
    "NO_ROOT_PASSWORD": "MYSQL_ROOT_PASSWORD",
    "ROOT_AS_USER": "MYSQL_ROOT_PASSWORD and MYSQL_DATABASE",
    "DATA_IN_USE": "one database for each volume",
    "NAME_UNKNOWN": "a name that its network knows",
    "DATABASE_UNREACHED": "a database that listens",
    "ACCESS_DENIED": "the password of the database",
    "NO_SUCH_DATABASE": "the name of a database that is there",
    "NO_DATABASE_CHOSEN": "MYSQL_DB",
}
ENDED = frozenset({"NOT_STARTED", "NEVER_RAN", "EXITED", "STOPPED", "OUT_OF_MEMORY"})
SIGN_CODES = frozenset(sign.code for sign in (*SIGNS, *RUN_SIGNS))
CODES = ENDED | SIGN_CODES | {"NO_LOG_LINE", "UNWANTED_LINE"}
RUNNING = frozenset({"running", "restarting", "paused"})


def codes_for(spec: LogsSpec) -> frozenset[str]:
    """Return the codes that this spec can fail with."""
    return CODES if spec.lacks else CODES - {"UNWANTED_LINE"}


def judge(spec: LogsSpec, seen: LogsSeen, *, last: bool = False) -> Result:
    """Return whether the line was printed; a known cause that was printed after it counts for more."""
    container = seen.container
    if container is None:
        few = ", ".join(seen.others[:3])
        return Failed(
            "NOT_STARTED", f"a container from {spec.image}", observed=f"only {few}" if few else "no container"
        )
    if container.state not in RUNNING:
        return database_failure(container.log) or ended(container)
    unwanted = re.search(spec.lacks, seen.text, re.MULTILINE) if spec.lacks else None
    if unwanted:
        return Failed("UNWANTED_LINE", expected=spec.says, observed=_line(seen.text, unwanted), detail=seen.text)
    printed = [match.end() for match in re.finditer(spec.prints, seen.text, re.MULTILINE)]
    failed = database_failure(seen.text[printed[-1] :] if printed else seen.text)
    if failed or printed:
        return failed or Passed(f"{container.name}: {spec.says}")
    if not last:
        return NotYet(f"{container.name} is starting")
    observed = last_words(seen.text) or "an empty log"
    return Failed("NO_LOG_LINE", expected=spec.says, observed=observed, detail=seen.text)


def database_failure(log: str) -> Failed | None:
    """Return what the log says about a database that could not be started or reached, None when it says nothing."""
    found = named(SIGNS, log)
    if found is None:
        return None
    code, what = found
    return Failed(code, EXPECTED[code], what or last_words(log), detail=log)


def _line(text: str, match: re.Match[str]) -> str:
    start = text.rfind("\n", 0, match.start()) + 1
    return text[start:].partition("\n")[0].strip()[:120]
