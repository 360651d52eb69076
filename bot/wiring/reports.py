"""What leaves Docent for instructors and other systems, joined with who asks for it."""

from __future__ import annotations

from bot.logs import conceal
from bot.progress.letters import SqlLetters
from bot.progress.results import SqlResults
from bot.progress.store import SqlStore
from bot.reports.printer import Printer
from bot.reports.webhook import Webhook
from bot.settings import Settings
from bot.staffroom.authority import Authority
from bot.staffroom.reports import Reporting
from bot.wiring.beside import Works
from bot.wiring.clock import now
from bot.wiring.instructors import Instructors
from bot.wiring.slack import Slack


def wire_reports(settings: Settings, store: SqlStore, slack: Slack, instructors: Instructors) -> Works:
    """Add the duty of reports, and return what goes on for it."""
    authority = Authority(instructors.roles, instructors.cohorts)
    results, printer = SqlResults(store), Printer(settings.data, settings.workshop)
    reporting = Reporting(authority, instructors.roles, results, printer, store, slack.chat, slack.people.room, now)
    instructors.duties.append(reporting.duty())
    works: Works = {"reports": reporting.keep}
    if not settings.webhook_url:
        return works
    conceal(settings.webhook_secret)
    letters = SqlLetters(store.database, settings.webhook_secret, pseudonyms=settings.webhook_pseudonyms)
    at_once = settings.webhook_at_once
    webhook = Webhook(settings.webhook_url, settings.webhook_secret, letters, at_once=at_once, clock=now)
    instructors.followers.append(lambda event, turn: webhook.wake())
    return {**works, "webhook": webhook.keep}
