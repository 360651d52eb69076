"""The exercise app in real containers: its own tests, and its contract with SQLite and with MySQL."""

from __future__ import annotations

import io
import json
import secrets
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from bot.sandbox.verifier import entrypoint

pytestmark = pytest.mark.engine

APP = Path(__file__).parents[2] / "lessons" / "docker-workshop" / "app"
DOCKERFILE = b'FROM node:24-alpine\nWORKDIR /app\nCOPY . .\nRUN npm install\nCMD ["node", "src/index.js"]\n'
PAGE_SCRIPT = (APP / "src" / "static" / "js" / "app.js").read_text()


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    client = docker.APIClient(version="auto", timeout=90)
    client.ping()
    yield client
    client.close()


@pytest.fixture(scope="module")
def image(api: Any) -> Iterator[str]:
    """The app, built as section 02 does, with no network."""
    tag = f"docenttest-{secrets.token_hex(4)}"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        tar.add(APP, ".", filter=lambda entry: None if "node_modules" in entry.name else entry)
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(DOCKERFILE)
        tar.addfile(entry, io.BytesIO(DOCKERFILE))
    packed.seek(0)
    lines = list(api.build(fileobj=packed, custom_context=True, tag=tag, rm=True, network_mode="none", timeout=60))
    assert b"Successfully tagged" in lines[-1], lines[-3:]
    yield tag
    api.remove_image(tag, force=True)


@pytest.fixture
def network(api: Any) -> Iterator[str]:
    made = api.create_network(f"docenttest-{secrets.token_hex(4)}", internal=True)["Id"]
    yield made
    api.remove_network(made)


@pytest.fixture
def start(api: Any, network: str) -> Iterator[Callable[..., str]]:
    """Start containers on one private network, under a name; they are gone after the test."""
    made: list[str] = []

    def run(
        image: str, name: str, environment: dict[str, str] | None = None, *, alone: bool = False, **kwargs: Any
    ) -> str:
        host = api.create_host_config(network_mode="none" if alone else network)
        places = {} if alone else {network: api.create_endpoint_config(aliases=[name])}
        place = api.create_networking_config(places)
        container = api.create_container(
            image, environment=environment, host_config=host, networking_config=place, **kwargs
        )["Id"]
        made.append(container)
        api.start(container)
        return str(container)

    yield run
    for container in made:
        api.remove_container(container, force=True, v=True)


