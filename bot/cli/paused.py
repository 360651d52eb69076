"""`docent paused`: who has used up what one person has of the host, and letting them go on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

import typer

from bot.cli.running import AsJson, Data, run, with_data
from bot.settings import Settings


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(paused)


def paused(
    data: Data = None,
    release: Annotated[str, typer.Option(help="Let the learner with this Slack user id go on now.")] = "",
    as_json: AsJson = False,
) -> None:
    """Show who is paused because of what their things used; --release lets somebody go on, in a running bot too."""
    settings = with_data(data)
    rows = run(_paused(settings, release), settings)
    if as_json:
        typer.echo(json.dumps([{"learner": who, "why": why, "until": until} for who, why, until in rows]))
    elif release:
        typer.echo(f"{release} may go on." if any(who == release for who, *_ in rows) else f"{release} is not paused.")
    else:
        typer.echo("\n".join(f"{who}  {why}  until {until}" for who, why, until in rows) or "Nobody is paused.")


async def _paused(settings: Settings, release: str) -> list[tuple[str, str, str]]:
    from bot.fairness.allowances import note_of
    from bot.progress.store import open_store
    from bot.wiring import DATABASE

    store = await open_store(settings.data / DATABASE)
    rows = []
    try:
        for learner in await store.holders():
            if kept := await store.note(note_of(learner.id)):
                told = json.loads(kept)
                until = datetime.fromtimestamp(told["until"], UTC).strftime("%H:%M UTC")
                rows.append((learner.id, str(told["why"]), until))
        if release and any(who == release for who, *_ in rows):
            await store.remember(note_of(release), "")
    finally:
        await store.close()
    return rows
