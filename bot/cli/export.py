"""`docent export`: a class as tables, events, pictures and words; the bot may run or not."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.running import AsJson, Data, run, with_data
from bot.errors import OperatorError
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.ports import Keepsake, Wish

NICENESS = 5  #: learners who wait for an answer come first
PARTS = ("md", "png", "csv", "jsonl")


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(export)


def export(
    cohort: Annotated[int, typer.Option(help="Number of the cohort; 0: everybody.", min=0)] = 0,
    formats: Annotated[
        list[str] | None, typer.Option("--format", help=f"One of {', '.join(PARTS)}; may be given again. All if none.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for the files; made where it is missing.")] = Path("report"),
    names: Annotated[bool, typer.Option(help="A cohort without names has none in any case.")] = True,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write what a class did: csv (tables), jsonl (what happened, a line each), md (a summary), png (pictures)."""
    from bot.ports import Part, Wish

    if unknown := sorted(set(formats or ()) - set(PARTS)):
        raise OperatorError(f"There is no format {unknown[0]!r}; there are {', '.join(PARTS)}.")
    settings = with_data(data)
    wish = Wish(cohort, frozenset(map(Part, formats or PARTS)), names)
    files = run(_made(settings, wish), settings)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for file in files:
            (out / file.name).write_bytes(file.content)
    except OSError as error:
        raise OperatorError(f"{out} cannot be written ({error.strerror}): choose another folder with --out.") from error
    told = [{"file": str(out / each.name), "shows": each.alt, "says": each.say} for each in files]
    typer.echo(json.dumps(told) if as_json else "\n".join(each["file"] for each in told))


async def _made(settings: Settings, wish: Wish) -> Sequence[Keepsake]:
    import os

    from bot.authoring.load import load_workshop
    from bot.progress.results import SqlResults
    from bot.progress.store import open_store, utc_now
    from bot.reports.making import made
    from bot.settings import DATABASE

    os.nice(NICENESS)
    workshop = load_workshop(settings.workshop)
    # fonts are looked for once, not at every export, also where there is no home
    os.environ.setdefault("MPLCONFIGDIR", str((settings.data / "matplotlib").resolve()))
    store = await open_store(settings.data / DATABASE)
    try:
        record = await SqlResults(store).record(wish.cohort)
    finally:
        await store.close()
    if record is None:
        raise OperatorError(f"There is no cohort {wish.cohort}; leave --cohort out for everybody.")
    return made(workshop, record, wish, utc_now())
