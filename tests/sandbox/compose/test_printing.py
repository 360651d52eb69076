"""Compose's own lines and columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.handin.compose.plan import ComposePlan
from bot.handin.compose.read import read_compose
from bot.handin.plan import PublishedPort
from bot.sandbox.compose import printing
from bot.sandbox.compose.falling import turns
from bot.sandbox.things import Container

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def container(service: str, state: str = "running", ports: tuple[PublishedPort, ...] = ()) -> Container:
    return Container(
        id=service * 4,
        engine_name="",
        name=f"todo-{service}-1",
        image="node:24-alpine",
        image_id="",
        command='docker-entrypoint.sh sh -c "npm install"',
        created_at=NOW - timedelta(seconds=7),
        state=state,
        status="Up 6 seconds" if state == "running" else "Exited (0) 2 seconds ago",
        ip="",
        exposed=((3306, "tcp"),),
        ports=ports,
        kind="learner",
        learner="u1",
        attempt=0,
        detached=True,
        remove=False,
        service=service,
        project="todo",
    )


def test_progress_stands_as_it_does_at_the_end_of_the_real_one() -> None:
    done = printing.Progress()
    done.set("Network todo_default", "Created", 0.1)
    done.set("Container todo-app-1", "Created", 0.1)
    done.set("Container todo-app-1", "Starting", 0.25)
    assert done.text() == (
        "[+] Running 1/2\n ✔ Network todo_default  Created    0.1s\n ⠿ Container todo-app-1  Starting   0.3s"
    )
    assert printing.Progress().text() == ""


def test_services_stand_in_composes_columns() -> None:
    rows = [container("mysql"), container("app", "exited", (PublishedPort(3000, 3000, "127.0.0.1"),))]
    header, app, mysql = printing.services(rows, NOW).splitlines()
    columns = "NAME           IMAGE            COMMAND                  SERVICE   CREATED         STATUS       "
    assert header == f"{columns}              PORTS"
    start = 'node:24-alpine   "docker-entrypoint.s…"'
    assert app == f"todo-app-1     {start}   app       7 seconds ago   Exited (0) 2 seconds ago   "
    assert mysql == f"todo-mysql-1   {start}   mysql     7 seconds ago   Up 6 seconds               3306/tcp"
    assert printing.services([], NOW) == "NAME      IMAGE     COMMAND   SERVICE   CREATED   STATUS    PORTS"


def test_projects_stand_in_columns_of_their_own() -> None:
    mine = [container("app"), container("mysql"), container("old", "exited")]
    assert printing.projects([("todo", mine, "compose.yaml")]).splitlines() == [
        "NAME                STATUS                  CONFIG FILES",
        "todo                exited(1), running(2)   /home/you/getting-started-app/compose.yaml",
    ]


def test_log_lines_carry_the_service_unless_asked_otherwise() -> None:
    parts = [("app-1", "one\ntwo\n"), ("mysql-1", "ready\n")]
    assert printing.logs(parts, prefix=True) == "app-1    | one\napp-1    | two\nmysql-1  | ready"
    assert printing.logs(parts, prefix=False) == "one\ntwo\nready"


def test_what_is_needed_by_others_is_stopped_last() -> None:
    app, web = "app: {image: alpine, depends_on: [db]}", "web: {image: alpine, depends_on: [app]}"
    plan = read_compose(f"services: {{db: {{image: alpine}}, {app}, {web}}}", project="todo")
    assert isinstance(plan, ComposePlan)
    order = turns(plan, [container(name) for name in ("db", "stray", "app", "web")])
    assert [[each.service for each in turn] for turn in order] == [["web"], ["app"], ["db"], ["stray"]]
