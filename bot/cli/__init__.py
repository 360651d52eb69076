"""The commands. Thin: each reads its options, calls one room, and says what happened."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli import (
    badge,
    certificate,
    cohorts,
    diagnose,
    doctor,
    export,
    forget,
    images,
    instructors,
    janitor,
    judge,
    local,
    paused,
)
from bot.cli.running import Data, console, run, until_stopped, with_data
from bot.errors import AuthorError, DocentError
from bot.settings import Settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Docent takes a team through the Docker workshop.",
)
app.add_typer(badge.app, name="badge")
app.add_typer(images.app, name="images")
app.add_typer(instructors.app, name="instructors")
app.add_typer(cohorts.app, name="cohorts")
local.add_to(app)
janitor.add_to(app)
diagnose.add_to(app)
certificate.add_to(app)
export.add_to(app)
paused.add_to(app)
forget.add_to(app)
doctor.add_to(app)
app.add_typer(judge.app, name="judge")


def main() -> None:
    """Run the command line; what the operator or an author can mend is said in a sentence, exit code 2."""
    try:
        app()
    except AuthorError as error:
        console.print("The lessons need mending:", str(error), markup=False)
        sys.exit(2)
    except DocentError as error:
        console.print(str(error), markup=False)
        sys.exit(2)


@app.command()
def serve(
    data: Data = None,
    join_local: Annotated[bool, typer.Option("--local", help="Join the local workspace that runs here.")] = False,
) -> None:
    """Run the bot against Slack (SLACK_BOT_TOKEN, SLACK_APP_TOKEN) until Ctrl+C."""
    settings = with_data(data)
    if join_local:
        settings = local.joining(settings, local.run_file_of(settings))
    run(_serve(settings), settings)


@app.command()
def lint(folder: Annotated[Path, typer.Argument(help="The workshop's folder.")]) -> None:
    """Check lessons: shapes, ids, codes, words, files."""
    from bot.authoring.lint import lint as find_problems

    problems = find_problems(folder)
    for problem in problems:
        console.print(str(problem), markup=False)
    console.print(f"{len(problems)} problem{'' if len(problems) == 1 else 's'} in {folder}", markup=False)
    sys.exit(1 if problems else 0)


@app.command()
def schema(
    of: Annotated[str, typer.Argument(help="section, workshop or mistakes: the file you are writing.")] = "section",
) -> None:
    """Print the JSON Schema of a lesson file, for editors."""
    from bot.authoring import schema as schemas

    made = {"section": schemas.section_schema, "workshop": schemas.workshop_schema, "mistakes": schemas.mistakes_schema}
    if of not in made:
        raise typer.BadParameter(f"{of!r} is not one of {', '.join(made)}")
    typer.echo(json.dumps(made[of](), indent=2))


async def _serve(settings: Settings) -> None:
    from bot.wiring import running_bot

    async with running_bot(settings) as bot:
        console.print("Docent is connected. Ctrl+C ends it.")
        await until_stopped(bot.left)
        if bot.left.is_set():
            console.print("The workspace removed Docent: everything that was kept of it is deleted. Goodbye.")
            return
        console.print("Ending: checks under way are kept and go on at the next start.")
