"""What learners do with their hands: commands they type (`commands`), files they hand in (`files`), and what of it
is brought back when a sandbox is lost (`rebuild`).

The sandbox performs, the store keeps; nothing is decided here, only done and said.
"""

from bot.workbench.commands import Asset, Comment, Workbench
from bot.workbench.rebuild import Rebuilds
from bot.workbench.said import our_side

__all__ = ["Asset", "Comment", "Rebuilds", "Workbench", "our_side"]
