"""Judging what runs of a compose file, and whether it outlives being taken down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.core.evidence import ContainerView, ServiceSeen, ServicesSeen, StaysSeen
from bot.core.judging.services import CODES, STAYS_CODES, judge, judge_stays
from bot.core.results import Failed, NotYet, Passed
from bot.core.specs import ServicesSpec, StaysSpec

SPEC = ServicesSpec(services=("app", "mysql"))
VIEW = ContainerView("todo-app-1", "node:24-alpine", "sha256:1", "running")
APP = ServiceSeen("app", container=VIEW, networks=("todo_default",))
MYSQL = ServiceSeen("mysql", container=replace(VIEW, name="todo-mysql-1"), networks=("todo_default",))
UP = ServicesSeen("", (APP, MYSQL))


def with_app(**changes: object) -> ServicesSeen:
    return ServicesSeen("", (replace(APP, container=replace(VIEW, **changes)), MYSQL))  # type: ignore[arg-type]


ROWS = [
    ("FILE_UNREAD", ServicesSeen("Line 3: `imge` is no key."), "Line 3: 'imge' is no key."),
    ("NO_SERVICE", ServicesSeen("", (ServiceSeen("app"), ServiceSeen("mysql", known=False))), "app"),
    ("NOT_UP", ServicesSeen("", (ServiceSeen("app"), ServiceSeen("mysql"))), "no container of this project"),
    ("BY_HAND", ServicesSeen("", (ServiceSeen("app"), ServiceSeen("mysql")), ("web", "db")), "web, db"),
    ("SERVICE_MISSING", ServicesSeen("", (APP, ServiceSeen("mysql"))), "no container of mysql"),
    ("OUTDATED", ServicesSeen("", (replace(APP, current=False), MYSQL)), "todo-app-1"),
    ("FALLS_OVER", with_app(state="restarting", restarts=1), "1 starts again"),
    ("FALLS_OVER", with_app(restarts=2), "2 starts again"),
    ("UNHEALTHY", ServicesSeen("", (APP, replace(MYSQL, health="unhealthy"))), "todo-mysql-1 is unhealthy"),
    ("APART", ServicesSeen("", (APP, replace(MYSQL, networks=("back",)))), "app on todo_default; mysql on back"),
    ("STOPPED", with_app(state="exited", exit_code=0), "todo-app-1 has stopped"),
    ("EXITED", with_app(state="exited", exit_code=1, log="Error: no"), "Error: no"),
    ("NEVER_RAN", with_app(state="created"), "never ran"),
    ("OUT_OF_MEMORY", with_app(state="exited", exit_code=137, oom_killed=True), "stopped"),
    (
        "NO_ROOT_PASSWORD",
        with_app(state="exited", log="Database is uninitialized and password option is not specified"),
        "",
    ),
    ("MISSING_MODULE", with_app(state="exited", exit_code=1, log="Cannot find module 'express'"), "express"),
]


@pytest.mark.parametrize(("code", "seen", "observed"), ROWS, ids=[row[0] for row in ROWS])
def test_what_is_not_up_as_the_file_says_fails_with_its_code(code: str, seen: ServicesSeen, observed: str) -> None:
    result = judge(SPEC, seen)
    assert isinstance(result, Failed), result
    assert result.code == code
    assert code in CODES
    assert observed in result.observed


def test_services_that_run_together_pass_even_after_one_new_start() -> None:
    assert judge(SPEC, UP) == Passed("app and mysql run on todo_default")
    assert isinstance(judge(SPEC, with_app(restarts=1)), Passed)


def test_a_service_whose_health_is_not_known_yet_is_waited_for() -> None:
    starting = ServicesSeen("", (APP, replace(MYSQL, health="starting")))
    assert isinstance(judge(SPEC, starting), NotYet)
    last = judge(SPEC, starting, last=True)
    assert isinstance(last, Failed)
    assert last.code == "UNHEALTHY"


STAYS = StaysSpec(app="app", database="mysql", port=3000)
KEPT = StaysSeen("played", "second", "todo_data", older=True, items=1, kept=True)
STAYS_ROWS = [
    ("NOT_UP", StaysSeen("down", observed="mysql, which does not run")),
    ("NO_VOLUME", replace(KEPT, volume="")),
    ("DATA_GONE", replace(KEPT, older=False, items=0)),
    ("NOT_REPLACED", replace(KEPT, older=False)),
    ("NO_ANSWER", replace(KEPT, state="silent", kept=False)),
    ("NO_ANSWER", StaysSeen("silent", "first", "todo_data")),
    ("NOT_SAVED", replace(KEPT, state="not_saved", at="first", kept=False)),
    ("NOT_UP_AGAIN", replace(KEPT, state="not_up", observed="port is already allocated")),
    ("NOT_KEPT", replace(KEPT, kept=False)),
]


@pytest.mark.parametrize(("code", "seen"), STAYS_ROWS, ids=[row[0] for row in STAYS_ROWS])
def test_what_did_not_stay_fails_with_its_code(code: str, seen: StaysSeen) -> None:
    result = judge_stays(STAYS, seen)
    assert isinstance(result, Failed), result
    assert result.code == code


def test_every_way_to_lose_data_has_a_row_and_what_stayed_passes() -> None:
    assert {row[0] for row in STAYS_ROWS} == STAYS_CODES
    assert isinstance(judge_stays(STAYS, KEPT), Passed)
    assert isinstance(judge_stays(STAYS, replace(KEPT, items=0)), Passed)
