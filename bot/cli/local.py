"""The embedded workspace from the command line: `local`, `workspace`, `chat`, `rehearse`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from bot.cli.running import AsJson, Data, console, run, until_stopped, with_data
from bot.errors import OperatorError
from bot.settings import Settings, shipped

if TYPE_CHECKING:
    from bot.localslack.runfile import RunFile
    from bot.localslack.workspace import Workspace

RUN_FILE = "workspace.json"
CHATS = "chats.json"
LEAST = 8  #: learners of a class: four are stuck
PLAYERS = ("Ada", "Grace", "Linus", "Margaret")  #: who plays in a rehearsal

Port = Annotated[int, typer.Option(help="Port of the page on 127.0.0.1; 0 takes a free one.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("local")(local)
    app.command()(workspace)
    app.command()(chat)
    app.command()(rehearse)


def local(
    port: Port = 8200,
    data: Data = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget the chats of earlier runs.")] = False,
) -> None:
    """Run the bot with a workspace of its own in the browser: no Slack needed."""
    settings = with_data(data)
    run(_local(settings, port, fresh), settings)


def workspace(port: Port = 8200, data: Data = None) -> None:
    """Run the local workspace alone; `docent serve --local` joins it."""
    settings = with_data(data)
    run(_workspace(settings, port), settings)


def chat(
    as_: Annotated[str, typer.Option("--as", help="Who you are: Ada, Grace, Linus, Margaret or Barbara.")] = "Ada",
    url: Annotated[str, typer.Option(help="The page's address; found by itself when it runs here.")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Talk in the local workspace from the terminal; reads verbs from standard input (`help` lists them)."""
    from bot.localslack.chat import chat as talk

    run_file = with_data(data).data / RUN_FILE
    code = asyncio.run(talk(sys.stdin, sys.stdout, name=as_, url=url or None, run_file=run_file, as_json=as_json))
    raise typer.Exit(code)


def rehearse(
    section: Annotated[list[str] | None, typer.Option(help="Only this section; may be repeated.")] = None,
    wrong: Annotated[
        bool, typer.Option("--wrong", help="Also give every known wrong answer, expect its code.")
    ] = False,
    at_once: Annotated[int, typer.Option(min=1, max=4, help="So many learners play at the same time.")] = 1,
    learners: Annotated[int, typer.Option("--class", min=0, max=500, help="Rehearse a class of so many.")] = 0,
    seed: Annotated[int, typer.Option(help="Of a class: the same seed gives the same learners.")] = 7,
    real: Annotated[int, typer.Option(min=0, help="Of a class: so many have the real host behind them.")] = 0,
    pace: Annotated[float, typer.Option(min=1, max=120, help="Of a class: its minutes in one of ours.")] = 30,
    pictures: Annotated[Path | None, typer.Option(help="Of a class: keep screenshots and pictures here.")] = None,
    as_json: AsJson = False,
    project: Annotated[
        Path | None, typer.Option(help="A packed project to do it with, in place of the exercise app.", exists=True)
    ] = None,
    record: Annotated[
        Path | None, typer.Option(help="Keep here what the host saw of each answer, for classes that are rehearsed.")
    ] = None,
) -> None:
    """Let simulated learners play the workshop through the local workspace on the real engine.

    With --class a whole class plays at once with an instructor: sections 01 to 04, with the time of the class hastened
    and a stand-in for the host, which gives as evidence what a real host saw of the same answers.
    """
    settings = with_data(None).model_copy(update={"log_level": "ERROR"})
    if learners:
        _rehearse_class(settings, learners, seed, real, pace, pictures, as_json=as_json)
    if record and at_once > 1:
        raise typer.BadParameter("one learner is recorded at a time", param_hint="--record")
    passed = run(_rehearse(settings, tuple(section or ()), wrong, at_once, as_json, project, record), settings)
    raise typer.Exit(0 if passed else 1)


def _rehearse_class(
    settings: Settings, learners: int, seed: int, real: int, pace: float, pictures: Path | None, *, as_json: bool
) -> NoReturn:
    from bot.cli import classroom_view as view
    from bot.cli.classroom import Order, rehearse_class

    if learners < LEAST:
        raise typer.BadParameter(f"a class has at least {LEAST} learners", param_hint="--class")
    order = Order(learners, seed, min(real, learners), pace, pictures=pictures)
    findings = run(rehearse_class(settings, order), settings)
    if as_json:
        typer.echo(view.as_json(findings))
    else:
        view.show_findings(findings)
    raise typer.Exit(0 if findings.ok else 1)


def run_file_of(settings: Settings) -> RunFile:
    """Return the workspace that runs here. Raises: `OperatorError` when there is none."""
    from bot.localslack.runfile import read_run_file

    path = settings.data / RUN_FILE
    found = read_run_file(path)
    if found is None:
        raise OperatorError(f"No local workspace runs here ({path} names none). Start one: docent workspace")
    return found


