"""What Slack does when a workspace removes an app, or takes its token back."""

from __future__ import annotations

from bot.localslack.asking import Ask, Declined
from bot.localslack.events import announce
from bot.localslack.premises import Premises
from bot.localslack.values import Json
from bot.localslack.world import BOT_USER


async def uninstall(ask: Ask) -> Json:
    """Remove the app: its token is worth nothing from now on, and two events tell of it, in the order asked for."""
    premises, _ = ask.premises, ask.person
    if not premises.installed:
        raise Declined("not_installed", "The app was removed already.")
    premises.installed = False
    # Source: https://docs.slack.dev/reference/events/app_uninstalled/ (in which order they come is not promised)
    tellings = [_revoked, _removed] if ask.flag("revoked_first") else [_removed, _revoked]
    for tell in tellings:
        tell(premises)
    return {}


async def revoke(ask: Ask) -> Json:
    """Take the bot's token back and nothing else, as an operator does who changes it."""
    premises, _ = ask.premises, ask.person
    premises.installed = False
    _revoked(premises)
    return {}


def _removed(premises: Premises) -> None:
    announce(premises, "app_uninstalled", {"type": "app_uninstalled", "event_ts": premises.world.next_ts()})


def _revoked(premises: Premises) -> None:
    event = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}}
    announce(premises, "tokens_revoked", event | {"event_ts": premises.world.next_ts()})