def ask(api: Any, verifier: str, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the answers to requests sent from a verifier container; `path` is the app's."""
    steps = [{**step, "url": f"http://app:3000{step.pop('path')}"} for step in map(dict, requests)]
    steps[0]["retry_for_s"] = 30
    question = json.dumps({"op": "http", "nonce": "n", "deadline_s": 40, "requests": steps})
    started = api.exec_create(verifier, [*entrypoint(), question])
    results = json.loads(api.exec_start(started["Id"]))["results"]
    assert isinstance(results, list)
    return results


def log(api: Any, container: str) -> str:
    return str(api.logs(container).decode())


ROUND_TRIP = (
    {"method": "GET", "path": "/items"},
    {"method": "POST", "path": "/items", "json": {"name": "milk", "id": "mine", "completed": True}},
    {"method": "PUT", "path": "/items/${2.id}", "json": {"name": "oat milk", "completed": True}},
    {"method": "GET", "path": "/items"},
    {"method": "DELETE", "path": "/items/${2.id}"},
    {"method": "PUT", "path": "/items/${2.id}", "json": {"name": "gone", "completed": False}},
    {"method": "GET", "path": "/items"},
)


def check_round_trip(results: list[dict[str, Any]]) -> None:
    assert [result["status"] for result in results] == [200] * len(ROUND_TRIP)
    bodies = [result["body"] for result in results]
    added = json.loads(bodies[1])
    assert added == {"id": added["id"], "name": "milk", "completed": False}
    changed = {"id": added["id"], "name": "oat milk", "completed": True}
    assert [json.loads(bodies[at]) for at in (2, 3)] == [changed, [changed]]
    assert (bodies[4], bodies[5], bodies[6]) == ("OK", "", "[]")


def test_its_own_tests_pass(api: Any, start: Callable[..., str], image: str) -> None:
    container = start(image, "tests", command=["npm", "test"])
    assert api.wait(container, timeout=60)["StatusCode"] == 0, log(api, container)


def test_with_sqlite_it_keeps_the_contract(api: Any, start: Callable[..., str], image: str) -> None:
    app = start(image, "app")
    verifier = start("docent-verifier:latest", "verifier")
    check_round_trip(ask(api, verifier, *ROUND_TRIP))
    page, script, missing, broken = ask(
        api,
        verifier,
        {"path": "/"},
        {"path": "/js/app.js"},
        {"path": "/items/x"},
        {"path": "/items", "method": "POST", "body": "{", "headers": {"Content-Type": "application/json"}},
    )
    assert (page["status"], page["headers"]["content-type"]) == (200, "text/html; charset=UTF-8")
    assert page["headers"]["x-powered-by"] == "Express"
    assert "<title>Todo App</title>" in page["body"]
    assert '<div id="root">' in page["body"]
    assert script["headers"]["content-type"].startswith("application/javascript")
    assert script["headers"]["cache-control"] == "public, max-age=0"
    assert script["body"] == PAGE_SCRIPT
    assert (missing["status"], "Cannot GET /items/x" in missing["body"], broken["status"]) == (404, True, 400)
    assert log(api, app).startswith("Using sqlite database at /etc/todos/todo.db\nListening on port 3000\n")
    api.stop(app, timeout=20)
    assert api.inspect_container(app)["State"]["ExitCode"] == 0


def test_with_mysql_it_keeps_the_contract(api: Any, start: Callable[..., str], image: str) -> None:
    start("mysql:8.0", "mysql", {"MYSQL_ROOT_PASSWORD": "secret", "MYSQL_DATABASE": "todos"})
    settings = {"MYSQL_HOST": "mysql", "MYSQL_USER": "root", "MYSQL_PASSWORD": "wrong", "MYSQL_DB": "todos"}
    app = start(image, "app", settings | {"MYSQL_PASSWORD_FILE": "/password"}, command=[
        "sh", "-c", "printf secret > /password && exec node src/index.js"
    ])  # fmt: skip
    verifier = start("docent-verifier:latest", "verifier")
    check_round_trip(ask(api, verifier, *ROUND_TRIP))
    said = log(api, app)
    assert said.startswith("Waiting for mysql:3306.")
    assert said.endswith("Connected!\nConnected to mysql db at host mysql\nListening on port 3000\n")
    # a name that does not fit ends the server instead of being answered
    (_, crash) = ask(api, verifier, {"path": "/"}, {"path": "/items", "method": "POST", "json": {"name": "x" * 256}})
    assert crash["error"] == "empty"
    assert api.wait(app, timeout=20)["StatusCode"] == 1
    assert "ER_DATA_TOO_LONG" in log(api, app)


def test_without_its_database_it_gives_up_after_a_while_and_says_why(
    api: Any, start: Callable[..., str], image: str
) -> None:
    # with no network at all the resolver answers at once
    app = start(image, "app", {"MYSQL_HOST": "nowhere", "MYSQL_USER": "root"}, alone=True)
    assert api.wait(app, timeout=60)["StatusCode"] == 1
    said = log(api, app)
    assert "Timeout\n" in said
    assert "getaddrinfo" in said


def test_only_mysql_host_itself_chooses_mysql(api: Any, start: Callable[..., str], image: str) -> None:
    app = start(image, "app", {"MYSQL_HOST_FILE": "/host", "SQLITE_DB_LOCATION": "/data/deep/todo.db"})
    verifier = start("docent-verifier:latest", "verifier")
    assert ask(api, verifier, {"path": "/items"})[0]["body"] == "[]"
    assert "Using sqlite database at /data/deep/todo.db\n" in log(api, app)


def test_the_lines_that_the_lessons_change_are_where_they_say() -> None:
    lines = PAGE_SCRIPT.splitlines()
    assert lines[56 - 1].strip() == "'No items yet! Add one above!',"
    assert lines[109 - 1].strip() == "'Add Item',"


def test_the_development_server_restarts_when_a_file_changes(api: Any, start: Callable[..., str], image: str) -> None:
    app = start(image, "app", command=["npm", "run", "dev"])
    verifier = start("docent-verifier:latest", "verifier")
    ask(api, verifier, {"path": "/"})
    change = ["sh", "-c", "echo '// changed' >> src/index.js"]
    api.exec_start(api.exec_create(app, change)["Id"])
    deadline = time.monotonic() + 30
    while log(api, app).count("Listening on port 3000") < 2:
        assert time.monotonic() < deadline, log(api, app)
        time.sleep(0.1)
    said = log(api, app)
    for line in (
        "[nodemon] 3.",
        "watching path(s): *.*",
        "restarting due to changes...",
        "starting `node src/index.js`",
    ):
        assert line in said
