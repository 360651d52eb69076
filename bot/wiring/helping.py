"""What instructors and learners say to each other: help threads, looks at work, broadcasts, nudges."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.core.workshop import Workshop
from bot.progress.helping import SqlHelpThreads
from bot.progress.notebooks import SqlNotebooks
from bot.progress.store import SqlStore
from bot.progress.talking import SqlBroadcasts, SqlConsents, SqlNudges
from bot.settings import Settings
from bot.slack.people import People
from bot.staffroom.authority import Authority
from bot.staffroom.broadcasting import Broadcasting
from bot.staffroom.help import Asking, HelpDesk, Holding, Relay, Talking, Tending
from bot.staffroom.looking import Looking
from bot.staffroom.nudging import Nudging
from bot.staffroom.reach import Reach
from bot.staffroom.telling import Telling
from bot.wiring.beside import Works
from bot.wiring.clock import now
from bot.wiring.instructors import Instructors
from bot.wiring.slack import Slack


def wire_helping(
    settings: Settings, workshop: Workshop, store: SqlStore, slack: Slack, instructors: Instructors
) -> Works:
    """Append the duties, and return what goes on for them."""
    database, cohorts, room = store.database, instructors.cohorts, slack.people.room
    authority, reach = Authority(instructors.roles, cohorts), Reach(slack.chat, room, namer(slack.people))
    threads = SqlHelpThreads(database)
    relay = Relay(threads, Telling(slack.chat, room), slack.chat, room, now)
    desk = HelpDesk(threads, cohorts, authority, relay, reach, now)
    tending = Tending(desk)
    helping = (Asking(workshop, store, desk), Talking(desk, authority), Holding(desk, authority), tending)
    looking = Looking(store, SqlNotebooks(database), SqlConsents(database), cohorts, authority, reach, now)
    broadcasting = Broadcasting(workshop, store, SqlBroadcasts(database), cohorts, authority, reach)
    after = timedelta(days=settings.nudge_after_d)
    nudging = Nudging(workshop, store, SqlNudges(database), cohorts, slack.hours, reach, after, now)
    instructors.duties.extend(each.duty() for each in (*helping, looking, broadcasting, nudging))
    return {"helping": tending.keep, "broadcasts": broadcasting.keep, "nudges": nudging.keep}


def namer(people: People) -> Callable[[str], Awaitable[str]]:
    """Return a function that tells what somebody is called."""

    async def name(user: str) -> str:
        person = await people.who(user)
        return person.name if person and person.name else "Somebody"

    return name
