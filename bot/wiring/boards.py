"""The boards of classes, joined with what they count and where they stand."""

from __future__ import annotations

from bot.core.cohorts.board.tally import OurSide
from bot.core.workshop import Workshop
from bot.progress.alerts import SqlAlerts
from bot.progress.helping import SqlHelpThreads
from bot.progress.rolls import SqlRolls
from bot.progress.store import SqlStore
from bot.sandbox.sandbox import DockerSandbox
from bot.settings import Settings
from bot.staffroom.authority import Authority
from bot.staffroom.board.duty import BoardDuty
from bot.staffroom.board.keeper import BoardKeeper
from bot.staffroom.telling import Telling
from bot.wiring.beside import Works
from bot.wiring.clock import now
from bot.wiring.instructors import Instructors
from bot.wiring.learners import Learners
from bot.wiring.slack import Slack


def wire_boards(
    settings: Settings,
    workshop: Workshop,
    store: SqlStore,
    sandbox: DockerSandbox,
    slack: Slack,
    instructors: Instructors,
    learners: Learners,
) -> Works:
    """Add the duty of boards, and return what keeps them true."""
    changes, cohorts = instructors.changes, instructors.cohorts

    async def our_side() -> OurSide:
        queue = len(await learners.desk.waiting())
        return OurSide(await sandbox.ready(), queue, sandbox.strain(), changes.faults())

    keeper = BoardKeeper(
        workshop,
        cohorts,
        SqlRolls(store.database),
        store,
        slack.chat,
        slack.channels,
        Telling(slack.chat, slack.people.room),
        changes,
        our_side=our_side,
        staff_channel=instructors.channel.find,
        every_s=settings.board_every_s,
        clock=now,
        stuck=SqlAlerts(store.database),
        waiting=SqlHelpThreads(store.database),
    )
    instructors.duties.append(BoardDuty(workshop, cohorts, Authority(instructors.roles, cohorts), keeper, now).duty())
    return {"boards": keeper.keep}
