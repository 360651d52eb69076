"""Every call of the engine has a deadline of ours: what the sources may not say, and that this is noticed."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.engine import Engine

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "bot").rglob("*.py"))
#: the one place that may reach for docker-py, and what it may take: where the engine is, and which API both know
DOOR = "bot/sandbox/engine.py"
TAKEN = {
    "docker.constants.DEFAULT_DOCKER_API_VERSION",
    "docker.errors.DockerException",
    "docker.tls.TLSConfig",
    "docker.utils.kwargs_from_env",
    "docker.utils.parse_host",
    "docker.utils.version_lt",
}
#: where a connection to the engine is opened; the registry's and the verifier's own sockets lead elsewhere
LINES = {"bot/sandbox/calling/exchange.py"}
DIALLING = {"open_unix_connection", "open_connection", "create_unix_connection", "UnixConnector", "AF_UNIX"}
CALLS = {"ask", "stream", "take_over"}


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, each.name) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{each.name}") for each in node.names)


def faults(source: str, path: str) -> list[str]:
    """Return what a source says that could reach the engine without a deadline of ours."""
    tree = ast.parse(source)
    found = [
        f"{path}:{line}: {name} is not to be used"
        for line, name in imported(tree)
        if name.split(".")[0] in {"docker", "requests", "urllib3"} and not (path == DOOR and name in TAKEN)
    ]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            name = node.attr if isinstance(node, ast.Attribute) else node.id
            if name in DIALLING and path not in LINES:
                found.append(f"{path}:{node.lineno}: {name} opens a connection past the door")
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS):
            continue
        by = node.func.value
        engine = (by.attr if isinstance(by, ast.Attribute) else getattr(by, "id", "")) in {"engine", "_engine"}
        given = {each.arg: each.value for each in node.keywords}
        deadline = given.get("deadline_s")
        if engine and (deadline is None or (isinstance(deadline, ast.Constant) and deadline.value is None)):
            found.append(f"{path}:{node.lineno}: {node.func.attr} of the engine without a deadline")
    return found


@pytest.mark.parametrize("path", [str(each.relative_to(ROOT)) for each in SOURCES])
def test_no_source_reaches_the_engine_without_a_deadline(path: str) -> None:
    assert faults((ROOT / path).read_text(encoding="utf-8"), path) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import docker\ndocker.from_env().containers.run('alpine')",
        "from docker import APIClient",
        "from docker.client import DockerClient as Client",
        "import requests\nrequests.get('http://docker/info')",
        "async def f(self):\n    await self._engine.ask(LANE, 'GET', '/info')",
        "async def f(self):\n    await self._engine.ask(LANE, 'GET', '/info', deadline_s=None)",
        "async def f(self):\n    await self.engine.ask(LANE, 'GET', '/info')",
        "async def f(engine):\n    await engine.stream(LANE, 'POST', '/build', sink, params={})",
        "async def f(self):\n    return await self._engine.take_over('/x', params={}, body=None)",
        "async def f():\n    await asyncio.open_unix_connection('/var/run/docker.sock')",
        "connector = aiohttp.UnixConnector('/var/run/docker.sock')",
        "s = socket.socket(socket.AF_UNIX)",
    ],
)
@pytest.mark.parametrize("path", ["bot/sandbox/host.py", "bot/check.py"])
def test_a_planted_call_is_noticed(path: str, planted: str) -> None:
    assert faults(planted, path)


@pytest.mark.parametrize(
    "planted", ["import docker", "from docker import APIClient", "from docker.models.containers import Container"]
)
def test_even_at_the_door_nothing_of_docker_py_makes_a_call(planted: str) -> None:
    assert faults(planted, DOOR)


@pytest.mark.parametrize("call", sorted(CALLS))
def test_the_door_itself_takes_no_call_without_a_deadline(call: str) -> None:
    deadline = inspect.signature(getattr(Engine, call)).parameters["deadline_s"]
    assert deadline.kind is inspect.Parameter.KEYWORD_ONLY
    assert deadline.default is inspect.Parameter.empty
    assert deadline.annotation == "float"
