"""`docent janitor`: what the bot does every minute, for a timer to do while the bot is down."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.running import AsJson, Data, console, run, with_data
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.sandbox.janitor.rounds import Round

STALE_S = 180.0
STUCK = 1


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(janitor)


def janitor(
    data: Data = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would be removed.")] = False,
    after: Annotated[
        float, typer.Option(min=0, help="The bot is taken for dead after so many seconds without a sign of life.")
    ] = STALE_S,
    as_json: AsJson = False,
) -> None:
    """Remove what a bot that is down has left on the host, and what dead rehearsals have; nothing else, ever.

    Exit code 1 when something could not be removed.
    """
    settings = with_data(data)
    age_s = sign_of_life(settings)
    alive = age_s is not None and age_s < after
    rounds = run(_rounds(settings, alive=alive, dry_run=dry_run), settings)
    if as_json:
        typer.echo(json.dumps({"alive": alive, "rounds": {n: as_values(each) for n, each in rounds.items()}}, indent=2))
    else:
        _show(rounds, age_s, alive=alive, dry_run=dry_run)
    sys.exit(STUCK if any(each.stuck for each in rounds.values()) else 0)


def sign_of_life(settings: Settings) -> float | None:
    """Return how many seconds ago the bot of this data folder gave one; None when it never did."""
    from bot.upkeep import BEAT

    try:
        return max(0.0, time.time() - (settings.data / BEAT).stat().st_mtime)
    except OSError:
        return None


async def _rounds(settings: Settings, *, alive: bool, dry_run: bool) -> Mapping[str, Round]:
    """Return what came of a round for this Docent ('' is its name here), and of one for each that is dead."""
    from bot.wiring import DATABASE, clean_up

    known = (settings.data / DATABASE).exists()
    return await clean_up(settings, own=known, alive=alive, dry_run=dry_run)


def as_values(came: Round) -> Mapping[str, Any]:
    """Return a round as JSON values."""

    def row(found: Any, **more: str) -> Mapping[str, str]:
        return {"what": str(found.thing.what), "name": found.thing.name or found.thing.id, "why": found.why, **more}

    return {
        "removed": [row(each) for each in came.removed],
        "stuck": [row(each, said=said) for each, said in came.stuck],
        "alarms": [row(each) for each in came.alarms],
        "kept": [{"what": str(what), "why": why, "count": count} for (what, why), count in came.kept.items()],
        "layers": came.layers,
        "struck_from_the_books": came.gone,
        "noted": came.confirmed,
    }


def _show(rounds: Mapping[str, Round], age_s: float | None, *, alive: bool, dry_run: bool) -> None:
    if alive:
        console.print(f"The bot works (its last sign of life was {age_s:.0f} s ago) and cleans up by itself.")
    removed = "would be removed" if dry_run or alive else "removed"
    for name, came in rounds.items():
        if name:
            console.print(f"Of {name}, a Docent that is dead:", markup=False)
        for each in came.removed:
            _line(removed, each)
        for each, said in came.stuck:
            _line(f"could not be removed ({said})", each)
        for each in came.alarms:
            _line("left alone, but look at it", each)
        for (what, why), count in sorted(came.kept.items()):
            console.print(f"  {count} {what}{'' if count == 1 else 's'} left alone: {why}", markup=False)
        if came.layers:
            console.print(f"  {came.layers} old layers of builds {removed}", markup=False)
    if not any(came.removed or came.kept or came.stuck or came.alarms for came in rounds.values()):
        console.print("There is nothing of ours on this host.")


def _line(fate: str, found: Any) -> None:
    thing = found.thing
    console.print(f"  {thing.what} {thing.name or thing.id} {fate}: {found.why}", markup=False)
