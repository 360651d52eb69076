"""Help threads, joined with the rest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.core.workshop import Workshop
from bot.progress.helping import SqlHelpThreads
from bot.progress.store import SqlStore
from bot.slack.people import People
from bot.staffroom.authority import Authority
from bot.staffroom.helping import Helping, Reach
from bot.staffroom.relay import Relay
from bot.staffroom.telling import Telling
from bot.wiring.beside import Works
from bot.wiring.clock import now
from bot.wiring.instructors import Instructors
from bot.wiring.slack import Slack


def wire_helping(workshop: Workshop, store: SqlStore, slack: Slack, instructors: Instructors) -> Works:
    """Append the duty, and return what goes on for it."""
    threads, room = SqlHelpThreads(store.database), slack.people.room
    authority = Authority(instructors.roles, instructors.cohorts)
    relay = Relay(threads, Telling(slack.chat, room), slack.chat, room, now)
    reach = Reach(slack.chat, room, namer(slack.people))
    helping = Helping(workshop, store, threads, instructors.cohorts, authority, relay, reach, now)
    instructors.duties.append(helping)
    return {"helping": helping.keep}


def namer(people: People) -> Callable[[str], Awaitable[str]]:
    """Return a function that tells what somebody is called."""

    async def name(user: str) -> str:
        person = await people.who(user)
        return person.name if person and person.name else "Somebody"

    return name
