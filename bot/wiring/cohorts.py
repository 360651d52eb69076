"""Cohorts: what makes them, follows their channels and lets learners join."""

from __future__ import annotations

from bot.classroom import Classroom
from bot.core.events import OpenedHome
from bot.core.workshop import Workshop
from bot.ports import Where
from bot.progress.store import SqlStore
from bot.staffroom.authority import Authority
from bot.staffroom.cohorts import Caretaker, CohortDuty, Invitations, Rosters, SeatDuty
from bot.staffroom.telling import Telling
from bot.wiring.beside import Works
from bot.wiring.clock import now
from bot.wiring.instructors import Instructors
from bot.wiring.slack import Slack


def wire_cohorts(
    workshop: Workshop, store: SqlStore, slack: Slack, instructors: Instructors, classroom: Classroom
) -> Works:
    """Add the duty, and return what goes on for cohorts."""
    cohorts, roles = instructors.cohorts, instructors.roles
    invitations = Invitations(cohorts, store, slack.chat, workshop.title)
    rosters = Rosters(cohorts, store, slack.channels, slack.chat, invitations, now)
    telling = Telling(slack.chat, slack.people.room)
    caretaker = Caretaker(cohorts, rosters, slack.channels, slack.chat, telling, roles, slack.people.present, now)
    authority = Authority(roles, cohorts)

    async def refresh(user: str) -> None:
        await classroom.turn(OpenedHome(), Where("", user))

    duty = CohortDuty(
        cohorts,
        rosters,
        invitations,
        caretaker,
        slack.channels,
        authority,
        roles,
        slack.people.present,
        refresh,
        workshop.id,
        now,
    )
    instructors.duties.extend((duty.duty(), SeatDuty(cohorts, rosters, refresh).duty()))
    instructors.followers.append(rosters.follows)
    return {"invitations": invitations.keep, "rosters": caretaker.keep}
