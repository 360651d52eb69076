"""Start and stop a local Slack workspace.

    workspace = await start_workspace(Path("deploy/slack-manifest.yaml"))
    client = AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url)

Nothing but `base_url` and the two tokens differs from real Slack. Take HTTP_PROXY, HTTPS_PROXY and their lower-case
forms out of the environment before building Slack clients (`runfile.without_proxies`): slack_sdk sends even
127.0.0.1 through them.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from bot.localslack import debug, downloads, feed, hooks, people, savefile
from bot.localslack.changes import BotCame, Journal
from bot.localslack.faults import Faults
from bot.localslack.guard import guard
from bot.localslack.manifest import Manifest, read_manifest
from bot.localslack.page import add_page
from bot.localslack.passes import Passes
from bot.localslack.premises import Keys, Premises
from bot.localslack.problems import Problems
from bot.localslack.runfile import RunFile, remove_run_file, write_run_file
from bot.localslack.screens import Screens
from bot.localslack.seed import furnish
from bot.localslack.socketmode import ACK_TIMEOUT_S, RETRY_DELAYS_S, SocketHub
from bot.localslack.sockets import Sockets
from bot.localslack.tiers import RateLimits, Tiers
from bot.localslack.values import Clock
from bot.localslack.webapi import door
from bot.localslack.world import World


def utc_now() -> datetime:
    """Return the real time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Delivering:
    """How patiently envelopes are delivered. Slack's own figures by default."""

    ack_timeout_s: float = ACK_TIMEOUT_S
    retry_delays_s: tuple[float, ...] = RETRY_DELAYS_S


@dataclass(frozen=True, slots=True)
class Workspace:
    """A running workspace; all its secrets are of this run only."""

    #: `http://127.0.0.1:PORT`
    origin: str
    bot_token: str = field(repr=False)
    app_token: str = field(repr=False)
    session_key: str = field(repr=False)
    #: the workspace's inside, for tests
    premises: Premises = field(repr=False)
    _runner: web.AppRunner = field(repr=False)
    _state: Path | None = None
    _run_file: Path | None = None

    @property
    def url(self) -> str:
        """Return the address of the page, with the session key."""
        return f"{self.origin}/?key={self.session_key}"

    @property
    def api_url(self) -> str:
        """Return the base_url for slack_sdk."""
        return f"{self.origin}/api/"

    async def stop(self) -> None:
        """Close all sockets, save, and take the run file away. A second call does nothing more."""
        if self._run_file:
            remove_run_file(self._run_file, os.getpid())
        await self.premises.close()
        await self._runner.cleanup()
        if self._state:
            await asyncio.to_thread(savefile.write, self._state, savefile.snapshot(self.premises))


async def start_workspace(
    manifest: Path,
    *,
    port: int = 0,
    state: Path | None = None,
    run_file: Path | None = None,
    tiers: Tiers = Tiers.REPORT,
    clock: Clock = utc_now,
    more_learners: int = 0,
    delivering: Delivering = Delivering(),
) -> Workspace:
    """Return a workspace that listens on 127.0.0.1, on `port` or any free one.

    Raises: ManifestError, SaveFileError, OSError (the port is taken).
    """
    premises = _premises(read_manifest(manifest), tiers, clock, delivering)
    furnish(premises.world, more_learners)
    if state:
        savefile.restore(premises, state)
    runner, origin = await _listen(premises, port)
    premises.origin = origin
    keys = premises.keys
    workspace = Workspace(origin, keys.bot_token, keys.app_token, keys.session, premises, runner, state, run_file)
    if state:
        premises.start(savefile.keep_saved(premises, state))
    if run_file:
        run = RunFile(workspace.url, workspace.api_url, keys.bot_token, keys.app_token, keys.session, os.getpid())
        write_run_file(run_file, run)
    return workspace


def _premises(manifest: Manifest, tiers: Tiers, clock: Clock, delivering: Delivering) -> Premises:
    journal = Journal(clock)
    world = World(journal, clock, manifest.bot_name)
    problems = Problems(journal, clock)
    sockets = Sockets(clock, problems.found, lambda connections: journal.tell(BotCame(connections)))
    hub = SocketHub(
        clock,
        sockets,
        problems.found,
        ack_timeout_s=delivering.ack_timeout_s,
        retry_delays_s=delivering.retry_delays_s,
    )
    return Premises(
        manifest=manifest,
        clock=clock,
        keys=_new_keys(),
        journal=journal,
        world=world,
        screens=Screens(journal, world.next_id),
        passes=Passes(clock),
        problems=problems,
        hub=hub,
        limits=RateLimits(tiers, clock),
        faults=Faults(),
    )


def _new_keys() -> Keys:
    # Bolt takes a token for a bot's by its prefix, and the app's likewise.
    return Keys(
        bot_token=f"xoxb-local-{secrets.token_hex(24)}",
        app_token=f"xapp-1-local-{secrets.token_hex(24)}",
        session=secrets.token_urlsafe(24),
        run=secrets.token_hex(6),
    )


async def _listen(premises: Premises, port: int) -> tuple[web.AppRunner, str]:
    """Return the running server and its origin."""
    bound: list[int] = [port]
    app = web.Application(
        middlewares=[guard(premises.keys.session, lambda: bound[0])], client_max_size=people.BODY_MAX_BYTES
    )
    app.router.add_get("/link/", premises.hub.sockets.serve)
    for part in (door, hooks, downloads, people, feed, debug):
        app.router.add_routes(part.routes(premises))
    add_page(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError:
        await runner.cleanup()
        raise
    bound[0] = int(runner.addresses[0][1])
    return runner, f"http://127.0.0.1:{bound[0]}"
