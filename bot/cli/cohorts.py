"""`docent cohorts`: the classes there are, for whoever runs the bot."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.running import AsJson, Data, run, with_data
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.core.cohorts.cohort import Cohort
    from bot.core.cohorts.roster import Count

    Listed = Sequence[tuple[Cohort, Count]]

app = typer.Typer(no_args_is_help=True, help="The classes that instructors made: /docent cohort makes one.")


@app.callback()
def cohorts() -> None:
    """Have room for more than one command."""


@app.command("list")
def list_(data: Data = None, as_json: AsJson = False) -> None:
    """Print the cohorts that have not ended: who leads them, when they run, how many have joined. Names nobody."""
    settings = with_data(data)
    found = run(_open(settings), settings)
    if as_json:
        typer.echo(json.dumps([_plain(*each) for each in found], ensure_ascii=False))
    elif found:
        Console(highlight=False).print(_table(found))
    else:
        typer.echo("There is no cohort yet. An instructor makes one with /docent cohort in the channel of a class.")


def _plain(cohort: Cohort, count: Count) -> dict[str, Any]:
    return {
        "id": cohort.id,
        "name": cohort.name,
        "channel": cohort.channel,
        "workshop": cohort.workshop,
        "instructors": sorted(cohort.instructors),
        "starts": cohort.starts and cohort.starts.isoformat(),
        "ends": cohort.ends and cohort.ends.isoformat(),
        "paused": cohort.archived,
        "joined": count.joined,
        "people": count.people,
    }


def _table(found: Listed) -> Table:
    from rich.text import Text

    from bot.core.cohorts.invitation import state

    table = Table("id", "name", "channel", "led by", "joined", "state", box=None)
    for cohort, count in found:
        led, now = " ".join(sorted(cohort.instructors)), state(cohort, datetime.now(UTC).date())
        joined = f"{count.joined} of {count.people}"
        table.add_row(*map(Text, (str(cohort.id), cohort.name, cohort.channel, led or "nobody", joined, now)))
    return table


async def _open(settings: Settings) -> Listed:
    from bot.core.cohorts.roster import counted
    from bot.progress.cohorts import SqlCohorts
    from bot.progress.store import open_store
    from bot.wiring import DATABASE

    store = await open_store(settings.data / DATABASE)
    try:
        kept = SqlCohorts(store.database)
        return [(each, counted(await kept.seats(each.id))) for each in await kept.open()]
    finally:
        await store.close()
