"""What instructors have: who they are, the channel they read, their cohorts.

A new part of theirs is a field of `Instructors`, made in `wire_instructors`; what they see and do is wired in
`bot.wiring.duties`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.classroom import Follower
from bot.core.workshop import Workshop
from bot.ports import Duty
from bot.progress.cohorts import SqlCohorts
from bot.progress.roles import SqlRoles
from bot.progress.store import SqlStore
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import Settings
from bot.slack.instructor import InstructorsChannel
from bot.staffroom.board.changes import Changes
from bot.wiring.clock import now
from bot.wiring.slack import Slack


@dataclass(frozen=True, slots=True)
class Instructors:
    """The parts that instructors see, help and steer with."""

    roles: SqlRoles
    channel: InstructorsChannel
    cohorts: SqlCohorts
    changes: Changes  #: what boards are to be looked at for
    duties: list[Duty] = field(default_factory=list)  #: filled by `bot.wiring.duties`, once learners' parts are there
    followers: list[Follower] = field(default_factory=list)  #: as above; told of every turn


async def wire_instructors(
    settings: Settings, workshop: Workshop, store: SqlStore, sandbox: DockerSandbox, slack: Slack
) -> Instructors:
    """Return the instructors' parts, joined; nothing of them runs yet."""
    roles = SqlRoles(store.database)
    await roles.seed(settings.instructors)
    channel = InstructorsChannel(slack.client, slack.chat, settings.instructors_channel, roles)
    changes = Changes(workshop, now)
    cohorts = SqlCohorts(store.database, changes.cohort)
    return Instructors(roles, channel, cohorts, changes, followers=[changes.follow])
