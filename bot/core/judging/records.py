"""Judge whether what the app keeps is in the database: a row that comes, changes and goes with the item."""

from __future__ import annotations

from bot.core.diagnosis import RUN_SIGNS, last_words, named
from bot.core.evidence import SqlSeen
from bot.core.judging.sayings import SIGN_CODES, database_failure
from bot.core.results import Failed, NotYet, Passed, Result
from bot.core.specs import SqlSpec

CODES = SIGN_CODES | {
    "NOT_RUNNING",
    "NO_DATABASE",
    "EXITED",
    "NO_ANSWER",
    "NOT_SAVED",
    "PORT_CLOSED",
    "LOGIN_REFUSED",
    "SQLITE_FALLBACK",
    "OTHER_DATABASE",
    "NO_TABLE",
    "NO_ROW",
    "ROW_UNCHANGED",
    "ROW_STAYED",
}


def judge(spec: SqlSpec, seen: SqlSeen, *, last: bool = False) -> Result:
    """Return whether the row came, changed and went; else what stood in between."""
    return _reached(spec, seen, last) or _kept(spec, seen) or _row(spec, seen)


def _reached(spec: SqlSpec, seen: SqlSeen, last: bool) -> Result | None:
    """Return why the app or the database could not be asked."""
    match seen.state:
        case "no_app":
            observed = f"no running container of {spec.app}"
            return Failed("NOT_RUNNING", expected=f"a running container of {spec.app}", observed=observed)
        case "no_database":
            observed = f"no running container of {spec.database}"
            return Failed("NO_DATABASE", expected=f"a running container of {spec.database}", observed=observed)
        case "exited" | "silent":
            return _silent(spec, seen, last)
        case "unreached":
            if not last:
                return NotYet("the database is starting")
            return Failed("PORT_CLOSED", "an answer from the database", observed=seen.observed or "no answer")
        case "not_saved":
            return Failed("NOT_SAVED", "the item saved", seen.observed or "no answer", detail=seen.log)
        case "denied":
            return Failed("LOGIN_REFUSED", "the database to take the password it was started with", seen.observed)
        case _:
            return None


def _silent(spec: SqlSpec, seen: SqlSeen, last: bool) -> Result:
    failed = database_failure(seen.log)
    if failed:
        return failed
    if seen.state == "silent":
        if not last:
            return NotYet("the app is starting")
        return Failed("NO_ANSWER", f"an answer on port {spec.port}", seen.observed or "no answer", detail=seen.log)
    code, what = named(RUN_SIGNS, seen.log) or ("EXITED", last_words(seen.log) or f"exit code {seen.exit_code}")
    return Failed(code, "an app that keeps running", what, detail=seen.log)


def _kept(spec: SqlSpec, seen: SqlSeen) -> Failed | None:
    """Return where the app keeps its items instead."""
    if seen.state == "played" and seen.added:
        return None
    if not seen.names_host:
        return Failed(
            "SQLITE_FALLBACK", expected="MYSQL_HOST among its settings", observed="no MYSQL_HOST", detail=seen.log
        )
    if seen.schema and seen.schema != spec.schema_:
        return Failed("OTHER_DATABASE", expected=f"MYSQL_DB={spec.schema_}", observed=f"MYSQL_DB={seen.schema}")
    if seen.state == "no_table":
        return Failed("NO_TABLE", expected=f"the table {spec.table} in {spec.schema_}", observed=seen.observed)
    return None


def _row(spec: SqlSpec, seen: SqlSeen) -> Result:
    table = f"{spec.schema_}.{spec.table}"
    if seen.added != 1:
        observed = f"{seen.added} rows" if seen.added else "no row"
        return Failed("NO_ROW", expected=f"one row in {table}", observed=observed, detail=seen.log)
    if seen.ticked != 1:
        return Failed("ROW_UNCHANGED", expected="completed = 1 in its row", observed="completed = 0", detail=seen.log)
    if seen.removed:
        return Failed("ROW_STAYED", expected="the row gone", observed="the row still there", detail=seen.log)
    return Passed(f"an item came, changed and went as a row of {table}")
