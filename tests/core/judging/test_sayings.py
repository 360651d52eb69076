"""What containers printed: the line, the reasons why it is not there, and which of several was last."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.evidence import ContainerView, LogsSeen
from bot.core.verdict import CODES, Failed, NotYet, Passed, codes_for, judge
from tests.core.test_verdict import condition

READY = condition(
    "logs",
    image="mysql:8.0",
    prints=r"ready for connections\.?\s{1,9}Version: .{1,200}port: 3306\b",
    says="ready on port 3306",
    lacks="using sqlite",
)
MYSQL_8 = (
    "2026-11-23T09:00:01Z 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. Version: '8.0.39'  "
    "socket: '/var/run/mysqld/mysqld.sock'  port: {port}  MySQL Community Server - GPL.\n"
)
MARIADB = (
    "2026-11-23  9:00:01 0 [Note] mysqld: ready for connections.\n"
    "Version: '10.11.19-MariaDB'  socket: '/var/run/mysqld/mysqld.sock'  port: {port}  Debian 12\n"
)
DENIED = "Error: Access denied for user 'root'@'10.200.0.3' (using password: YES)\n  code: 'ER_ACCESS_DENIED_ERROR'\n"
UP = ContainerView("db", "mysql:8.0", "sha", "running")


def log(text: str, **changes: object) -> LogsSeen:
    return LogsSeen(replace(UP, log=text, **changes), ("db",), text)  # type: ignore[arg-type]


@pytest.mark.parametrize("server", [MYSQL_8, MARIADB])
def test_a_database_that_sets_itself_up_is_not_ready_yet(server: str) -> None:
    first = server.format(port=0)
    assert isinstance(judge(READY, log(first)), NotYet)
    assert isinstance(judge(READY, log(first + server.format(port=33060))), NotYet)
    assert isinstance(judge(READY, log(first + server.format(port=3306))), Passed)


TABLE: list[tuple[str, LogsSeen, str, str]] = [
    ("nothing", LogsSeen(others=("web", "todo")), "NOT_STARTED", "only web, todo"),
    ("silence", log(""), "NO_LOG_LINE", "an empty log"),
    ("another line", log("[Note] starting\n"), "NO_LOG_LINE", "[Note] starting"),
    (
        "unwanted",
        log("Using sqlite at /x\nusing sqlite database at /etc\n"),
        "UNWANTED_LINE",
        "using sqlite database at /etc",
    ),
    ("made", log("", state="created"), "NEVER_RAN", "db was made but never ran"),
    ("stopped", log(MYSQL_8.format(port=3306), state="exited", exit_code=0), "STOPPED", "db has stopped (code 0)"),
    ("ended", log("boom", state="exited", exit_code=1), "EXITED", "boom"),
    ("memory", log("", state="exited", exit_code=137, oom_killed=True), "OUT_OF_MEMORY", "db was stopped"),
    ("no program", log('exec: "mysqlx": executable file not found', state="created"), "BAD_CMD", "mysqlx"),
    ("options", log("node: bad option: -e", state="exited", exit_code=9), "OPTIONS_AFTER_IMAGE", "-e"),
    ("module", log("Cannot find module 'express'", state="exited"), "MISSING_MODULE", "express"),
    ("start file", log("Cannot find module '/app/x.js'", state="exited"), "WRONG_START_FILE", "/app/x.js"),
    (
        "no password",
        log("[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n", state="exited"),
        "NO_ROOT_PASSWORD",
        "Database is uninitialized and password option is not specified",
    ),
    (
        "settings of the app",
        log('[ERROR]: MYSQL_USER="root", MYSQL_USER and', state="exited"),
        "ROOT_AS_USER",
        'MYSQL_USER="root',
    ),
    ("a shared volume", log("InnoDB: Unable to lock ./ibdata1 error: 11\n"), "DATA_IN_USE", "Unable to lock ./ibdata1"),
    ("no such name", log("Error: getaddrinfo ENOTFOUND mysql\n"), "NAME_UNKNOWN", "mysql"),
    ("too early", log("Error: connect ECONNREFUSED 10.200.0.2:3306\n"), "DATABASE_UNREACHED", "10.200.0.2:3306"),
    ("password", log(DENIED), "ACCESS_DENIED", "root"),
    ("no database", log("Error: Unknown database 'todo'\n"), "NO_SUCH_DATABASE", "todo"),
    ("none chosen", log("Error: No database selected\n"), "NO_DATABASE_CHOSEN", "No database selected"),
]


@pytest.mark.parametrize(("what", "seen", "code", "observed"), TABLE, ids=[row[0] for row in TABLE])
def test_what_is_amiss_has_its_own_code(what: str, seen: LogsSeen, code: str, observed: str) -> None:
    result = judge(READY, seen, last=True)
    assert isinstance(result, Failed), what
    assert (result.code, result.observed) == (code, observed)


def test_the_table_has_a_row_for_every_code() -> None:
    assert {code for _, _, code, _ in TABLE} == CODES["logs"] == codes_for(READY.with_)


def test_a_known_cause_is_told_at_once_and_silence_is_waited_for() -> None:
    assert isinstance(judge(READY, log(DENIED)), Failed)
    assert isinstance(judge(READY, log("starting\n")), NotYet)


def test_what_was_printed_last_counts() -> None:
    good = MARIADB.format(port=3306)
    assert isinstance(judge(READY, log(DENIED + good)), Passed)
    assert isinstance(judge(READY, log(good + DENIED)), Failed)


def test_a_database_that_notes_whom_it_refused_is_well() -> None:
    noted = "[Warning] Access denied for user 'root'@'localhost' (using password: YES)\n"
    assert isinstance(judge(READY, log(MARIADB.format(port=3306) + noted)), Passed)
