"""Who is on which network, and what a name leads to: one row per code, and near misses."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.evidence import DnsSeen, MemberSeen, NetworkSeen
from bot.core.verdict import CODES, Failed, NotYet, Passed, codes_for, judge
from bot.core.workshop import Condition
from tests.core.test_verdict import condition

BARE = condition("network", network="todo-app")
JOINED = condition(
    "network", network="todo-app", members=[{"image": "mysql:8.0", "alias": "mysql"}, {"image": "node:24-alpine"}]
)
NAMED = condition("dns", network="todo-app", name="mysql", image="mysql:8.0", port=3306)

DB = MemberSeen("db", {"todo-app": ("db", "mysql")})
APP = MemberSeen("app", {"todo-app": ("app",)})
FOUND = DnsSeen("db", True, ("10.200.0.2",), ("10.200.0.2",), open=True)


def on(db: MemberSeen, app: MemberSeen = APP, networks: tuple[str, ...] = ("todo-app",)) -> NetworkSeen:
    return NetworkSeen(networks, (db, app))


def at(*found: str, open_: bool = True) -> DnsSeen:
    return DnsSeen("db", True, ("10.200.0.2", "10.200.1.2"), found, open_)


TABLE: list[tuple[str, Condition, Any, str, str]] = [
    ("no network", BARE, NetworkSeen(), "NO_NETWORK", "no network of your own"),
    ("only another", BARE, NetworkSeen(("backend",)), "NO_NETWORK", "backend"),
    ("underscore", BARE, NetworkSeen(("todo_app",)), "CLOSE_NETWORK", "todo_app"),
    ("capitals", JOINED, on(DB, networks=("Todo-App",)), "CLOSE_NETWORK", "Todo-App"),
    ("no database", JOINED, on(MemberSeen()), "NOT_RUNNING", "no running container of mysql:8.0"),
    ("no app", JOINED, on(DB, MemberSeen()), "NOT_RUNNING", "no running container of node:24-alpine"),
    ("default", JOINED, on(MemberSeen("db", {"bridge": ()})), "DEFAULT_NETWORK", "db on the default network"),
    ("none", JOINED, on(MemberSeen("db", {})), "DEFAULT_NETWORK", "db on no network"),
    ("app elsewhere", JOINED, on(DB, MemberSeen("app", {"front": ()})), "OTHER_NETWORK", "app on front"),
    (
        "default and another",
        JOINED,
        on(MemberSeen("db", {"bridge": (), "x": ("mysql",)})),
        "OTHER_NETWORK",
        "db on x",
    ),
    ("no alias", JOINED, on(MemberSeen("db", {"todo-app": ("db",)})), "NO_ALIAS", "db without other names"),
    (
        "another alias",
        JOINED,
        on(MemberSeen("db", {"todo-app": ("db", "mysqldb")})),
        "NO_ALIAS",
        "db, also called mysqldb",
    ),
    (
        "the alias on another network",
        JOINED,
        on(MemberSeen("db", {"todo-app": ("db",), "x": ("mysql",)})),
        "NO_ALIAS",
        "db without other names",
    ),
    ("nothing to find", NAMED, DnsSeen(), "NOT_RUNNING", "no running container of mysql:8.0"),
    ("left the network", NAMED, DnsSeen("db", False, ("10.200.9.2",)), "NOT_ON_NETWORK", "it is not there"),
    ("an unknown name", NAMED, at(), "NO_SUCH_NAME", "nothing called mysql"),
    ("another container", NAMED, at("10.200.0.9"), "NAME_ELSEWHERE", "mysql leading to 10.200.0.9"),
    ("two of them", NAMED, at("10.200.0.2", "10.200.0.9"), "NAME_ELSEWHERE", "mysql also leading to 10.200.0.9"),
    ("a closed port", NAMED, at("10.200.0.2", open_=False), "PORT_CLOSED", "mysql with port 3306 closed"),
]


@pytest.mark.parametrize(("what", "asked", "seen", "code", "observed"), TABLE, ids=[row[0] for row in TABLE])
def test_what_is_amiss_has_its_own_code(what: str, asked: Condition, seen: Any, code: str, observed: str) -> None:
    result = judge(asked, seen, last=True)
    assert isinstance(result, Failed), what
    assert (result.code, result.observed) == (code, observed)
    assert code in codes_for(asked.with_)


def test_the_table_has_a_row_for_every_code() -> None:
    assert {(asked.probe, code) for _, asked, _, code, _ in TABLE} == {
        (probe, code) for probe in ("network", "dns") for code in CODES[probe]
    }


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        (BARE, NetworkSeen(("todo-app",))),
        (JOINED, on(DB)),
        (JOINED, on(MemberSeen("mysql", {"todo-app": ("mysql",)}))),  # its own name is a name too
        (JOINED, on(MemberSeen("db", {"bridge": (), "todo-app": ("db", "mysql")}))),
        (NAMED, FOUND),
        (NAMED, at("10.200.1.2")),
        (NAMED, at("10.200.0.2", "10.200.1.2")),
    ],
)
def test_what_is_right_passes_with_a_proof(asked: Condition, seen: Any) -> None:
    result = judge(asked, seen)
    assert isinstance(result, Passed)
    assert result.proof


def test_a_database_that_is_starting_is_not_a_failure_yet() -> None:
    assert isinstance(judge(NAMED, at("10.200.0.2", open_=False)), NotYet)


def test_a_network_without_members_needs_words_for_two_codes_only() -> None:
    assert codes_for(BARE.with_) == {"NO_NETWORK", "CLOSE_NETWORK"}
