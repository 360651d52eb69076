"""`docker cp`: which side is the container, and where in the project the other side is."""

from __future__ import annotations

import pytest

from bot.handin.command import read_commands
from bot.handin.paths import HOME
from bot.handin.plan import CopyIn, CopyOut, Refusal

PACKAGE = "/app/package.json"


@pytest.mark.parametrize(
    ("words", "plan"),
    [
        (f"todo:{PACKAGE} .", CopyOut("todo", PACKAGE, ".", f"{HOME}/.", folder=True)),
        (f"todo:{PACKAGE} copy.json", CopyOut("todo", PACKAGE, "copy.json", f"{HOME}/copy.json")),
        (f"todo:{PACKAGE} ./src/", CopyOut("todo", PACKAGE, "src", f"{HOME}/src/", folder=True)),
        (f"todo:{PACKAGE} src/.", CopyOut("todo", PACKAGE, "src", f"{HOME}/src/.", folder=True)),
        (f"todo:{PACKAGE} $(pwd)/x", CopyOut("todo", PACKAGE, "x", f"{HOME}/x")),
        (f"todo:{PACKAGE} {HOME}/x", CopyOut("todo", PACKAGE, "x", f"{HOME}/x")),
        ("todo:app/src/. .", CopyOut("todo", "/app/src/.", ".", f"{HOME}/.", folder=True)),
        ("-L -q todo:/a b", CopyOut("todo", "/a", "b", f"{HOME}/b", follow=True, quiet=True)),
        ("todo:/a b -a", CopyOut("todo", "/a", "b", f"{HOME}/b")),
        ("f00d:/with:colon x", CopyOut("f00d", "/with:colon", "x", f"{HOME}/x")),
        ("'todo:/a b' 'c d'", CopyOut("todo", "/a b", "c d", f"{HOME}/c d")),
        ("package.json todo:/app", CopyIn("package.json", f"{HOME}/package.json", "todo", "/app")),
        ("./a:b todo:/x", CopyIn("a:b", f"{HOME}/a:b", "todo", "/x")),
        ("src todo:/app/", CopyIn("src", f"{HOME}/src", "todo", "/app/")),
        ("src/. todo:app", CopyIn("src", f"{HOME}/src/.", "todo", "/app", contents=True)),
        (". todo:/app", CopyIn(".", f"{HOME}/.", "todo", "/app", contents=True)),
        ("package.json todo:", CopyIn("package.json", f"{HOME}/package.json", "todo", "/")),
    ],
)
def test_a_copy_is_out_of_a_container_or_into_one(words: str, plan: CopyOut | CopyIn) -> None:
    for verb in ("docker cp", "docker container cp"):
        (command,) = read_commands(f"{verb} {words}")
        assert command.plan == plan


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("one:/a two:/b", "TWO_CONTAINERS", "copying between containers is not supported"),
        ("a.txt b.txt", "NO_CONTAINER", "must specify at least one container source"),
        ("/a.txt b.txt", "NO_CONTAINER", "must specify at least one container source"),
        ('"" todo:/a', "EMPTY_PATH", "source can not be empty"),
        ('todo:/a ""', "EMPTY_PATH", "destination can not be empty"),
        ("to%do:/a b", "NO_SUCH_CONTAINER", "Error response from daemon: No such container: to%do"),
        ("todo:/a", "TOO_FEW_WORDS", "docker: 'docker cp' requires 2 arguments"),
        ("todo:/a b c", "TOO_MANY_WORDS", "docker: 'docker cp' requires 2 arguments"),
    ],
)
def test_what_dockers_client_refuses_is_refused_in_its_words(words: str, code: str, said: str) -> None:
    (command,) = read_commands(f"docker cp {words}")
    assert isinstance(command.plan, Refusal)
    assert (command.plan.code, command.plan.exit_code, command.plan.docker) == (code, 1, True)
    assert command.plan.words.startswith(said)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("todo:/a -", "STREAM"),
        ("- todo:/a", "STREAM"),
        ("todo:/a /tmp/a", "HOST_PATH"),
        ("todo:/a ..", "HOST_PATH"),
        ("todo:/a src/../../a", "HOST_PATH"),
        ("todo:/a ~/a", "HOST_PATH"),
        ("todo:/a 'C:\\Users\\ada'", "HOST_PATH"),
        ("/etc/passwd todo:/a", "HOST_PATH"),
        (f"todo:/{'a' * 1_100} b", "BAD_PATH"),
    ],
)
def test_what_only_we_refuse_is_said_kindly(words: str, code: str) -> None:
    (command,) = read_commands(f"docker cp {words}")
    assert isinstance(command.plan, Refusal)
    assert (command.plan.code, command.plan.docker) == (code, False)
