"""`docent images`: prepare and list the base images."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.cli.running import AsJson, Data, console, with_data
from bot.settings import shipped

if TYPE_CHECKING:
    from bot.sandbox.images import Listed

app = typer.Typer(no_args_is_help=True, help="The base images that Docent serves.")


@app.command()
def prepare(
    section: Annotated[int | None, typer.Option(help="Only what sections up to this one need.")] = None,
    refresh: Annotated[bool, typer.Option(help="Ask the registries again for what is a stand-in now.")] = False,
    data: Data = None,
) -> None:
    """Pull the base images, or build stand-ins where no registry answers; pin and test them."""
    from bot.cli.images_view import rich_report
    from bot.progress.pins import Pins
    from bot.progress.store import open_sync
    from bot.sandbox.catalogue import needed_for
    from bot.sandbox.engine_images import EngineImages
    from bot.sandbox.images import prepare as prepare_images
    from bot.wiring import DATABASE

    settings = with_data(data)
    settings.data.mkdir(parents=True, exist_ok=True)
    only = None if section is None else needed_for([section])
    with open_sync(settings.data / DATABASE) as database, rich_report(console) as report:
        prepare_images(
            EngineImages(settings.docker_host or None),
            Pins(database),
            report,
            root=shipped("deploy").parent,
            cache=settings.data / "images",
            only=only,
            refresh=refresh,
        )


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the base images as they are on this host."""
    from bot.sandbox.engine_images import EngineImages
    from bot.sandbox.images import list_images

    listed = list_images(EngineImages(with_data(None).docker_host or None), shipped("deploy").parent)
    if as_json:
        rows = [{"name": i.name, "id": i.id, "standin": i.standin, "current": i.current} for i in listed]
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("image", "ID", "kind", "from section", box=None)
    for image in listed:
        table.add_row(image.name, image.id.removeprefix("sha256:")[:12], kind_of(image), f"{image.section:02}")
    Console().print(table)


def kind_of(image: Listed) -> str:
    """Return what an image is, in a word or two."""
    if not image.id:
        return "missing"
    kind = "our own" if image.name.startswith("docent-") else "stand-in" if image.standin else "original"
    return kind if image.current else f"{kind}, outdated"
