"""`docent forget`: delete everything that is kept of somebody, or of everybody."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.cli.instructors import checked
from bot.cli.running import Data, run, with_data


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(forget)


def forget(
    user: Annotated[str, typer.Argument(help="A Slack user id, such as U024BE7LH.")] = "",
    everybody: Annotated[bool, typer.Option("--everybody", help="Everything of everybody, on the host too.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it, without asking: it cannot come back.")] = False,
    data: Data = None,
) -> None:
    """Delete everything that is kept of somebody: records, files, what is on the host and in the registry."""
    from bot.wiring.forgetting import forget_all, forget_one

    if bool(user) == everybody:
        raise typer.BadParameter("Name one user id, or say --everybody.")
    settings = with_data(data)
    if everybody:
        if not yes:
            typer.echo(f"This deletes all that is in {settings.data} and on its host, for good. Add --yes to do it.")
            raise typer.Exit(1)
        rows = run(forget_all(settings), settings)
        typer.echo(f"{rows} rows and everything on the host are deleted; only empty tables are left.")
        return
    gone = run(forget_one(settings, checked(user)), settings)
    if gone is None:
        typer.echo(f"The bot that works here deletes everything of {user} within seconds, or once its host answers.")
    else:
        typer.echo(f"{gone} rows of {user} are deleted." if gone else f"Nothing is kept of {user}.")
