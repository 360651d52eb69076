"""What leaves Docent for instructors and other systems, joined with who asks for it."""

from __future__ import annotations

from bot.progress.results import SqlResults
from bot.progress.store import SqlStore
from bot.reports.printer import Printer
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
    instructors.duties.append(reporting)
    return {"reports": reporting.keep}
