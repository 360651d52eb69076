"""`docent instructors`: who is one, by user id."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from bot.cli.running import AsJson, Data, run, with_data
from bot.errors import OperatorError
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.progress.roles import SqlRoles

T = TypeVar("T")
USER = re.compile(r"[UW][A-Z0-9]{2,}")

app = typer.Typer(no_args_is_help=True, help="Who is an instructor: by user id, which nobody can choose.")
User = Annotated[str, typer.Argument(help="A Slack user id, such as U024BE7LH (profile, ⋮, Copy member ID).")]


@app.command("list")
def list_(data: Data = None, as_json: AsJson = False) -> None:
    """Print the ids of all instructors."""
    found = _with_roles(data, lambda roles: roles.instructors())
    if as_json:
        typer.echo(json.dumps(list(found)))
    else:
        typer.echo("\n".join(found) or "Nobody is an instructor yet: docent instructors add U…")


@app.command()
def add(user: User, data: Data = None) -> None:
    """Make somebody an instructor; a running bot knows at once."""
    new = _with_roles(data, lambda roles: roles.appoint(checked(user)))
    typer.echo(f"{user} is an instructor now." if new else f"{user} was an instructor already.")


@app.command()
def remove(user: User, data: Data = None) -> None:
    """Make somebody an instructor no more, also when the settings name them."""
    gone = _with_roles(data, lambda roles: roles.dismiss(checked(user)))
    typer.echo(f"{user} is no instructor any more." if gone else f"{user} was no instructor.")


def checked(user: str) -> str:
    """Return the user id. Raises: `OperatorError` for what cannot be one, such as a name."""
    if not USER.fullmatch(user):
        raise OperatorError(f"{user!r} is no user id. They begin with U or W: open the profile, ⋮, Copy member ID.")
    return user


def _with_roles(data: Data, ask: Callable[[SqlRoles], Awaitable[T]]) -> T:
    settings = with_data(data)
    return run(_asked(settings, ask), settings)


async def _asked(settings: Settings, ask: Callable[[SqlRoles], Awaitable[T]]) -> T:
    from bot.progress.roles import SqlRoles
    from bot.progress.store import open_store
    from bot.wiring import DATABASE

    store = await open_store(settings.data / DATABASE)
    try:
        roles = SqlRoles(store.database)
        await roles.seed(settings.instructors)
        return await ask(roles)
    finally:
        await store.close()
