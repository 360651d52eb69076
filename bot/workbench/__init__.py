"""What learners do with their hands: commands they type (`commands`), files they hand in (`files`), what of it is
brought back when a sandbox is lost (`rebuild`), and what they take away (`farewell`; `scribe` keeps it for them).

The sandbox performs, the store keeps; nothing is decided here, only done and said.
"""

from bot.workbench.commands import Asset, Comment, Workbench
from bot.workbench.farewell import Farewell
from bot.workbench.rebuild import Rebuilds
from bot.workbench.said import our_side
from bot.workbench.scribe import Scribe

__all__ = ["Asset", "Comment", "Farewell", "Rebuilds", "Scribe", "Workbench", "our_side"]
