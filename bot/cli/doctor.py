"""`docent doctor`: is everything there, and with `--host`: which limits does this host hold."""

from __future__ import annotations

import asyncio
import json
import secrets
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.running import AsJson, Data, console, run, with_data
from bot.errors import HostError
from bot.settings import Settings, shipped

if TYPE_CHECKING:
    from bot.sandbox.gate.truth import Truth


class HostProfile(StrEnum):
    """What a host must hold."""

    TRY = "try"
    CLASS = "class"


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that Docent needs. `mend` is '' when it is there."""

    what: str
    seen: str
    mend: str = ""
    needed: bool = True  #: whether nothing works without it


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(doctor)


def doctor(
    host: Annotated[bool, typer.Option("--host", help="Attack every limit of the host and print what held.")] = False,
    profile: Annotated[
        HostProfile | None, typer.Option(help="What the host must hold; else as in the settings.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Look whether everything is there; exit code 1 when something that is needed is not."""
    settings = with_data(data).model_copy(update={"log_level": "ERROR"})
    if host:
        sys.exit(_host(settings, profile.value if profile else settings.host_profile, as_json))
    looks = look_around(settings)
    if as_json:
        rows = [{"what": each.what, "seen": each.seen, "ok": not each.mend, "mend": each.mend} for each in looks]
        typer.echo(json.dumps(rows, indent=2))
    else:
        from bot.cli.doctor_view import show_looks

        show_looks(looks)
    sys.exit(1 if any(each.mend and each.needed for each in looks) else 0)


def _host(settings: Settings, profile: str, as_json: bool) -> int:
    from bot.cli.doctor_view import as_rows, show_truth

    if not as_json:
        console.print("Attacking every limit of this host, in a container and in a build: up to a minute …")
    truth = run(truth_about(settings), settings)
    wanted: HostProfile = HostProfile(profile)
    failed = truth.failed(wanted.value)
    if as_json:
        typer.echo(json.dumps({"profile": profile, "ok": not failed, "rows": as_rows(truth, wanted.value)}, indent=2))
    else:
        show_truth(truth, wanted.value)
    return 1 if failed else 0


async def truth_about(settings: Settings) -> Truth:
    """Return the truth about the host, found out under a name of our own that leaves nothing. Raises: `HostError`."""
    from bot.sandbox.cgroup import Groups
    from bot.sandbox.disk.meter import Weight
    from bot.sandbox.disk.watch import Rules, Watch
    from bot.sandbox.engine import Engine
    from bot.sandbox.gate.gate import Gate
    from bot.sandbox.gate.sending import NAME
    from bot.sandbox.host import Host
    from bot.sandbox.janitor.leaving import demolish
    from bot.sandbox.setup import Setup

    engine = Engine(settings.docker_host)
    try:
        host = Host(engine)
        groups = Groups(host, settings.run_cgroup)
        instance = f"doctor{secrets.token_hex(4)}"
        rules = Rules(Weight(settings.disk_mb * 1024 * 1024, settings.disk_files), settings.disk_full_pct)
        watch = Watch(host, groups, instance, rules)
        setup = Setup(host, instance, {}, "", groups=groups, disk=watch, runtime=settings.runtime)

        async def canary() -> str:
            found = await host.image(NAME)
            return found.id if found else ""

        try:
            return await Gate(setup, canary).look()
        finally:
            await watch.close()
            await asyncio.shield(demolish(setup))
    finally:
        engine.close()


def look_around(settings: Settings) -> list[Look]:
    """Return what is there and what is missing: Slack's tokens, the database, the engine, the images."""
    return [*_slack(settings), _database(settings), *_engine(settings)]


def _slack(settings: Settings) -> list[Look]:
    """Return how the tokens look; that they have the right shape was checked with the settings."""
    mend = "set it to talk to Slack; `docent local` works without"
    return [
        Look(name, "set" if token else "not set", "" if token else mend, needed=False)
        for name, token in (
            ("SLACK_BOT_TOKEN", settings.slack_bot_token),
            ("SLACK_APP_TOKEN", settings.slack_app_token),
        )
    ]


def _database(settings: Settings) -> Look:
    from bot.wiring import DATABASE

    path = settings.data / DATABASE
    if not path.exists():
        return Look("database", f"{path}: made at the first start")
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            said = str(database.execute("PRAGMA quick_check").fetchone()[0])
    except sqlite3.Error as error:
        return Look("database", f"{path}: {error}", "check its rights, or restore it from a copy")
    mend = "" if said == "ok" else "restore it from a copy"
    return Look("database", f"{path}: {'whole' if said == 'ok' else said}", mend)


def _engine(settings: Settings) -> list[Look]:
    from bot.sandbox.engine_images import EngineImages
    from bot.sandbox.images import list_images

    where = settings.docker_host or "the local socket"
    try:
        listed = list_images(EngineImages(settings.docker_host or None), shipped("deploy").parent)
    except HostError as error:
        return [Look("Docker engine", str(error), "start it, or set DOCKER_HOST")]
    looks = [Look("Docker engine", f"answers at {where}")]
    for image in listed:
        seen = "missing" if not image.id else "outdated" if not image.current else "ready"
        mend = "" if image.id and image.current else "docent images prepare"
        looks.append(Look(image.name, seen, mend, needed=not image.id and not image.optional))
    return looks
