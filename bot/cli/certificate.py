"""`docent certificate`: whose certificate a number is."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bot.cli.running import AsJson, Data, run, with_data
from bot.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(certificate)


def certificate(
    number: Annotated[str, typer.Argument(help="As it stands on the picture, such as 7FQ2-KXMA-P3ZD.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Tell whose certificate this number is, and what they passed as of now; exit code 1 when it is nobody's here."""
    settings = with_data(data)
    found = run(_look_up(settings, number), settings)
    if as_json:
        typer.echo(json.dumps(found))
    elif found:
        skips = f", {found['skipped']} skipped" if found["skipped"] else ""
        typer.echo(f"{found['name']} ({found['learner']}): {found['title']}, finished on {found['on']}, ", nl=False)
        typer.echo(f"{found['passed']} of {found['steps']} steps passed{skips}.")
    else:
        typer.echo("No learner here has a certificate of this number.")
    raise typer.Exit(0 if found else 1)


async def _look_up(settings: Settings, number: str) -> dict[str, str | int]:
    """Return who has the certificate and what it says today; {} when nobody has."""
    from bot.authoring.load import load_workshop
    from bot.core.ending.certificate import number_of, same_number
    from bot.core.ending.summary import certificate as drawn
    from bot.progress.store import open_store, utc_now
    from bot.wiring import CERTIFICATE_SECRET, DATABASE

    workshop = load_workshop(settings.workshop)
    store = await open_store(settings.data / DATABASE)
    try:
        secret = await store.note(CERTIFICATE_SECRET)
        for learner in await store.everybody() if secret else ():
            if learner.finished_at and same_number(number, number_of(secret, workshop.id, learner.id)):
                now = drawn(workshop, learner, utc_now())
                told = {"name": now.name, "learner": learner.id, "title": now.title, "on": now.on.isoformat()}
                return {**told, "passed": now.passed, "skipped": now.skipped, "steps": len(workshop.order)}
    finally:
        await store.close()
    return {}
