"""An app and its database on the real engine: what is proved about them, and what each mistake looks like."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping

import pytest

from bot.core.evidence import LogsSeen, SqlSeen
from bot.core.results import NotYet, Result
from bot.core.verdict import judge
from bot.core.workshop import Condition
from bot.handin.plan import Curl
from bot.sandbox.records import Pair
from bot.sandbox.sayings import engine_time
from bot.sandbox.things import container_of
from tests.sandbox.conftest import Learner, until
from tests.sandbox.test_volumes import said

DATABASE = "-v todo-mysql-data:/var/lib/mysql -e MYSQL_ROOT_PASSWORD=sesame -e MYSQL_DATABASE=todos mysql:8.0"
APP = '-w /app -v .:/app node:24-alpine sh -c "npm install --omit=dev && node src/index.js"'
LOGIN = "-e MYSQL_HOST=mysql -e MYSQL_USER=root -e MYSQL_PASSWORD=sesame -e MYSQL_DB=todos"


def condition(probe: str, /, **spec: object) -> Condition:
    return Condition.model_validate({"id": "c", "title": "T", "probe": probe, "with": spec})


ROW = condition("sql", app="node:24-alpine", port=3000, database="mysql:8.0")
READY = condition(
    "logs", image="mysql:8.0", prints=r"ready for connections\.?\s{1,9}Version: .{1,200}port: 3306\b", says="ready"
)
KEPT = condition("volume", image="mysql:8.0", volume="todo-mysql-data", target="/var/lib/mysql")

Judged = Callable[[Condition], Awaitable[Result]]


@pytest.fixture
def judged(learner: Learner) -> Judged:
    async def look(asked: Condition) -> Result:
        results: list[Result] = []

        async def settled() -> bool:
            seen = await learner.sandbox.probe("U1", asked.with_, learner.files, attempt=7, again=bool(results))
            results.append(judge(asked, seen))
            return not isinstance(results[-1], NotYet)

        await until(settled, within_s=60)
        return results[-1]

    return look


def code(result: Result) -> str:
    return getattr(result, "code", type(result).__name__)


def a_pair(app: Mapping[str, str], database: Mapping[str, str]) -> Pair:
    container = container_of({"Id": "c"})
    return Pair(container, app, container, database)


def test_whoever_the_settings_name_may_ask_and_nobody_twice() -> None:
    app = {"MYSQL_USER": "root", "MYSQL_PASSWORD": "sesame"}
    assert a_pair(app, {"MYSQL_ROOT_PASSWORD": "sesame"}).logins == [{"user": "root", "password": "sesame"}]
    assert a_pair({}, {"MYSQL_ROOT_PASSWORD": "r", "MYSQL_USER": "u", "MYSQL_PASSWORD": "p"}).logins == [
        {"user": "root", "password": "r"},
        {"user": "u", "password": "p"},
    ]
    assert a_pair({}, {}).logins == [{"user": "root", "password": ""}]


@pytest.mark.parametrize(
    ("started", "since"),
    [
        ("2026-11-23T09:00:00.5Z", "1795424400.500000000"),
        ("2026-11-23T09:00:00Z", "1795424400.000000000"),
        ("0001-01-01T00:00:00Z", ""),  # never
        ("None", ""),
    ],
)
def test_the_engines_own_time_is_turned_into_what_its_log_takes(started: str, since: str) -> None:
    assert engine_time(started) == since


@pytest.mark.engine
async def test_an_item_becomes_a_row_and_a_file_is_no_database(learner: Learner, judged: Judged) -> None:
    await said(learner, "docker network create todo-app")
    await said(learner, f"docker run -d --name db --network todo-app --network-alias mysql {DATABASE}")
    assert [code(await judged(each)) for each in (READY, KEPT, ROW)] == ["Passed", "Passed", "NOT_RUNNING"]
    await said(learner, f"docker run -d --name app --network todo-app -p 3000:3000 {LOGIN} {APP}")
    assert code(await judged(ROW)) == "Passed"
    seen = await learner.sandbox.probe("U1", ROW.with_, learner.files, attempt=7, again=False)
    assert isinstance(seen, SqlSeen)
    assert (seen.state, seen.added, seen.ticked, seen.removed) == ("played", 1, 1, 0)
    assert "sesame" not in repr(seen)
    rows = 'docker exec db mysql -psesame todos -N -e "select count(*) from todo_items"'
    assert (await said(learner, rows)).text == "0"  # nothing of ours is left

    # an older database behind the newest app, and the other way round, would be another pair: the newest counts
    await said(learner, f"docker run -d --name file --network todo-app {APP}")
    assert code(await judged(ROW)) == "SQLITE_FALLBACK"
    await said(learner, "docker rm -f file")
    out = await learner.do(Curl("localhost", 3000, path="/items"))
    assert json.loads(out.text) == []


@pytest.mark.engine
async def test_a_database_without_a_volume_of_its_own_runs_and_is_told_so(learner: Learner, judged: Judged) -> None:
    await said(learner, "docker run -d --name db -e MYSQL_ROOT_PASSWORD=sesame mysql:8.0")
    assert code(await judged(READY)) == "Passed"
    assert code(await judged(KEPT)) == "NO_NAME"
    volumes = (await said(learner, "docker volume ls -q")).text.splitlines()
    assert [len(name) for name in volumes] == [64]  # as with Docker itself
    # what the first run said is not said again by the second
    await said(learner, "docker restart db")
    seen = await learner.sandbox.probe("U1", READY.with_, learner.files, attempt=7, again=False)
    assert isinstance(seen, LogsSeen)
    assert "Initializing database files" not in seen.text
    assert code(await judged(READY)) == "Passed"
    await said(learner, "docker rm -f db")
    assert (await said(learner, "docker volume ls -q")).text == ""
    await said(learner, "docker run -d --name db mysql:8.0")
    assert code(await judged(READY)) == "NO_ROOT_PASSWORD"
