"""Judging a compose file: one row a code, and near misses that must not be confused."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.evidence import ComposeSeen
from bot.core.judging.composing import CODES, codes_for, judge
from bot.core.results import Failed, Passed
from bot.core.specs import ComposeSpec
from bot.sandbox.compose.project import compose_seen

WISHES: list[dict[str, Any]] = [
    {
        "name": "app",
        "image": "node:*",
        "port": 3000,
        "host_port": 3000,
        "address": "127.0.0.1",
        "workdir": "/app",
        "folder": "/app",
        "settings": {"MYSQL_HOST": "@", "MYSQL_USER": "*", "MYSQL_PASSWORD": "*", "MYSQL_DB": "todos"},
    },
    {
        "name": "mysql",
        "image": "mysql:8.0",
        "data": "/var/lib/mysql",
        "settings": {"MYSQL_ROOT_PASSWORD": "*", "MYSQL_DATABASE": "todos"},
    },
]
SPEC = ComposeSpec.model_validate({"services": WISHES})
GOOD = """\
services:
  app:
    image: node:24-alpine
    command: sh -c "npm install && npm run dev"
    ports:
      - "127.0.0.1:3000:3000"
    working_dir: /app
    volumes:
      - ./:/app
    environment:
      MYSQL_HOST: mysql
      MYSQL_USER: root
      MYSQL_PASSWORD: secret
      MYSQL_DB: todos
  mysql:
    image: mysql:8.0
    volumes:
      - todo-mysql-data:/var/lib/mysql
    environment:
      MYSQL_ROOT_PASSWORD: secret
      MYSQL_DATABASE: todos
volumes:
  todo-mysql-data:
"""


def seen(text: str | None, name: str = "compose.yaml") -> ComposeSeen:
    return compose_seen({} if text is None else {name: text.encode()})


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


PORTS = '    ports:\n      - "127.0.0.1:3000:3000"\n'
APP_ENV = GOOD[GOOD.index("    environment:") : GOOD.index("  mysql:\n")]
ROWS = [
    ("MISSING_FILE", None, "no such file"),
    ("EMPTY_FILE", "# nothing yet\n", "The compose file is empty"),
    ("BAD_YAML", changed("    image: node", "   image: node"), "Line 4"),
    ("BAD_YAML", changed("    image: mysql", "\timage: mysql"), "Line 16"),
    ("BAD_YAML", changed("  app:\n    image", "  app:\n  image"), "Line 4"),
    ("UNKNOWN_KEY", changed("image: node", "imge: node"), "Did you mean 'image'?"),
    ("UNKNOWN_KEY", changed("    ports:", "    port:"), "Did you mean 'ports'?"),
    ("UNKNOWN_KEY", "ports: []\n" + GOOD, "belongs to a service"),
    ("UNDECLARED", changed("volumes:\n  todo-mysql-data:\n", ""), "is not declared"),
    ("NOT_ACCEPTED", changed("./:/app", "/:/app"), "a folder of the shared host"),
    ("NO_SERVICE", changed("  mysql:\n", "  db:\n").replace("HOST: mysql", "HOST: db"), "app, db"),
    ("UNKNOWN_HOST", changed("  mysql:\n", "  db:\n"), "MYSQL_HOST: mysql, and these services: db"),
    ("OTHER_IMAGE", changed("node:24-alpine", "alpine"), "alpine"),
    ("NO_PORT", changed(PORTS, ""), "no ports"),
    ("OTHER_PORT", changed('"127.0.0.1:3000:3000"', '"3000:3000"'), "0.0.0.0:3000:3000"),
    ("OTHER_PORT", changed(":3000:3000", ":3000:80"), "127.0.0.1:3000:80"),
    ("NO_FOLDER", changed("    volumes:\n      - ./:/app\n", ""), "no volumes"),
    ("NO_FOLDER", changed("./:/app", "./src:/app"), "src:/app"),
    ("OTHER_FOLDER", changed("    working_dir: /app\n", ""), "no working_dir"),
    ("NO_DATA", changed("todo-mysql-data:/var/lib/mysql", "/var/lib/mysql"), "no name:/var/lib/mysql"),
    ("NO_DATA", changed(":/var/lib/mysql", ":/var/lib/mysql:ro"), "todo-mysql-data:/var/lib/mysql"),
    ("NO_SETTING", changed("      MYSQL_DB: todos\n", ""), "MYSQL_HOST, MYSQL_USER, MYSQL_PASSWORD"),
    ("MISPLACED", changed(APP_ENV, "") + "", "MYSQL_HOST at mysql"),
    ("OTHER_VALUE", changed("MYSQL_DB: todos", "MYSQL_DB: todo"), "MYSQL_DB: todo"),
]
#: the app's settings below the database's
MOVED = GOOD.replace(APP_ENV, "").replace("      MYSQL_ROOT", APP_ENV.partition("\n")[2] + "      MYSQL_ROOT")


@pytest.mark.parametrize(("code", "text", "observed"), ROWS, ids=[f"{n} {row[0]}" for n, row in enumerate(ROWS)])
def test_a_file_that_is_not_as_asked_fails_with_its_code(code: str, text: str | None, observed: str) -> None:
    result = judge(SPEC, seen(MOVED if code == "MISPLACED" else text))
    assert isinstance(result, Failed), result
    assert result.code == code, result
    assert observed in result.observed
    assert result.expected


def test_every_code_has_a_row() -> None:
    assert {row[0] for row in ROWS} | {"WRONG_NAME"} == CODES == codes_for(SPEC)


@pytest.mark.parametrize(
    "text",
    [
        GOOD,
        'version: "3.8"\n' + GOOD,
        changed("      MYSQL_HOST: mysql\n      MYSQL_USER: root", "      - MYSQL_HOST=mysql\n      - MYSQL_USER=root")
        .replace("      MYSQL_PASSWORD: ", "      - MYSQL_PASSWORD=")
        .replace("      MYSQL_DB: ", "      - MYSQL_DB="),
        changed("./:/app", ".:/app"),
        changed("mysql:8.0", "docker.io/library/mysql:8.0"),
        GOOD + "  unused:\n",
        GOOD + "x-notes: mine\n",
    ],
    ids=["as taught", "old version line", "environment as a list", "dot", "long name", "unused volume", "x-"],
)
def test_what_means_the_same_passes(text: str) -> None:
    assert isinstance(judge(SPEC, seen(text)), Passed)


def test_a_file_of_another_name_is_named() -> None:
    result = judge(SPEC, seen(GOOD, "compose.yaml.txt"))
    assert result == Failed("WRONG_NAME", "compose.yaml", "compose.yaml.txt")


def test_only_what_is_asked_for_is_compared() -> None:
    small = ComposeSpec.model_validate({"services": [{"name": "app"}]})
    assert isinstance(judge(small, seen("services: {app: {image: alpine}}")), Passed)
    assert not codes_for(small) & {"OTHER_IMAGE", "NO_PORT", "NO_DATA", "NO_SETTING", "UNKNOWN_HOST"}
