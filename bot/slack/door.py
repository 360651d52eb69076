"""The door of Bolt: what comes in passes the middleware, then finds its listener."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.middleware import DOUBLE_S, Seen, only_once, only_teams


class Listeners(Protocol):
    """What is behind the door."""

    def register(self, app: AsyncApp) -> None:
        """Connect every listener."""
        ...


def open_door(client: AsyncWebClient, teams: Collection[str], *listeners: Listeners, paced: bool = True) -> AsyncApp:
    """Return the app with everything connected; `teams` are the workspaces and organisations that may come in.

    What is first among `listeners` is asked first. Where machines press (`paced` is off), a second press is meant,
    however soon it comes.
    """
    app = AsyncApp(name="docent", client=client)  # without a name it reads the sources of all its callers
    app.middleware(only_teams(teams))
    app.middleware(only_once(Seen(), Seen(keep_s=DOUBLE_S if paced else 0.0)))
    for each in listeners:
        each.register(app)
    return app
