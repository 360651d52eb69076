"""What is done for instructors and with them (`bot.staffroom`), joined with what learners have.

A new duty is made and appended in `wire_duties`, in the order in which Home shows them; what it does on its own, again
and again, is a row of what comes back.
"""

from __future__ import annotations

from bot.core.workshop import Workshop
from bot.progress.alerts import SqlAlerts
from bot.progress.peers import SqlPeers
from bot.progress.store import SqlStore
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import Settings
from bot.staffroom.authority import Authority
from bot.staffroom.gates import Gates
from bot.staffroom.guide import Guide
from bot.staffroom.peers import PeerHelp
from bot.staffroom.telling import Telling
from bot.wiring.beside import Works
from bot.wiring.boards import wire_boards
from bot.wiring.clock import now
from bot.wiring.cohorts import wire_cohorts
from bot.wiring.helping import wire_helping
from bot.wiring.instructors import Instructors
from bot.wiring.learners import Learners
from bot.wiring.privacy import wire_privacy
from bot.wiring.radar import wire_radar
from bot.wiring.reports import wire_reports
from bot.wiring.slack import Slack


def wire_duties(
    settings: Settings,
    workshop: Workshop,
    store: SqlStore,
    sandbox: DockerSandbox,
    slack: Slack,
    instructors: Instructors,
    learners: Learners,
) -> Works:
    """Fill `instructors.duties` and `instructors.followers`, and return what goes on for them while the bot runs."""
    cohorts, chat, room = instructors.cohorts, slack.chat, slack.people.room
    authority, telling = Authority(instructors.roles, cohorts), Telling(chat, room)
    gates = Gates(workshop, store, cohorts, authority, telling, chat, room, now)
    alerts = SqlAlerts(store.database)
    peers = PeerHelp(workshop, store, cohorts, SqlPeers(store.database), alerts, chat, room, now)
    instructors.duties.extend((gates.duty(), peers.duty()))
    works: Works = {
        "gates": gates.keep,
        "peers": peers.keep,
        **wire_cohorts(workshop, store, slack, instructors, learners.classroom),
        **wire_boards(settings, workshop, store, sandbox, slack, instructors, learners),
        **wire_helping(settings, workshop, store, slack, instructors),
        **wire_reports(settings, store, slack, instructors),
        **wire_radar(settings, workshop, store, sandbox, slack, instructors, learners),
        **wire_privacy(settings, workshop, store, sandbox, slack, instructors, learners),
    }
    instructors.duties.append(Guide(instructors.roles, authority).duty())  # on Home after what it tells of
    return works
