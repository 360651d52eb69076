"""The door of Bolt: what comes in passes the middleware, then finds its listener."""

from __future__ import annotations

from collections.abc import Collection

from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.learner import LearnerListeners
from bot.slack.middleware import DOUBLE_S, Seen, only_once, only_teams


def open_door(
    client: AsyncWebClient, teams: Collection[str], listeners: LearnerListeners, *, paced: bool = True
) -> AsyncApp:
    """Return the app with everything connected; `teams` are the workspaces and organisations that may come in.

    Where machines press (`paced` is off), a second press is meant, however soon it comes.
    """
    app = AsyncApp(name="docent", client=client)  # without a name it reads the sources of all its callers
    app.middleware(only_teams(teams))
    app.middleware(only_once(Seen(), Seen(keep_s=DOUBLE_S if paced else 0.0)))
    listeners.register(app)
    return app
