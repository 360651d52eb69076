"""An item and its row: one row per code."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.evidence import SqlSeen
from bot.core.verdict import CODES, Failed, NotYet, Passed, judge
from tests.core.judging import test_sayings
from tests.core.test_verdict import condition

ROW = condition("sql", app="node:24-alpine", port=3000, database="mysql:8.0")
GOOD = SqlSeen("played", 1, 1, 0, schema="todos")

TABLE: list[tuple[str, SqlSeen, str, str]] = [
    ("no app", SqlSeen("no_app"), "NOT_RUNNING", "no running container of node:24-alpine"),
    ("no database", SqlSeen("no_database"), "NO_DATABASE", "no running container of mysql:8.0"),
    ("ended", SqlSeen("exited", log="boom", exit_code=1), "EXITED", "boom"),
    (
        "silence",
        SqlSeen("silent", observed="no answer to POST /items (refused)"),
        "NO_ANSWER",
        "no answer to POST /items (refused)",
    ),
    ("refused", SqlSeen("not_saved", observed="500 for POST /items"), "NOT_SAVED", "500 for POST /items"),
    ("no door", SqlSeen("unreached", observed="nothing listens"), "PORT_CLOSED", "nothing listens"),
    ("no login", SqlSeen("denied", observed="Access denied"), "LOGIN_REFUSED", "Access denied"),
    ("a file instead", SqlSeen("played", names_host=False), "SQLITE_FALLBACK", "no MYSQL_HOST"),
    ("a file, no table", SqlSeen("no_table", names_host=False), "SQLITE_FALLBACK", "no MYSQL_HOST"),
    ("another schema", SqlSeen("no_table", schema="mysql"), "OTHER_DATABASE", "MYSQL_DB=mysql"),
    ("another schema, with a table", SqlSeen("played", schema="x"), "OTHER_DATABASE", "MYSQL_DB=x"),
    ("no table", SqlSeen("no_table", schema="todos", observed="no such table"), "NO_TABLE", "no such table"),
    ("no row", SqlSeen("played", schema="todos"), "NO_ROW", "no row"),
    ("two rows", replace(GOOD, added=2), "NO_ROW", "2 rows"),
    ("not ticked", replace(GOOD, ticked=0), "ROW_UNCHANGED", "completed = 0"),
    ("not removed", replace(GOOD, removed=1), "ROW_STAYED", "the row still there"),
    *(
        (f"{what}, in the app's log", SqlSeen("exited", log=seen.text, exit_code=1), code, observed)
        for what, seen, code, observed in test_sayings.TABLE
        if code in CODES["sql"] - {"EXITED"}
    ),
]


@pytest.mark.parametrize(("what", "seen", "code", "observed"), TABLE, ids=[row[0] for row in TABLE])
def test_what_is_amiss_has_its_own_code(what: str, seen: SqlSeen, code: str, observed: str) -> None:
    result = judge(ROW, seen, last=True)
    assert isinstance(result, Failed), what
    assert (result.code, result.observed) == (code, observed)


def test_the_table_has_a_row_for_every_code() -> None:
    assert {code for _, _, code, _ in TABLE} == CODES["sql"]


def test_a_row_that_comes_changes_and_goes_passes() -> None:
    assert isinstance(judge(ROW, GOOD), Passed)
    # the settings explain a missing row; they are no proof against one that is there
    assert isinstance(judge(ROW, replace(GOOD, names_host=False, schema="")), Passed)


def test_what_still_starts_is_not_a_failure_until_nobody_looks_again() -> None:
    for state in ("silent", "unreached"):
        assert isinstance(judge(ROW, SqlSeen(state)), NotYet)


def test_an_app_that_crashed_under_its_watcher_is_not_waited_for() -> None:
    result = judge(ROW, SqlSeen("silent", log=test_sayings.DENIED))
    assert isinstance(result, Failed)
    assert result.code == "ACCESS_DENIED"
