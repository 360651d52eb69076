"""Evidence about a compose project on the real engine: what runs of it, and that its data outlives `down` and `up`."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.evidence import ServicesSeen, StaysSeen
from bot.core.specs import ServicesSpec, SqlSpec, StaysSpec
from bot.handin.command import read_commands
from bot.handin.plan import Output, Refusal
from tests.sandbox.conftest import Learner, until

pytestmark = pytest.mark.engine

SOLUTION = Path(__file__).parents[3] / "lessons/docker-workshop/08-compose/solutions/compose.yaml"
STAYS = StaysSpec(app="app", database="mysql", port=3000)
UP = ServicesSpec(services=("app", "mysql"))
POST = """curl -X POST -H "Content-Type: application/json" -d '{"name":"tea"}' http://localhost:3000/items"""


async def do(learner: Learner, line: str) -> Output:
    (command,) = read_commands(line)
    assert not isinstance(command.plan, Refusal), command.plan
    return await learner.do(command.plan)


async def answers(learner: Learner) -> bool:
    return (await do(learner, "curl -sf http://localhost:3000/items")).exit_code == 0


async def seen(learner: Learner, spec: ServicesSpec | StaysSpec) -> ServicesSeen | StaysSeen:
    found = await learner.sandbox.probe(learner.name, spec, learner.files, attempt=1, again=False)
    assert isinstance(found, ServicesSeen | StaysSeen)
    return found


async def test_an_item_outlives_down_and_up_and_the_list_is_left_as_it_was(learner: Learner) -> None:
    learner.files["compose.yaml"] = SOLUTION.read_bytes()
    assert await seen(learner, STAYS) == StaysSeen("down", observed="app, which does not run")
    assert (await do(learner, "docker compose up -d")).exit_code == 0
    running = await seen(learner, UP)
    assert isinstance(running, ServicesSeen)
    assert [(each.name, each.current, each.networks) for each in running.services] == [
        ("app", True, ("getting-started-app_default",)),
        ("mysql", True, ("getting-started-app_default",)),
    ]
    await until(lambda: answers(learner), within_s=40)

    volume = "getting-started-app_todo-mysql-data"
    assert await seen(learner, STAYS) == StaysSeen("played", "first", volume)  # nothing was taken down yet
    await do(learner, POST)
    await do(learner, "docker compose down -t 1")
    await do(learner, "docker compose up -d")
    stayed = await seen(learner, STAYS)
    assert isinstance(stayed, StaysSeen)
    assert replace(stayed, log="") == StaysSeen("played", "second", volume, older=True, items=1, kept=True)
    left = json.loads((await do(learner, "curl -s http://localhost:3000/items")).text)
    assert [item["name"] for item in left] == ["tea"]
    rows = await learner.sandbox.probe(
        learner.name, SqlSpec(app="node:24-alpine", port=3000, database="mysql:8.0"), {}, attempt=1, again=False
    )
    assert (rows.added, rows.ticked, rows.removed) == (1, 1, 0)  # type: ignore[union-attr]

    await do(learner, "docker compose down -v -t 1")
    await do(learner, "docker compose up -d")
    await until(lambda: answers(learner), within_s=40)
    assert await seen(learner, STAYS) == StaysSeen("played", "first", volume)
    learner.files["compose.yaml"] = learner.files["compose.yaml"].replace(b"MYSQL_USER: root", b"MYSQL_USER: me")
    changed = await seen(learner, UP)
    assert isinstance(changed, ServicesSeen)
    assert [each.current for each in changed.services] == [False, True]
