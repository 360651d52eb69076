"""`docent badge`: the key that badges are signed with, and whether a badge is ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.running import AsJson, Data, run, with_data
from bot.errors import OperatorError
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.reports.badges import Key

app = typer.Typer(no_args_is_help=True, help="Open Badges that learners get with their certificate.")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="The .jwt file that a learner was given; - reads it from here.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Tell what a badge says when it was signed here and is unchanged; exit code 1 when not."""
    settings = with_data(data)
    try:
        token = typer.get_text_stream("stdin").read() if str(file) == "-" else file.read_text(errors="replace")
    except OSError as error:
        raise OperatorError(f"{file} cannot be read ({error.strerror}).") from error
    key = run(_key(settings), settings)
    said = key.read(token) if key else None
    if said is None:
        typer.echo("{}" if as_json else "This badge was not signed here, or it was changed since.")
        raise typer.Exit(1)
    if as_json:
        typer.echo(json.dumps(said, ensure_ascii=False))
        return
    subject = said["credentialSubject"]
    name = next((each["identityHash"] for each in subject.get("identifier", ())), "A learner")
    typer.echo(f"{name}: {said['name']}, earned on {said['validFrom'][:10]}. {subject['narrative']}")
    typer.echo(f"Certificate {subject['licenseNumber']}; issued by {said['issuer']['name']}.")


@app.command()
def key(data: Data = None) -> None:
    """Print the public key as a JSON Web Key Set, to be published where `badge_issuer` points."""
    settings = with_data(data)
    kept = run(_key(settings), settings)
    if kept is None:
        raise OperatorError("There is no key yet: it is made with the first certificate.")
    typer.echo(json.dumps({"keys": [{**kept.jwk, "alg": "RS256", "use": "sig"}]}, indent=2))


async def _key(settings: Settings) -> Key | None:
    from bot.progress.store import open_store
    from bot.reports.badges import Key
    from bot.wiring import BADGE_KEY, DATABASE

    store = await open_store(settings.data / DATABASE)
    try:
        pem = await store.note(BADGE_KEY)
    finally:
        await store.close()
    return Key(pem) if pem else None
