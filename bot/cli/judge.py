"""`docent judge`: what the policy says about a Dockerfile, a compose file, commands or an archive, with no engine."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.errors import OperatorError
from bot.handin.plan import Refusal

if TYPE_CHECKING:
    from bot.handin.archive import Unpacked
    from bot.handin.decision import Decision

REFUSED = 3
MOST_BYTES = 64 * 1024 * 1024  #: of what is read at all; the policy has limits of its own

app = typer.Typer(no_args_is_help=True, help="Say what the policy decides about a file; touches no engine.")

File = Annotated[str, typer.Argument(metavar="FILE|-", help="The file to judge; - is standard input.")]
Own = Annotated[list[str] | None, typer.Option(metavar="NAME", help="An image of the learner's own; repeatable.")]
BuildArg = Annotated[list[str] | None, typer.Option("--build-arg", metavar="NAME=VALUE", help="As `docker build` has.")]
Project = Annotated[Path | None, typer.Option(help="Folder or archive with the files that this one refers to.")]


@app.command()
def dockerfile(file: File, build_arg: BuildArg = None, target: str = "", own: Own = None) -> None:
    """Judge a Dockerfile."""
    from bot.handin.decision import decided, judge_dockerfile
    from bot.handin.plan import BuildPlan

    content = _content(file)
    given = [pair.partition("=") for pair in build_arg or ()]
    plan = BuildPlan((), target=target, build_args=tuple((name, value) for name, _, value in given))
    found = judge_dockerfile(content, plan, _served(), own or ())
    _end([_told(found, decided("dockerfile", content, found))])


@app.command()
def compose(file: File, project: Project = None, own: Own = None) -> None:
    """Judge a compose file, with the `.env` of its project."""
    from bot.handin.compose.read import read_compose
    from bot.handin.decision import decided, judge_up
    from bot.handin.paths import FOLDER

    content = _content(file)
    env = _files(project).get(".env")
    name = "compose.yaml" if file == "-" else Path(file).name
    found = judge_up(read_compose(content, project=FOLDER, env_file=env, file=name), _served(), own or ())
    _end([_told(found, decided("compose", content, found))])


@app.command()
def command(file: File, own: Own = None) -> None:
    """Judge a message of commands, as learners type them."""
    from bot.handin.command import read_commands
    from bot.handin.decision import judge_command

    told = []
    for each in read_commands(_content(file).decode("utf-8", "replace")):
        found, decisions = judge_command(each, _served(), own or ())
        told.append({"line": each.line, **_told(found, *decisions)})
    if not told:
        raise OperatorError(f"There is no command in {file}.")
    _end(told)


@app.command()
def archive(file: File) -> None:
    """Judge a packed project."""
    from bot.handin.decision import decided

    content = _content(file)
    found = _unpacked(file, content)
    _end([_told(found, decided("archive", content, found))])


def _told(found: Any, *decisions: Decision) -> dict[str, Any]:
    """Return what was decided with the plan or the refusal that it is about."""
    from bot.handin.decision import plan_written

    kept = [asdict(decision) for decision in decisions]
    if not isinstance(found, Refusal):
        return {"accepted": True, "decisions": kept, "plan": plan_written(found)}
    said = {key: value for key, value in asdict(found).items() if value not in {"", False}}
    return {"accepted": False, "decisions": kept, "refusal": said}


def _end(told: list[dict[str, Any]]) -> NoReturn:
    """Print what was decided, one document for each hand-in, and end with the exit code for it."""
    for each in told:
        typer.echo(json.dumps(each, indent=2))
    sys.exit(0 if all(each["accepted"] for each in told) else REFUSED)


def _served() -> tuple[str, ...]:
    from bot.sandbox.catalogue import CATALOGUE

    return tuple(row.name for row in CATALOGUE if row.base)


def _content(file: str) -> bytes:
    """Return the bytes of a file or of standard input. Raises: OperatorError when they cannot be read."""
    try:
        if file == "-":
            return sys.stdin.buffer.read(MOST_BYTES)
        with Path(file).open("rb") as opened:
            return opened.read(MOST_BYTES)
    except OSError as error:
        raise OperatorError(f"I cannot read {file}: {error.strerror}.") from error


def _unpacked(name: str, content: bytes) -> Unpacked | Refusal:
    from bot.handin.archive import read_archive

    return read_archive(Path(name).name, content)


def _files(project: Path | None) -> Mapping[str, bytes]:
    """Return the project's files that can matter here. Raises: OperatorError."""
    if project is None:
        return {}
    if project.is_dir():
        env = project / ".env"
        return {".env": _content(str(env))} if env.is_file() else {}
    read = _unpacked(project.name, _content(str(project)))
    if isinstance(read, Refusal):
        raise OperatorError(f"I cannot use {project}: {read.say}")
    return dict(read.files)