def joining(settings: Settings, space: Workspace | RunFile) -> Settings:
    """Return the settings of a bot that joins a local workspace."""
    from bot.localslack.runfile import without_proxies
    from bot.localslack.seed import PEOPLE
    from bot.localslack.values import Role

    without_proxies(os.environ)  # slack_sdk would send even 127.0.0.1 through a proxy
    tokens = {
        "slack_bot_token": space.bot_token,
        "slack_app_token": space.app_token,
        "slack_api_url": space.api_url,
    }
    staff = tuple(person.id for person in PEOPLE if person.role is Role.INSTRUCTOR)
    return settings.model_copy(update={"instructors": (*settings.instructors, *staff), **tokens})


@asynccontextmanager
async def open_workspace(
    settings: Settings, port: int, *, keep: bool = True, tiers: str = "report", more_learners: int = 0
) -> AsyncIterator[Workspace]:
    """Run the local workspace while the block runs; `keep` saves its chats in the data folder."""
    from bot.localslack.manifest import ManifestError
    from bot.localslack.savefile import SaveFileError
    from bot.localslack.tiers import Tiers
    from bot.localslack.workspace import start_workspace

    manifest = shipped("deploy") / "slack-manifest.yaml"
    state = settings.data / CHATS if keep else None
    try:
        space = await start_workspace(
            manifest,
            port=port,
            state=state,
            run_file=settings.data / RUN_FILE,
            tiers=Tiers(tiers),
            more_learners=more_learners,
        )
    except OSError as error:
        raise OperatorError(f"Port {port} cannot be used ({error.strerror}); choose another with --port N.") from error
    except (ManifestError, SaveFileError) as error:
        raise OperatorError(str(error)) from error
    try:
        yield space
    finally:
        await space.stop()


async def _workspace(settings: Settings, port: int) -> None:
    async with open_workspace(settings, port) as space:
        say_where(space.url)
        await until_stopped()


async def _local(settings: Settings, port: int, fresh: bool) -> None:
    from bot.wiring import running_bot

    if fresh:
        (settings.data / CHATS).unlink(missing_ok=True)
    async with open_workspace(settings, port) as space, running_bot(joining(settings, space)):
        say_where(space.url)
        await until_stopped()


async def _rehearse(
    settings: Settings,
    sections: tuple[str, ...],
    wrong: bool,
    at_once: int,
    as_json: bool,
    project: Path | None,
    record: Path | None,
) -> bool:
    """Play with a data folder of its own, so that nobody's progress is touched."""
    from bot.authoring.classes.recording import Recorder
    from bot.authoring.classes.tape import write_tape
    from bot.authoring.rehearse import Rehearsal, Scene, chosen, play_all
    from bot.authoring.stage import Player
    from bot.cli import rehearsal_view as view
    from bot.localslack.person import NotSeenError, Person, RefusedError
    from bot.wiring import running_bot

    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="docent-rehearsal-") as folder:
        own = settings.model_copy(update={"data": Path(folder), "pace": False, "pictures": False, "passing": True})
        async with open_workspace(own, 0, keep=False, tiers="off") as space, running_bot(joining(own, space)) as bot:
            people = [await Person.connect(space.url, name) for name in PLAYERS[:at_once]]
            try:
                if not as_json and at_once == 1:
                    people[0].watch(view.show_line)
                recorder = Recorder(bot.workshop, bot.sandbox.probe)
                bot.sandbox.probe = recorder.probe  # type: ignore[method-assign]
                seen = (lambda _: None) if as_json else view.show_scene

                def told(scene: Scene) -> None:
                    recorder.ended(scene)
                    seen(scene)

                players = [Player(bot.workshop, settings.workshop, person, bot.store, project) for person in people]
                stuck_by = (NotSeenError, RefusedError)
                rehearsals = [Rehearsal(bot.workshop, each, bot.store, bot.sandbox, told, stuck_by) for each in players]
                wanted = chosen(bot.workshop, sections)
                scenes = await play_all(rehearsals, bot.workshop, wanted, wrong=wrong)
                if record:
                    write_tape(record, recorder.tape)
            finally:
                for person in people:
                    await person.close()
                await bot.sandbox.demolish()
    took_s = time.monotonic() - began
    if as_json:
        typer.echo(view.as_json(scenes, took_s))
    else:
        view.show_table(scenes, took_s)
    return bool(scenes) and all(scene.ok for scene in scenes)


def say_where(url: str) -> None:
    """Tell where the page is."""
    console.print(f"\n  Open this page: {url}\n  Ctrl+C ends it.\n", soft_wrap=True, markup=False)
