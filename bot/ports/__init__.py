"""What the classroom needs of the world, as small Protocols (contract).

Each has a real adapter in a room of its own; tests use fakes that pass the same contract tests.
"""

from bot.ports.boards import Nobody, Rolls, Stand
from bot.ports.cohorts import Cohorts
from bot.ports.consent import Consents, MayLook
from bot.ports.desk import Desk, Publish, Verify
from bot.ports.duty import (
    Asked,
    CameIn,
    ChannelChanged,
    Channels,
    Duty,
    Fact,
    Handler,
    TokenRevoked,
    Uninstalled,
    WentOut,
    Wrote,
)
from bot.ports.helping import HelpThreads, Waiting
from bot.ports.host import (
    Camera,
    Conversation,
    Entry,
    Heard,
    Housekeeping,
    Ledger,
    Meter,
    RegistryPass,
    Sandbox,
    Stage,
    Tidied,
)
from bot.ports.peers import Peers
from bot.ports.people import Roles
from bot.ports.persons import Forgotten, Kept, Persons
from bot.ports.radar import Alerts, Clusters, StuckLearners, Trails
from bot.ports.records import Attempt, Feedback, Feedbacks, Notebooks, Passes, Standings, Store, Undone
from bot.ports.reminding import Broadcasts, Hours, Nudges
from bot.ports.reports import Badges, Part, Reports, Results, Wish
from bot.ports.talking import Chat, Keepsake, Progress, Staff, Where
from bot.ports.webhook import Letter, Letters

__all__ = [
    "Alerts",
    "Asked",
    "Attempt",
    "Badges",
    "Broadcasts",
    "CameIn",
    "Camera",
    "ChannelChanged",
    "Channels",
    "Chat",
    "Clusters",
    "Cohorts",
    "Consents",
    "Conversation",
    "Desk",
    "Duty",
    "Entry",
    "Fact",
    "Feedback",
    "Feedbacks",
    "Forgotten",
    "Handler",
    "Heard",
    "HelpThreads",
    "Hours",
    "Housekeeping",
    "Keepsake",
    "Kept",
    "Ledger",
    "Letter",
    "Letters",
    "MayLook",
    "Meter",
    "Nobody",
    "Notebooks",
    "Nudges",
    "Part",
    "Passes",
    "Peers",
    "Persons",
    "Progress",
    "Publish",
    "RegistryPass",
    "Reports",
    "Results",
    "Roles",
    "Rolls",
    "Sandbox",
    "Staff",
    "Stage",
    "Stand",
    "Standings",
    "Store",
    "StuckLearners",
    "Tidied",
    "TokenRevoked",
    "Trails",
    "Undone",
    "Uninstalled",
    "Verify",
    "Waiting",
    "WentOut",
    "Where",
    "Wish",
    "Wrote",
]
