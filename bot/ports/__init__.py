"""What the classroom needs of the world, as small Protocols (contract).

Each has a real adapter in a room of its own; tests use fakes that pass the same contract tests.
"""

from bot.ports.desk import Desk, Publish, Verify
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
from bot.ports.people import Roles
from bot.ports.records import Attempt, Feedback, Feedbacks, Notebooks, Passes, Standings, Store, Undone
from bot.ports.talking import Chat, Keepsake, Progress, Staff, Where

__all__ = [
    "Attempt",
    "Camera",
    "Chat",
    "Conversation",
    "Desk",
    "Entry",
    "Feedback",
    "Feedbacks",
    "Heard",
    "Housekeeping",
    "Keepsake",
    "Ledger",
    "Meter",
    "Notebooks",
    "Passes",
    "Progress",
    "Publish",
    "RegistryPass",
    "Roles",
    "Sandbox",
    "Staff",
    "Stage",
    "Standings",
    "Store",
    "Tidied",
    "Undone",
    "Verify",
    "Where",
]
