"""Transcripts of terminals: what was run in them, and what only looks like it."""

# ruff: noqa: E501 - a table reads by the row

import pytest

from bot.handin.transcript import asked_command, read_transcript

BUILD, RUN, PS = "docker build -t app .", "docker run -dp 127.0.0.1:3000:3000 app", "docker ps"
LOG = "[+] Building 12.3s (9/9) FINISHED\n => [internal] load build definition\n => => transferring dockerfile: 153B"
TABLE = 'CONTAINER ID   IMAGE   COMMAND   STATUS\n3f1c2a9d8e7b   app   "docker-entrypoint.s…"   Up 1 second'

ROWS = [
    ("bash", f"ada@box:~/app$ {BUILD}\n{LOG}\nada@box:~/app$ {RUN}\n3f1c2a9d8e7b\nada@box:~/app$ {PS}\n{TABLE}", (BUILD, RUN, PS)),
    ("dollars", f"$ {RUN}\n3f1c2a9d8e7b\n$ {PS}\n{TABLE}\n$ ", (RUN, PS)),
    ("PowerShell", f"PS C:\\app> {PS}\n{TABLE}\nPS C:\\app> docker images\nREPOSITORY   TAG", (PS, "docker images")),
    ("a shell with branches", f"➜  app git:(main) ✗ {PS}\n{TABLE}", (PS,)),
    ("a fence with words around it", f"I ran this:\n```\n{PS}\n```\nis it right?", (PS,)),
    ("code in a sentence", "`docker stop todo` and then `docker rm todo`", ("docker stop todo", "docker rm todo")),
    ("a question about two", "is `docker stop x` like `docker rm x`?", ()),
    ("an output alone", TABLE, ()),
    ("a log alone", LOG, ()),
    ("words", "docker is great\nand containers too", ()),
    ("a fence that is no commands", "see:\n```\nFROM node\n```", ()),
    ("nothing", "", ()),
    ("very long", f"$ {PS}\n" + "x\n" * 20_000, ()),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "commands"), ROWS, ids=[row[0] for row in ROWS])
def test_what_was_run_is_found_among_what_it_printed(name: str, text: str, commands: tuple[str, ...]) -> None:
    assert read_transcript(text) == commands


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("please run docker ps", "docker ps"),
        ("Can you run `docker ps -a` please?", "docker ps -a"),
        ("run docker is hard", ""),
        ("how do I run docker ps", ""),
        ("run the workshop", ""),
    ],
)
def test_a_command_may_be_asked_for(text: str, command: str) -> None:
    assert asked_command(text) == command
